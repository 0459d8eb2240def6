"""What the parts of the monthly report share: titles, words, what is not shown."""

from collections.abc import Mapping, Sequence

from iwflab.domain.categories import UNDETERMINED
from iwflab.domain.counting import COUNT_UNITS
from iwflab.statistics.disclosure import Published
from iwflab.statistics.reports import tabling
from iwflab.statistics.reports.model import Chart, Section, Table
from iwflab.statistics.reports.monthly.wanted import TYPE
from iwflab.statistics.reports.periods import Period
from iwflab.statistics.reports.releasing import Kept
from iwflab.statistics.reports.tabling import About

SOURCE = "media signed off in the lab; each is graded by law and tagged by hand"
WORDS: Mapping[str, str] = {
    "C or undetermined": "category C or undetermined",
    **{code: f"category {code}" for code in "ABC"},
    UNDETERMINED: "undetermined",
    TYPE: "self-generated",
}


class Writer:
    """What the parts of one report share: the tables that may be shown, the period."""

    def __init__(
        self, now: Mapping[str, Kept], before: Mapping[str, Kept], period: Period
    ) -> None:
        """Keep them; nothing is computed yet."""
        self.now, self.before, self.period = now, before, period

    def shown(self, name: str) -> Published | None:
        """Give a table that may be shown, or None."""
        return self.now[name].published if name in self.now else None

    def why(self, name: str) -> str:
        """Say why a table is not shown."""
        return self.now[name].absent

    def subtitle(self, shown: Published) -> str:
        """Say under a chart what is counted, and when."""
        return (
            f"Unit: {COUNT_UNITS[shown.unit]}; {self.period.text}; no interval: census"
        )

    def about(
        self, name: str, title: str, rows: str = "", *, of: Published | None = None
    ) -> About:
        """Say what stands around a table, or around a chart ``of`` something."""
        subtitle = "" if of is None else self.subtitle(of)
        return About(name, title, rows, WORDS, subtitle)

    def section(
        self,
        name: str,
        title: str,
        asked: Mapping[str, Table | None],
        *,
        charts: Sequence[Chart] = (),
        notes: Sequence[str] = (),
    ) -> Section:
        """Put a part together; ``asked`` maps what was counted to its table."""
        tables = tuple(table for table in asked.values() if table is not None)
        lost = tuple(
            f"{word_of(one)}: {self.why(one)}"
            for one, table in asked.items()
            if table is None and one in self.now
        )
        if tables:
            return Section(
                *(name, title, SOURCE, tables),
                charts=tuple(charts),
                notes=tuple(notes),
                withheld=lost,
            )
        reasons = dict.fromkeys(self.why(one) for one in asked if one in self.now)
        return Section(name, title, SOURCE, absent="; ".join(reasons))


def word_of(name: str) -> str:
    """Give a name as it is read."""
    return WORDS.get(name, name).replace("_", " ")


def plain(
    writer: Writer, name: str, title: str, rows: str, *, chart: bool = True
) -> Section:
    """Make a part of one table of one axis, with its chart."""
    shown = writer.shown(name)
    if shown is None:
        return writer.section(name, title, {name: None})
    stated = tabling.finding(shown, of=title, words=WORDS, period=writer.period)
    about = writer.about(name, f"{title}, {writer.period.text}", rows)
    drawn = tabling.bars(shown, writer.about(name, stated, of=shown))
    charts = [drawn] if chart else []
    asked = {name: tabling.shares(shown, about)}
    return writer.section(name, stated, asked, charts=charts)


def crossed(writer: Writer, name: str, title: str, rows: str) -> Table | None:
    """Make a table of two axes, where it may be shown."""
    shown = writer.shown(name)
    if shown is None:
        return None
    file = name.replace(" ", "_")
    about = writer.about(file, f"{title}, {writer.period.text}", rows)
    return tabling.crossed(shown, about)
