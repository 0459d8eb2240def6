"""The routes of the grading desk, and the table of all of ours."""

import time
from hashlib import sha256
from typing import Any, ClassVar

from jupyter_server.utils import url_path_join
from tornado.web import HTTPError

from iwflab.domain.assessments import PAINTED, REVEALS, RevealLevel
from iwflab.domain.records import record_from
from iwflab.domain.roles import need
from iwflab.errors import BadInput, NotAllowed
from iwflab_widgets.server import (
    flow_routes,
    looking_routes,
    matching_routes,
    report_routes,
    sheet_routes,
    stack_routes,
)
from iwflab_widgets.server.api import ActHandler, ApiHandler, Asker
from iwflab_widgets.server.body import Body
from iwflab_widgets.server.grants import CLIP, FREE, FULL, LARGE
from iwflab_widgets.server.job_routes import IntakeHandler, JobsHandler, UploadHandler
from iwflab_widgets.server.line import LineHandler
from iwflab_widgets.server.media_routes import MediaHandler, RenditionHandler

SET_MOST = 200
VIEWS_MOST = 500
DAY_SECONDS = 86_400.0
VARIANTS = (*FREE, FULL, LARGE, CLIP)
USE = need("use_lab")
GRADE = need("grade", "own", "all")


class PingHandler(ApiHandler):
    """The heartbeat: the server is there, and the person still logged in."""

    needs = USE

    async def get(self) -> None:
        """Say who, by which login, which server and lab, when; whether no pixels go."""
        self.reply(
            {
                "analyst": self.analyst,
                "presenting": await self.presents(),
                "login": sha256(b"login " + self.session.encode()).hexdigest()[:16],
                "server": self.service.server_id,
                "lab": str(self.service.lab.name),
                "at": time.time_ns() // 1_000,
            }
        )


class DeskHandler(ApiHandler):
    """What the grading desk needs once."""

    needs = USE

    async def get(self) -> None:
        """Return elements, tags, schemes, keys, limits and the level to start with."""
        own = self.get_query_argument("keys", "own") != "lab"
        self.reply(await self.service.run(self.seat.desk, own=own))
        # The first contact sheet should not wait for a compiler.
        self.service.warm_up()


class SetHandler(ApiHandler):
    """My open media, topped up to n."""

    needs = GRADE

    async def post(self) -> None:
        """Assign what is missing; give grants for the previews that need no reveal."""
        body = self.body()
        wanted = int(body.number("n", least=0, most=SET_MOST))
        sought = flow_routes.sought_in(body.mapping("filter", default={}))
        answer = dict(await self.service.run(self.seat.open_set, wanted, sought=sought))
        answer["items"] = [self._with_grants(item) for item in answer["items"]]
        self.reply(answer)

    def _with_grants(self, item: dict[str, Any]) -> dict[str, Any]:
        # Never a grant for more than the shielded variant: that needs a reveal.
        mint, who = self.service.grants.mint, (self.analyst, self.session)
        there = [one for one in FREE if one in item.get("previews", ())]
        grants = {one: mint(*who, item["medium"], one) for one in there}
        return {**item, "grants": grants}


class GrantHandler(ActHandler):
    """A new grant for an old one."""

    needs = need("view_shielded")

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Renew; more than the shielded variant only after a reveal was logged."""
        medium, variant = (
            body.text("medium", most=200),
            body.one_of("variant", VARIANTS),
        )
        await asker.service.run(asker.seat.item, medium)  # raises when it is not mine
        grants = asker.service.grants
        if not grants.may_renew(asker.session, medium, variant):
            raise NotAllowed(
                "this variant was not revealed in this session",
                advice="reveal the medium first; the reveal is recorded",
            )
        return {"grant": grants.mint(asker.analyst, asker.session, medium, variant)}


class RevealHandler(ActHandler):
    """See more than the shielded preview, on the record."""

    needs = need("view_full")

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Log the reveal; only then is there a grant."""
        medium, level = body.text("medium", most=200), body.one_of("level", REVEALS)
        request = body.request_id()
        await asker.service.run(asker.seat.reveal, medium, level, request=request)
        grants = asker.service.grants
        grants.reveal(asker.session, medium)
        return {"grant": grants.mint(asker.analyst, asker.session, medium, FULL)}


