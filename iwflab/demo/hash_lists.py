"""Two invented hash lists that know some of the demonstration's own drawn media.

Their entries are hashes of these media, some with bits turned: an exact hit, a near
one, candidates for a person, and media that are known to be harmless.
"""

import csv
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from iwflab.demo.drawing import Numbers
from iwflab.lab import Lab

BITS = 256  # of PDQ
# Bits turned of each entry, in the order of the media that wait; None: equal bytes.
KNOWN: Sequence[tuple[int | None, str]] = (
    (None, "demonstration 1"),
    (12, "demonstration 2"),
    (38, "demonstration 3"),
    (52, "demonstration 3"),
)
BENIGN: Sequence[tuple[int | None, str]] = (
    (None, "stock picture"),
    (6, "stock picture"),
    (44, "stock picture"),
)
EVERY = 2  # of the pictures that wait one is on a list: the queue keeps the rest
CLEAR = 50  # quality of PDQ from which it is compared


def add(lab: Lab) -> None:
    """Add both lists, as far as there are media for them; hold all media."""
    waiting = [one for one in lab.overview() if one["stage"] == "waiting"]
    names = {one["medium"]: one["name"] for one in waiting}
    found = lab.hashes()
    clear = found[
        (found["algorithm"] == "pdq")
        & (found["variant"] == "full")
        & (found["quality"] >= CLEAR)
        & found["medium"].isin([m for m, name in names.items() if "/card/" in name])
    ]
    digests = {one["medium"]: one["sha256"] for one in waiting}
    pairs = zip(clear["medium"], clear["value"], strict=True)
    chosen = sorted(pairs, key=lambda pair: names[pair[0]])[::EVERY]
    rows = [(digests[medium], value) for medium, value in chosen]
    with tempfile.TemporaryDirectory() as place:
        for name, kind, wanted, part in (
            ("Demonstration list", "known", KNOWN, rows),
            ("Demonstration stock", "benign", BENIGN, rows[len(KNOWN) :]),
        ):
            if not part:  # a small lab has no medium left for it
                continue
            file = Path(place) / "list.csv"
            _write(file, _entries(wanted, part))
            source = "invented for the demonstration"
            lab.list_add(file, form="csv", name=name, source=source, kind=kind)
    lab.match()


def _entries(
    wanted: Sequence[tuple[int | None, str]], rows: Iterable[tuple[str, str]]
) -> Iterable[Mapping[str, str]]:
    for number, ((turned, label), (digest, value)) in enumerate(
        zip(wanted, rows, strict=False)
    ):
        blank = {"sha256": "", "pdq": "", "pdq_quality": "", "label": label}
        if turned is None:
            yield {**blank, "sha256": digest}
        else:
            near = _turned(value, turned, Numbers(number + 1))
            yield {**blank, "pdq": near, "pdq_quality": "100"}


def _turned(value: str, bits: int, numbers: Numbers) -> str:
    """Turn so many bits of a hash, each once."""
    places: set[int] = set()
    while len(places) < bits:
        places.add(numbers.below(BITS))
    mask = sum(1 << place for place in places)
    return f"{int(value, 16) ^ mask:064x}"


def _write(file: Path, entries: Iterable[Mapping[str, str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, ["sha256", "pdq", "pdq_quality", "label"])
        writer.writeheader()
        writer.writerows(entries)
