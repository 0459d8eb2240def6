"""Near-duplicates in the lab, as stacks: one look may answer for several media.

A stack is what hangs together by pairs within a distance of PDQ, in any orientation;
only hashes of quality 50 and more count.  Its ends may be farther apart than that
distance: each member's distance to the exemplar is told, the most distant first.
"""

import random
from collections.abc import Collection, Mapping
from typing import Any

from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE
from iwflab.errors import BadInput, NotFound
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.stacking import Led, gathered, labelled, warm_up, words_of
from iwflab.store import Store
from iwflab.store.reading import some_media
from iwflab.store.stacks import laid_values

__all__ = ["sample", "stack_of", "stacks", "warm_up"]

ALGORITHM, VARIANT = "pdq", "full"


def stacks(
    store: Store, distance: int, *, media: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Give the stacks of some media (by default all), most waiting members first.

    BadInput for a distance that is none.  What is known already is left out of the
    members, and counted.
    """
    must_be_distance(distance)
    with store.moment():
        among = None if media is None else sorted(media)
        least = ALGORITHMS[ALGORITHM].least_quality or 0
        values = laid_values(store, ALGORITHM, VARIANT, least=least, media=among)
        names, words = list(values), words_of(list(values.values()))
        labels = labelled(words, len(names), distance)
        shared = {label for label, n in _counted(labels.tolist()).items() if n > 1}
        at = [n for n, label in enumerate(labels.tolist()) if label in shared]
        rows = {row["medium"]: row for row in some_media(store, [names[n] for n in at])}
    import numpy as np

    place = {names[n]: n for n in at}
    leads, rank = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    for order, row in enumerate(sorted(rows.values(), key=_leads)):
        rank[place[row["medium"]]] = order
    leads[
        _may_lead(labels.tolist(), {place[m]: row["stage"] for m, row in rows.items()})
    ] = 1
    told = (
        _told(led, names, rows, distance)
        for led in gathered(labels, words, distance, rank, leads)
    )
    found = [stack for stack in told if stack["size"] > 1]
    return sorted(found, key=lambda s: (-s["waiting"], -s["size"], s["exemplar"]))


def stack_of(
    store: Store, exemplar: str, distance: int, *, media: Collection[str] | None = None
) -> dict[str, Any]:
    """Give the stack of a medium; NotFound where it is in none."""
    for stack in stacks(store, distance, media=media):
        if exemplar in {member["medium"] for member in stack["members"]}:
            return stack
    raise NotFound(
        f"no other medium is within {distance} bits of this one",
        advice="see: iwflab stacks show, or take a wider distance",
    )


def sample(stack: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """Give members to check: the most distant, and others drawn, always the same.

    Drawn among those that wait, while any does: what a grade would be carried to.
    """
    if number < 1:
        raise BadInput("a sample has one member or more", advice="three are usual")
    others = [m for m in stack["members"] if m["medium"] != stack["exemplar"]]
    pool = [m for m in others if m["stage"] == "waiting"] or others
    rest = sorted(pool[1:], key=lambda member: member["medium"])
    # Nothing is secret here: whoever checks must see the same again.
    chance = random.Random(stack["exemplar"])  # noqa: S311
    drawn = chance.sample(rest, min(number - 1, len(rest)))
    return [*pool[:1], *sorted(drawn, key=lambda m: (-m["distance"], m["medium"]))]


def must_be_distance(distance: int) -> None:
    """Refuse a distance that no stack is made with."""
    if not 0 <= distance <= FARTHEST_CANDIDATE:
        raise BadInput(
            f"stacks are made within 0 to {FARTHEST_CANDIDATE} bits",
            advice=f"{MATCH_DISTANCE} is the distance of a match",
        )


def _counted(labels: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for label in labels:
        found[label] = found.get(label, 0) + 1
    return found


def _may_lead(labels: list[int], stages: Mapping[int, str]) -> list[int]:
    """Give who may lead: who waits, where any does; never what is known."""
    waiting = {labels[n] for n, stage in stages.items() if stage == "waiting"}
    return [
        n
        for n, stage in stages.items()
        if stage == "waiting" or (stage != "known" and labels[n] not in waiting)
    ]


def _leads(row: Mapping[str, Any]) -> tuple[int, int, str]:
    """Rank who may lead: the largest picture, on which most is seen, then the first."""
    return -(row["width"] or 0) * (row["height"] or 0), row["arrived"], row["medium"]


def _told(
    led: Led, names: list[str], rows: Mapping[str, Mapping[str, Any]], distance: int
) -> dict[str, Any]:
    members = [
        {
            "medium": names[at],
            "distance": far,
            "orientation": way,
            "within": far <= distance,
            "stage": rows[names[at]]["stage"],
            "name": rows[names[at]]["name"],
            "sha256": rows[names[at]]["sha256"],
        }
        for at, far, way in zip(
            led.members, led.distances, led.orientations, strict=True
        )
    ]
    exemplar = names[led.exemplar]
    shown = [m for m in members if m["stage"] != "known"]
    # The exemplar is the last of all, as the nearest to itself.
    shown.sort(key=lambda m: (-m["distance"], m["medium"] == exemplar, m["medium"]))
    return {
        "exemplar": exemplar,
        "size": len(shown),
        "waiting": sum(m["stage"] == "waiting" for m in shown),
        "known": len(members) - len(shown),
        "distance": distance,
        "standing": rows[exemplar]["assessment"],
        "members": shown,
    }
