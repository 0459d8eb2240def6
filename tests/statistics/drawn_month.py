"""Counted frames of a lab that was drawn: skewed series, and media that resemble them.

``drawn_frames(seed)`` gives what ``workflow.counting.frames`` gives: ``media``,
``children``, ``tags``, ``sightings``, ``copies``.  Sizes of series are
min(1 + floor(4 Pareto(1.2)), 200).  Each series has likely ages, sexes and categories
of its own, so that many cells of a table are the work of one or two series.  The last
month drawn is ``MONTH``; media of the months before are in the frames as well.
"""

from dataclasses import asdict
from functools import cache

import numpy as np
import pandas as pd

from iwflab.domain.elements import AGE_BANDS as BANDS
from iwflab.domain.elements import CHILD_FIELDS, SEXES

MONTH = ("2026-03-01", "2026-03-31")
CODES = ("none", "C", "B", "A", "undetermined")
PUBERTAL, FACES, TONES = (
    tuple(asdict(CHILD_FIELDS[name])["values"])
    for name in ("pubertal", "face_visible", "skin_tone")
)
STATES = ("present", "absent", "not_determined")
TAGS = ("self_generated", "grid_image", "live_stream_capture", "commercial")
ROUTES = ("proactive", "external", "not known")
STAGES = ("signed_off", "released", "waiting", "graded")
LIKELY = {
    "bands": (0.03, 0.09, 0.23, 0.33, 0.17, 0.09, 0.06),
    "sexes": (0.86, 0.11, 0.03),
    "codes": (0.08, 0.5, 0.2, 0.18, 0.04),
    "stages": (0.7, 0.17, 0.09, 0.04),
}
LARGEST, TAIL, SCALE = 200, 1.2, 4
FIRST = pd.Timestamp("2026-01-01")
DAYS = 90  # to the end of MONTH
CATEGORIES = {
    "age_band": (BANDS, True),
    "youngest": (BANDS, True),
    "sex": (SEXES, False),
    "pubertal": (PUBERTAL, False),
    "face_visible": (FACES, False),
    "skin_tone": (TONES, True),
    "code": (CODES, True),
    "value": (STATES, False),
}


@cache
def _drawn(seed, series, loose):
    draw = np.random.default_rng(seed)
    sizes = np.minimum(1 + np.floor(draw.pareto(TAIL, series) * SCALE), LARGEST)
    rows = {name: [] for name in ("media", "children", "tags", "sightings", "copies")}
    for number, size in enumerate(sizes.astype(int)):
        _series(draw, f"S{number:03}", size, rows)
    for _ in range(loose):
        _series(draw, "", 1, rows)
    return {name: _frame(name, found) for name, found in rows.items()}


def drawn_frames(seed=1, *, series=90, loose=250):
    """Draw the frames; the same seed gives the same, and each call a copy of its own.

    ``loose`` media are in no series.  Nothing in them is real.
    """
    return {name: one.copy() for name, one in _drawn(seed, series, loose).items()}


def _series(draw, name, size, rows):
    own = {
        what: draw.dirichlet(4 * np.array(shares) + 0.01)
        for what, shares in LIKELY.items()
        if what != "stages"
    }
    first = int(draw.integers(0, DAYS))
    own["route"] = draw.choice(ROUTES, p=(0.6, 0.35, 0.05))
    victims = [f"V{name}-{i}" for i in range(draw.integers(1, 4))]
    own["victims"] = victims if name else [""]
    content = ""
    for _ in range(size):
        medium = f"m{len(rows['media']):05}"
        if not content or draw.random() > 0.25:
            content = f"c{len(rows['media']):05}"
        told = {"medium": medium, "content": content, "series": name}
        _medium(draw, told, own, first, rows)
        _around(draw, rows["media"][-1], own, rows)


