"""Who may open the lab for research: the one place that says so."""

from iwflab.errors import NotAllowed
from iwflab.lab.seat import Seat


def may_research(lab: Seat) -> bool:  # noqa: ARG001 - asked of a person, once roles are
    """Tell whether the lab's analyst may work in JupyterLab: today, everybody may."""
    return True


def must_research(lab: Seat) -> None:
    """Refuse a person who may not work in JupyterLab."""
    if not may_research(lab):
        raise NotAllowed(
            f"{lab.analyst} may not open this lab for research",
            advice="ask a senior analyst, or use the desks: iwflab serve",
        )
