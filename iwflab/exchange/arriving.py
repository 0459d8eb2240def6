"""What the readers of arriving lists share: which column says what, and its checks.

An entry has one column (CSV) or key (JSON) for each hash, named after its algorithm,
and may have these:

    <algorithm>_quality   0-100, or empty; also pdq_quality of our own releases
    label or category     what the list says of the medium
    scheme                put before the category: "uk_2014 C"
    note                  any further word
    size, scheme_version  of our own releases; not kept
    file, refused, state, reason, frame_hashes  of ``iwflab hash``; not kept

What frames of a video hash to is not kept, since a frame is not the medium.  Every
other column is taken for an algorithm, so that a list with an unknown one is refused by
name rather than imported by half.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from iwflab.domain.lists import ListedHash, ListLine
from iwflab.domain.media import quoted
from iwflab.errors import BadInput

LABELS = ("label", "category", "code")
_OF_FILES = ("file", "refused", "state", "reason", "frame_hashes")
IGNORED = frozenset({"size", "scheme_version", *_OF_FILES})
SAID = frozenset({*LABELS, *IGNORED, "scheme", "note"})
QUALITY = "_quality"
LONGEST = 1 << 20  # bytes of a line; a list of hashes has none that long


def lines_of(source: BinaryIO) -> Iterator[tuple[int, str]]:
    """Give numbered lines of text with their ends; BadInput where they are none."""
    number = 0
    while raw := source.readline(LONGEST + 1):
        number += 1
        if len(raw) > LONGEST:
            raise refusal(number, "it is longer than 1 MB")
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as fault:
            raise refusal(number, "it is not UTF-8") from fault
        if "\0" in text:
            raise refusal(number, "it holds a null byte")
        yield number, text


def refusal(number: int, why: str) -> BadInput:
    """Make the error that names a line."""
    return BadInput(
        f"line {number} cannot be read: {why}",
        advice="mend the line, or ask the sender; nothing was imported",
    )


def quality_of(text: str, number: int) -> int | None:
    """Read a quality of 0-100, None where there is none."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and int(text[:4]) <= 100:  # noqa: PLR2004
        return int(text)
    raise refusal(number, f"{quoted(text, 20)} is no quality from 0 to 100")


def arrived(
    number: int,
    hashes: tuple[ListedHash, ...],
    said: Mapping[str, str],
    header: int = 0,
) -> ListLine:
    """Make the entry of a line; one without any hash is refused."""
    if not hashes:
        why = f" ({quoted(said['refused'], 80)})" if said.get("refused") else ""
        raise refusal(number, f"it holds no hash{why}")
    label = next((said[name] for name in LABELS if said.get(name)), "")
    if label and said.get("scheme"):
        label = f"{said['scheme']} {label}"
    return ListLine(number, hashes, label, said.get("note", ""), header)
