"""Held against what this lab signed off itself: PDQ of whole pictures, all turns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from iwflab.domain.hashes import HashValue
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.asking import Asked, asked_of
from iwflab.hashing.list_columns import Group
from iwflab.hashing.lists import CANDIDATE, MATCH
from iwflab.hashing.search import MOST, columns_of, search
from iwflab.store import Store
from iwflab.store.known import several_frames, signed_codes, values_of

SCHEME = "uk_2014"  # whose code a hit on our own grades names first
_WHOLE = Group("pdq", "full", "near")  # one variant: of ours both are there


@dataclass(frozen=True, slots=True)
class Own:
    """What this lab signed off: media in order, with their codes and columns."""

    media: tuple[str, ...]
    labels: tuple[str, ...]
    sign_offs: tuple[str, ...]
    values: tuple[HashValue, ...]


def own_grades(store: Store) -> Own:
    """Give what was signed off here and can be matched."""
    signed = signed_codes(store)
    values = values_of(store, list(signed))
    several = several_frames(store, list(signed))
    least = ALGORITHMS["pdq"].least_quality or 0
    found = [
        (medium, value)
        for medium in signed
        if medium not in several
        for value in values[medium]
        if (value.algorithm, value.variant) == ("pdq", "full")
        and (value.quality or 0) >= least
    ]
    media = tuple(medium for medium, _ in found)
    return Own(
        media,
        tuple(_code(signed[medium]["grades"]) for medium in media),
        tuple(signed[medium]["sign_off"] for medium in media),
        tuple(value for _, value in found),
    )


def _code(grades: dict[str, Any]) -> str:
    for scheme in (SCHEME, *grades):
        if scheme in grades:
            return f"{scheme} {grades[scheme]['code']}"
    return ""


def against_own(
    store: Store, media: Sequence[str], own: Own, candidates: int
) -> Iterator[dict[str, Any]]:
    """Give hits against signed-off media, the nearest orientation of each pair."""
    asked = list(asked_of(values_of(store, media), _WHOLE))
    if not asked or not own.media:
        return
    several = several_frames(store, media)
    best: dict[tuple[str, int], tuple[int, str]] = {}
    for one, entry, distance in _near(asked, own, candidates):
        near = best.get((one.medium, entry))
        if own.media[entry] != one.medium and (near is None or distance < near[0]):
            best[one.medium, entry] = distance, one.orientation
    near_enough = ALGORITHMS["pdq"].match_distance or 0
    for (medium, entry), (distance, orientation) in best.items():
        whole = medium not in several
        yield {
            "medium": medium,
            "hash_list": None,
            "sign_off": own.sign_offs[entry],
            "line": -1,
            "algorithm": "pdq",
            "variant": "full",
            "value": own.values[entry].value,
            "distance": distance,
            "orientation": orientation,
            "tier": MATCH if distance <= near_enough and whole else CANDIDATE,
            "label": own.labels[entry],
        }


def _near(
    asked: Sequence[Asked], own: Own, radius: int
) -> Iterator[tuple[Asked, int, int]]:
    """Give pairs within a radius; few queries at a time, for scenes with many media."""
    bits = ALGORITHMS["pdq"].bits
    entries = columns_of([value.value for value in own.values], bits)
    step = max(1, MOST // len(own.values))
    for at in range(0, len(asked), step):
        part = asked[at : at + step]
        hits = search(columns_of([one.value for one in part], bits), entries, radius)
        places = (hits.query.tolist(), hits.entry.tolist(), hits.distance.tolist())
        for query, entry, distance in zip(*places, strict=True):
            yield part[query], entry, distance
