"""Kernels belong to who was logged in when they started, and to nobody else.

The name is bound in the kernel's environment at its start, from the login of the
request that asked for it.  No page, header or query can set it, and a restart keeps
it.  No kernel is started ahead of its user: it would carry an old name.
"""

import os
import uuid
from collections.abc import Mapping
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server import CallContext
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.base.handlers import APIHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError, authenticated

from iwflab.errors import NotAllowed

# A list of what passes, not of what is held back: a secret with a new name stays out.
PASSED = (
    "HOME",
    "LANG",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "PATH",
    "PGPASSFILE",
    "PGSERVICEFILE",
    "PYTHONPATH",
    "TMPDIR",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
)
# History would write typed names into the home folder; it is off, always.
KERNEL_ARGUMENTS = ["--HistoryManager.enabled=False"]


def kernel_environment(
    environment: Mapping[str, str], *, analyst: str, lab: str
) -> dict[str, str]:
    """Return the environment of a kernel: what it needs, and who it works for."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in PASSED or name.startswith("LC_")
    }
    return {**kept, "IWFLAB_ANALYST": analyst, "IWFLAB_LAB": lab}


class OwnedKernels(AsyncMappingKernelManager):
    """Starts each kernel for one person and remembers whose it is."""

    def __init__(self, **kwargs: Any) -> None:
        """Start with no kernels; encryption keeps other local users out of them."""
        super().__init__(**kwargs)
        self.transport_encryption = "required"
        self._owners: dict[str, tuple[str, str, str]] = {}

    async def start_kernel(self, **kwargs: Any) -> str:
        """Start a kernel for who is logged in; without a person there is none."""
        handler = CallContext.get(CallContext.JUPYTER_HANDLER)
        user = getattr(handler, "current_user", None)
        if user is None:
            raise NotAllowed("nobody is logged in", advice="log in with your account")
        kernel_id = str(uuid.uuid4())
        # Before the start: the page may knock while the kernel is still coming up.
        self._owners[kernel_id] = (user.username, user.session, user.login)
        handler.iwflab_kernel = kernel_id
        kwargs["env"] = self.environment(kwargs.get("env"), user.username)
        kwargs.update(kernel_id=kernel_id, extra_arguments=KERNEL_ARGUMENTS)
        try:
            return str(await super().start_kernel(**kwargs))
        except BaseException:
            self._owners.pop(kernel_id, None)
            raise

    def environment(
        self, given: Mapping[str, str] | None, analyst: str
    ) -> dict[str, str]:
        """Return what a kernel of this person finds in its environment."""
        lab = str(self.parent.service.lab.folder)
        return kernel_environment(given or os.environ, analyst=analyst, lab=lab)

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget the owner with the kernel."""
        self._owners.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)

    def is_owner(self, kernel_id: str, analyst: str) -> bool:
        """Say whether this kernel works for this person."""
        return self._owners.get(kernel_id, ("", "", ""))[0] == analyst != ""

    async def shutdown_session(self, session: str) -> None:
        """Shut down every kernel that was started in a session."""
        theirs = [k for k, owner in self._owners.items() if owner[1] == session]
        for kernel_id in theirs:
            await self.shutdown_if_there(kernel_id)

    def move_session(self, former: str, session: str) -> None:
        """Let the kernels of one login of a person end with a later one of theirs."""
        for kernel_id, (name, old, login) in self._owners.items():
            if old == former:
                self._owners[kernel_id] = (name, session, login)

    async def end_stale(self) -> None:
        """End what a login still holds after its password changed or it was closed.

        Requests are refused at once; a kernel and its open websocket send none.
        """
        for name, session, login in set(self._owners.values()):
            if not await self.may_stay(name, login):
                self.parent.service.grants.forget(session)
                await self.shutdown_session(session)

    async def may_stay(self, name: str, login: str) -> bool:
        """Say whether what this login holds goes on."""
        return bool(await self.parent.service.stands(name, login))

    async def shutdown_if_there(self, kernel_id: str) -> None:
        """Shut a kernel down; one that is already gone is no error."""
        if kernel_id in self:
            await ensure_async(self.shutdown_kernel(kernel_id, now=True))


class OwnersOnly(Authorizer):
    """Kernels to their owners; everything else that asks is refused."""

    def is_authorized(
        self,
        handler: Any,
        user: Any,
        action: str,  # noqa: ARG002
        resource: str,
    ) -> bool:
        """Refuse alike for another's kernel and for one that never was."""
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        kernels = handler.settings["kernel_manager"]
        return resource == "kernels" and kernels.is_owner(kernel_id, user.username)


class ShutdownHandler(APIHandler):
    """The beacon of a closing tab; Voila's own asks only for a login."""

    SUPPORTED_METHODS = ("POST",)

    @authenticated
    async def post(self, kernel_id: str) -> None:
        """Shut down the caller's own kernel."""
        kernels = self.kernel_manager
        if not kernels.is_owner(kernel_id, self.current_user.username):
            raise HTTPError(403)
        await kernels.shutdown_if_there(kernel_id)
        self.set_status(204)
        self.finish()
