"""Reads and writes ``lab.toml``: every setting documented, none of them secret."""

import json
import secrets
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from iwflab.domain.settings import Settings, check_settings, keys_with
from iwflab.errors import BadInput, NotFound
from iwflab.store.durable import write_whole

FILE = "lab.toml"

_TEXTS = {
    "lab": "The random name of this lab in its signed heads. Never change it.",
    "name": "What the desks show at the top.",
    "case": "Pre-filled on the intake desk.",
    "exhibit": "Pre-filled on the intake desk.",
    "head_folder": "Where signed heads of the audit trail are kept: a whole path, "
    'OUTSIDE this folder, best on another disk. "" means ~/.local/state/iwflab/heads.',
    "database_url": "The shared PostgreSQL database, in the role of the application: "
    'postgresql://iwflab_app@db.example/harbour. "" means lab.db in this folder.',
    "low_space_mb": "With less free space than this (10^6 bytes) everybody is warned.",
    "sign_off_by_another": "A sign-off needs another person than the grader.",
    "strict_sandbox": "Refuse to decode when any layer of the sandbox is missing.",
    "workers": "Sandboxed decoders at work at once.",
    "decode_seconds": "The longest a decoder may take for one medium.",
    "assignment_hours": "After these an unfinished medium goes back to the queue.",
    "approval_hours": "After these a request for a second person lapses.",
    "profiles": "The disclosure profiles of the organisation: a TOML file, in this "
    'folder or by a whole path. "" means those of this release alone.',
    "intake_roots": "Folders of the server below which the intake desk may take; "
    "an empty list means none: people upload.",
    "child_policy": "Fields of a child that only a policy may want, by name",
    "asked_schemes": "The form asks what these schemes need; all others are derived",
    "queue_order": "What is handed out first: oldest, known_first, stacks or rotating.",
    "set_size": "Media assigned to an analyst at a time.",
    "prefetch": "Shielded previews that the grading desk loads ahead.",
    "outbox": "Decisions that may wait for the disk before the desk stops.",
    "unacked_seconds": "The longest a decision may wait before the desk stops.",
    "heartbeat_seconds": "How often the desk asks whether the server is there.",
    "idle_lock_minutes": "After these without a key the desk blanks the picture.",
    "default_reveal": "The level of first sight for who chose nothing: none, outlines, "
    "shielded, lens, greyscale or full.",
    "least_shield": "The least shielded of these levels that anybody may start with; "
    "more is revealed one medium at a time, on the record.",
    "presentation": "Send no picture to anybody: for training and demonstrations.",
    "break_after_minutes": "The desk says that a break is due; it never enforces it.",
    "daily_cap_hours": "The desk says that the day's time at media is used up.",
    "comparison_protocol": "The written protocol of a comparison of start levels, by "
    'its id; then: iwflab comparison on. "" means that there is none.',
    "comparison_decided_by": "Who decided on that comparison, and when.",
    "comparison_levels": "The levels that are compared; [] means all that least_shield "
    "allows and that show something.",
    "comparison_ask_every": "One question about an allotted medium after so many, at "
    "most; 0 never asks.",
}


def read_settings(folder: Path) -> Settings:
    """Read the settings of a lab folder; unknown names are refused with advice."""
    file = folder / FILE
    try:
        plain = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(
            f"no lab at {folder}", advice="make one with: iwflab init --lab FOLDER"
        ) from None
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(
            f"{FILE} is not TOML: {fault}", advice="mend the named line"
        ) from fault
    unknown = set(plain) - {field.name for field in fields(Settings)}
    if unknown:
        raise BadInput(
            f"{FILE}: unknown settings: {', '.join(sorted(unknown))}",
            advice="docs/settings.md lists every setting",
        )
    plain["keys"] = keys_with(plain.get("keys", {}))
    try:
        settings = Settings(**plain)
    except TypeError as fault:
        raise BadInput(
            f"{FILE} lacks a setting: {fault}", advice="docs/settings.md lists them"
        ) from fault
    check_settings(settings)
    return settings


def write_settings(folder: Path, **given: Any) -> Settings:
    """Write a new ``lab.toml`` with every setting and its meaning."""
    settings = replace(Settings(lab=secrets.token_hex(8)), **given)
    check_settings(settings)
    lines = ["# The settings of this lab. Restart the apps after a change.", ""]
    for name, text in _TEXTS.items():
        lines += [f"# {text}", f"{name} = {_toml(getattr(settings, name))}", ""]
    lines += ["# Keys of the grading desk, as the browser names them.", "[keys]"]
    lines += [f"{act} = {_toml(key)}" for act, key in settings.keys.items()]
    write_whole(folder / FILE, ("\n".join(lines) + "\n").encode())
    return settings


def _toml(value: object) -> str:
    # TOML's basic strings, numbers and booleans are spelled as JSON spells them.
    return json.dumps(value)
