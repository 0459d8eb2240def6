"""The report of a comparison of start levels: numbers with a base, no conclusion."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import TYPE_CHECKING, Any

from iwflab.domain.allotting import ANSWERS, LEFT
from iwflab.domain.assessments import RevealLevel
from iwflab.domain.level_report import LEAST_PEOPLE, Case, is_telling, withheld
from iwflab.errors import NotFound
from iwflab.statistics.intervals import cluster_bootstrap, cluster_counts
from iwflab.statistics.results import Interval
from iwflab.store import Store
from iwflab.store.comparison import newest_comparison
from iwflab.workflow.comparison.cases import SCHEME, cases_of

if TYPE_CHECKING:
    import pandas as pd

ASSIGNED, AT_DECISION = "assigned", "at decision"
DRAWS, SEED = 2_000, 20_261_122  # fixed: the same data give the same interval
COLUMNS = (
    "by",
    "level",
    "measure",
    "estimate",
    "lower",
    "upper",
    "n",
    "people",
    "flag",
)
NOTES = f"""\
assigned: by the level that was allotted (intention to treat), whatever was shown then
at decision: by the highest level that was shown until the decision, which people chose
  themselves: media and people there differ in more than the level
agreement: the first decision that was not taken back gives the same {SCHEME} class as
  the record that is signed off; where that is the grader's own, it agrees by its making
seconds: median time at the medium, with the pauses that were in it
report: one question, 1 not at all to 5 extremely demanding, asked now and then and free
  to be left; shares of the answers
intervals: 95%, media cluster in people; shares by jackknife, medians by bootstrap of
  people, too narrow when these are few
[c]: withheld: fewer than {LEAST_PEOPLE} people, or one of them for more than half, or
  what is counted (or the rest) is one person's, or it would follow from the rest;
  [u]: unreliable, fewer than 20 people, or few of them have it; [x]: none
