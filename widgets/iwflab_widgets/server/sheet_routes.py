"""The contact sheet of the grading desk: ids in pages, grants for what is in view."""

import secrets
from collections import OrderedDict

from iwflab.domain.roles import need
from iwflab.errors import BadInput
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.grants import FREE

PAGE_MOST = 500
GRANTS_MOST = 120
MORE_MOST = 500
ORDERS = 50  # kept at once, the newest; a page whose order is gone gets a new one
GRADE = need("grade", "own", "all")


class Orders:
    """The orders that sheets were opened with, so that their pages stay in place."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: OrderedDict[str, tuple[str, list[tuple[str, str]]]] = OrderedDict()

    def keep(self, analyst: str, laid: list[tuple[str, str]]) -> str:
        """Keep an order of one person's; give its name."""
        name = secrets.token_urlsafe(12)
        self._kept[name] = (analyst, laid)
        while len(self._kept) > ORDERS:
            self._kept.popitem(last=False)
        return name

    def of(self, analyst: str, name: str) -> list[tuple[str, str]] | None:
        """Give an order, if it is kept and this person's."""
        whose, laid = self._kept.get(name, ("", []))
        return laid if whose == analyst else None


class SheetHandler(ApiHandler):
    """My media in pages: id, state, stage, stack."""

    needs = GRADE

    async def get(self) -> None:
        """Give one page of an order; without one that is kept, the order is made.

        ``marked`` is the place of the medium ``mark`` in it, if that is theirs.
        """
        at, number = self._whole("at", 10_000_000), self._whole("n", PAGE_MOST)
        orders = self.settings.setdefault("iwflab_orders", Orders())
        name = self.get_query_argument("order", "")
        laid = orders.of(self.analyst, name)
        if laid is None:
            await self.service.warmed()
            laid = await self.service.run(self.seat.sheet_order)
            name = orders.keep(self.analyst, laid)
        part = laid[at : at + number]
        told = {
            row["medium"]: row for row in await self.service.run(self.seat.sheet, part)
        }
        items = [told.get(medium) for medium, _ in part]  # null: no longer theirs
        mark = self.get_query_argument("mark", "")
        places = (n for n, (medium, _) in enumerate(laid) if medium == mark)
        page = {"order": name, "at": at, "total": len(laid), "items": items}
        self.reply(page | {"marked": next(places, None)})

    def _whole(self, name: str, most: int) -> int:
        given = self.get_query_argument(name, "0")
        if not (given.isascii() and given.isdigit() and int(given[:9]) <= most):
            raise BadInput(f"{name} is not 0 to {most}", advice="reload the page")
        return int(given[:9])


class SheetGrantsHandler(ApiHandler):
    """Grants for the previews in view; only for such as need no reveal."""

    needs = GRADE

    async def post(self) -> None:
        """Grant what is theirs; of the rest nothing is said."""
        body = self.body()
        media = body.texts("media", most=GRANTS_MOST)
        variant = body.one_of("variant", FREE)
        mine = await self.service.run(self.seat.mine_among, media)
        mint, who = self.service.grants.mint, (self.analyst, self.session)
        self.reply({"grants": {one: mint(*who, one, variant) for one in mine}})


class SheetItemHandler(ApiHandler):
    """One of my media as the desk shows it, to be opened from the sheet."""

    needs = GRADE

    async def get(self) -> None:
        """Give it with grants for what of it needs no reveal."""
        medium = self.get_query_argument("medium", "")[:200]
        item = await self.service.run(self.seat.item, medium)
        mint, who = self.service.grants.mint, (self.analyst, self.session)
        there = [one for one in FREE if one in item["previews"]]
        grants = {one: mint(*who, item["medium"], one) for one in there}
        self.reply({**item, "grants": grants})


class SheetTakeHandler(ApiHandler):
    """More media onto the sheet."""

    needs = GRADE

    async def post(self) -> None:
        """Take waiting ones; say how many came."""
        number = int(self.body().number("n", least=1, most=MORE_MOST))
        taken = await self.service.run(self.seat.take_more, number)
        progress = await self.service.run(self.seat.progress)
        self.reply({"taken": taken, "progress": progress})


class BesideHandler(ApiHandler):
    """What a medium is looked at beside."""

    needs = GRADE

    async def get(self) -> None:
        """Name the exemplar of its stack, or none."""
        medium = self.get_query_argument("medium", "")[:200]
        await self.service.warmed()
        found = await self.service.run(self.seat.exemplar_of, medium)
        self.reply({"exemplar": found})


ROUTES: tuple[tuple[str, type[ApiHandler]], ...] = (
    (r"/iwflab/api/sheet", SheetHandler),
    (r"/iwflab/api/sheet/grants", SheetGrantsHandler),
    (r"/iwflab/api/sheet/item", SheetItemHandler),
    (r"/iwflab/api/sheet/take", SheetTakeHandler),
    (r"/iwflab/api/beside", BesideHandler),
)
