"""A hash list as JSON lines: one object a medium, any algorithm."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any, BinaryIO

from iwflab.domain.lists import ExchangeFormat, ListedHash, ListEntry, ListLine
from iwflab.domain.media import quoted
from iwflab.errors import BadInput
from iwflab.exchange.arriving import (
    IGNORED,
    QUALITY,
    SAID,
    arrived,
    lines_of,
    quality_of,
    refusal,
)
from iwflab.exchange.csv_list import CSV_LIST

_KEYS = frozenset({"algorithm", "value", "variant", "quality"})
# Of ``iwflab hash``: not kept.  Whoever looks a medium up turns their own value.
_OF_HASHES = frozenset({"library", "version", "conversion", "turned"})


def dump(entries: Sequence[ListEntry]) -> bytes:
    """Write one JSON object a line, keys sorted, ASCII, LF."""
    lines = (json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in entries)
    return "".join(lines).encode()


def load(text: bytes) -> list[ListEntry]:
    """Read what :func:`dump` wrote; a line that does not fit is named."""
    entries = []
    known = {field.name for field in fields(ListEntry)}
    for number, line in enumerate(text.decode("utf-8").splitlines(), start=1):
        try:
            plain = json.loads(line)
            if set(plain) - known:
                raise TypeError(f"unknown keys {sorted(set(plain) - known)}")  # noqa: TRY301
            entries.append(ListEntry(**plain))
        except (ValueError, TypeError) as fault:
            raise BadInput(
                f"line {number} cannot be read: {fault}", advice="mend the line"
            ) from fault
    return entries


def read(source: BinaryIO) -> Iterator[ListLine]:
    """Go through anybody's JSON lines, each an object.

    Keys are those of :mod:`iwflab.exchange.arriving`.  ``hashes`` may hold further
    algorithms as an object, or a list of objects with ``algorithm``, ``value`` and
    perhaps ``variant`` and ``quality``.
    """
    for number, text in lines_of(source):
        if text.strip():
            try:
                plain = json.loads(text)
            except (ValueError, RecursionError) as fault:
                raise refusal(number, f"it is no JSON: {str(fault)[:80]}") from fault
            if not isinstance(plain, dict):
                raise refusal(number, "it is no JSON object")
            yield _line(plain, number)


def _line(plain: dict[str, Any], number: int) -> ListLine:
    stated = plain.pop("hashes", None) or {}
    if isinstance(stated, dict):
        stated = [{"algorithm": name, "value": stated[name]} for name in stated]
    if not isinstance(stated, list) or not all(isinstance(x, dict) for x in stated):
        raise refusal(number, "'hashes' is neither an object nor a list of objects")
    qualities = {k: v for k, v in plain.items() if k.endswith(QUALITY)}
    for name, value in plain.items():
        if name not in SAID and name not in qualities:
            stated.append({"algorithm": name, "value": value})
    hashes = tuple(
        _hash(one, qualities, number)
        for one in stated
        if one.get("value") is not None and one["value"] != ""
    )
    told = (SAID - IGNORED) | {"refused"}
    said = {n: _text(plain[n], n, number) for n in told if n in plain}
    return arrived(number, hashes, said)


def _hash(one: dict[str, Any], qualities: dict[str, Any], number: int) -> ListedHash:
    unknown = one.keys() - _KEYS - _OF_HASHES
    if unknown:
        raise refusal(number, f"a hash has the unknown key {quoted(min(unknown), 40)}")
    name = _text(one.get("algorithm", ""), "algorithm", number)
    value = _text(one["value"], name, number)
    variant = _text(one.get("variant", ""), "variant", number)
    quality = one.get("quality", qualities.get(name + QUALITY))
    known = None
    if quality is not None:
        if isinstance(quality, bool) or not isinstance(quality, int | str):
            raise refusal(
                number, f"the quality of {quoted(name, 40)} is no whole number"
            )
        known = quality_of(str(quality), number)
    return ListedHash(name, value, variant, known)


def _text(value: object, name: str, number: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise refusal(number, f"{quoted(name, 40)} is no text")
    return value


JSON_LINES = ExchangeFormat(
    "json_lines",
    ".jsonl",
    "JSON lines, one object a medium",
    dump,
    load,
    CSV_LIST.example,
    read,
)
