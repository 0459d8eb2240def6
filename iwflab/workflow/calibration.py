"""How surely a distance tells pictures apart, measured on the analyst's own set.

Pictures are sorted into families: those of one family may be near each other, those of
two may not.  Every pair across families within a threshold is a *false match*.  The
rate is false matches of all such pairs; its bound is the exact (Clopper-Pearson) upper
limit, one-sided, at 95%.  It takes pairs as independent, which pairs that share a
picture are not: it says what this set can show, not more.
"""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iwflab.domain.hashes import FARTHEST_CANDIDATE, HashValue
from iwflab.errors import BadInput
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.tallying import tally

MEASURED = ("pdq", "phash", "dhash", "ahash")
RATES = (1e-5, 1e-6)
SURE = 0.95
NEAR = {
    256: FARTHEST_CANDIDATE,
    64: 16,
}  # bits of the hash -> up to where pairs are named

Near = tuple[str, str, int]  # file, file, bits


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one algorithm did on a set: pairs by distance, across families and within.

    ``left_out`` counts files by the reason why they were not compared; ``absent`` names
    files that have a family, and were not among those that were given.
    """

    algorithm: str
    bits: int
    files: int
    families: int
    left_out: Mapping[str, int]
    across: tuple[int, ...]
    within: tuple[int, ...]
    near: tuple[Near, ...]
    absent: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        """Count the pairs across families."""
        return sum(self.across)

    @property
    def nearest(self) -> int | None:
        """Give the least distance of a pair across families; None without pairs."""
        return next((bits for bits, n in enumerate(self.across) if n), None)

    def false_matches(self, threshold: int) -> int:
        """Count the pairs across families that are within a threshold (bits)."""
        return sum(self.across[: threshold + 1])

    def bound(self, threshold: int) -> float:
        """Give the exact 95% upper bound on the rate of false matches."""
        return upper_bound(self.false_matches(threshold), self.pairs)

    def largest(self, rate: float) -> int | None:
        """Give the largest threshold whose bound is below a rate; None if none is."""
        below = [t for t in range(self.bits + 1) if self.bound(t) < rate]
        return max(below, default=None)

    def rows(self) -> list[dict[str, Any]]:
        """Give one row a distance at which there is any pair, with what adds up."""
        return [
            {
                "algorithm": self.algorithm,
                "distance": bits,
                "across": self.across[bits],
                "within": self.within[bits],
                "false_matches": self.false_matches(bits),
                "pairs": self.pairs,
                "rate": self.false_matches(bits) / self.pairs if self.pairs else None,
                "bound": self.bound(bits),
            }
            for bits in range(self.bits + 1)
            if self.across[bits] or self.within[bits] or bits == self.threshold
        ]

    @property
    def threshold(self) -> int:
        """The distance up to which the lab calls it a match; 0 where it calls none."""
        return ALGORITHMS[self.algorithm].match_distance or 0


def upper_bound(found: int, pairs: int) -> float:
    """Give the exact (Clopper-Pearson) one-sided 95% upper bound of a rate."""
    if not 0 <= found <= pairs:
        raise BadInput("more was found than there is", advice="check the counts")
    if found == pairs:  # without pairs, too: then nothing is known
        return 1.0
    from scipy.stats import beta

    return float(beta.ppf(SURE, found + 1, pairs - found))


def pairs_needed(rate: float) -> int:
    """Give how many pairs without a false match it takes to state a rate."""
    low, high = 1, 1
    while upper_bound(0, high) >= rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if upper_bound(0, middle) >= rate else (low, middle)
    return high


def families_in(manifest: Path) -> dict[str, str]:
    """Read a CSV of ``file,family``; files are named from where the CSV lies."""
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            if not {"file", "family"} <= set(reader.fieldnames or ()):
                raise BadInput(
                    f"{manifest.name} has no columns file and family",
                    advice="name them in its first line",
                )
            return {
                os.path.realpath(manifest.parent / (row["file"] or "")): row["family"]
                or ""
                for row in reader
            }
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(
            f"{manifest.name} cannot be read as CSV", advice="save it as UTF-8 CSV"
        ) from fault


def calibrate(
    records: Iterable[Mapping[str, Any]], families: Mapping[str, str] | None = None
) -> list[Calibration]:
    """Measure :data:`MEASURED` on records of hashed files; one result each.

    A file's family is its folder, or what ``families`` says of its real path; then a
    file that is not named there is left out.
    """
    out: Counter[str] = Counter()
    absent = dict.fromkeys(families or ())
    kept: dict[str, tuple[str, str, list[HashValue]]] = {}
    for record in records:
        name = str(record["file"])
        family = _family(name, families)
        absent.pop(os.path.realpath(name), None)
        if record.get("refused") or not record.get("hashes"):
            out["not decoded"] += 1
        elif not family:
            out["of no family"] += 1
        elif str(record["sha256"]) in kept:
            out["the same bytes again"] += 1
        else:
            values = [HashValue(**row) for row in record["hashes"]]
            kept[str(record["sha256"])] = name, family, values
    measured = [_measured(name, list(kept.values()), out) for name in MEASURED]
    return [replace(one, absent=tuple(absent)) for one in measured]


def _family(name: str, families: Mapping[str, str] | None) -> str:
    if families is None:
        return str(Path(name).parent)
    return families.get(os.path.realpath(name), "")


def _measured(
    algorithm: str,
    kept: Sequence[tuple[str, str, list[HashValue]]],
    out: Mapping[str, int],
) -> Calibration:
    known = ALGORITHMS[algorithm]
    left_out: Counter[str] = Counter(out)
    names, values, numbers = [], [], []
    number: dict[str, int] = {}
    for name, family, hashes in kept:
        mine = [h for h in hashes if h.algorithm == algorithm and h.variant != "512nn"]
        if not mine:
            left_out["without this hash"] += 1
        elif known.least_quality and (mine[-1].quality or 0) < known.least_quality:
            left_out[f"of a quality below {known.least_quality}"] += 1
        else:
            names.append(name)
            values.append([mine[-1].value, *mine[-1].turned])
            numbers.append(number.setdefault(family, len(number)))
    found = tally(algorithm, values, numbers, limit=NEAR[known.bits])
    near = sorted((names[a], names[b], far) for a, b, far in found.near)
    return Calibration(
        algorithm,
        known.bits,
        len(names),
        len(number),
        dict(left_out),
        found.across,
        found.within,
        tuple(sorted(near, key=lambda pair: pair[2])),
    )
