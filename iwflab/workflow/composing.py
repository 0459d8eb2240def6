"""A report is composed from counted frames and written; here nothing leaves."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iwflab.errors import BadInput
from iwflab.statistics.reports import FORMS, REPORTS, Report, written

if TYPE_CHECKING:
    import pandas as pd


def kinds() -> dict[str, str]:
    """Name the reports there are, each with its title."""
    return {name: kind.title for name, kind in REPORTS.items()}


def compose(
    frames: "Mapping[str, pd.DataFrame]",
    kind: str,
    *,
    months: tuple[str, str],
    profile: str,
    told: Mapping[str, str],
) -> Report:
    """Compose a report of some whole months ("2026-10") from the counted frames.

    ``told`` is what a release says of itself: organisation, contact, next_release,
    cut, and provisional where it is.  Raises BadInput for what is missing or wrong.
    """
    return REPORTS[kind].compose(frames, period=months, profile=profile, told=told)


def forms(report: Report) -> dict[str, bytes]:
    """Write a report in every form; the same report gives the same bytes."""
    if not isinstance(report, Report):
        raise BadInput("this is no report", advice="compose one first")
    return {form: written(report, form) for form in FORMS}
