"""What a report is told about itself: who made it, of which day, under which scheme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from iwflab.errors import BadInput
from iwflab.statistics.reports.periods import Period


@dataclass(frozen=True, slots=True)
class Told:
    """What a report is told about itself; the Code of Practice asks for most of it.

    ``scheme`` and ``scheme_version`` are those of the categories; ``revised`` is the
    reason, where it corrects numbers that left before.
    """

    organisation: str
    contact: str
    next_release: str
    cut: date
    scheme: str
    scheme_version: str
    code_version: str
    provisional: bool = False
    revised: str = ""

    @property
    def state(self) -> str:
        """Whether the figures may change yet."""
        return "provisional, may be revised" if self.provisional else "final"

    @property
    def law(self) -> str:
        """The scheme in words."""
        return f"{self.scheme}, version {self.scheme_version}"


def told_from(plain: Mapping[str, object], *, code_version: str) -> Told:
    """Check what a report is told about itself, and refuse a report that is mute."""
    wanted = (
        *("organisation", "contact", "next_release", "cut"),
        *("scheme", "scheme_version"),
    )
    missing = [word for word in wanted if not str(plain.get(word, "")).strip()]
    if missing:
        raise BadInput(
            f"the report is not told: {', '.join(missing)}",
            advice="a release says who made it, whom to ask, when the next one comes,"
            " of which day its data are, and which scheme its categories are of",
        )
    try:
        cut = date.fromisoformat(str(plain["cut"])[:10])
    except ValueError as fault:
        raise BadInput(
            f"{plain['cut']!r} is no day", advice="give the cut as YYYY-MM-DD"
        ) from fault
    return Told(
        organisation=str(plain["organisation"]).strip(),
        contact=str(plain["contact"]).strip(),
        next_release=_next(str(plain["next_release"]).strip(), cut),
        cut=cut,
        scheme=str(plain["scheme"]).strip(),
        scheme_version=str(plain["scheme_version"]).strip(),
        code_version=str(plain.get("code_version") or code_version),
        provisional=str(plain.get("provisional") or "").lower() not in _NO,
        revised=str(plain.get("revised") or "").strip(),
    )


def must_be_over(period: Period, told: Told) -> None:
    """Refuse to call the figures of a month final before it is over."""
    if period.cut is not None and not told.provisional:
        raise BadInput(
            f"{period.text}: its figures are not final",
            advice="say that the report is provisional, or make it when the month is"
            " over",
        )


def _next(said: str, cut: date) -> str:
    """Refuse a day that is gone; when the next one comes may be told in words."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return said
    if day <= cut:
        raise BadInput(
            f"the next release is told for {said}, which is not after the data",
            advice="give the day on which the next one comes",
        )
    return said


_NO = frozenset({"", "no", "false", "0", "none"})
