"""Which level a person starts a medium with, where start levels are compared.

Levels are drawn in blocks of a person: each block holds every level equally often, in
an order that the seed gives.  So each person meets all levels about as often, and what
differs between people, or changes while they work, falls on all levels alike (blocking:
ICH E9, 1998, section 2.3.2).
"""

from collections.abc import Sequence
from hashlib import sha256

from iwflab.domain.assessments import RevealLevel

PER_BLOCK = 2  # times each level stands in a block: its end is hard to foresee
FEWEST_LEVELS = 2
# Answers of the self-report: 1 not at all demanding, 5 extremely; 0: it was left.
LEFT = 0
ANSWERS = (1, 2, 3, 4, 5)


def level_at(seed: str, analyst: str, levels: Sequence[str], place: int) -> str:
    """Give the level of the ``place``-th medium (from 0) of a person.

    The order within a block is that of SHA-256 of seed, person, block and slot: anybody
    can work it out again, with any tool.
    """
    size = PER_BLOCK * len(levels)
    block, slot = divmod(place, size)

    def drawn(one: int) -> bytes:
        return sha256(f"{seed}\n{analyst}\n{block}\n{one}".encode()).digest()

    return levels[sorted(range(size), key=drawn)[slot] % len(levels)]


def comparable_levels(named: Sequence[str], least: str) -> list[str]:
    """Give the levels that are compared: those named, else all that show something.

    None of them is less shielded than ``least``, whatever was named.
    """
    most = RevealLevel(least).step
    wanted = [level for level in RevealLevel if level in named] if named else []
    chosen = wanted or [level for level in RevealLevel if level.variant]
    return [str(level) for level in chosen if level.step <= most]
