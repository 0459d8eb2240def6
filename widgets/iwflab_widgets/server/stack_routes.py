"""The routes of stacks: near-duplicates, one decision for all, undone as one."""

from collections.abc import Mapping, Sequence
from typing import Any

from iwflab.domain.hashes import FARTHEST_CANDIDATE
from iwflab.domain.records import record_from
from iwflab.domain.roles import need
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.body import Body
from iwflab_widgets.server.grants import SHIELDED

DAY_SECONDS = 86_400.0
SAMPLE_MOST = 50
MEMBERS_MOST = 10_000  # ids in one body of the size that routes read
STACKS_MOST = 300
SHOWN = 6  # members of a card; the rest is counted
LISTING = need("list_media", "own", "sample", "series")
GRADE = need("grade", "own", "all")


class StacksHandler(ApiHandler):
    """The stacks of the lab within a distance."""

    needs = LISTING

    async def get(self) -> None:
        """Return those with the most that waits first, and how many there are."""
        asked = _asked(self)
        distance = int(asked.number("distance", least=0, most=FARTHEST_CANDIDATE))
        await self.service.warmed()
        found = await self.service.run(self.seat.stacks, distance)
        self.reply({"stacks": [_told(s) for s in found[:STACKS_MOST]], **_sums(found)})


class SampleHandler(ApiHandler):
    """Some members of a stack, drawn for checking."""

    needs = LISTING

    async def get(self) -> None:
        """Return them."""
        asked = _asked(self)
        found = await self.service.run(
            self.seat.stack_sample,
            asked.text("exemplar", most=200),
            int(asked.number("k", least=1, most=SAMPLE_MOST)),
            int(asked.number("distance", least=0, most=FARTHEST_CANDIDATE)),
        )
        self.reply({"sample": [_named(member) for member in found]})


class GradeStackHandler(ApiHandler):
    """One decision about a stack, answered when all of it is on disk."""

    needs = GRADE

    async def post(self) -> None:
        """Save the record of the exemplar for the members that were named, in one act.

        This desk shows shielded previews, so no more than that was seen.
        """
        body = self.body()
        found = await self.service.run(
            self.seat.grade_stack,
            body.text("exemplar", most=200),
            record_from(body.mapping("record")),
            members=body.texts("members", most=MEMBERS_MOST),
            distance=int(body.number("distance", least=0, most=FARTHEST_CANDIDATE)),
            reveal=SHIELDED,
            seconds=body.number("seconds", least=0, most=DAY_SECONDS),
            request=body.request_id(),
            over=body.over(),
        )
        self.reply(found)


class UndoStackHandler(ApiHandler):
    """A decision about a stack is withdrawn, whole."""

    needs = GRADE

    async def post(self) -> None:
        """Undo the act with that request id, or their newest on that medium."""
        body = self.body()
        word = "named" if body.has("named") else "medium"  # of an earlier page
        named, request = body.text(word, most=200), body.request_id()
        self.reply(await self.service.run(self.seat.undo_stack, named, request=request))


def _told(stack: Mapping[str, Any]) -> dict[str, Any]:
    """Give a stack as its card shows it; of its other members only the ids."""
    exemplar = stack["exemplar"]
    others = [m for m in stack["members"] if m["medium"] != exemplar]
    (first,) = [m for m in stack["members"] if m["medium"] == exemplar]
    waiting = [m for m in others if m["stage"] == "waiting"]
    return {
        **{name: stack[name] for name in ("exemplar", "size", "waiting", "known")},
        "over": stack["standing"],
        "first": _named(first),
        "members": [_named(member) for member in others[:SHOWN]],
        "carried": [m["medium"] for m in waiting if m["within"]],
        "beyond": sum(not m["within"] for m in waiting),
    }


def _named(member: Mapping[str, Any]) -> dict[str, Any]:
    # The folders of a path may name people and places: the desk shows the file.
    return {**member, "name": str(member["name"] or "").rsplit("/", 1)[-1]}


def _sums(stacks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {"total": len(stacks), "waiting": sum(s["waiting"] for s in stacks)}


def _asked(handler: ApiHandler) -> Body:
    """Read the query: whole numbers as numbers, the rest as texts."""
    plain: dict[str, Any] = {
        name: handler.get_query_argument(name) for name in handler.request.arguments
    }
    for name, value in plain.items():
        if value.isascii() and value.isdigit() and name in {"k", "distance"}:
            plain[name] = int(value[:9])
    return Body(plain)


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/matching/stacks", StacksHandler),
    (r"/iwflab/api/matching/sample", SampleHandler),
    (r"/iwflab/api/matching/grade", GradeStackHandler),
    (r"/iwflab/api/matching/undo", UndoStackHandler),
)
