"""The routes of the matching desk: hits, answers, lists, and previews to compare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from iwflab.domain.roles import Need, need
from iwflab.lab import Lab
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.body import Body
from iwflab_widgets.server.grants import COMPARED
from iwflab_widgets.server.job_routes import UploadHandler, on_the_server
from iwflab_widgets.server.jobs import Job, Progress

ROWS_MOST = 500  # of what waits, and of what is settled
MEDIA_MOST = 200
HITS_MOST = 100  # of one medium against one entry: one for each algorithm and variant
VIEWS_MOST = 500
DAY_MILLISECONDS = 86_400_000.0
LISTING = need("list_media", "own", "sample", "series")
COMPARE = need("view_shielded", "series", "sample")
ANSWER = need("answer_matches")
LISTS = need("manage_lists")
VERDICTS = ("same", "not_same", "open")
MAY: dict[str, Need] = {
    "take_in": need("take_in"),
    "answer": ANSWER,
    "lists": LISTS,
    "compare": COMPARE,
    "grade": need("grade", "own", "all"),
}
LIST_FACTS = ("list", "source", "kind", "form")


class MatchingHandler(ApiHandler):
    """What the desk shows first: hits, lists, looks avoided, what the person may."""

    needs = LISTING

    async def get(self) -> None:
        """Return it."""
        self.reply(await self.service.run(_standing, self.seat))


def _standing(seat: Lab) -> dict[str, Any]:
    return {
        **seat.hit_rows(most=ROWS_MOST),
        "avoided": seat.avoided(),
        "lists": seat.lists(),
        "may": {name: seat.may(wanted) for name, wanted in MAY.items()},
        "forms": seat.list_forms(),
        "roots": list(seat.settings.intake_roots),
    }


class HitHandler(ApiHandler):
    """One hit with its explanation."""

    needs = LISTING

    async def get(self) -> None:
        """Return both values, both media, and a grant for each picture to compare."""
        hit = self.get_query_argument("hit", "")
        found = await self.service.run(self.seat.explain, hit)
        sides = [found[name] for name in ("medium", "twin") if found[name]]
        may = await self.service.run(self.seat.may, COMPARE)
        shown = [side["medium"] for side in sides if may and side["shielded"]]
        self.reply({**found, "grants": grants_for(self, shown)})


class HashesHandler(ApiHandler):
    """The hashes of one medium."""

    needs = LISTING

    async def get(self) -> None:
        """Return the newest of each algorithm and variant."""
        medium = self.get_query_argument("medium", "")
        self.reply(await self.service.run(self.seat.hashes_of, medium))


class AnswerHandler(ApiHandler):
    """A person's word on the hits of one medium against one entry: one act."""

    needs = ANSWER

    async def post(self) -> None:
        """Record it, unless another answer stands by now than the page showed."""
        body = self.body()
        found = await self.service.run(
            self.seat.answer_hits,
            body.texts("hits", most=HITS_MOST),
            body.one_of("verdict", VERDICTS),
            reason=body.text("reason", most=400, default=""),
            request=body.request_id(),
            over=_over(body),
        )
        # An answer may change what the medium's other hits are worth.
        media = list({one["medium"] for one in found})
        told = await self.service.run(self.seat.hit_rows, media)
        self.reply({"hits": found, "rows": told["rows"]})


class HitRowsHandler(ApiHandler):
    """The hits of one medium as they stand now."""

    needs = LISTING

    async def get(self) -> None:
        """Return them, none where the person's roles do not reach."""
        medium = self.get_query_argument("medium", "")[:200]
        told = await self.service.run(self.seat.hit_rows, [medium])
        self.reply({"rows": told["rows"]})


class CompareGrantHandler(ApiHandler):
    """Grants for shielded previews to compare."""

    needs = COMPARE

    async def post(self) -> None:
        """Give one for each medium; how far the roles reach is asked at delivery."""
        media = self.body().texts("media", most=MEDIA_MOST)
        self.reply({"grants": grants_for(self, media)})


