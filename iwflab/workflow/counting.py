"""Counted frames: one row a unit, from which every statistic and report starts.

    frames(store, scheme="uk_2014")["children"]

Days are UTC.  What is not known is missing: NaT, NaN, or a level of its own.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import UNDETERMINED, Scheme
from iwflab.domain.counting import NOT_KNOWN, ROUTES
from iwflab.domain.elements import CHILD_FIELDS
from iwflab.domain.hashes import FARTHEST_CANDIDATE, MATCH_DISTANCE
from iwflab.domain.queueing import KINDS
from iwflab.domain.records import TAG_STATES
from iwflab.errors import BadInput
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.stacking import labelled, words_of
from iwflab.schemes import scheme_named, tags
from iwflab.statistics.units import youngest
from iwflab.store import Store, units
from iwflab.store.reading import overview
from iwflab.store.stacks import laid_values

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

PROHIBITED = "uk_s62"
COUNTED = ("signed_off", "released")
_DAY_US = 86_400_000_000
_SHARED = ("medium", "content", "series")
_LATER = ("counted", "code", "signed_on")


def frames(
    store: Store, *, scheme: str, distance: int | None = None
) -> "dict[str, pd.DataFrame]":
    """Give the frames ``media, children, tags, sightings, copies``, of one state.

    ``scheme`` is that of ``code``, as it was signed off; ``distance`` (0 to 60 bits,
    by default that of a match) makes near-duplicates one ``content``.  The columns
    are those of docs/statistics.md.
    """
    law = scheme_named(scheme)
    bits = MATCH_DISTANCE if distance is None else distance
    if not 0 <= bits <= FARTHEST_CANDIDATE:
        raise BadInput(
            f"near-duplicates are within 0 to {FARTHEST_CANDIDATE} bits",
            advice=f"{MATCH_DISTANCE} is the distance of a match",
        )
    with store.moment():
        found = _read(store, bits)
    base = _base(found, law)
    place = {medium: at for at, medium in enumerate(base["medium"])}
    children = _children(found, base)
    sightings = _sightings(found.sightings, base, place)
    return {
        "media": _media(base, children, sightings),
        "children": children,
        "tags": _tags(found.rows, base),
        "sightings": sightings,
        "copies": _copies(found.copies, base, place),
    }


def within(
    found: "dict[str, pd.DataFrame]", media: Collection[str] | None
) -> "dict[str, pd.DataFrame]":
    """Keep the rows of some media; None keeps all.

    A content is then named after the first medium that is left of it, so that no id
    tells of another.
    """
    if media is None:
        return found
    held = found["media"]
    held = held[held["medium"].isin(list(media))]
    first = held.groupby("content", sort=False)["medium"].first()
    kept = {}
    for name, frame in found.items():
        rows = frame[frame["medium"].isin(list(media))].reset_index(drop=True)
        kept[name] = rows.assign(content=rows["content"].map(first))
    return kept


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read, all of one state."""

    rows: Sequence[Mapping[str, Any]]
    content: Mapping[str, str]
    series: Mapping[units.Subject, tuple[str, str, int]]
    victims: Mapping[units.Subject, tuple[str, str, int]]
    arrived: Mapping[str, int]
    signed: Mapping[str, int]
    children: Sequence[tuple[Any, ...]]
    sightings: Sequence[tuple[Any, ...]]
    copies: Sequence[tuple[Any, ...]]


