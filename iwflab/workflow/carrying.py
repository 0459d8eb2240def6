"""Grades of others come in, stand beside their media, and wait for eyes.

Nothing is graded by it.  What the law makes certain is a suggestion with its source;
everything else waits in a review queue until a person graded the medium.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iwflab.domain.carried import (
    AGREE,
    NOT_DETERMINED,
    Carried,
    Suggested,
    compared,
    must_be_edition,
    suggested,
)
from iwflab.domain.categories import derive
from iwflab.domain.lists import CarriedLine
from iwflab.domain.media import display_text, quoted
from iwflab.errors import BadInput, Unreadable
from iwflab.exchange.carried import read_carried
from iwflab.schemes import scheme_named
from iwflab.schemes.mappings import mapping_between, mappings
from iwflab.store import Store
from iwflab.store.carried import NAMES, carried_grades, enter_carried, media_called
from iwflab.store.reading import records, some_media

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]

NAMED = 20  # refused lines that a report names
_AT_ONCE = 1000  # rows of one act
COLUMNS = (
    *("medium", "scheme", "version", "code", "flags", "source", "target", "to"),
    *("review", "possible", "cites", "recorded", "outcome", "stage"),
)
# What a person is not told of a medium that they still have to grade themselves.
BLIND = ("code", "flags", *COLUMNS[7:13])


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a file of grades: its scale, edition, aim and sender."""

    scheme: str
    to: str
    version: str = ""
    source: str = ""


