"""Explored in memory: what is signed off is read once, then counted in many ways.

An exploration answers with counts, shares and words; the ids of media, series and
children stay in it.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import COUNT_UNITS
from iwflab.statistics.disclosure.profiles import DEFAULT, profiles
from iwflab.statistics.queries.facts import facts, public_facts
from iwflab.statistics.queries.query import Query, query_from

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.disclosure.profiles import Profile
    from iwflab.statistics.queries.answering import Answer
    from iwflab.statistics.queries.sides import Prepared

# Disclosure control may take so long while somebody waits; when a table really
# leaves it takes as long as its profile says.
LIVE_SECONDS = 3
KEPT = 16  # answers: table, what may leave and chart of one query ask for the same


@dataclass(slots=True, eq=False)
class Exploration:
    """What a lab held at one moment, to be counted by any unit it has.

    ``read_us`` is when, in UTC microseconds; ``scheme`` is that of the categories.
    """

    scheme: str
    read_us: int
    _frames: "Mapping[str, pd.DataFrame]" = field(repr=False)
    _profiles: "Mapping[str, Profile] | None" = None
    _ready: "dict[str, Prepared]" = field(default_factory=dict, repr=False)
    _known: "OrderedDict[str, Answer]" = field(default_factory=OrderedDict, repr=False)

    def warm(self) -> None:
        """Load what the first table and the first chart need, before they are asked."""
        from iwflab.statistics.queries.drawing import draw

        unit = "child_appearance"
        side = next(iter(self._prepared(unit).sides))
        draw(self.table(Query(unit, side, cluster=True)))

    def sides(self, unit: str) -> list[dict[str, Any]]:
        """Name what a unit can be counted by: name, title, levels in their order."""
        ready = self._prepared(unit)
        return [
            {"name": name, "title": title, "levels": list(ready.levels(name))}
            for name, title in ready.sides.items()
        ]

    def checked(self, query: Query | Mapping[str, Any]) -> dict[str, Any]:
        """Give a query back as plain JSON, or refuse what its unit cannot answer."""
        return self.answer(query).query.plain()

    def table(self, query: Query | Mapping[str, Any]) -> dict[str, Any]:
        """Answer a query as it is inside; :func:`statistics.queries.facts`."""
        return facts(self.answer(query))

    def protected(self, query: Query | Mapping[str, Any]) -> dict[str, Any]:
        """Answer a query as it could leave, with what is withheld and why."""
        return public_facts(self.answer(query))

    def chart(
        self, query: Query | Mapping[str, Any], *, public: bool, base: str = "all"
    ) -> str:
        """Draw a query as static SVG; ``public``: of what could leave alone.

        ``base`` is what percentages are of: ``all``, ``known`` or ``bounds``.
        """
        from iwflab.statistics.queries.drawing import draw

        shown: Callable[[Answer], dict[str, Any]] = public_facts if public else facts
        return draw(shown(self.answer(query)), base)

    def answer(self, query: Query | Mapping[str, Any]) -> "Answer":
        """Answer a query in full, from what is in memory."""
        from iwflab.statistics.queries.answering import answer_of

        asked = query if isinstance(query, Query) else query_from(query)
        key = asked.json()
        if key not in self._known:
            ready = self._prepared(asked.unit)
            self._known[key] = answer_of(
                ready,
                asked,
                seconds=LIVE_SECONDS,
                profiles=self._profiles,
                read_on=datetime.fromtimestamp(self.read_us / 1e6, UTC).date(),
            )
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _prepared(self, unit: str) -> "Prepared":
        from iwflab.statistics.queries.sides import prepared

        if unit not in self._ready:
            self._ready[unit] = prepared(self._frames, unit)
        return self._ready[unit]


def counted_by(
    known: "Mapping[str, Profile] | None" = None,
) -> dict[str, dict[str, str]]:
    """Name the units that can be counted, and the profiles; the default one first."""
    known = profiles() if known is None else known
    titles = {name: known[name].title for name in (DEFAULT, *known)}
    return {"units": dict(COUNT_UNITS), "profiles": titles}


def begin(
    frames: "Mapping[str, pd.DataFrame]",
    *,
    scheme: str,
    read_us: int,
    profiles: "Mapping[str, Profile] | None" = None,
) -> Exploration:
    """Begin an exploration of counted frames that were read at a moment.

    ``profiles`` are those of the lab, by default the ones of this release.
    """
    return Exploration(scheme, read_us, frames, profiles)
