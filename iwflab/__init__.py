"""A research environment for the analysts of a child-protection hotline.

``from iwflab import Lab`` is the way in; the parts are loaded when they are used.
"""

from typing import TYPE_CHECKING

from iwflab.domain.version import VERSION

if TYPE_CHECKING:
    from iwflab.lab import Lab
    from iwflab.lab.calibrating import calibrate

__version__ = VERSION
__all__ = ["Lab", "__version__", "calibrate"]


def __getattr__(name: str) -> object:
    """Load the lab on first use: the decoder's worker imports this package too."""
    if name == "Lab":
        from iwflab.lab import Lab

        return Lab
    if name == "calibrate":
        from iwflab.lab.calibrating import calibrate

        return calibrate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
