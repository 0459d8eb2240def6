"""The lab: one analyst at one store; the only thing that desks and commands talk to.

Every method is a line or two: it names a step of the way and says who asks.
"""

from iwflab.lab.carrying import Carrying
from iwflab.lab.comparing import Comparing
from iwflab.lab.composing import Composing
from iwflab.lab.deriving import Deriving
from iwflab.lab.exploring import Exploring
from iwflab.lab.flow import Flow
from iwflab.lab.keeping import Keeping
from iwflab.lab.laying_out import LayingOut
from iwflab.lab.leaving import Leaving
from iwflab.lab.levels import Levels
from iwflab.lab.linking import Linking
from iwflab.lab.looking import Looking
from iwflab.lab.people import People
from iwflab.lab.publishing import Publishing


class Lab(
    Looking,
    Levels,
    Flow,
    LayingOut,
    Comparing,
    Carrying,
    Deriving,
    Exploring,
    Linking,
    Keeping,
    Leaving,
    Composing,
    Publishing,
    People,
):
    """One analyst at one lab folder.

    >>> lab = Lab.open("harbour")  # doctest: +SKIP
    >>> lab.media()  # doctest: +SKIP
    """


__all__ = ["Lab"]
