"""What counted frames are made of: read in one state, and put beside the media."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import UNDETERMINED, Scheme
from iwflab.domain.grouping import VICTIM, Subject
from iwflab.domain.queueing import KINDS
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.stacking import labelled, words_of
from iwflab.store import Store, units
from iwflab.store.reading import overview
from iwflab.store.stacks import laid_values

if TYPE_CHECKING:
    import pandas as pd

PROHIBITED = "uk_s62"
COUNTED = ("signed_off", "released")
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """What was read, all of one state."""

    rows: Sequence[Mapping[str, Any]]
    content: Mapping[str, str]
    series: Mapping[str, str]
    victims: Mapping[Subject, tuple[str, str, int]]
    arrived: Mapping[str, int]
    signed: Mapping[str, int]
    children: Sequence[tuple[Any, ...]]
    sightings: Sequence[tuple[Any, ...]]
    copies: Sequence[tuple[Any, ...]]


def read(store: Store, bits: int) -> Found:
    """Read all that the frames need; near-duplicates are within so many bits."""
    return Found(
        rows=overview(store),
        content=_contents(store, bits),
        series=units.series_by_medium(store),
        victims=units.members(store, VICTIM),
        arrived=units.media_days(store),
        signed=units.signed_days(store),
        children=units.child_rows(store),
        sightings=units.sighting_rows(store),
        copies=units.copy_rows(store),
    )


def _contents(store: Store, bits: int) -> dict[str, str]:
    """Give of each hashed picture the one of its stack that arrived first."""
    least = ALGORITHMS["pdq"].least_quality or 0
    values = laid_values(store, "pdq", "full", least=least)
    names = list(values)
    labels = labelled(words_of(list(values.values())), len(names), bits)
    return {name: names[at] for name, at in zip(names, labels.tolist(), strict=True)}


def base_of(found: Found, law: Scheme) -> "pd.DataFrame":
    """One row a medium, in order of arrival, with what all frames share."""
    import numpy as np
    import pandas as pd

    rows, names = found.rows, [row["medium"] for row in found.rows]
    stages = [row["stage"] for row in rows]
    signed = [
        row["signed_grades"] if s in COUNTED else None
        for row, s in zip(rows, stages, strict=True)
    ]
    codes, prohibited = _codes(signed, law.name), _codes(signed, PROHIBITED)
    placed = {"", *law.order}
    return pd.DataFrame(
        {
            "medium": names,
            "content": [found.content.get(name, name) for name in names],
            "series": [found.series.get(name, "") for name in names],
            "kind": [KINDS[(row["frames"] or 0) > 1] for row in rows],
            "stage": stages,
            "counted": np.array([text is not None for text in signed], dtype=bool),
            "code": pd.Categorical(
                [(c if c in placed else UNDETERMINED) or None for c in codes],
                categories=[*law.order, UNDETERMINED],
                ordered=True,
            ),
            "prohibited": prohibited,
            "copies": pd.array([row["copies"] for row in rows], dtype="Int64"),
            "arrived_on": days_of(found.arrived.get(name) for name in names),
            "signed_on": days_of(
                found.signed.get(row["sign_off"]) if s in COUNTED else None
                for row, s in zip(rows, stages, strict=True)
            ),
            "known": np.array([stage == "known" for stage in stages], dtype=bool),
        }
    )  # fmt: skip


def _codes(signed: Iterable[str | None], scheme: str) -> list[str]:
    """Give the code each medium was signed off with; equal texts are read once."""
    read: dict[str | None, str] = {None: ""}
    codes = []
    for text in signed:
        if text not in read:
            read[text] = json.loads(text or "{}").get(scheme, {}).get("code", "")
        codes.append(read[text])
    return codes


def days_of(times: Iterable[int | None]) -> Any:
    """Give the UTC days of microseconds; NaT where there is none."""
    import numpy as np

    nothing = np.iinfo(np.int64).min  # NaT
    whole = [nothing if t is None else t // _DAY_US for t in times]
    return np.array(whole, dtype="datetime64[D]").astype("datetime64[us]")
