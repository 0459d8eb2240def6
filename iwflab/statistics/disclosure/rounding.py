"""Rounding of whole tables: small counts withheld, all others to a base.

Each cell is rounded on its own, so rounded cells need not add up to a rounded margin.
"""

import hashlib
import hmac

from iwflab.errors import BadInput
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.tables import Counts, Key, Published, Shown


def round_table(
    counts: Counts, profile: Profile, *, seed: bytes | None = None
) -> Published:
    """Round every cell to the profile's base, and withhold the small ones.

    Without a seed to the nearest multiple, halves up.  With one up or down at random,
    up as often as the remainder over the base (unbiased), and the same for the same
    cell and count in every table and release, so that repeats tell nothing; the seed
    is a secret of the lab, of 16 bytes or more.
    """
    if profile.method != "round":
        raise BadInput(
            f"the profile {profile.name!r} does not round",
            advice="choose one whose method is round",
        )
    if seed is not None and len(seed) < LEAST_SEED:
        raise BadInput(
            f"a seed of {len(seed)} bytes can be guessed",
            advice=f"give {LEAST_SEED} random bytes or more, and keep them secret",
        )
    cells = {key: _shown(counts, key, profile, seed) for key in counts.cells}
    return Published(
        counts.name,
        counts.unit,
        counts.coverage,
        profile.name,
        counts.names,
        counts.levels,
        cells,
        counts.finer,
    )


LEAST_SEED = 16


def _shown(counts: Counts, key: Key, profile: Profile, seed: bytes | None) -> Shown:
    n, base = counts.cells[key], profile.base
    if profile.small(n):
        return Shown(None, 1, profile.threshold - 1)
    down = n - n % base
    if seed is None:
        value = down + base * (2 * (n % base) >= base)
    else:
        value = down + base * (n % base > _drawn(seed, counts, key, base))
    shown = behind(value, profile, nearest=seed is None)
    if shown is None:
        raise ValueError(f"{n} is not rounded to {value}")
    return shown


def behind(value: int, profile: Profile, *, nearest: bool) -> Shown | None:
    """Give a rounded number with the counts that can stand behind it; None if none."""
    reach = range(max(value - profile.base + 1, 0), value + profile.base)
    could = [one for one in reach if _could(one, value, profile, nearest=nearest)]
    rounded = could and value % profile.base == 0
    return Shown(value, could[0], could[-1]) if rounded else None


def _could(n: int, value: int, profile: Profile, *, nearest: bool) -> bool:
    """Tell whether a count could stand behind a shown number."""
    if profile.small(n):
        return False
    if not nearest:
        return n == value or n % profile.base != 0
    up = 2 * (n % profile.base) >= profile.base
    return n - n % profile.base + profile.base * up == value


def _drawn(seed: bytes, counts: Counts, key: Key, base: int) -> int:
    """Draw a number below the base, from the secret, the cell and its count."""
    named = sorted(zip(counts.names, key, strict=True))
    told = repr((counts.unit, counts.coverage, named, counts.cells[key]))
    drawn = hmac.new(seed, told.encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn, "big") % base
