"""Counted frames, drawn: media of skewed series, children on them, tags, copies.

As ``iwflab.workflow.counting.frames`` gives them; seeds are fixed, ids mean nothing.
"""

import numpy as np
import pandas as pd

BANDS = ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17", "unknown")
SEXES = ("girl", "boy", "unidentified")
CODES = ("none", "C", "B", "A", "undetermined")
PUBERTAL = ("prepubescent", "pubescent", "unclear")
TAGS = ("self_generated", "grid_image")
VALUES = ("present", "absent", "not_determined")
ROUTES = ("proactive", "external", "not known")


def frames(media=400, *, seed=1, series=40, first="2026-01-01", days=60, shares=None):
    """Draw the frames of so many media; about one child row and a half a medium."""
    rng = np.random.default_rng(seed)
    size = np.minimum(1 + np.floor(rng.pareto(1.2, series) * 4), 200)
    whose = rng.choice(series, media, p=size / size.sum())
    alone = rng.random(media) < 0.2
    stage = rng.choice(["signed_off", "released", "graded"], media, p=[0.7, 0.2, 0.1])
    counted = stage != "graded"
    on = pd.Timestamp(first) + pd.to_timedelta(rng.integers(0, days, media), unit="D")
    made = pd.DataFrame(
        {
            "medium": [f"m{seed}-{n:05}" for n in range(media)],
            "content": [f"c{seed}-{n - n % 5 // 4:05}" for n in range(media)],
            "series": np.where(alone, "", [f"harbour-{seed}-{n}" for n in whose]),
            "kind": rng.choice(["picture", "video"], media, p=[0.8, 0.2]),
            "stage": stage,
            "counted": counted,
            "code": _drawn(rng, CODES, media, [0.1, 0.4, 0.25, 0.2, 0.05]),
            "prohibited": rng.choice(["", "prohibited"], media, p=[0.98, 0.02]),
            "copies": rng.integers(1, 4, media),
            "arrived_on": on,
            "signed_on": on.where(counted),
            "first_seen": on,
            "last_seen": on,
            "known": False,
        }
    )
    made.loc[~counted, "code"] = np.nan
    children = _children(rng, made, shares)
    number = children.groupby("medium").size().reindex(made["medium"], fill_value=0)
    youngest = children.groupby("medium")["age_band"].min().reindex(made["medium"])
    made["children"] = pd.array(number.to_numpy(), dtype="Int64")
    made["youngest"] = youngest.array
    return {
        "media": made,
        "children": children,
        "tags": _tags(rng, made),
        "sightings": _sightings(rng, made),
        "copies": _copies(made),
    }


def _drawn(rng, labels, number, shares):
    codes = rng.choice(len(labels), number, p=shares)
    return pd.Categorical.from_codes(codes, list(labels), ordered=True)


def _children(rng, media, shares):
    many = rng.choice([0, 1, 2, 3], len(media), p=[0.05, 0.6, 0.2, 0.15])
    own = media.loc[
        media.index.repeat(many),
        [
            "medium",
            "content",
            "series",
            "counted",
            "code",
            "kind",
            "signed_on",
            "stage",
        ],
    ].reset_index(drop=True)
    number = len(own)
    own["number"] = own.groupby("medium").cumcount() + 1
    own["appearance"] = own["medium"] + "#" + own["number"].astype(str)
    own["victim"] = np.where(
        rng.random(number) < 0.5, "v" + own["series"] + own["number"].astype(str), ""
    )
    shares = shares or [0.03, 0.12, 0.43, 0.22, 0.1, 0.05, 0.05]
    own["age_band"] = _drawn(rng, BANDS, number, shares)
    own["sex"] = _drawn(rng, SEXES, number, [0.7, 0.25, 0.05])
    own["link_to_check"] = False
    own["pubertal"] = _drawn(rng, PUBERTAL, number, [0.6, 0.3, 0.1])
    return own


def _tags(rng, media):
    sheets = []
    for tag in TAGS:
        own = media[["medium", "content", "series", "counted", "code", "signed_on"]]
        value = rng.choice(VALUES, len(own), p=[0.3, 0.6, 0.1])
        own = own.assign(tag=tag, value=pd.Categorical(value, categories=VALUES))
        sheets.append(own)
    return pd.concat(sheets, ignore_index=True)


def _sightings(rng, media):
    own = media[["medium", "content", "series", "counted", "code", "signed_on"]]
    route = pd.Categorical(rng.choice(ROUTES, len(own)), categories=ROUTES)
    return own.assign(
        source="x", route=route, url=own["medium"] + "u", seen_on=media["signed_on"]
    )


def _copies(media):
    own = media[
        ["medium", "content", "series", "counted", "code", "arrived_on", "signed_on"]
    ]
    own = own.loc[own.index.repeat(media["copies"])].reset_index(drop=True)
    return own.assign(copy=[f"copy-{n:05}" for n in own.index])
