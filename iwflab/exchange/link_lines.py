"""Who belongs together, as CSV: a line a medium, or a child on a medium.

A header line names the columns; ``;`` or a tab separate as well as ``,``:

    medium             its id, its SHA-256, or the start of one
    child              which child on it, counted from 1 (of victims only)
    series or victim   a reference of the organisation, never a person's name
    reason             why, in words; may be left out

Any other column is refused by name, and so is the whole file for one line that does
not fit: what was taken by half would be counted.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from iwflab.domain.cells import plain_cell
from iwflab.domain.grouping import VICTIM, Wanted
from iwflab.domain.media import quoted
from iwflab.errors import BadInput
from iwflab.exchange.arriving import lines_of, refusal


def read_links(source: BinaryIO, kind: str) -> Iterator[Wanted]:
    """Go through a file of one kind (``series`` or ``victim``), line by line.

    Raises :class:`~iwflab.errors.BadInput` naming the line that does not fit.
    """
    numbered = lines_of(source)
    header = next(numbered, (0, ""))[1]
    sign = max(",;\t", key=header.count)
    named = next(csv.reader([header], delimiter=sign), [])
    names = [name.strip().lower() for name in named]
    _check_header(names, kind)
    for number, text in numbered:
        try:
            cells = next(csv.reader([text], delimiter=sign, strict=True), [])
        except csv.Error as fault:
            raise refusal(number, str(fault)) from fault
        if any(cell.strip() for cell in cells):
            yield _line(number, names, cells, kind)


def _check_header(names: list[str], kind: str) -> None:
    needed = ["medium", *(["child"] if kind == VICTIM else []), kind]
    known = [*needed, "reason"]
    odd = [name for name in names if name not in known]
    if odd or not set(needed) <= set(names) or len(set(names)) < len(names):
        what = f"has the column {quoted(odd[0], 40)}" if odd else "lacks a column"
        raise BadInput(
            f"line 1 {what}" if odd else "line 1 does not name the columns, each once",
            advice=f"it needs {', '.join(needed)}, and may have reason",
        )


def _line(number: int, names: list[str], cells: list[str], kind: str) -> Wanted:
    if len(cells) != len(names):
        raise refusal(number, f"it has {len(cells)} cells, not {len(names)}")
    said = {n: plain_cell(c.strip()) for n, c in zip(names, cells, strict=True)}
    child = said.get("child", "0")
    if not (child.isascii() and child.isdigit() and len(child) < 4):  # noqa: PLR2004
        raise refusal(number, f"{quoted(child, 20)} is no number of a child")
    return Wanted(
        said["medium"].lower(), int(child), said[kind], said.get("reason", ""), number
    )