class ComparedHandler(ApiHandler):
    """What was painted to compare, and for how long."""

    needs = COMPARE

    async def post(self) -> None:
        """Log the views; name the media of those that cannot be the person's."""
        body = self.body()
        request = body.request_id()
        views = [
            {
                "medium": view.text("medium", most=200),
                "variant": view.one_of("variant", ("shielded",)),
                "milliseconds": view.number(
                    "milliseconds", least=0, most=DAY_MILLISECONDS
                ),
            }
            for view in body.bodies("views", most=VIEWS_MOST)
        ]
        call = self.seat.compared
        self.reply(await self.service.run(call, views, request=request))


class WithdrawHandler(ApiHandler):
    """A list, or one line of it, no longer counts."""

    needs = LISTS

    async def post(self) -> None:
        """Withdraw it with its reason."""
        body = self.body()
        given = body.text("line", most=12, default="")
        line = int(given) if given.isascii() and given.isdigit() else None
        await self.service.run(
            self.seat.list_withdraw,
            body.text("name", most=400),
            reason=body.text("reason", most=400),
            line=line,
            request=body.request_id(),
        )
        self.reply({"saved": True})


class ListHandler(ApiHandler):
    """A list that lies on the server already, below a folder that intake may use."""

    needs = LISTS

    async def post(self) -> None:
        """Queue its import."""
        body = self.body()
        facts = {name: body.text(name, most=400) for name in LIST_FACTS}
        file = on_the_server(body.text("file"), self.service.lab)
        job = Job(analyst=self.analyst, kind="list", title=facts["list"])
        self.reply(
            {"job": self.service.jobs.queue(job, _adding(self.seat, file, facts))}
        )


class ListUploadHandler(UploadHandler):
    """A list that is streamed from the person's computer."""

    needs = LISTS
    asked = LIST_FACTS

    def submit(self, after: Callable[[], None]) -> str:
        """Queue its import; the file is removed afterwards."""
        job = Job(analyst=self.analyst, kind="list", title=self._facts["list"])
        work = _adding(self.seat, self._path, self._facts)
        return self.service.jobs.queue(job, work, after=after)


def _over(body: Body) -> dict[str, int] | None:
    """Read which answers the page showed; a page of an earlier release says nothing."""
    if not body.has("over"):
        return None
    told = body.mapping("over")
    shown = Body(told)
    return {hit: int(shown.number(hit, least=0, most=2**53)) for hit in told}


def _adding(seat: Lab, file: Path, facts: dict[str, str]) -> Callable[..., Any]:
    """Give the work of adding a list and holding all media against it."""
    named = {"name": facts["list"], "source": facts["source"], "kind": facts["kind"]}

    def work(progress: Progress) -> dict[str, Any]:
        added = seat.list_add(
            file,
            form=facts["form"],
            progress=lambda d, t: progress(0, 0, d, t),
            **named,
        )
        held = seat.match(progress=progress)
        return {**added, "held": held.media, "settled": held.settled}

    return work


def grants_for(handler: ApiHandler, media: list[str]) -> dict[str, str]:
    """Give a grant for the shielded preview of each medium, to compare."""
    mint = handler.service.grants.mint
    who = (handler.analyst, handler.session)
    return {medium: mint(*who, medium, COMPARED) for medium in media}


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/matching", MatchingHandler),
    (r"/iwflab/api/matching/hit", HitHandler),
    (r"/iwflab/api/matching/hashes", HashesHandler),
    (r"/iwflab/api/matching/answer", AnswerHandler),
    (r"/iwflab/api/matching/rows", HitRowsHandler),
    (r"/iwflab/api/matching/grants", CompareGrantHandler),
    (r"/iwflab/api/matching/shown", ComparedHandler),
    (r"/iwflab/api/matching/withdraw", WithdrawHandler),
    (r"/iwflab/api/matching/list", ListHandler),
    (r"/iwflab/api/matching/list-upload", ListUploadHandler),
)
