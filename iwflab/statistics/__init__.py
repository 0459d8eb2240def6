"""Statistics: tidy tables in, tables that say what they count out."""

from iwflab.domain.counting import Statistic
from iwflab.registry import Registry

STATISTICS = Registry(__name__, Statistic)
