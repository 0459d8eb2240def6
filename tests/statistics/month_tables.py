"""The tables of a monthly report, counted from drawn frames with the series of each row."""

import pandas as pd

from iwflab.statistics.disclosure import counted

from .drawn_month import BANDS, CODES, SEXES, STATES, drawn_frames, in_month

KINDS = ("picture", "video")
CHILDREN = ("none", "one", "two or more")
LEVELS = {
    "age_band": BANDS,
    "youngest": (*BANDS, "no child"),
    "sex": SEXES,
    "code": CODES,
    "kind": KINDS,
    "children": CHILDREN,
    "self_generated": STATES,
    "route": ("proactive", "external", "not known"),
}
TABLES = {
    "child_appearance": (
        ("age_band",),
        ("sex",),
        ("age_band", "code"),
        ("age_band", "sex"),
        ("sex", "code"),
    ),
    "content": (
        ("code",),
        ("youngest", "code"),
        ("kind", "code"),
        ("children", "code"),
        ("self_generated", "code"),
        ("youngest", "self_generated"),
    ),
    "url": (("route", "code"),),
}


def month_counts(seed, *, month=None, tables=TABLES, coverage="2026-03"):
    """Count every table of a drawn month; the same order each time."""
    frames = drawn_frames(seed)
    rows = {
        "child_appearance": in_month(frames["children"], *([month] if month else [])),
        "content": _contents(frames),
        "url": _urls(frames),
    }
    return [
        _table(rows[unit], unit, axes, coverage)
        for unit, own in tables.items()
        for axes in own
    ]


def _table(frame, unit, axes, coverage):
    keys = zip(*(frame[axis].astype(str) for axis in axes), strict=True)
    return counted(
        zip(keys, _series(frame), strict=True),
        name=f"{' by '.join(axes)}, {unit}",
        unit=unit,
        names=axes,
        levels=[LEVELS[axis] for axis in axes],
        coverage=coverage,
    )


def _series(frame):
    """A medium of no series is a series of its own: nothing else hangs on it."""
    own = frame["series"].where(frame["series"] != "", frame["medium"])
    return own.tolist()


def _contents(frames):
    """One row a content: the most severe category, the youngest child of all."""
    media = in_month(frames["media"])
    tags = frames["tags"].query("tag == 'self_generated'").set_index("medium")["value"]
    media = media.assign(
        severe=media["code"].cat.codes,
        young=media["youngest"].cat.codes.replace(-1, len(BANDS)),
        self_generated=media["medium"].map(tags).astype(str),
    )
    grouped = media.sort_values("medium").groupby("content", as_index=False)
    found = grouped.agg(
        **{name: (name, "first") for name in ("medium", "series", "kind")},
        severe=("severe", "max"),
        young=("young", "min"),
        children=("children", "max"),
        self_generated=("self_generated", "first"),
    )
    return found.assign(
        code=[CODES[at] for at in found["severe"]],
        youngest=[LEVELS["youngest"][at] for at in found["young"]],
        children=[CHILDREN[min(int(n), 2)] for n in found["children"]],
    )


def _urls(frames):
    seen = in_month(frames["sightings"]).sort_values("medium")
    severe = seen.assign(severe=pd.Categorical(seen["code"]).codes)
    return severe.sort_values("severe").drop_duplicates("url", keep="last")