who left is not counted, nor is what they did before; people are never ranked
this report draws no conclusion; published evidence disagrees"""


@dataclass(frozen=True, slots=True)
class _Measure:
    """One number of a level: of which cases, and how it is estimated."""

    name: str
    of: Callable[[Case], bool]
    estimate: Callable[[Sequence[Case]], Interval]
    test: Callable[[Case], bool] | None = None  # what a share is the share of


def _count(cases: Sequence[Case]) -> Interval:
    people = len({case.person for case in cases})
    return Interval(
        len(cases), nan, nan, n=len(cases), clusters=people, level=0.95, method="count"
    )


def _share(test: Callable[[Case], bool], cases: Sequence[Case]) -> Interval:
    mine = _by(cases, lambda case: case.person).values()
    yes, base = [sum(map(test, one)) for one in mine], [len(one) for one in mine]
    return cluster_counts(yes, base) if base else _nothing()


def _median(cases: Sequence[Case]) -> Interval:
    import pandas as pd

    if not cases:
        return _nothing()
    rows = pd.DataFrame([(c.person, c.seconds) for c in cases], columns=["who", "s"])
    return cluster_bootstrap(
        rows, lambda drawn: float(drawn["s"].median()), "who", B=DRAWS, seed=SEED
    )


def _nothing() -> Interval:
    return Interval(nan, nan, nan, level=0.95, method="none", n=0, clusters=0, flag="x")


_UNSAID = {**dict.fromkeys(("estimate", "lower", "upper"), nan), "flag": "c"}


def _is_asked(case: Case) -> bool:
    return case.answer is not None


def _is_answered(case: Case) -> bool:
    return bool(case.answer)


def _answers(said: int, case: Case) -> bool:
    return case.answer == said


def _share_of(
    name: str, of: Callable[[Case], bool], test: Callable[[Case], bool]
) -> _Measure:
    return _Measure(name, of, partial(_share, test), test)


_MEDIA = _Measure("media", lambda _: True, _count)
_AGREEMENT = _share_of(
    "agreement", lambda case: case.agrees is not None, lambda case: bool(case.agrees)
)
_SECONDS = _Measure("seconds", lambda case: bool(case.shown), _median)
_SAID = tuple(
    _share_of(f"report {said}", _is_answered, partial(_answers, said))
    for said in ANSWERS
)
_REPORTS = (*_SAID, _share_of("report left", _is_asked, partial(_answers, LEFT)))
FOR_SHOWN = (_MEDIA, _AGREEMENT, _SECONDS, *_REPORTS)
FOR_ASSIGNED = (
    _MEDIA,
    _Measure("decided", lambda case: bool(case.shown), _count),
    _AGREEMENT,
    _SECONDS,
    _share_of(
        "went higher", lambda case: bool(case.shown), lambda case: case.went_higher
    ),
    *_REPORTS,
)


def frame(store: Store, protocol: str = "") -> "pd.DataFrame":
    """Give the report of a protocol, by default of the newest, as a tidy frame."""
    import pandas as pd

    run = newest_comparison(store, protocol)
    if run is None:
        raise NotFound(
            "no comparison of start levels was switched on",
            advice="an administrator does so: iwflab comparison on",
        )
    found = cases_of(store, run["protocol"])
    looked = [case for case in found.cases if case.shown]
    rows = [
        *_rows(ASSIGNED, _by(found.cases, lambda case: case.level), FOR_ASSIGNED),
        *_rows(AT_DECISION, _by(looked, lambda case: case.shown), FOR_SHOWN),
    ]
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    made["n"] = made["n"].astype("Int64")
    made["people"] = made["people"].astype("Int64")
    made.attrs = {
        "protocol": run["protocol"],
        "active": bool(run["active"]),
        "base": _base(found.cases, found.carried),
        "notes": NOTES.replace("\n  ", " ").splitlines(),
    }
    return made


def _rows(
    by: str, levels: Mapping[str, Sequence[Case]], measures: Sequence[_Measure]
) -> Iterator[dict[str, Any]]:
    """Give a row for each level and measure; of what may not be told only that."""
    whole = withheld(_people(levels))
    for measure in measures:
        base = {
            level: [case for case in cases if measure.of(case)]
            for level, cases in levels.items()
        }
        hidden = whole | withheld(_people(base))
        # The shares of the answers make one whole: one of them would follow.
        told = _SAID if measure in _SAID else (measure,)
        single = {
            level for level in base if any(_is_of_one(one, base[level]) for one in told)
        }
        if measure in _SAID:  # what everybody said is what each person said
            hidden |= {level for level, cases in base.items() if _is_one_answer(cases)}
        for level in sorted(levels, key=lambda one: RevealLevel(one).step):
            place = {"by": by, "level": level, "measure": measure.name}
            row = _told(measure.estimate, base[level], level in hidden)
            yield place | (row | _UNSAID if level in single else row)


def _told(
    estimate: Callable[[Sequence[Case]], Interval],
    cases: Sequence[Case],
    is_hidden: bool,
) -> dict[str, Any]:
    if is_hidden:
        return {**_UNSAID, "n": None, "people": None}
    found = estimate(cases)
    flag = "" if estimate is _count else found.flag
    return {
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "n": found.n,
        "people": found.clusters,
        "flag": flag,
    }


def _is_of_one(measure: _Measure, cases: Sequence[Case]) -> bool:
    """Tell whether all that is counted, or all the rest, is of one person."""
    if measure.test is None:
        return False
    having = {case.person for case in cases if measure.test(case)}
    lacking = {case.person for case in cases if not measure.test(case)}
    return 1 in {len(having), len(lacking)}


def _is_one_answer(cases: Sequence[Case]) -> bool:
    return len({case.answer for case in cases}) == 1


def _by(cases: Sequence[Case], key: Callable[[Case], str]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[key(case)].append(case)
    return dict(found)


def _people(levels: Mapping[str, Sequence[Case]]) -> dict[str, list[str]]:
    return {level: [case.person for case in of] for level, of in levels.items()}


def _base(cases: Sequence[Case], carried: int) -> dict[str, int | None]:
    """Count what there is and what is unknown; None: too few people stand behind it."""
    looked = [case for case in cases if case.shown]
    counted = {
        "people": len({case.person for case in cases}),
        "media allotted": len(cases),
        "graded in a stack or selection, not counted": carried,
        "not decided yet": len(cases) - len(looked) - carried,
        "decided, no accepted class yet": sum(c.agrees is None for c in looked),
        "accepted record is the grader's own": sum(
            case.own_stands for case in looked if case.agrees is not None
        ),
    }
    told = is_telling([case.person for case in cases])
    return {name: number if told else None for name, number in counted.items()}
