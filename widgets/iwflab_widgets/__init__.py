"""The desks of iwflab: screens for JupyterLab and Voila over one lab."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iwflab_widgets.grading_desk import GradingDesk
    from iwflab_widgets.intake_desk import IntakeDesk
    from iwflab_widgets.matching_desk import MatchingDesk
    from iwflab_widgets.release_desk import ReleaseDesk
    from iwflab_widgets.statistics_desk import StatisticsDesk

_DESKS = {
    "GradingDesk": "grading_desk",
    "IntakeDesk": "intake_desk",
    "MatchingDesk": "matching_desk",
    "ReleaseDesk": "release_desk",
    "StatisticsDesk": "statistics_desk",
}

__all__ = [
    "GradingDesk",
    "IntakeDesk",
    "MatchingDesk",
    "ReleaseDesk",
    "StatisticsDesk",
]


def __getattr__(name: str) -> object:
    """Import a desk when it is asked for: a door opens one, not five."""
    if name not in _DESKS:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_DESKS[name]}"), name)
