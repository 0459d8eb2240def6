"""Drawn records for the tests and the examples: no medium stands behind them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iwflab.domain.elements import AGE_BANDS, SEXES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CODES = ("none", "C", "B", "A", "undetermined")
MONTHS = ("2026-09", "2026-10")
TOLD = {
    "organisation": "Example hotline",
    "contact": "statistics@example.invalid",
    "next_release": "2026-12-10",
    "cut": "2026-11-05",
    "scheme": "uk_2014",
    "scheme_version": "2014-04-01.2",
    "provisional": "yes",
}


def example(
    seed: int = 7, contents: int = 600
) -> tuple[Mapping[str, "pd.DataFrame"], Mapping[str, object]]:
    """Give counted frames of drawn numbers, and what to compose a report with."""
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(seed)
    rows = [_medium(draw, at) for at in range(contents)]
    media = pd.DataFrame(rows)
    media["code"] = pd.Categorical(media["code"], CODES, ordered=True)
    media["children"] = media["children"].astype("Int64")
    children = pd.DataFrame(
        [_child(draw, row, at) for row in rows for at in range(int(row["children"]))]
    )
    for name, levels in (("age_band", AGE_BANDS), ("sex", SEXES)):
        children[name] = pd.Categorical(children[name], levels)
    youngest = children.groupby("medium")["age_band"].agg(lambda b: b.cat.codes.min())
    names = dict(enumerate(AGE_BANDS))
    media["youngest"] = pd.Categorical(
        media["medium"].map(youngest.map(names)), AGE_BANDS, ordered=True
    )
    frames = {
        "media": media,
        "children": children,
        "tags": _tags(draw, media),
        "sightings": _sightings(draw, media),
        "released": media.loc[media["code"].isin(["A", "B", "C"]), ["medium"]].assign(
            released_on=media["signed_on"] + pd.Timedelta(days=1)
        ),
    }
    asked = {"period": ("2026-10", "2026-10"), "profile": "partner", "told": TOLD}
    return frames, asked


def _medium(draw: "np.random.Generator", at: int) -> dict[str, Any]:
    import pandas as pd

    month = MONTHS[int(draw.random() < 0.6)]  # noqa: PLR2004 - more in the later one
    day = pd.Timestamp(f"{month}-{1 + int(draw.integers(28)):02d}")
    code = str(draw.choice(CODES, p=[0.12, 0.45, 0.22, 0.18, 0.03]))
    series = int(draw.integers(90))
    return {
        "medium": f"m{at:05d}",
        "content": f"k{at - at % 7 // 6:05d}",  # one in seven is a near-duplicate
        "series": f"S{series}" if series < 60 else "",  # noqa: PLR2004
        "kind": "picture" if draw.random() < 0.85 else "video",  # noqa: PLR2004
        "counted": True,
        "code": code,
        "prohibited": "prohibited" if draw.random() < 0.04 else "none",  # noqa: PLR2004
        "children": 0 if code == "none" else 1 + int(draw.poisson(0.25)),
        "arrived_on": day - pd.Timedelta(days=int(draw.integers(4))),
        "signed_on": day,
    }


def _child(
    draw: "np.random.Generator", row: Mapping[str, object], at: int
) -> dict[str, object]:
    chances = [0.05, 0.1, 0.28, 0.34, 0.12, 0.06, 0.05]
    return {
        "medium": row["medium"],
        "content": row["content"],
        "series": row["series"],
        "number": at + 1,
        "age_band": str(draw.choice(AGE_BANDS, p=chances)),
        "sex": str(draw.choice(["girl", "boy", "unidentified"], p=[0.82, 0.13, 0.05])),
    }


def _tags(draw: "np.random.Generator", media: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    rows = media.loc[media["code"] != "none", ["medium", "content", "series"]]
    parts = []
    for tag, share in (("self_generated", 0.4), ("commercial", 0.2)):
        present = draw.random(len(rows)) < share
        value = ["present" if one else "absent" for one in present]
        parts.append(rows.assign(tag=tag, value=value))
    return pd.concat(parts, ignore_index=True)


def _sightings(draw: "np.random.Generator", media: "pd.DataFrame") -> "pd.DataFrame":
    some = media[draw.random(len(media)) < 0.7]  # noqa: PLR2004
    return some[["medium", "content", "series"]].assign(
        url=[f"u{at}" for at in range(len(some))],
        route=draw.choice(["proactive", "external"], len(some), p=[0.6, 0.4]),
        source=draw.choice(["public", "police", "search"], len(some)),
    )
