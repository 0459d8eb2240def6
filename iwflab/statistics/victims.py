"""Age band x sex x category: who is depicted, and how severe the media are.

Counted per child appearance (one child on one medium) or per medium.  Per medium a
child row is not counted: a medium stands in the row of its youngest child and under
the sexes of all its children, as far as they are known, so that a medium with two
children counts once.  The
youngest child and the most severe category are kept apart on purpose: they need not
belong together (see docs/methods.md).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iwflab.domain.categories import UNDETERMINED, Scheme
from iwflab.domain.counting import Cell, Statistic, Table
from iwflab.domain.elements import AGE_BANDS, SEXES

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ("signed_off", "released")
MIXED = "both"  # girls and boys on one medium; the published tables' word
NO_CHILD = ("no child row", "no child row")

Row = tuple[str, str]


def compute(
    frames: Mapping[str, "pd.DataFrame"], *, unit: str, scheme: Scheme
) -> Table:
    """Count signed-off media (or the children on them) by age band, sex, category.

    ``frames`` holds ``media``, ``children`` and ``grades``.  Every cell's base is the
    whole table; what is not signed off is excluded, and the exclusions are printed.
    Undetermined categories and unknown ages are rows and columns of their own.
    """
    columns = (*reversed(scheme.order), UNDETERMINED)
    grades = zip(frames["grades"]["medium"], frames["grades"]["code"], strict=True)
    # A code without a place on the scale (for review, of an older version) is open.
    code = {m: c if not c or c in columns else UNDETERMINED for m, c in grades}
    stage = dict(zip(frames["media"]["medium"], frames["media"]["stage"], strict=True))
    signed = {medium for medium, at in stage.items() if at in COUNTED}
    counted = {medium for medium in signed if code.get(medium)}
    children = _children(frames["children"], counted)
    if unit == "child_appearance":
        found = [((c["age_band"], c["sex"]), code[c["medium"]]) for c in children]
        without = len(counted - {c["medium"] for c in children})
        exclusions = {"signed-off media without a child row": without}
    else:
        rows = _by_medium(children)
        found = [
            (rows.get(medium, NO_CHILD), code[medium]) for medium in sorted(counted)
        ]
        exclusions = {}
    counts = Counter(found)
    exclusions |= _not_counted(stage, scheme.name, len(signed) - len(counted))
    return Table(
        name="victims",
        title=f"Age band and sex by {scheme.title}",
        unit=unit,
        row_names=("age band", "sex"),
        column_name="category",
        columns=columns,
        cells=tuple(
            Cell(row, column, counts[row, column], len(found))
            for row in _rows({row for row, _ in counts})
            for column in columns
        ),
        denominator=len(found),
        exclusions=exclusions,
        basis=f"{_BASES[unit]}; all of them, not a sample: there is no interval",
        note=_NOTES[unit],
    )


_BASES = {
    "child_appearance": "child rows on signed-off media",
    "medium": "signed-off media",
}
_NOTES = {
    "child_appearance": "A child on three media counts three times: this is no count "
    "of victims.",
    "medium": "Age is that of the youngest child, sex that of all children, as far as "
    "they are known; category is that of the medium. "
    "They need not belong to the same child.",
}


def _children(frame: "pd.DataFrame", counted: set[str]) -> list[dict[str, Any]]:
    rows = frame[["medium", "age_band", "sex"]].itertuples(index=False, name=None)
    return [
        {"medium": medium, "age_band": band, "sex": sex}
        for medium, band, sex in rows
        if medium in counted
    ]


def _by_medium(children: Sequence[Mapping[str, Any]]) -> dict[str, Row]:
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for child in children:
        grouped[child["medium"]].append(child)
    return {medium: _row(mine) for medium, mine in grouped.items()}


def _row(mine: Sequence[Mapping[str, Any]]) -> Row:
    bands = {c["age_band"] for c in mine}
    sexes = {c["sex"] for c in mine}
    youngest = next(band for band in AGE_BANDS if band in bands)  # unknown is the last
    known = sexes & {"girl", "boy"}  # as far as it is known, as with the age
    sex = MIXED if len(known) > 1 else next(iter(known), "unidentified")
    return youngest, sex


def _rows(found: set[Row]) -> list[Row]:
    sexes = [*SEXES[:-1], MIXED, *SEXES[-1:]]
    grid = [(band, sex) for band in AGE_BANDS for sex in sexes]
    return [row for row in [*grid, NO_CHILD] if row in found]


def _not_counted(stage: Mapping[str, str], scheme: str, older: int) -> dict[str, int]:
    left_out = Counter(at for at in stage.values() if at not in COUNTED)
    return {
        "media waiting for a grader": left_out["waiting"],
        "media graded, not signed off": left_out["graded"],
        **(
            {"media known without a look": left_out["known"]}
            if left_out["known"]
            else {}
        ),
        **({f"media signed off before {scheme} was added": older} if older else {}),
    }


_FRAMES = {
    "media": [
        {"medium": "m1", "stage": "signed_off"},
        {"medium": "m2", "stage": "released"},
        {"medium": "m3", "stage": "graded"},
        {"medium": "m4", "stage": "signed_off"},
    ],
    "children": [
        {"medium": "m1", "age_band": "7-10", "sex": "girl"},
        {"medium": "m1", "age_band": "3-6", "sex": "boy"},
        {"medium": "m2", "age_band": "unknown", "sex": "girl"},
        {"medium": "m3", "age_band": "0-2", "sex": "girl"},
    ],
    "grades": [
        {"medium": "m1", "code": "B"},
        {"medium": "m2", "code": "undetermined"},
        {"medium": "m3", "code": "A"},
        {"medium": "m4", "code": "none"},
    ],
}

VICTIMS = Statistic(
    name="victims",
    question="Who is depicted: age band and sex by category?",
    compute=compute,
    examples=(
        (
            _FRAMES,
            "child_appearance",
            {
                ("3-6", "boy", "B"): 1,
                ("7-10", "girl", "B"): 1,
                ("unknown", "girl", UNDETERMINED): 1,
            },
        ),
        (
            _FRAMES,
            "medium",
            {
                ("3-6", "both", "B"): 1,
                ("unknown", "girl", UNDETERMINED): 1,
                ("no child row", "no child row", "none"): 1,
            },
        ),
    ),
)
