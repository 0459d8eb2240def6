"""The routes of the queue and of selections: what matches, one act for many media."""

from typing import Any

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.queueing import Sought
from iwflab.domain.records import record_from
from iwflab.domain.roles import need
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.body import Body

DAY_SECONDS = 86_400.0
PAGE_MOST = 500
IDS_MOST = 10_000  # what one act may grade
CHOSEN_BYTES = 512 * 1024  # so many ids, and a record
LISTING = need("list_media", "own", "sample", "series")
GRADE = need("grade", "own", "all")
WORDS = ("name", "stage", "hit", "tag", "code", "kind", "series", "carried")


def sought_in(plain: dict[str, Any]) -> Sought:
    """Read what is looked for; other words are no part of it."""
    body = Body(plain)
    found = Sought(**{word: body.text(word, most=200, default="") for word in WORDS})
    found.check()
    return found


class QueueHandler(ApiHandler):
    """What of the queue matches, as far as the person's roles go."""

    needs = LISTING

    async def get(self) -> None:
        """Return how many match, and a page of them, or (``ids``) the ids of all."""
        plain: dict[str, Any] = {
            name: self.get_query_argument(name) for name in self.request.arguments
        }
        sought = sought_in(plain)
        if plain.get("ids"):
            found = await self.service.run(self.seat.found, sought)
            self.reply({"total": len(found), "ids": found[:IDS_MOST]})
            return
        numbers = Body({name: _whole(plain.get(name)) for name in ("at", "n")})
        at = int(numbers.number("at", least=0, most=10**9))
        most = int(numbers.number("n", least=0, most=PAGE_MOST))
        self.reply(await self.service.run(self.seat.find, sought, at=at, most=most))


class GradeSelectionHandler(ApiHandler):
    """One decision about chosen media, answered when all of it is on disk."""

    needs = GRADE
    body_limit = CHOSEN_BYTES

    async def post(self) -> None:
        """Save the record for the media that were named, in one act."""
        body = self.body()
        found = await self.service.run(
            self.seat.grade_selection,
            body.texts("media", most=IDS_MOST),
            record_from(body.mapping("record")),
            shown=body.text("medium", most=200, default=""),
            reveal=body.one_of("reveal", tuple(RevealLevel)),
            seconds=body.number("seconds", least=0, most=DAY_SECONDS),
            request=body.request_id(),
            over=body.over(),
        )
        progress = await self.service.run(self.seat.progress)
        self.reply({**found, "progress": progress})


class UndoSelectionHandler(ApiHandler):
    """A decision about a selection is withdrawn, whole."""

    needs = GRADE

    async def post(self) -> None:
        """Undo the act with that request id (or the newest on that medium)."""
        body = self.body()
        named, request = body.text("named", most=200), body.request_id()
        done = await self.service.run(self.seat.undo_stack, named, request=request)
        progress = await self.service.run(self.seat.progress)
        self.reply({**done, "progress": progress})


def _whole(text: str | None) -> int | None:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else None


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/queue", QueueHandler),
    (r"/iwflab/api/selection", GradeSelectionHandler),
    (r"/iwflab/api/selection/undo", UndoSelectionHandler),
)
