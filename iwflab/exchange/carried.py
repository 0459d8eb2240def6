"""Grades of others as CSV: a line a medium, its digest, and what they called it.

A header line names the columns; ``;`` or a tab separate as well as ``,``:

    sha256, sha1, md5 or medium   whose grade it is; several must name one medium
    code                          on the scale that the command states
    flags                         words that go with it, such as "animal"
    animal                        the same as a column of its own: yes or no
    source                        who said so
    scheme, version               of each line, held against what the command states

Any other column is refused by name: what is not understood may alter what a code means.
A line that cannot be used is named, and the others go on.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from iwflab.domain.cells import plain_cell
from iwflab.domain.lists import CarriedLine
from iwflab.domain.media import display_text, quoted
from iwflab.errors import BadInput
from iwflab.exchange.arriving import lines_of

_DIGITS = {"medium": 16, "sha256": 64, "sha1": 40, "md5": 32}
_OWN_FLAGS = ("animal",)
_SAID = ("code", "flags", "source", "scheme", "version", *_OWN_FLAGS)
_YES, _NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}
_LONGEST = 200  # characters of a source or of all flags


def read_carried(source: BinaryIO) -> tuple[tuple[str, ...], Iterator[CarriedLine]]:
    """Give the columns of a file, and its lines one by one.

    BadInput where the columns, or the file as such, cannot be used.
    """
    numbered = lines_of(source)
    header = next(numbered, (0, ""))[1]
    sign = max(",;\t", key=header.count)
    names = tuple(
        name.strip().lower() for name in next(csv.reader([header], delimiter=sign), [])
    )
    _check_header(names)
    return names, _lines(numbered, names, sign)


def _check_header(names: tuple[str, ...]) -> None:
    odd = [name for name in names if name not in {*_DIGITS, *_SAID}]
    if odd:
        raise BadInput(
            f"the column {quoted(odd[0], 40)} is not one of this form",
            advice=f"there are: {', '.join((*_DIGITS, *_SAID))}; leave others out",
        )
    named = [name for name in names if name in _DIGITS]
    if not named or "code" not in names or len(set(names)) < len(names):
        raise BadInput(
            "line 1 does not name the columns, each once",
            advice="begin with a line such as: sha256,code,flags,source",
        )


def _lines(
    numbered: Iterator[tuple[int, str]], names: tuple[str, ...], sign: str
) -> Iterator[CarriedLine]:
    for number, text in numbered:
        try:
            cells = next(csv.reader([text], delimiter=sign, strict=True), [])
            if any(cell.strip() for cell in cells):
                yield _line(number, names, cells)
        except (csv.Error, ValueError) as fault:
            yield CarriedLine(number, fault=str(fault))


def _line(number: int, names: tuple[str, ...], cells: list[str]) -> CarriedLine:
    """Make the line of its cells; ValueError says why it cannot be used."""
    if len(cells) != len(names):
        raise ValueError(f"it has {len(cells)} cells, not {len(names)}")
    said = {n: plain_cell(c.strip()) for n, c in zip(names, cells, strict=True)}
    named = {name: said[name].lower() for name in _DIGITS if said.get(name)}
    for name, value in named.items():
        if not re.fullmatch(f"[0-9a-f]{{{_DIGITS[name]}}}", value):
            raise ValueError(f"{quoted(value, 70)} is no {name}")
    if not named:
        raise ValueError("it names no medium")
    if not said["code"]:
        raise ValueError("it has no code")
    told = (_flags(said), said.get("source", ""))
    if any(len(text) > _LONGEST or text != display_text(text) for text in told):
        raise ValueError("its flags or source are too long, or cannot be seen")
    scale = (said.get("scheme", ""), said.get("version", ""))
    return CarriedLine(number, named, said["code"], *told, *scale)


def _flags(said: Mapping[str, str]) -> str:
    found = set(re.split(r"[\s,;|]+", said.get("flags", "").lower())) - {""}
    for flag in _OWN_FLAGS:
        cell = said.get(flag, "").lower()
        if cell not in _YES | _NO:
            raise ValueError(f"{flag} is {quoted(cell, 20)}, neither yes nor no")
        found |= {flag} if cell in _YES else set()
    return " ".join(sorted(found))
