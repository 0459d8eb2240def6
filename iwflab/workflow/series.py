"""Media become a series, child appearances a victim: by a person's word, never alone.

    assign(store, "series", [Wanted("3fa0b1", 0, "HQ-14")], analyst=..., request=...)

The newest word on a medium (or a child on it) stands.  All of a request is done, or
nothing; done again, it does nothing.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from iwflab.domain.grouping import (
    VICTIM,
    Linked,
    Move,
    Subject,
    Wanted,
    checked,
    must_be_kind,
    must_have_reference,
    place,
)
from iwflab.errors import BadInput, NotFound, RequestReused, Unreadable
from iwflab.exchange.link_lines import read_links
from iwflab.store import Store, units
from iwflab.store.carried import media_called
from iwflab.store.reading import children_of, one_medium, some_media

_WHOLE = {16: "medium", 64: "sha256"}  # by its length: what names a medium whole


def assign(
    store: Store,
    kind: str,
    wanted: Sequence[Wanted],
    *,
    analyst: str,
    request: str | None = None,
    dry_run: bool = False,
) -> Linked:
    """Put media into a series (or child appearances under a victim), all or none.

    Raises BadInput for a reference that cannot be one, for two words on one subject,
    and for a child that the record does not have; NotFound for a medium that is none.
    A ``dry_run`` refuses the same, and writes nothing.
    """
    must_be_kind(kind)
    must_have_reference(wanted, kind)
    return _entered(store, kind, wanted, analyst, request, dry_run=dry_run)


def assign_from(
    store: Store,
    kind: str,
    file: Path,
    *,
    analyst: str,
    request: str | None = None,
    dry_run: bool = False,
) -> Linked:
    """Assign what a CSV says, whole or not at all; an error names its line."""
    must_be_kind(kind)
    try:
        with file.open("rb") as source:
            wanted = list(read_links(source, kind))
    except OSError as fault:
        raise Unreadable(
            f"{file.name} cannot be read: {fault.strerror}",
            advice="check the path and its permissions",
        ) from fault
    return assign(
        store, kind, wanted, analyst=analyst, request=request, dry_run=dry_run
    )


def take_out(
    store: Store,
    kind: str,
    subjects: Sequence[Subject],
    *,
    reason: str,
    analyst: str,
    request: str | None = None,
    dry_run: bool = False,
) -> Linked:
    """Take media out of their series (or children from their victim), with the reason.

    NotFound where one of them belongs to none.
    """
    must_be_kind(kind)
    if not reason.strip():
        raise BadInput("no reason was given", advice="say why; it is recorded")
    wanted = [Wanted(medium, number, "", reason) for medium, number in subjects]
    return _entered(store, kind, wanted, analyst, request, dry_run=dry_run)


def _entered(
    store: Store,
    kind: str,
    given: Sequence[Wanted],
    analyst: str,
    request: str | None,
    *,
    dry_run: bool,
) -> Linked:
    if not given:
        raise BadInput("nothing was named", advice="name a medium, or give a file")
    request = request or secrets.token_hex(16)
    wanted = [checked(one, kind) for one in given]
    if dry_run:
        with store.moment():
            named = _named(store, kind, wanted)
            _must_fit(store, kind, named)
            return _planned(store, kind, named, request, dry_run=True)
    named = _named(store, kind, wanted)
    verb = f"assign {kind}" if wanted[0].reference else f"take out of {kind}"
    about = _subject(named)
    with store.act(verb, about, analyst=analyst, request=request) as act:
        if act.repeated:
            _must_be_same(named, units.said_then(act, kind))
            return Linked(kind, request, dry_run=False, unchanged=len(named))
        # Asked inside the act: what is refused, or stays, is so as it commits.
        _must_fit(store, kind, named)
        found = _planned(store, kind, named, request, dry_run=False)
        moved = {(one.medium, one.number) for one in found.moves}
        said = [
            (subject, one.reference, one.reason)
            for subject, one in named.items()
            if subject in moved
        ]
        units.enter_members(act, kind, said)
    return found


def _subject(named: Mapping[Subject, Wanted]) -> str:
    """Name what an act is about: its medium, or a digest of all that was asked."""
    if len(named) == 1:
        return next(iter(named))[0]
    asked = sorted((*key, one.reference, one.reason) for key, one in named.items())
    return sha256(repr(asked).encode()).hexdigest()[:16]


def _must_be_same(
    named: Mapping[Subject, Wanted], then: Iterable[tuple[Subject, str, str]]
) -> None:
    """Refuse a request id that did something else; what stayed then was not written."""
    for subject, reference, reason in then:
        one = named.get(subject)
        if one is None or (one.reference, one.reason) != (reference, reason):
            raise RequestReused(
                "this request id was used for something else",
                advice="send every new act with a new request id",
            )


def _named(store: Store, kind: str, wanted: Sequence[Wanted]) -> dict[Subject, Wanted]:
    """Find the media; give each subject with what is wanted of it, once."""
    whole = _whole(store, {one.medium for one in wanted})
    named: dict[Subject, Wanted] = {}
    for one in wanted:
        subject = (whole.get(one.medium) or _by_start(store, one), one.number)
        earlier = named.setdefault(subject, one)
        if earlier.reference != one.reference:
            what = "child" if kind == VICTIM else "medium"
            raise BadInput(
                f"{place(one.line)}the {what} was put under another {kind} by"
                f" line {earlier.line}",
                advice="leave one of the two; nothing was changed",
            )
    return named


def _whole(store: Store, names: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for length, column in _WHOLE.items():
        some = sorted(name for name in names if len(name) == length)
        found |= media_called(store, column, some) if some else {}
    return found


def _by_start(store: Store, one: Wanted) -> str:
    try:
        return str(one_medium(store, one.medium)["medium"])
    except NotFound as fault:
        raise NotFound(
            f"{place(one.line)}{fault.message}",
            advice=f"{fault.advice}; nothing was changed",
        ) from fault


def _must_fit(store: Store, kind: str, named: Mapping[Subject, Wanted]) -> None:
    """Refuse a child that no record has, and to take out what belongs to none."""
    leaving = [subject for subject, one in named.items() if not one.reference]
    media = {medium for medium, _ in leaving}
    stands = units.members(store, kind, media) if leaving else {}
    for subject in leaving:
        if subject not in stands:
            raise NotFound(
                f"{_words(subject)} belongs to no {kind}",
                advice=f"see: iwflab {kind} show",
            )
    if kind != VICTIM:
        return
    joining = {subject: one for subject, one in named.items() if one.reference}
    there = _children(store, {medium for medium, _ in joining})
    for (medium, number), one in joining.items():
        if (medium, number) not in there:
            raise BadInput(
                f"{place(one.line)}the record has no child {number} on {medium}",
                advice="children are numbered from 1, as iwflab show MEDIUM tells;"
                " nothing was changed",
            )


def _words(subject: Subject) -> str:
    medium, number = subject
    return f"child {number} on {medium}" if number else medium


def _children(store: Store, media: Iterable[str]) -> dict[Subject, str]:
    """Give the children that stand on some media, each with its age band."""
    rows = [r for r in some_media(store, sorted(media)) if r["assessment"]]
    found = children_of(store, [row["assessment"] for row in rows])
    return {
        (row["medium"], child.number): child.age_band
        for row in rows
        for child in found[row["assessment"]]
    }


def _planned(
    store: Store,
    kind: str,
    named: Mapping[Subject, Wanted],
    request: str,
    *,
    dry_run: bool,
) -> Linked:
    media = {medium for medium, _ in named}
    stands = units.members(store, kind, media)
    known = units.references(store, kind)
    # Said again of a child that was graded anew since, it was looked at again.
    graded = units.graded_in(store, media) if kind == VICTIM else {}
    moves = []
    for subject, one in named.items():
        before, _, entry = stands.get(subject, ("", "", 0))
        if before != one.reference or graded.get(subject[0], 0) > entry > 0:
            moves.append(Move(*subject, before, one.reference, one.line))
    new = dict.fromkeys(m.after for m in moves if m.after and m.after not in known)
    folded = {_folded(name): name for name in known}
    alike = [(one, folded[_folded(one)]) for one in new if _folded(one) in folded]
    unchanged = len(named) - len(moves)
    more = (tuple(moves), unchanged, tuple(new), tuple(alike))
    return Linked(kind, request, dry_run, *more)


def _folded(name: str) -> str:
    return "".join(name.casefold().split())


def shown(store: Store, kind: str) -> list[dict[str, Any]]:
    """Give what stands, one row a medium or child, with who said so, when and why.

    Of a child also its ``age_band`` now, and ``check``: why a person has to look again.
    """
    must_be_kind(kind)
    with store.moment():
        stands = units.members(store, kind)
        acts = units.said_by(store, kind)
        children: dict[Subject, str] = {}
        graded: dict[str, int] = {}
        if kind == VICTIM:
            media = {medium for medium, _ in stands}
            children, graded = _children(store, media), units.graded_in(store)
    there = Counter((said[0], medium) for (medium, _), said in stands.items())
    rows = []
    for (medium, number), (name, reason, entry) in stands.items():
        analyst, at_us = acts[entry]
        row: dict[str, Any] = {kind: name, "medium": medium}
        if kind == VICTIM:
            band = children.get((medium, number), "")
            row |= {"child": number, "age_band": band}
            again = graded.get(medium, 0) > entry
            row["check"] = _check(band, again, twice=there[name, medium] > 1)
        on = datetime.fromtimestamp(at_us / 1e6, UTC).date().isoformat()
        rows.append({**row, "reason": reason, "analyst": analyst, "on": on})
    return sorted(rows, key=lambda r: (r[kind], r["medium"], r.get("child", 0)))


def _check(band: str, again: bool, *, twice: bool) -> str:
    if not band:
        return "the record has no such child now"
    if again:
        return "graded anew since"
    return "two children of one medium" if twice else ""
