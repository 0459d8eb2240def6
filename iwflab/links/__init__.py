"""Link kinds: each reason for which two media belong together, one file each."""

from iwflab.domain.links import LinkKind
from iwflab.registry import Registry

LINK_KINDS = Registry(__name__, LinkKind)
