"""The routes of stacks: near-duplicates, one decision for all, undone as one."""

from typing import Any

from iwflab.domain.elements import record_from
from iwflab.domain.roles import need
from iwflab_widgets.server.api import ApiHandler, Body

DAY_SECONDS = 86_400.0
FARTHEST = 60
SAMPLE_MOST = 50
MEMBERS_MOST = 6_000  # ids in one body; a larger stack is graded whole
STACKS = need("list_media", "series", "sample")
GRADE = need("grade", "all")


class StacksHandler(ApiHandler):
    """The stacks of the lab within a distance."""

    needs = STACKS

    async def get(self) -> None:
        """Return them, those with the most that waits first."""
        asked = _asked(self)
        distance = int(asked.number("distance", least=0, most=FARTHEST))
        found = await self.service.run(self.seat.stacks, distance=distance)
        self.reply({"stacks": found})


class SampleHandler(ApiHandler):
    """Some members of a stack, drawn at random for checking."""

    needs = STACKS

    async def get(self) -> None:
        """Return them."""
        asked = _asked(self)
        found = await self.service.run(
            self.seat.stack_sample,
            asked.text("exemplar", most=200),
            int(asked.number("k", least=1, most=SAMPLE_MOST)),
            distance=int(asked.number("distance", least=0, most=FARTHEST)),
        )
        self.reply({"sample": found})


class GradeStackHandler(ApiHandler):
    """One decision about a stack, answered when all of it is on disk."""

    needs = GRADE

    async def post(self) -> None:
        """Save the record of the exemplar for every member, in one act."""
        body = self.body()
        found = await self.service.run(
            self.seat.grade_stack,
            body.text("exemplar", most=200),
            record_from(body.mapping("record")),
            members=body.texts("members", most=MEMBERS_MOST),
            distance=int(body.number("distance", least=0, most=FARTHEST)),
            reveal="shielded",
            seconds=body.number("seconds", least=0, most=DAY_SECONDS),
            request=body.request_id(),
        )
        self.reply(found)


class UndoStackHandler(ApiHandler):
    """A decision about a stack is withdrawn, whole."""

    needs = GRADE

    async def post(self) -> None:
        """Undo it under a request id; by default the person's newest."""
        body = self.body()
        request = body.request_id()
        found = await self.service.run(self.seat.undo_stack, request=request)
        self.reply(found)


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