class ShownHandler(ActHandler):
    """What was painted, and for how long."""

    needs = need("view_shielded")

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Log the views; delivered and shown are two events.

        What cannot be theirs is named as ``refused``: the page drops it.
        """
        request = body.request_id()
        views = [_view(view) for view in body.bodies("views", most=VIEWS_MOST)]
        call = asker.seat.shown
        return dict(await asker.service.run(call, views, request=request))


class DecisionHandler(ActHandler):
    """One assessment, answered when it is on disk."""

    needs = GRADE
    asks_with_the_act = True

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Save the record under its request id."""
        call = asker.seat.grade
        return dict(await asker.act(cls.needs, call, lambda: _decision(body)))


class DeriveHandler(ActHandler):
    """What a record would be graded as; saves nothing."""

    needs = USE
    asks_with_the_act = True

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Derive."""
        call = asker.seat.derive
        return dict(await asker.act(cls.needs, call, lambda: _record(body)))


class UndoHandler(ActHandler):
    """Withdraw my newest standing assessment."""

    needs = GRADE

    @classmethod
    async def answer(cls, asker: Asker, body: Body) -> dict[str, Any]:
        """Undo, under a request id."""
        medium = body.text("medium", most=200, default="") or None
        request, run, over = body.request_id(), asker.service.run, body.over()
        item = await run(asker.seat.undo, request=request, medium=medium, over=over)
        progress = await run(asker.seat.progress)
        return {**item, "progress": progress}


class NoRoute(ApiHandler):
    """Any other address under /iwflab/: refused like the rest, then not found."""

    needs = USE

    async def prepare(self) -> None:
        """Refuse first who is not logged in: an address is no secret, a person is."""
        await super().prepare()
        raise HTTPError(404)


def _record(body: Body) -> dict[str, Any]:
    return {"record": record_from(body.mapping("record"))}


def _decision(body: Body) -> dict[str, Any]:
    return {
        "medium": body.text("medium", most=200),
        "record": record_from(body.mapping("record")),
        "reveal": body.one_of("reveal", tuple(RevealLevel)),
        "seconds": body.number("seconds", least=0, most=DAY_SECONDS),
        "levels": _levels(body),
        "request": body.request_id(),
        "over": body.over(),
    }


def _levels(body: Body) -> dict[str, float]:
    """Read the seconds at each level; a page of an earlier release sends none."""
    told = body.mapping("levels") if body.has("levels") else {}
    if not set(told) <= set(RevealLevel):
        raise BadInput("levels name no reveal levels", advice="reload the page")
    lengths = Body(told)
    return {name: lengths.number(name, least=0, most=DAY_SECONDS) for name in told}


def _view(view: Body) -> dict[str, Any]:
    return {
        "medium": view.text("medium", most=200),
        "variant": view.one_of("variant", PAINTED),
        "milliseconds": view.number("milliseconds", least=0, most=DAY_SECONDS * 1000),
    }


class DeskLine(LineHandler):
    """What is waited for at each key of the grading desk."""

    acts: ClassVar = {
        "grant": GrantHandler,
        "reveal": RevealHandler,
        "shown": ShownHandler,
        "decision": DecisionHandler,
        "derive": DeriveHandler,
        "undo": UndoHandler,
    }


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/ping", PingHandler),
    (r"/iwflab/api/desk", DeskHandler),
    (r"/iwflab/api/set", SetHandler),
    (r"/iwflab/api/grant", GrantHandler),
    (r"/iwflab/api/reveal", RevealHandler),
    (r"/iwflab/api/rendition", RenditionHandler),
    (r"/iwflab/api/shown", ShownHandler),
    (r"/iwflab/api/decision", DecisionHandler),
    (r"/iwflab/api/derive", DeriveHandler),
    (r"/iwflab/api/undo", UndoHandler),
    (r"/iwflab/api/line", DeskLine),
    (r"/iwflab/api/intake", IntakeHandler),
    (r"/iwflab/api/upload", UploadHandler),
    (r"/iwflab/api/jobs", JobsHandler),
    *looking_routes.ROUTES,
    *matching_routes.ROUTES,
    *stack_routes.ROUTES,
    *sheet_routes.ROUTES,
    *flow_routes.ROUTES,
    *report_routes.ROUTES,
    (r"/iwflab/media/([\w-]{20,100})", MediaHandler),
    (r"/iwflab/(?:api|media)/.*", NoRoute),
)


def handlers(base_url: str) -> list[tuple[str, type[ApiHandler]]]:
    """Return our routes under ``base_url``, for Voila and jupyter_server alike."""
    return [(url_path_join(base_url, path), handler) for path, handler in ROUTES]
