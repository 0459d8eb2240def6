"""Category schemes and tag sets: one TOML file each, read and checked when loaded.

Lawyers and QA officers can read and sign a TOML file, and its history is its audit.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from iwflab.domain.categories import IN_FORCE, Rule, Scheme
from iwflab.domain.records import Record
from iwflab.domain.scheme_checks import check_scheme
from iwflab.errors import BadInput, BadScheme, LabError
from iwflab.schemes.words import condition, record_in_words


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


@dataclass(frozen=True, slots=True)
class Template:
    """A scheme whose codes its authority does not publish: to be filled in.

    Nothing is derived from it.  With codes and rules it is a scheme like any other.
    """

    name: str
    title: str
    source: str
    notice: str


@lru_cache(maxsize=1)
def schemes() -> Mapping[str, Scheme]:
    """Read every category scheme there is, by name; each one was checked.

    They stand in the order in which they are listed everywhere: ``place``, then name.
    """
    found = read_schemes(dict(tables_with("rule")))
    listed = sorted(found.values(), key=lambda s: (s.place, s.standing, s.name))
    return MappingProxyType({scheme.name: scheme for scheme in listed})


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Template]:
    """Read the schemes that wait for their authority's codes, by name."""
    found = {}
    for name, plain in tables_with("template"):
        try:
            found[name] = Template(name=name, **plain["template"])
        except TypeError as fault:
            raise BadScheme(
                f"the template {name} cannot be read: {fault}",
                advice="a template has title, source and notice",
            ) from fault
    return MappingProxyType(dict(sorted(found.items())))


def read_schemes(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Scheme]:
    """Make schemes of their tables, each checked; one may rest on another's class."""
    found: dict[str, Scheme] = {}

    def made(name: str, waiting: tuple[str, ...] = ()) -> Scheme:
        if name in waiting or name not in tables:
            raise BadScheme(
                f"{' -> '.join((*waiting, name))}: no scheme to rest on",
                advice="a rule may ask grade.NAME of a scheme that does not ask back",
            )
        if name not in found:
            try:
                found[name] = _scheme(
                    name, tables[name], lambda other: made(other, (*waiting, name))
                )
            except LabError as fault:
                if fault.message.startswith(name):
                    raise
                raise BadScheme(
                    f"{name}: {fault.message}", advice=fault.advice
                ) from fault
            check_scheme(found[name])
        return found[name]

    for name in tables:
        made(name)
    return found


def proposed_schemes(places: Iterable[Path]) -> dict[str, Scheme]:
    """Read schemes from files of one's own, checked, in the place of those in force.

    A file is named after the scheme that it replaces or adds: ``uk_2014.toml``.  Given
    are these, and those whose class rests on one of them.
    """
    tables, given = dict(tables_with("rule")), dict[str, dict[str, Any]]()
    for place in places:
        try:
            given[place.stem] = tomllib.loads(place.read_text("utf-8"))
        except (OSError, ValueError) as fault:
            raise BadScheme(
                f"{place.name} cannot be read: {fault}",
                advice="give a scheme, a TOML file",
            ) from fault
    found = read_schemes(tables | given)
    return {
        name: scheme
        for name, scheme in found.items()
        if name in given or scheme.rules != schemes()[name].rules
    }


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
    found = {name: _tag_set(name, plain) for name, plain in tables_with("tag")}
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


def tables_with(section: str) -> list[tuple[str, dict[str, Any]]]:
    """Read every TOML file that has a section, ours and those of entry points."""
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


def _scheme(
    name: str, plain: Mapping[str, Any], others: Callable[[str], Scheme]
) -> Scheme:
    try:
        return Scheme(
            name=name,
            version=plain["version"],
            title=plain["title"],
            source=plain["source"],
            order=tuple(plain["order"]),
            criminal=frozenset(plain["criminal"]),
            labels=MappingProxyType(dict(plain["labels"])),
            rules=tuple(_rule(one, others) for one in plain["rule"]),
            examples=tuple(_example(one) for one in plain.get("example", ())),
            notice=plain.get("notice", ""),
            standing=plain.get("standing", IN_FORCE),
            beside=tuple(plain.get("beside", ())),
            carried=tuple(plain.get("carried", ())),
            reviewers=MappingProxyType(dict(plain.get("reviewers", {}))),
            place=plain.get("place", 100),
        )
    except KeyError as missing:
        raise BadScheme(
            f"the scheme {name} lacks {missing}", advice="see docs/schemes.md"
        ) from missing


def _rule(plain: Mapping[str, Any], others: Callable[[str], Scheme]) -> Rule:
    when = condition(plain["when"], others)
    cites, precedes = plain.get("cites", ""), plain.get("precedes", "")
    return Rule(plain["name"], plain["code"], when, cites, precedes)


def _example(plain: Mapping[str, Any]) -> tuple[str, Record, str]:
    record = record_in_words(plain["seen"], plain.get("children", ()))
    return plain["name"], record, plain["code"]


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
