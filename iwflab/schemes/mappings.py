"""Mappings between scales: one TOML file for each pair, read and checked when loaded.

A mapping says for each code of the old scale the one class that the law makes certain,
or that a person reviews it, and why.  It converts nothing.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from iwflab.domain.carried import MappingLine, ScaleMapping
from iwflab.domain.categories import Scheme
from iwflab.errors import BadInput, BadScheme
from iwflab.schemes import schemes, tables_with, templates

Pair = tuple[str, str]


@lru_cache(maxsize=1)
def mappings() -> Mapping[Pair, ScaleMapping]:
    """Read every mapping there is, by the scales it leads from and to."""
    found: dict[Pair, ScaleMapping] = {}
    for name, plain in tables_with("mapping"):
        one = mapping_from(name, plain)
        pair = one.origin, one.target
        if pair in found:
            raise BadScheme(
                f"{found[pair].name} and {name} both lead from {' to '.join(pair)}",
                advice="keep one of them",
            )
        found[pair] = one
    return MappingProxyType(found)


def mapping_from(name: str, plain: Mapping[str, Any]) -> ScaleMapping:
    """Make a mapping of its table; refuse one with a hole, or without its law."""
    head, lines = plain["mapping"], [_line(name, row) for row in plain.get("line", ())]
    try:
        one = ScaleMapping(
            name,
            origin=head["from"],
            target=head["to"],
            called=head["called"],
            source=head["source"],
            lines=MappingProxyType({(line.code, line.flag): line for line in lines}),
            ask=head.get("ask", ""),
        )
        origin, target = (schemes()[scheme] for scheme in (one.origin, one.target))
    except KeyError as missing:
        raise BadScheme(
            f"the mapping {name} lacks {missing}, or there is no such scheme",
            advice="[mapping] has from, to, called and source (docs/legacy.md)",
        ) from missing
    if len(one.lines) < len(lines):
        raise BadScheme(
            f"the mapping {name} says two things of one code", advice="keep one line"
        )
    for line in lines:
        _check(one, line, target)
    _check_whole(one, origin)
    return one


def _line(name: str, row: Mapping[str, Any]) -> MappingLine:
    try:
        told = {"to": "", "review": "", "flag": "", **row}
        possible = tuple(told.pop("possible", ()))
        return MappingLine(**told, possible=possible)
    except TypeError as fault:
        raise BadScheme(
            f"the mapping {name} cannot be read: {fault}",
            advice="a line has code, to or review, possible, cites and flag",
        ) from fault


def _check(one: ScaleMapping, line: MappingLine, target: Scheme) -> None:
    problem = ""
    codes = {*target.order, *target.beside}
    if bool(line.to) == bool(line.review):
        problem = "is either certain ('to') or for review, with the reason"
    elif not line.cites.strip():
        problem = "cites no source"
    elif not {line.to or line.review, *line.possible} <= {line.review, *codes}:
        problem = f"names a code that {target.name} does not have"
    elif bool(line.review) != bool(line.possible):
        problem = "says what is possible where, and only where, it is for review"
    elif line.flag != "".join(line.flag.split()).lower():
        problem = "has a flag that is not one word in lower case"
    if problem:
        raise BadScheme(
            f"{one.name}: the line of {line.code} {problem}",
            advice="see docs/legacy.md",
        )


def _check_whole(one: ScaleMapping, origin: Scheme) -> None:
    wanted = {*origin.order, *origin.carried}
    given = {code for code, flag in one.lines if not flag}
    if given != wanted or {code for code, _ in one.lines} != wanted:
        odd = {code for code, _ in one.lines} ^ wanted | given ^ wanted
        raise BadScheme(
            f"{one.name}: {', '.join(sorted(odd))} of {one.origin} has no plain line,"
            " or is no code of it",
            advice="every code of the old scale has one line without a flag",
        )


def mapping_between(origin: str, target: str) -> ScaleMapping:
    """Give one mapping; say what there is where the scale or the way is not known."""
    there = ", ".join(f"{one} to {other}" for one, other in mappings())
    if not origin:
        raise BadInput(
            "it is not stated what scale the codes are of",
            advice="the same number means different things on different scales: ask"
            f" the sender, then give --scheme; there are: {there}",
        )
    for name in (origin, target):
        if name in templates():
            raise BadInput(
                f"{templates()[name].title}: nothing can be brought before its codes"
                " are there",
                advice=templates()[name].notice,
            )
    if (origin, target) not in mappings():
        raise BadInput(
            f"there is no mapping from {origin} to {target}",
            advice=f"there are: {there}",
        )
    return mappings()[origin, target]
