"""The files that a report can be written as: one form a file, found by the registry."""

from collections.abc import Callable
from dataclasses import dataclass

from iwflab.registry import Registry
from iwflab.statistics.reports.model import Report


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file; ``write`` gives the same bytes for the same report.

    ``lacking`` says why it cannot be written on this machine; empty where it can.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    write: Callable[[Report], bytes]
    lacking: Callable[[], str] = str


FORMS = Registry(__name__, Form)
