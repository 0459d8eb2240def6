"""A medium: a picture or a video, known by its bytes, found in one or more places."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from iwflab.domain.hashes import FrameHashes, HashValue, well_formed


class DecoderState(StrEnum):
    """How far the decoder came with a medium; evidence is kept in every state."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"  # some pixels came, then the bytes or our limits ended
    DAMAGED = "damaged"  # the format was recognised, its content is broken
    REFUSED = "refused"  # format not on the list, or over a cap


@dataclass(frozen=True, slots=True)
class Digests:
    """The exact identity of some bytes, in lower-case hex, and their number."""

    size: int
    md5: str
    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What a sandboxed worker says about one medium.

    ``previews`` maps a variant (``full``, ``shielded``) to an encoded picture; it is
    empty where nothing could be decoded.  ``metadata`` is plain JSON: text, numbers,
    lists and mappings, already cleaned of control characters.
    ``width`` and ``height`` are in stored pixels, before any EXIF turn.
    ``frame_hashes`` are those of a video or an animated picture; None for a still.
    """

    state: DecoderState
    reason: str = ""
    format: str = ""
    mode: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    metadata: Mapping[str, object] = field(default_factory=dict)
    hashes: tuple[HashValue, ...] = ()
    previews: Mapping[str, bytes] = field(default_factory=dict)
    decoder: str = ""
    frame_hashes: FrameHashes | None = None
    # The worker died or was late: trouble that may be over at the next try.
    stopped: bool = False


def without_malformed(examined: Examined, bits: Mapping[str, int]) -> Examined:
    """Leave out hashes that no algorithm can have given, and say so in the metadata.

    ``bits`` are the lengths of the values of each algorithm of pixels.  A worker that
    was taken over can lie about its medium; what it says is at least comparable, and
    never passes for a digest of the bytes.
    """
    kept = tuple(
        value
        for value in examined.hashes
        if well_formed(value, bits.get(value.algorithm))
    )
    if len(kept) == len(examined.hashes):
        return examined
    said = examined.metadata.get("hashes_missing")
    missing = dict(said) if isinstance(said, Mapping) else {}
    for value in examined.hashes:
        if value not in kept:
            missing[value.algorithm] = "what the worker gave is no value of it"
    metadata = {**examined.metadata, "hashes_missing": missing}
    return replace(examined, hashes=kept, metadata=metadata)


# Cc control, Cf format (right-to-left overrides, zero width), Cs lone surrogates
# (bytes that were no UTF-8), Zl and Zp line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def display_name(raw: bytes) -> str:
    """Make a name from outside safe to show: what cannot be seen becomes U+FFFD.

    The raw bytes are stored beside it; this is never used to find anything again.
    """
    return display_text(raw.decode("utf-8", "surrogateescape"))


def display_text(text: str, *, limit: int = 4000) -> str:
    """Make any text from outside safe to show, and say where it was cut."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # nearly every text, and a hundred categories need not be asked
    cleaned = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _INVISIBLE else c
        for c in text[:limit]
    )
    return cleaned + ("\N{HORIZONTAL ELLIPSIS}" if len(text) > limit else "")


def quoted(text: str, limit: int) -> str:
    """Quote a text from outside in an error, and say where it was cut."""
    return repr(display_text(text, limit=limit))
