"""How long the medium that is in this worker may still take.

The worker turns it when a medium comes; a decoder that can stop half-way and keep what
it has asks it now and then.  Whoever does not ask is killed from outside when the time
is over, and then nothing of the medium is left but its bytes.
"""

import time

# Part of the whole time that may be used up by decoding: the rest is for drawing,
# encoding and answering.
PART = 0.7
_runs_out: list[float] = []


def turn(seconds: float) -> None:
    """Start: a medium may take so many seconds, wall-clock, until it is killed."""
    _runs_out[:] = [time.monotonic() + PART * seconds]


def is_empty() -> bool:
    """Tell whether decoding must stop now."""
    return bool(_runs_out) and time.monotonic() > _runs_out[0]
