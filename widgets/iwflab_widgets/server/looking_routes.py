"""The routes of looking: start level, its comparison, presentation, own exposure."""

from iwflab.domain.assessments import RevealLevel
from iwflab.domain.roles import need
from iwflab.errors import BadInput
from iwflab_widgets.server.api import ApiHandler

DAYS = ("1", "7", "31")
USE = need("use_lab")
ACTS_MOST = 200
BOUNDS = {"least": 0, "most": 5}  # of an answer


class StartHandler(ApiHandler):
    """The level that each medium starts with; kept here, not in the browser."""

    needs = need("view_shielded")

    async def post(self) -> None:
        """Keep it."""
        body = self.body()
        level, request = body.one_of("level", tuple(RevealLevel)), body.request_id()
        self.reply(
            await self.service.run(self.seat.choose_start, level, request=request)
        )


class KeysHandler(ApiHandler):
    """One's own keys; kept here, not in the browser."""

    needs = USE

    async def post(self) -> None:
        """Keep them."""
        body = self.body()
        own, request = body.words("keys", most=ACTS_MOST), body.request_id()
        over = body.words("over", most=ACTS_MOST) if body.has("over") else None
        call = self.seat.choose_keys
        self.reply(await self.service.run(call, own, over=over, request=request))


class PresentationHandler(ApiHandler):
    """No pixels in this session, for a projector."""

    needs = USE

    async def post(self) -> None:
        """Switch it; who did stands in the trail."""
        body = self.body()
        active, request = (
            body.one_of("active", ("on", "off")) == "on",
            body.request_id(),
        )
        more = {"active": active, "session": self.session, "request": request}
        await self.service.run(self.seat.present, **more)
        self.reply({"presenting": await self.presents()})


class ExposureHandler(ApiHandler):
    """What was before one's own eyes."""

    needs = USE

    async def get(self) -> None:
        """Return the ledger; who asks for another person's is refused."""
        days = self.get_query_argument("days", DAYS[1])
        if days not in DAYS:
            raise BadInput(f"days is not one of {', '.join(DAYS)}", advice="choose one")
        whose = self.get_query_argument("analyst", "")
        call = self.seat.exposure
        self.reply(await self.service.run(call, whose, days=int(days)))


class SignsHandler(ApiHandler):
    """Minutes since one's own last break, and today; how far the lab is by now."""

    needs = USE

    async def get(self) -> None:
        """Return them."""
        signs = await self.service.run(self.seat.signs)
        self.reply({**signs, **await self.service.run(self.seat.counts)})


class ComparisonHandler(ApiHandler):
    """Taking part in a comparison of start levels, or no longer."""

    needs = need("grade", "own", "all")

    async def post(self) -> None:
        """Keep it; who leaves is not asked why."""
        body = self.body()
        part, request = body.one_of("part", ("in", "out")), body.request_id()
        more = {"shown": body.text("shown", most=200, default=""), "request": request}
        call = self.seat.comparison_part
        self.reply(await self.service.run(call, part, **more))


class ComparisonAnswerHandler(ApiHandler):
    """The one question about an allotted medium."""

    needs = need("grade", "own", "all")

    async def post(self) -> None:
        """Keep the answer; 0 says that the question was left."""
        body = self.body()
        medium, said = body.text("medium", most=200), body.number("answer", **BOUNDS)
        call, request = self.seat.comparison_answer, body.request_id()
        await self.service.run(call, medium, int(said), request=request)
        self.reply({"saved": True})


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/start", StartHandler),
    (r"/iwflab/api/keys", KeysHandler),
    (r"/iwflab/api/presentation", PresentationHandler),
    (r"/iwflab/api/exposure", ExposureHandler),
    (r"/iwflab/api/signs", SignsHandler),
    (r"/iwflab/api/comparison", ComparisonHandler),
    (r"/iwflab/api/comparison/answer", ComparisonAnswerHandler),
)