@dataclass(slots=True)
class CarriedReport:
    """What came of a file; ``lines`` is the sum of all that is counted below ``new``.

    ``certain`` and ``review`` (by reason) are of lines that name a medium of the lab,
    ``repeated`` said the same as an earlier line; ``outcomes`` of media that a person
    graded before.  ``refused_lines`` names the first ones.
    """

    scheme: str
    version: str
    to: str
    source: str
    lines: int = 0
    new: int = 0
    certain: int = 0
    review: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    unknown: int = 0
    refused: int = 0
    refused_lines: list[dict[str, Any]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


def bring(
    store: Store,
    file: Path,
    stated: Stated,
    *,
    analyst: str,
    progress: Progress | None = None,
) -> CarriedReport:
    """Store the grades in a file beside the media of the lab that they are of.

    BadInput for a scale, edition or column that cannot be used; then nothing is kept.
    Killed in the middle, the same file goes on where it was: nothing is stored twice.
    """
    mapping = mapping_between(stated.scheme, stated.to)
    scheme = scheme_named(stated.scheme)
    if mapping.ask and not stated.version:
        raise BadInput("the edition of the scale is not stated", advice=mapping.ask)
    version = must_be_edition(scheme.name, scheme.version, stated.version)
    source = display_text(stated.source.strip() or file.name)
    report = CarriedReport(scheme.name, version, stated.to, source)
    digest, columns, lines = _read(file)
    untold = [flag for flag in mapping.flags if not {"flags", flag} & {*columns}]
    if untold:
        report.warnings.append(
            f"the file does not tell where the flag {' or '.join(untold)} applies;"
            " what is certain rests on that it does not"
        )
    said = _of_media(store, lines, report)
    _store(store, said, digest, analyst=analyst, report=report, progress=progress)
    _tell(store, said, report)
    return report


def _read(file: Path) -> tuple[str, tuple[str, ...], list[CarriedLine]]:
    # All of it before anything is stored: a file that is none leaves nothing.
    try:
        with file.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
            opened.seek(0)
            columns, lines = read_carried(opened)
            return digest, columns, list(lines)
    except OSError as fault:
        raise Unreadable(
            f"{file.name} cannot be read: {fault.strerror}",
            advice="check the path and its permissions",
        ) from fault


def _of_media(
    store: Store, lines: Sequence[CarriedLine], report: CarriedReport
) -> list[Carried]:
    found = {
        name: media_called(
            store, name, sorted({ln.names[name] for ln in lines if name in ln.names})
        )
        for name in NAMES
    }
    said: dict[Carried, None] = {}
    for line in lines:
        report.lines += 1
        media = {found[name].get(value, "") for name, value in line.names.items()}
        fault = line.fault or _fault(line, report)
        if not fault and len(media) > 1:
            fault = "its digests do not name one medium"
        if fault:
            report.refused += 1
            report.refused_lines.append({"line": line.line, "why": fault})
        elif media == {""}:
            report.unknown += 1
        else:
            (medium,) = media
            told = line.code, line.flags, line.source or report.source
            one = Carried(medium, report.scheme, report.version, *told)
            report.repeated += one in said
            said[one] = None
    report.refused_lines = report.refused_lines[:NAMED]
    return list(said)


def _fault(line: CarriedLine, report: CarriedReport) -> str:
    """Say why a line cannot be of the scale, edition and codes that were stated."""
    scheme = scheme_named(report.scheme)
    if line.scheme not in {"", scheme.name}:
        return f"it is of the scheme {quoted(line.scheme, 40)}"
    try:
        must_be_edition(scheme.name, scheme.version, line.version)
    except BadInput as fault:
        return fault.message
    if line.code not in {*scheme.order, *scheme.carried}:
        return f"{quoted(line.code, 20)} is no code of {scheme.name}"
    return ""


def _store(
    store: Store,
    said: Sequence[Carried],
    digest: str,
    *,
    analyst: str,
    report: CarriedReport,
    progress: Progress | None,
) -> None:
    media = list(dict.fromkeys(one.medium for one in said))
    before = set(carried_grades(store, media))
    new = [one for one in said if one not in before]
    for at in range(0, len(new), _AT_ONCE):
        part = new[at : at + _AT_ONCE]
        with store.act("bring grades", digest, analyst=analyst) as act:
            for one in part:
                enter_carried(act, one)
        report.new += len(part)
        if progress:
            progress(report.new, len(new))


def _tell(store: Store, said: Sequence[Carried], report: CarriedReport) -> None:
    brought = set(said)
    media = list(dict.fromkeys(one.medium for one in said))
    for one, row in _held(store, media):
        if one.carried in brought and one.target == report.to:
            report.certain += bool(one.to)
            report.review.update([one.review] if one.review else [])
            report.outcomes.update([row["outcome"]] if row["outcome"] else [])


def carried_rows(
    store: Store, media: Iterable[str] | None, known: frozenset[str] | None
) -> Iterator[dict[str, Any]]:
    """Give one row a carried grade and scale; what a person may not know is blank.

    ``media`` are those that a person may list, ``known`` those whose records they may
    see: whoever has to grade a medium blind is not told what others said of it.
    """
    mine = None if media is None else list(media)
    for one, row in _held(store, mine):
        if known is None or one.carried.medium in known:
            yield row
        else:
            yield {**row, **dict.fromkeys(BLIND, "")}


def in_words(store: Store, medium: str, known: frozenset[str] | None) -> str:
    """Say in a line what others said of a medium; nothing to whom may not know it."""
    if known is not None and medium not in known:
        return ""
    found = suggested(carried_grades(store, [medium]), mappings())
    return "; ".join(one.in_words for one in found)


def _held(
    store: Store, media: Sequence[str] | None
) -> Iterator[tuple[Suggested, dict[str, Any]]]:
    """Give what is suggested, and what a person recorded since."""
    found = suggested(carried_grades(store, media), mappings())
    carried = list(dict.fromkeys(one.carried.medium for one in found))
    rows = {row["medium"]: row for row in some_media(store, carried)}
    graded = [row for row in rows.values() if row["assessment"]]
    standing = records(store, graded)
    for one in found:
        medium = one.carried.medium
        recorded = outcome = ""
        if medium in standing:
            outcome = NOT_DETERMINED
            if one.target:
                grade = derive(scheme_named(one.target), standing[medium])
                recorded, outcome = grade.code, compared(one, grade)
        told = {
            name: getattr(one, name) for name in ("target", "to", "review", "cites")
        }
        yield (
            one,
            {**asdict(one.carried), **told}
            | {"possible": " ".join(one.possible), "recorded": recorded}
            | {"outcome": outcome, "stage": rows[medium]["stage"]},
        )


def review(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what needs, or needed, a person: the open ones first.

    It ends when a person graded the medium; what was certain and differs from what was
    recorded stands among the ended ones.
    """
    chosen = [
        {**row, "open": not row["outcome"]}
        for row in rows
        if row["review"] or row["outcome"] not in {"", AGREE}
    ]
    return sorted(chosen, key=lambda row: not row["open"])


def frame(rows: Iterable[dict[str, Any]]) -> "pd.DataFrame":
    """Give carried grades as a tidy DataFrame."""
    import pandas as pd

    plain = [{name: row[name] for name in COLUMNS} for row in rows]
    return pd.DataFrame(plain, columns=list(COLUMNS))
