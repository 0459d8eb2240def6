"""A hash list as CSV: one line a medium, documented columns, no formulas."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from iwflab.domain.cells import plain_cell, safe_cell
from iwflab.domain.lists import ExchangeFormat, ListedHash, ListEntry, ListLine
from iwflab.errors import BadInput
from iwflab.exchange.arriving import (
    QUALITY,
    SAID,
    arrived,
    lines_of,
    quality_of,
    refusal,
)

# Column -> what it holds; the manifest repeats this for the reader of the list.
COLUMNS = {
    "sha256": "SHA-256 of all bytes, 64 hex digits",
    "sha1": "SHA-1 of all bytes, 40 hex digits",
    "md5": "MD5 of all bytes, 32 hex digits",
    "size": "bytes",
    "pdq": "PDQ of the stored pixels, 64 hex digits; empty: could not be decoded",
    "pdq_quality": "PDQ quality, 0-100; below 50 is never matched as such",
    "ahash": "aHash (ImageHash, 64 bit), 16 hex digits",
    "dhash": "dHash (ImageHash, 64 bit), 16 hex digits",
    "phash": "pHash (ImageHash, 64 bit), 16 hex digits",
    "scheme": "the category scheme",
    "scheme_version": "the version of the scheme's rules",
    "category": "the code of the category in that scheme",
}
_PERCEPTUAL = ("pdq", "ahash", "dhash", "phash")


def dump(entries: Sequence[ListEntry]) -> bytes:
    """Write entries as UTF-8 CSV with a header line and CRLF (RFC 4180).

    Hashes without a column of their own are left out; JSON lines holds them all.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(COLUMNS))
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: safe_cell(cell) for name, cell in _cells(entry)})
    return out.getvalue().encode()


def _cells(entry: ListEntry) -> list[tuple[str, str]]:
    quality = "" if entry.pdq_quality is None else str(entry.pdq_quality)
    return [
        *((name, getattr(entry, name)) for name in ("sha256", "sha1", "md5")),
        ("size", str(entry.size)),
        *((name, entry.hashes.get(name, "")) for name in _PERCEPTUAL),
        ("pdq_quality", quality),
        ("scheme", entry.scheme),
        ("scheme_version", entry.scheme_version),
        ("category", entry.code),
    ]


def load(text: bytes) -> list[ListEntry]:
    """Read what :func:`dump` wrote; a line that does not fit is named."""
    reader = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    if reader.fieldnames is None or set(reader.fieldnames) != set(COLUMNS):
        raise BadInput(
            "the columns are not those of this format",
            advice=f"expected: {', '.join(COLUMNS)}",
        )
    try:
        return [_entry(row) for row in reader]
    except (ValueError, TypeError, AttributeError) as fault:
        raise BadInput(
            f"line {reader.line_num} cannot be read: {fault}", advice="mend the line"
        ) from fault


def _entry(row: dict[str, str]) -> ListEntry:
    row = {name: plain_cell(cell) for name, cell in row.items()}
    return ListEntry(
        sha256=row["sha256"],
        sha1=row["sha1"],
        md5=row["md5"],
        size=int(row["size"]),
        scheme=row["scheme"],
        scheme_version=row["scheme_version"],
        code=row["category"],
        hashes={name: row[name] for name in _PERCEPTUAL if row[name]},
        pdq_quality=int(row["pdq_quality"]) if row["pdq_quality"] else None,
    )


def read(source: BinaryIO) -> Iterator[ListLine]:
    """Go through anybody's CSV with a header line; ``;`` or a tab separate as well.

    Columns are those of :mod:`iwflab.exchange.arriving`.
    """
    numbered = lines_of(source)
    at = 0

    def texts() -> Iterator[str]:
        nonlocal at
        for number, text in numbered:
            at = number
            yield text

    header = next(texts(), "")
    sign = max(",;\t", key=header.count)
    names = [
        name.strip().lower() for name in next(csv.reader([header], delimiter=sign))
    ]
    _check_header(names)
    reader = csv.reader(texts(), delimiter=sign, strict=True)
    while True:
        first = at + 1
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise refusal(first, str(fault)) from fault
        if cells is None:
            return
        if any(cells):
            yield _line(names, cells, first)


def _check_header(names: list[str]) -> None:
    hashes = [name for name in names if name not in SAID and not name.endswith(QUALITY)]
    if not hashes or len(set(names)) < len(names) or "" in names:
        raise BadInput(
            "line 1 does not name the columns, each once",
            advice="begin with a line such as: sha256,md5,pdq,pdq_quality,label",
        )


def _line(names: list[str], cells: list[str], number: int) -> ListLine:
    if len(cells) != len(names):
        raise refusal(number, f"it has {len(cells)} cells, not {len(names)}")
    said = dict(zip(names, cells, strict=True))
    hashes = []
    for name, cell in said.items():
        if name in SAID or name.endswith(QUALITY) or not (value := cell.strip()):
            continue
        quality = quality_of(said.get(name + QUALITY, "").strip(), number)
        hashes.append(ListedHash(name, value, "", quality))
    texts = {name: plain_cell(said[name].strip()) for name in SAID if name in said}
    return arrived(number, tuple(hashes), texts, header=1)


_EXAMPLE = (
    # SHA-256, SHA-1 and MD5 of the text "a"; the perceptual values are made up.
    ListEntry(
        sha256="ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        sha1="86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
        md5="0cc175b9c0f1b6a831c399e269772661",
        size=1,
        scheme="uk_2014",
        scheme_version="2014-04-01.1",
        code="C",
        hashes={
            "pdq": "0f" * 32,
            "ahash": "0" * 16,
            "dhash": "1" * 16,
            "phash": "a" * 16,
        },
        pdq_quality=100,
    ),
    ListEntry(
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        sha1="a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
        md5="098f6bcd4621d373cade4e832627b4f6",
        size=4,
        scheme="=cmd",
        scheme_version="-1",
        code="@A",
    ),
)

CSV_LIST = ExchangeFormat(
    "csv", ".csv", "CSV, one line a medium", dump, load, _EXAMPLE, read
)
