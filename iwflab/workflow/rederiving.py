"""Every stored record is derived anew: what a change of rules would alter.

Nothing is written to the lab.  Signed-off media are held against the class they were
signed with; with proposed schemes, every record against the rules in force.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iwflab.domain.categories import Grade, Scheme, derive
from iwflab.domain.records import Record
from iwflab.schemes import schemes
from iwflab.store import Store
from iwflab.store.standing import Standing, how_many, standing_records

Progress = Callable[[int, int], None]
Known = Mapping[str, tuple[str, str]]  # scheme -> version and code


@dataclass(slots=True)
class RederiveReport:
    """What deriving anew found.

    ``records`` were derived now, ``done_before`` in an earlier run that was stopped;
    ``same`` and ``changed`` count pairs of record and scheme, ``moves`` the changes by
    scheme, class before and class now.
    """

    records: int = 0
    done_before: int = 0
    same: int = 0
    changed: int = 0
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Part:
    """Some records that were derived: their changes, and the place to go on from.

    ``versions`` are sign-offs of another version of a scheme whose class stays: until
    they are signed off anew nothing of them is released.
    """

    place: str
    records: int
    same: int
    changes: tuple[dict[str, str], ...]
    versions: tuple[dict[str, str], ...] = ()


def rederived(
    store: Store,
    proposed: Mapping[str, Scheme],
    *,
    after: str = "",
    done: int = 0,
    progress: Progress | None = None,
) -> Iterator[Part]:
    """Derive every standing record anew, some at a time, and give what differs.

    ``proposed`` replaces schemes of the same name, or adds one; without any, what was
    signed off is held against the rules in force.
    """
    total = how_many(store)
    for batch in standing_records(store, after=after):
        parts = [_one(standing, proposed) for standing in batch]
        done += len(batch)
        yield Part(
            place=batch[-1].place,
            records=len(batch),
            same=sum(same for same, _, _ in parts),
            changes=tuple(change for _, changes, _ in parts for change in changes),
            versions=tuple(one for _, _, versions in parts for one in versions),
        )
        if progress:
            progress(done, total)


def _one(
    standing: Standing, proposed: Mapping[str, Scheme]
) -> tuple[int, list[dict[str, str]], list[dict[str, str]]]:
    before = (
        _derived(standing.record, [s for n, s in schemes().items() if n in proposed])
        if proposed
        else {n: (g["version"], g["code"]) for n, g in standing.signed.items()}
    )
    wanted = proposed or {n: s for n, s in schemes().items() if n in before}
    after = _derived(standing.record, list(wanted.values()))
    changes = [
        {
            "medium": standing.medium,
            "scheme": name,
            "before": before.get(name, ("", ""))[1],
            "version_before": before.get(name, ("", ""))[0],
            "now": code,
            "version_now": version,
            "signed": "yes" if standing.signed else "no",
        }
        for name, (version, code) in after.items()
        if code != before.get(name, ("", ""))[1]
    ]
    return len(after) - len(changes), changes, _other_versions(standing, after)


def _other_versions(
    standing: Standing, after: Mapping[str, tuple[str, str]]
) -> list[dict[str, str]]:
    """Name the signed classes that stay, but were signed under another version."""
    return [
        {
            "medium": standing.medium,
            "scheme": name,
            "code": code,
            "version_signed": standing.signed[name]["version"],
            "version_now": version,
        }
        for name, (version, code) in after.items()
        if name in standing.signed
        and standing.signed[name]["code"] == code
        and standing.signed[name]["version"] != version
    ]


def _derived(record: Record, wanted: list[Scheme]) -> dict[str, tuple[str, str]]:
    found: list[Grade] = [derive(scheme, record) for scheme in wanted]
    return {grade.scheme: (grade.version, grade.code) for grade in found}


def explained(record: Record, chosen: Mapping[str, Scheme]) -> list[dict[str, Any]]:
    """Give each scheme's class of a record with the answers and the law behind it."""
    found = []
    for scheme in chosen.values():
        grade = derive(scheme, record)
        found.append(
            {
                "scheme": scheme.name,
                "title": scheme.title,
                "version": grade.version,
                "standing": scheme.standing,
                "code": grade.code,
                "label": grade.label,
                "because": {name: _answer(record, name) for name in grade.because},
                "rules": list(grade.rules),
                "cites": list(grade.cites),
                "possible": list(grade.possible),
                "missing": list(grade.missing),
                "reviewers": grade.reviewers,
            }
        )
    return found


def _answer(record: Record, name: str) -> str:
    if name in record.elements:
        return record.elements[name]
    of_children = [str(getattr(child, name, "")) for child in record.children]
    return ", ".join(dict.fromkeys(filter(None, of_children)))