def _read(store: Store, bits: int) -> _Found:
    return _Found(
        rows=overview(store),
        content=_contents(store, bits),
        series=units.members(store, units.SERIES),
        victims=units.members(store, units.VICTIM),
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


def _base(found: _Found, law: Scheme) -> "pd.DataFrame":
    """One row a medium, in order of arrival, with what all frames share."""
    import pandas as pd

    rows, names = found.rows, [row["medium"] for row in found.rows]
    stages = [row["stage"] for row in rows]
    signed = [
        row["signed_grades"] if s in COUNTED else None
        for row, s in zip(rows, stages, strict=True)
    ]
    codes, prohibited = _codes(signed, law.name), _codes(signed, PROHIBITED)
    return pd.DataFrame(
        {
            "medium": names,
            "content": [found.content.get(name, name) for name in names],
            "series": [found.series.get((n, 0), ("",))[0] for n in names],
            "kind": [KINDS[(row["frames"] or 0) > 1] for row in rows],
            "stage": stages,
            "counted": [text is not None for text in signed],
            "code": pd.Categorical(
                [code or None for code in codes],
                categories=_levels(law, codes),
                ordered=True,
            ),
            "prohibited": prohibited,
            "copies": pd.array([row["copies"] for row in rows], dtype="Int64"),
            "arrived_on": _days(found.arrived.get(name) for name in names),
            "signed_on": _days(
                found.signed.get(row["sign_off"]) if s in COUNTED else None
                for row, s in zip(rows, stages, strict=True)
            ),
            "known": [stage == "known" for stage in stages],
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


def _levels(law: Scheme, codes: Iterable[str]) -> list[str]:
    """Give the codes from mild to severe; what an older version gave is kept."""
    known = [*law.order, *law.beside]
    older = sorted(set(codes) - {*known, UNDETERMINED, ""})
    return [*known, *older, UNDETERMINED]


def _days(times: Iterable[int | None]) -> Any:
    """Give the UTC days of microseconds; NaT where there is none."""
    import numpy as np

    nothing = np.iinfo(np.int64).min  # NaT
    whole = [nothing if t is None else t // _DAY_US for t in times]
    return np.array(whole, dtype="datetime64[D]").astype("datetime64[us]")


def _children(found: _Found, base: "pd.DataFrame") -> "pd.DataFrame":
    """One row a child appearance, of the assessments that stand."""
    import numpy as np
    import pandas as pd

    at = {row["assessment"]: place for place, row in enumerate(found.rows)}
    rows = [row for row in found.children if row[0] in at]
    told = pd.DataFrame(rows, columns=list(units.CHILD))
    where = np.array([at[row[0]] for row in rows], dtype=np.int64)
    order = np.argsort(where, kind="stable")
    told, where = told.iloc[order].reset_index(drop=True), where[order]
    shared = _at(base, where)
    subjects = list(zip(shared["medium"], told["number"], strict=True))
    links = [found.victims.get((m, int(n)), ("", "", -1)) for m, n in subjects]
    frame = pd.DataFrame(
        {
            "appearance": [f"{medium}#{number}" for medium, number in subjects],
            **{name: shared[name] for name in _SHARED},
            "victim": [name for name, _, _ in links],
            "number": told["number"].astype("Int64"),
            **{name: _field(told[name], name) for name in _FIELDS},
            **{name: told[name].astype("Int64") for name in ("age_min", "age_max")},
            **{name: shared[name] for name in ("stage", "counted", "code", "kind")},
            "signed_on": shared["signed_on"],
        }
    )
    # Numbers may mean other children since: a person has to look again.
    frame["link_to_check"] = [
        bool(name) and entry < graded
        for (name, _, entry), graded in zip(links, told["entry"], strict=True)
    ]
    return frame


_FIELDS = ("age_band", "sex", "pubertal", "face_visible", "skin_tone")


def _field(column: "pd.Series[Any]", name: str) -> "pd.Categorical":
    """Make answers a Categorical in their own order; no answer is missing."""
    import pandas as pd

    ordered = name in {"age_band", "pubertal", "skin_tone"}
    return pd.Categorical(
        column, categories=list(CHILD_FIELDS[name].values), ordered=ordered
    )


def _at(base: "pd.DataFrame", where: "Places") -> "pd.DataFrame":
    return base.take(where).reset_index(drop=True)  # type: ignore[arg-type]


def _tags(rows: Sequence[Mapping[str, Any]], base: "pd.DataFrame") -> "pd.DataFrame":
    """One row a graded medium and tag; ``value`` is missing where nobody answered."""
    import numpy as np
    import pandas as pd

    graded = [at for at, row in enumerate(rows) if row["assessment"]]
    read = {text: json.loads(text) for text in {rows[at]["tags"] for at in graded}}
    older = sorted({code for said in read.values() for code in said} - set(tags()))
    codes = [*tags(), *older]
    state = {name: number for number, name in enumerate(TAG_STATES)}
    told = {
        text: [state.get(said.get(code, ""), -1) for code in codes]
        for text, said in read.items()
    }
    values = np.array([told[rows[at]["tags"]] for at in graded], dtype=np.int8)
    shared = _at(base, np.repeat(np.array(graded, dtype=np.int64), len(codes)))
    return pd.DataFrame(
        {
            **{name: shared[name] for name in _SHARED},
            "tag": codes * len(graded),
            "value": pd.Categorical.from_codes(
                values.ravel(), categories=list(TAG_STATES)
            ),
            **{name: shared[name] for name in _LATER},
        }
    )


def _sightings(
    rows: Sequence[tuple[Any, ...]], base: "pd.DataFrame", place: Mapping[str, int]
) -> "pd.DataFrame":
    """One row a sighting; the address is an id that tells nothing of it."""
    import numpy as np
    import pandas as pd

    told = pd.DataFrame(rows, columns=list(units.SIGHTING))
    shared = _at(base, np.array([place[row[0]] for row in rows], dtype=np.int64))
    # Not a digest of the address: whoever guesses one could test the guess.
    first: dict[str, str] = {"": ""}
    for address, key in zip(told["url"], told["id"], strict=True):
        first.setdefault(address, key)
    days = np.array([day or "NaT" for day in told["seen_on"]], dtype="datetime64[D]")
    return pd.DataFrame(
        {
            **{name: shared[name] for name in _SHARED},
            "source": told["source"],
            "route": pd.Categorical(
                [route or NOT_KNOWN for route in told["route"]],
                categories=[*ROUTES, NOT_KNOWN],
            ),
            "routes": told["routes"],
            "url": [first[address] for address in told["url"]],
            "seen_on": days.astype("datetime64[us]"),
            **{name: shared[name] for name in _LATER},
        }
    )


def _copies(
    rows: Sequence[tuple[Any, ...]], base: "pd.DataFrame", place: Mapping[str, int]
) -> "pd.DataFrame":
    """One row a copy, with the day on which it arrived itself."""
    import numpy as np
    import pandas as pd

    shared = _at(base, np.array([place[row[0]] for row in rows], dtype=np.int64))
    return pd.DataFrame(
        {
            **{name: shared[name] for name in _SHARED},
            "copy": [row[1] for row in rows],
            **{name: shared[name] for name in ("counted", "code")},
            "arrived_on": _days(row[2] for row in rows),
            "signed_on": shared["signed_on"],
        }
    )


def _media(
    base: "pd.DataFrame", children: "pd.DataFrame", sightings: "pd.DataFrame"
) -> "pd.DataFrame":
    """One row a medium, with how many children, the youngest, and when it was seen."""
    import pandas as pd

    names = base["medium"]
    grouped = children.groupby("medium")["age_band"]
    bands = youngest(children["age_band"], children["medium"])
    seen = sightings.groupby("medium")["seen_on"]
    first, last = seen.min(), seen.max()
    return pd.DataFrame(
        {
            **{name: base[name] for name in (*_SHARED, "kind", "stage", "counted")},
            **{name: base[name] for name in ("code", "prohibited")},
            "children": grouped.size()
            .reindex(names, fill_value=0)
            .array.astype("Int64"),
            "youngest": bands.reindex(names).array,
            "copies": base["copies"],
            **{name: base[name] for name in ("arrived_on", "signed_on")},
            "first_seen": first.reindex(names).array,
            "last_seen": last.reindex(names).array,
            "known": base["known"],
        }
    )
