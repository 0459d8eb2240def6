"""Exchange formats: the forms in which hash lists and sidecars travel."""

from iwflab.domain.lists import ExchangeFormat
from iwflab.registry import Registry

FORMATS = Registry(__name__, ExchangeFormat)
