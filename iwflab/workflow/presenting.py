"""What a desk is told about a medium: plain values, ready to travel as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from iwflab.domain.assessments import ON_DEMAND, stage_for
from iwflab.domain.carried import suggested
from iwflab.domain.categories import Grade, Scheme, compiled, derive
from iwflab.domain.contradictions import contradictions
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS, POLICY_FIELDS
from iwflab.domain.records import OF_SEGMENTS, TAG_STATES, Record
from iwflab.domain.settings import Settings, as_pressed
from iwflab.schemes import scheme_named, schemes, tags
from iwflab.schemes.mappings import mappings
from iwflab.store import Store
from iwflab.store.carried import carried_grades
from iwflab.store.reading import (
    newest_graded,
    one_medium,
    records,
    sightings_of,
    some_media,
    waiting_media,
)
from iwflab.store.second import open_second
from iwflab.store.tallies import Windows, how_far

DAY_US = 86_400_000_000
LAID_OUT = 200  # waiting media told at once in full; the contact sheet has the rest
Open = frozenset[str] | None


def desk(settings: Settings, analyst: str) -> dict[str, Any]:
    """Give everything the grading desk needs once: questions, tags, keys, limits."""
    return {
        "analyst": analyst,
        "lab": settings.name,
        "elements": [_kind(kind) for kind in ELEMENTS.values()],
        "child_fields": [
            _kind(kind)
            for name, kind in CHILD_FIELDS.items()
            if name not in POLICY_FIELDS or name in settings.child_policy
        ],
        "of_segments": list(OF_SEGMENTS),
        **keys(settings),
        "tag_states": list(TAG_STATES),
        "schemes": [
            {
                "name": s.name,
                "title": s.title,
                "version": s.version,
                "labels": dict(s.labels),
                "notice": s.notice,
                "standing": s.standing,
            }
            for s in schemes().values()
        ],
        "asked": [asked(scheme_named(name)) for name in settings.asked_schemes],
        "limits": {
            "set_size": settings.set_size,
            "prefetch": settings.prefetch,
            "outbox": settings.outbox,
            "unacked_seconds": settings.unacked_seconds,
            "heartbeat_seconds": settings.heartbeat_seconds,
            "idle_lock_minutes": settings.idle_lock_minutes,
            "break_after_minutes": settings.break_after_minutes,
        },
    }


def keys(settings: Settings) -> dict[str, Any]:
    """Give the keys of the acts, and the tags with theirs."""
    return {"keys": dict(settings.keys), "tags": _tags(settings)}


def keyless_tags(settings: Settings) -> dict[str, str]:
    """Name the tags whose key something else has here, each with what has it.

    An act of the desk wins over a tag, and of two tags the first; the palette has all.
    """
    taken = {as_pressed(key): act for act, key in settings.keys.items() if key}
    found = {}
    for tag in tags().values():
        key = as_pressed(tag.key)
        if key and key in taken:
            found[tag.code] = taken[key]
        elif key:
            taken[key] = f"the tag {tag.code}"
    return found


def _tags(settings: Settings) -> list[dict[str, Any]]:
    keyless = keyless_tags(settings)
    return [
        {**asdict(tag), "key": "" if tag.code in keyless else tag.key}
        | ({"taken": keyless[tag.code]} if tag.code in keyless else {})
        for tag in tags().values()
    ]


def _kind(kind: Any) -> dict[str, Any]:
    return {
        "name": kind.name,
        "question": kind.question,
        "values": list(kind.values),
        "unknown": sorted(kind.unknown),
        "gate": kind.gate,
        **({"wanted": kind.wanted} if kind.wanted[0] else {}),
    }


def asked(scheme: Scheme) -> dict[str, Any]:
    """Give the diagram of a scheme, from which a page sees what is left to ask."""
    found = compiled(scheme).by_code
    return {
        "name": scheme.name,
        "top": found.top,
        "nodes": found.nodes,
        "variables": [
            {
                "name": one.name,
                "asked": one.asked,
                "assumed": "" if one.of_child else ELEMENTS[one.name].assumed,
                "cells": one.cells,
                "uppers": one.uppers,
                "answers": [
                    a if isinstance(a, str) else sorted(a) for a in one.answers
                ],
            }
            for one in found.variables
        ],
    }


def derived(record: Record) -> dict[str, Any]:
    """Give the grades of a record under every scheme, and its contradictions."""
    return {
        "grades": [dict(_plain(derive(s, record))) for s in schemes().values()],
        "contradictions": [asdict(c) for c in contradictions(record)],
    }


@lru_cache(maxsize=10_000)  # grades come from a cache themselves, again and again
def _plain(grade: Grade) -> dict[str, Any]:
    return asdict(grade)


def items(
    store: Store, media: Sequence[str], analyst: str, *, graded: int, open_to: Open
) -> list[dict[str, Any]]:
    """Give the analyst's media: ungraded first, then the ``graded`` newest of them.

    ``open_to`` are the media of which the analyst may know what others say; None: all.
    """
    mine = set(media)
    again = open_second(store, media, analyst, unknown=True)
    waiting = {*waiting_media(store, media), *again}
    done = [m for m in newest_graded(store, analyst, most=graded) if m in mine]
    open_ones = [medium for medium in media if medium in waiting]
    chosen = [*done, *open_ones[:LAID_OUT]]
    rows = some_media(store, chosen)
    # What is signed off is no longer the grader's to change.
    kept = [row for row in rows if row["stage"] in {"waiting", "graded"}]
    return [item(store, row, analyst, open_to) for row in kept]


def item(
    store: Store, row: Mapping[str, Any], analyst: str, open_to: Open
) -> dict[str, Any]:
    """Give one medium as its desk shows it; another's record is not told."""
    mine = row["assessment"] is not None and row["grader"] == analyst
    record = records(store, [row])[row["medium"]] if mine else None
    # The address stays in the store: a grading decision does not need it.
    known = [
        {name: seen[name] for name in ("source", "seen_on", "series")}
        for seen in sightings_of(store, row["medium"])
    ]
    is_open = open_to is None or row["medium"] in open_to
    if is_open:
        carried = suggested(carried_grades(store, [row["medium"]]), mappings())
        if carried:
            said = "; ".join(one.in_words for one in carried)
            known = [{**(known[0] if known else {}), "carried": said}]
    plain = {
        name: row[name]
        for name in (
            *("medium", "name", "copies", "size"),
            *("format", "width", "height", "frames", "state", "reason"),
        )
    }
    return {
        **plain,
        # The folders of a path may name people and places: the desk shows the file.
        "name": row["name"].rsplit("/", 1)[-1],
        "stage": stage_for(row, analyst),
        "metadata": _of_file(json.loads(row["metadata"] or "{}")),
        "previews": sorted(set(json.loads(row["previews"] or "{}")) - ON_DEMAND),
        "known": known[0] if known else None,
        "record": asdict(record) if record else None,
        "assessment": row["assessment"] if mine else None,
        # Over what a page records: who grades blind is not told that anything stands.
        "over": row["assessment"] if mine or is_open else None,
        "reveal": row["reveal"] if mine else None,
        **(derived(record) if record else {"grades": [], "contradictions": []}),
    }


def _of_file(metadata: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was made here: times of a clip are told with the clip."""
    return {name: value for name, value in metadata.items() if name != "clip"}


def one(store: Store, medium: str, analyst: str, open_to: Open) -> dict[str, Any]:
    """Give one medium by its id."""
    return item(store, one_medium(store, medium), analyst, open_to)


def progress(store: Store, analyst: str, *, held: int) -> dict[str, Any]:
    """Count the way so far: the lab's media, the analyst's, their exposure of a day.

    ``held`` is for how long a medium stays assigned, in microseconds.
    """
    return how_far(store, analyst, Windows(held, viewed=DAY_US))


def within(store: Store, mine: Sequence[str], analyst: str) -> dict[str, int]:
    """Count some of an analyst's media: still open, and graded by them."""
    rows = some_media(store, mine)
    graded = sum(r["stage"] == "graded" and r["grader"] == analyst for r in rows)
    return {"open": open_now(store, mine, analyst), "graded": graded}


def open_now(store: Store, mine: Sequence[str], analyst: str) -> int:
    """Count those of an analyst's media that still wait for a grade of theirs."""
    again = open_second(store, mine, analyst, unknown=True)
    return len(waiting_media(store, mine, unknown=True)) + len(again)
