"""Counted frames, each made of what was read."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import NOT_KNOWN, ROUTES
from iwflab.domain.records import TAG_STATES
from iwflab.schemes import tags as known_tags
from iwflab.statistics.units import youngest
from iwflab.store import units
from iwflab.store.frames import answers
from iwflab.workflow.counting.reading import Found, days_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

_SHARED = ("medium", "content", "series")
_LATER = ("counted", "code", "signed_on")


def children(found: Found, base: "pd.DataFrame") -> "pd.DataFrame":
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
            **{name: answers(told[name], name) for name in _FIELDS},
            **{name: told[name].astype("Int64") for name in ("age_min", "age_max")},
            **{name: shared[name] for name in ("stage", "counted", "code", "kind")},
            "signed_on": shared["signed_on"],
        }
    )
    # Numbers may mean other children since: a person has to look again.
    frame["link_to_check"] = np.array(
        [
            bool(name) and entry < graded
            for (name, _, entry), graded in zip(links, told["entry"], strict=True)
        ],
        dtype=bool,
    )
    return frame


_FIELDS = ("age_band", "sex", "pubertal", "face_visible", "skin_tone")


def _at(base: "pd.DataFrame", where: "Places") -> "pd.DataFrame":
    return base.take(where).reset_index(drop=True)


def tags(rows: Sequence[Mapping[str, Any]], base: "pd.DataFrame") -> "pd.DataFrame":
    """One row a graded medium and tag; ``value`` is missing where nobody answered."""
    import numpy as np
    import pandas as pd

    graded = [at for at, row in enumerate(rows) if row["assessment"]]
    read = {text: json.loads(text) for text in {rows[at]["tags"] for at in graded}}
    older = sorted(
        {code for said in read.values() for code in said} - set(known_tags())
    )
    codes = [*known_tags(), *older]
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
                values.ravel(), categories=pd.Index(TAG_STATES)
            ),
            **{name: shared[name] for name in _LATER},
        }
    )


def sightings(
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


def copies(
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
            "arrived_on": days_of(row[2] for row in rows),
            "signed_on": shared["signed_on"],
        }
    )


def media(
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
