"""Who may open the lab for research: the one place that says so."""

from iwflab.domain.roles import need
from iwflab.lab.seat import Seat

_RESEARCH = need("research")


def may_research(lab: Seat) -> bool:
    """Tell whether the lab's analyst may work in JupyterLab now."""
    return lab.may(_RESEARCH)


def must_research(lab: Seat) -> None:
    """Refuse a person who may not work in JupyterLab; say which role may."""
    lab.must_be_allowed(_RESEARCH)
