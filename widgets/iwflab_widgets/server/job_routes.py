"""Routes that bring media in: a folder on the server, or a streamed upload."""

import os
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from tornado.web import HTTPError, stream_request_body

from iwflab.domain.roles import need
from iwflab.errors import BadInput, NotAllowed
from iwflab.lab import Lab
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.body import Body

UPLOAD_BYTES = 16 * 1024**3
DISK_RESERVE_BYTES = 512 * 1024**2
TAKE_IN = need("take_in")
FACTS = ("case", "exhibit", "purpose", "authority")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class JobsHandler(ApiHandler):
    """My intake jobs."""

    needs = TAKE_IN

    async def get(self) -> None:
        """Return mine; nobody sees another's."""
        self.reply({"jobs": self.service.jobs.of(self.analyst)})


class IntakeHandler(ApiHandler):
    """Take in a folder that already lies on the server."""

    needs = TAKE_IN

    async def post(self) -> None:
        """Queue the job and answer at once."""
        body = self.body()
        lab = self.service.lab
        folder = on_the_server(body.text("folder"), lab)
        sidecar = body.text("sidecar", default="")
        facts = {name: body.text(name) for name in FACTS}
        more = {"sidecar": on_the_server(sidecar, lab)} if sidecar else {}
        job = self.service.jobs.submit(self.seat, [folder], {**facts, **more})
        self.reply({"job": job})


@stream_request_body
class UploadHandler(ApiHandler):
    """Stream one medium to a private file in the lab, then take it in."""

    needs = TAKE_IN
    asked = FACTS  # what the address says beside the name of the file

    _room: Path | None = None
    _file: BinaryIO | None = None

    async def prepare(self) -> None:
        """Judge the request before the first byte of the body is read."""
        await super().prepare()
        if self.request.method != "POST":
            raise HTTPError(405)
        self.request.connection.set_max_body_size(UPLOAD_BYTES)
        asked = Body({name: self.get_query_argument(name, "") for name in self.asked})
        self._facts = {name: asked.text(name) for name in self.asked}
        length = int(self.request.headers.get("Content-Length", "0") or "0")
        incoming = self.service.incoming
        free = (await self.service.run(shutil.disk_usage, incoming.folder)).free
        if length + DISK_RESERVE_BYTES > free:
            raise HTTPError(507)
        self._room = await self.service.run(incoming.room)
        self._path = self._room / safe_name(self.get_query_argument("name", ""))
        self._file = await self.service.run(_open_private, self._path)

    async def data_received(self, chunk: bytes) -> None:
        """Write one piece in a thread; the disk never holds the event loop up."""
        if self._file is not None:
            await self.service.run(self._file.write, chunk)

    async def post(self) -> None:
        """Put the whole file on disk and queue its intake."""
        room, file = self._room, self._file
        if room is None or file is None:
            raise HTTPError(400)
        await self.service.run(_close_durably, file)
        self._file = None
        job = self.submit(lambda: self.service.incoming.remove(room))
        self._room = None  # the job owns it now, and removes it
        self.reply({"job": job})

    def submit(self, after: Callable[[], None]) -> str:
        """Queue what is to be done with the file; ``after`` removes it."""
        facts = self._facts
        return self.service.jobs.submit(self.seat, [self._path], facts, after=after)

    def on_finish(self) -> None:
        """Leave nothing behind when the upload was refused or failed."""
        self._discard()

    def on_connection_close(self) -> None:
        """Leave nothing behind when the browser went away."""
        self._discard()

    def _discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._room is not None:
            self.service.incoming.remove(self._room)
            self._room = None


def safe_name(name: str) -> str:
    """Keep the last part of a name, without separators, dots in front, or hidden signs.

    The name is only ever shown; the file lies alone in a folder with a random name.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(sign) in HIDDEN_CATEGORIES
        else sign
        for sign in last
    )
    short = kept.strip().lstrip(".").encode()[-180:].decode(errors="ignore")
    return short or "medium"


def on_the_server(given: str, lab: Lab) -> Path:
    """Return a path that exists, below an allowed folder, and apart from the lab."""
    if "\0" in given or not Path(given).is_absolute():
        raise BadInput("the path is not absolute", advice="give the whole path")
    path = Path(given).resolve()
    _must_be_allowed(path, lab.settings.intake_roots)
    folder = Path(lab.folder).resolve()
    if path.is_relative_to(folder) or folder.is_relative_to(path):
        raise BadInput(
            "the path lies in the lab itself, or around it",
            advice="give a folder outside the lab",
        )
    if not path.exists():
        raise BadInput(
            "there is no such folder or file on the server",
            advice="check the path; it is one of the server, not of this computer",
        )
    return path


def _must_be_allowed(path: Path, roots: Sequence[str]) -> None:
    """Refuse what lies below no folder of the settings, whether it exists or not."""
    allowed = [Path(root).expanduser().resolve() for root in roots]
    if not any(path.is_relative_to(root) for root in allowed):
        named = ", ".join(roots) or "none: upload the files instead"
        raise NotAllowed(
            "nothing may be taken in from there",
            advice=f"folders allowed by intake_roots in lab.toml: {named}",
        )


def _open_private(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _close_durably(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