def _medium(draw, told, own, first, rows):
    stage = str(draw.choice(STAGES, p=LIKELY["stages"]))
    counted = stage in {"signed_off", "released"}
    code = str(draw.choice(CODES, p=own["codes"])) if counted else None
    arrived = FIRST + pd.Timedelta(
        days=min(first + int(draw.integers(0, 20)), DAYS - 1)
    )
    signed = min(
        arrived + pd.Timedelta(days=int(draw.integers(0, 8))),
        FIRST + pd.Timedelta(days=DAYS - 1),
    )
    seen = arrived - pd.Timedelta(days=int(draw.integers(0, 400)))
    dated = draw.random() < 0.8
    rows["media"].append(
        told
        | {
            "kind": "video" if draw.random() < 0.1 else "picture",
            "stage": stage,
            "counted": counted,
            "code": code,
            "prohibited": "prohibited" if counted and draw.random() < 0.02 else "",
            "arrived_on": arrived,
            "signed_on": signed if counted else pd.NaT,
            "first_seen": seen if dated else pd.NaT,
            "last_seen": arrived if dated else pd.NaT,
            "known": bool(draw.random() < 0.15),
            "copies": int(draw.geometric(0.7)),
        }
    )


def _around(draw, medium, own, rows):
    """Draw the children, tags, sightings and copies of one medium."""
    told = {
        name: medium[name]
        for name in ("medium", "content", "series", "counted", "code", "signed_on")
    }
    number = 1 + int(draw.choice(4, p=(0.87, 0.1, 0.02, 0.01)))
    if medium["code"] == "none":
        number = int(draw.random() < 0.4)
    bands = sorted(int(one) for one in draw.choice(len(BANDS), number, p=own["bands"]))
    medium |= {"children": number, "youngest": BANDS[bands[0]] if bands else None}
    for place, band in enumerate(bands, 1):
        rows["children"].append(_child(draw, medium, own, place, BANDS[band]))
    for tag in TAGS:
        value = str(draw.choice(STATES, p=(0.15, 0.8, 0.05)))
        rows["tags"].append(told | {"tag": tag, "value": value})
    for copy in range(medium["copies"]):
        own_copy = told | {"copy": f"{medium['medium']}-{copy}"}
        rows["copies"].append(own_copy | {"arrived_on": medium["arrived_on"]})
    for _ in range(int(draw.poisson(0.6))):
        seen = {
            "source": f"source {draw.choice(6, p=(0.4, 0.25, 0.15, 0.1, 0.07, 0.03))}",
            "route": str(own["route"]),
            "url": f"u{draw.integers(0, 1200):04}",
            "seen_on": medium["last_seen"],
        }
        rows["sightings"].append(told | seen)


def _child(draw, medium, own, place, band):
    low, _, high = band.partition("-")
    return {
        "appearance": f"{medium['medium']}#{place}",
        **{n: medium[n] for n in ("medium", "content", "series")},
        "victim": str(draw.choice(own["victims"])) if draw.random() < 0.6 else "",
        "number": place,
        "age_band": band,
        "sex": str(draw.choice(SEXES, p=own["sexes"])),
        "pubertal": str(draw.choice(PUBERTAL)),
        "face_visible": str(draw.choice(FACES)),
        "skin_tone": str(draw.choice(TONES, p=(0.7, 0.15, 0.05, 0.1))),
        "age_min": int(low) if high else None,
        "age_max": int(high) if high else None,
        **{n: medium[n] for n in ("stage", "counted", "code", "kind", "signed_on")},
    }


def _frame(name, rows):
    frame = pd.DataFrame(rows)
    for column, (levels, ordered) in CATEGORIES.items():
        if column in frame:
            frame[column] = pd.Categorical(frame[column], levels, ordered=ordered)
    for column in ("children", "copies", "age_min", "age_max"):
        if column in frame:
            frame[column] = frame[column].astype("Int64")
    for column in ("arrived_on", "signed_on", "first_seen", "last_seen", "seen_on"):
        if column in frame:
            frame[column] = frame[column].astype("datetime64[us]")
    return frame


def in_month(frame, month=MONTH):
    """Give the counted rows that were signed off within a month."""
    low, high = (pd.Timestamp(day) for day in month)
    return frame[frame["counted"] & frame["signed_on"].between(low, high)]
