"""Category schemes and tag sets: one TOML file each, read and checked when loaded.

Lawyers and QA officers can read and sign a TOML file, and its history is its audit.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from iwflab.domain.categories import (
    ALWAYS,
    Condition,
    Rule,
    Scheme,
    check_scheme,
)
from iwflab.domain.elements import record_from
from iwflab.errors import BadInput, BadScheme


@dataclass(frozen=True, slots=True)
class Tag:
    """An informational tag: what it means, who says so, and its key on the desk."""

    code: str
    label: str
    definition: str
    source: str
    about: str  # "medium" or "child"
    key: str = ""


@dataclass(frozen=True, slots=True)
class TagSet:
    """A versioned set of tags."""

    name: str
    version: str
    tags: Mapping[str, Tag]


@lru_cache(maxsize=1)
def schemes() -> Mapping[str, Scheme]:
    """Read every category scheme there is, by name; each one was checked."""
    found: dict[str, Scheme] = {}
    for name, plain in _tables("rule"):
        scheme = _scheme(name, plain)
        check_scheme(scheme)
        found[scheme.name] = scheme
    return MappingProxyType(dict(sorted(found.items())))


def scheme_named(name: str) -> Scheme:
    """Give one scheme; say which there are where it is unknown."""
    if name not in schemes():
        raise BadInput(
            f"no scheme is called {name!r}",
            advice=f"there are: {', '.join(schemes())}",
        )
    return schemes()[name]


@lru_cache(maxsize=1)
def tag_sets() -> Mapping[str, TagSet]:
    """Read every tag set there is, by name."""
    found = {name: _tag_set(name, plain) for name, plain in _tables("tag")}
    return MappingProxyType(dict(sorted(found.items())))


def tags() -> Mapping[str, Tag]:
    """Give all tags of all sets by code; a code belongs to one set only."""
    found: dict[str, Tag] = {}
    for tag_set in tag_sets().values():
        for code, tag in tag_set.tags.items():
            if code in found:
                raise BadScheme(
                    f"the tag {code} stands in two sets", advice="rename one of them"
                )
            found[code] = tag
    return found


def _tables(section: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for file in _toml_files():
        try:
            plain = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as fault:
            raise BadScheme(
                f"{file.name} is not TOML: {fault}", advice="mend the named line"
            ) from fault
        if section in plain:
            found.append((file.name.removesuffix(".toml"), plain))
    return found


def _toml_files() -> list[Traversable]:
    # An organisation's own scheme is a package with TOML files that names itself
    # in the entry-point group; its files are read exactly like ours.
    places = [files(__name__)]
    places += [files(point.value) for point in entry_points(group="iwflab.schemes")]
    return sorted(
        (f for place in places for f in place.iterdir() if f.name.endswith(".toml")),
        key=lambda file: file.name,
    )


def _scheme(name: str, plain: Mapping[str, Any]) -> Scheme:
    try:
        return Scheme(
            name=name,
            version=plain["version"],
            title=plain["title"],
            source=plain["source"],
            order=tuple(plain["order"]),
            criminal=frozenset(plain["criminal"]),
            labels=MappingProxyType(dict(plain["labels"])),
            rules=tuple(
                Rule(r["name"], r["code"], _condition(r["when"]), r.get("cites", ""))
                for r in plain["rule"]
            ),
            examples=tuple(
                (e["name"], record_from(e["record"]), e["code"])
                for e in plain.get("example", ())
            ),
            notice=plain.get("notice", ""),
        )
    except KeyError as missing:
        raise BadScheme(
            f"the scheme {name} lacks {missing}", advice="see docs/adding.md"
        ) from missing


def _condition(plain: Any) -> Condition:
    """Read ``"element=value|value"``, ``"child.field=value"`` or a combination."""
    if plain == "always":
        return ALWAYS
    if isinstance(plain, str) and "=" in plain:
        element, values = plain.split("=", 1)
        kind = "child" if element.startswith("child.") else "is"
        return Condition(
            kind, element.removeprefix("child."), frozenset(values.split("|"))
        )
    if isinstance(plain, dict) and len(plain) == 1:
        ((kind, parts),) = plain.items()
        if kind in {"all", "any"} and isinstance(parts, list):
            return Condition(kind, parts=tuple(_condition(part) for part in parts))
        if kind == "not":
            return Condition(kind, parts=(_condition(parts),))
    raise BadScheme(
        f"a condition cannot be read: {plain!r}",
        advice='write "element=value|value", {all=[...]}, {any=[...]} or {not=...}',
    )


def _tag_set(name: str, plain: Mapping[str, Any]) -> TagSet:
    try:
        return TagSet(
            name=name,
            version=plain["version"],
            tags=MappingProxyType({t["code"]: Tag(**t) for t in plain["tag"]}),
        )
    except (KeyError, TypeError) as fault:
        raise BadScheme(
            f"the tag set {name} cannot be read: {fault}",
            advice="a tag has code, label, definition, source, about and key",
        ) from fault
