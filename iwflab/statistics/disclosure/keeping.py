"""Releases as text for the ledger, and back: nothing is lost on the way.

It holds what a release hides (which cells, and how wide), so it stays inside.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from iwflab.domain.trail import canonical
from iwflab.errors import BadInput
from iwflab.statistics.disclosure.outputs import Outcome, Verdict
from iwflab.statistics.disclosure.profiles import Profile
from iwflab.statistics.disclosure.releases import Entry, Release
from iwflab.statistics.disclosure.tables import Key, Published, Shown

FORM = 1  # of the text; a reader refuses another


def release_json(release: Release) -> str:
    """Write a release in its one canonical form."""
    plain = {
        "form": FORM,
        "name": release.name,
        "cut": release.cut,
        "grows": release.grows,
        "entries": [_entry(one) for one in release.entries],
    }
    return canonical(plain).decode()


def release_from(text: str) -> Release:
    """Read a release as :func:`release_json` wrote it; refuse anything else."""
    try:
        plain = json.loads(text)
        if plain["form"] != FORM:
            raise _unknown(f"its form is {plain['form']!r}")
        return Release(
            name=str(plain["name"]),
            cut=str(plain["cut"]),
            entries=tuple(_entry_from(one) for one in plain["entries"]),
            grows=bool(plain["grows"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise _unknown(f"{type(fault).__name__}: {fault}") from fault


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "table": _published(one.published),
        "profile": asdict(one.profile),
        "hidden": [[list(key), int(width)] for key, width in one.hidden.items()],
        "small": [list(key) for key in one.small],
        "verdict": [str(one.verdict.outcome), one.verdict.reason],
        "together": list(one.together),
        "merged": {level: list(parts) for level, parts in one.merged.items()},
    }


def _entry_from(plain: Mapping[str, Any]) -> Entry:
    outcome, reason = plain["verdict"]
    return Entry(
        published=_published_from(plain["table"]),
        profile=_profile_from(plain["profile"]),
        hidden={_key(key): int(width) for key, width in plain["hidden"]},
        small=tuple(_key(key) for key in plain["small"]),
        verdict=Verdict(Outcome(outcome), str(reason)),
        together=_key(plain["together"]),
        merged={str(at): _key(parts) for at, parts in plain.get("merged", {}).items()},
    )


def _published(one: Published) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "coverage": one.coverage,
        "profile": one.profile,
        "names": list(one.names),
        "levels": [list(own) for own in one.levels],
        "cells": [
            [list(key), _whole(cell.value), int(cell.lower), _whole(cell.upper)]
            for key, cell in one.cells.items()
        ],
    }


def _published_from(plain: Mapping[str, Any]) -> Published:
    cells = {_key(key): Shown(*shown) for key, *shown in plain["cells"]}
    return Published(
        **{word: plain[word] for word in ("name", "unit", "coverage", "profile")},
        names=_key(plain["names"]),
        levels=tuple(_key(own) for own in plain["levels"]),
        cells=cells,
    )


def _profile_from(plain: Mapping[str, Any]) -> Profile:
    # Not by the checks of a new profile: what left by an older rule is kept as it was.
    pair = plain["n_k"]
    return Profile(**{**plain, "n_k": None if pair is None else (pair[0], pair[1])})


def _whole(value: int | None) -> int | None:
    return None if value is None else int(value)  # numbers of other libraries, too


def _key(plain: Iterable[Any]) -> Key:
    return tuple(str(word) for word in plain)


def _unknown(problem: str) -> BadInput:
    return BadInput(
        f"this is no release of the ledger: {problem}",
        advice="run iwflab verify; a newer iwflab may have written it",
    )
