"""What a video says about itself, as clean and bounded JSON (worker only).

The same words as for pictures where they mean the same: ``gps``, ``make``, ``model``.
Nothing here decodes a sound or a frame.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from iwflab.domain.media import display_text

TEXT = 400  # characters of one field
STREAMS = 16  # that are described; all are counted
_SECOND = 1_000_000

# Where containers keep what we ask for; the first that is there stands.
_TAGS = {
    "created": ("com.apple.quicktime.creationdate", "creation_time", "date", "DATE"),
    "make": ("com.apple.quicktime.make", "make", "com.android.manufacturer"),
    "model": ("com.apple.quicktime.model", "model", "com.android.model"),
    "software": ("com.apple.quicktime.software", "software", "encoder", "ENCODER"),
    "title": ("title", "TITLE"),
    "comment": ("comment", "COMMENT", "description"),
    "brand": ("major_brand",),
}
_PLACES = ("com.apple.quicktime.location.ISO6709", "location", "location-eng")
# ISO 6709 annex H: +27.5916+086.5640+8850/
_ISO6709 = re.compile(r"([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)(?:[+-][\d.]+)?")


def describe_footage(container: Any, name: str) -> dict[str, object]:
    """Describe an opened container: its own tags and each of its streams."""
    streams = list(container.streams)
    found: dict[str, object] = {
        "container": name,
        "duration": _seconds(container.duration, 1 / _SECOND),
        "bit_rate": _whole(container.bit_rate),
        "audio_streams": sum(stream.type == "audio" for stream in streams),
        "video_streams": sum(stream.type == "video" for stream in streams),
        "streams": [_stream(stream) for stream in streams[:STREAMS]],
    }
    tags = dict(container.metadata)
    for stream in streams[:STREAMS]:
        tags = {**stream.metadata, **tags}
    for word, names in _TAGS.items():
        text = next((_text(tags[n]) for n in names if tags.get(n)), "")
        if text:
            found[word] = text
    place = _place(tags)
    if place:
        found["gps"] = place
    return found


def _stream(stream: Any) -> dict[str, object]:
    context = stream.codec_context
    told: dict[str, object] = {
        "kind": _text(stream.type),
        "codec": _text(context.name) if context is not None else "unknown",
        "language": _text(stream.metadata.get("language", "")),
    }
    base = stream.time_base
    told["duration"] = _seconds(stream.duration, float(base) if base else 0.0)
    if stream.type == "video" and context is not None:
        told |= {
            "width": context.width,
            "height": context.height,
            "pixels": _text(context.pix_fmt or ""),
            "rate": _ratio(stream.average_rate),
            "frames": _whole(stream.frames),
            "profile": _text(context.profile or ""),
        }
    return told


def _place(tags: Mapping[str, str]) -> dict[str, float] | None:
    for name in _PLACES:
        found = _ISO6709.match(str(tags.get(name, "")))
        if found:
            latitude, longitude = float(found[1]), float(found[2])
            if abs(latitude) <= 90 and abs(longitude) <= 180:  # noqa: PLR2004 - globe
                return {"latitude": latitude, "longitude": longitude}
    return None


def _text(value: object) -> str:
    return display_text(str(value).strip(), limit=TEXT)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 1 << 62 else None


def _seconds(value: object, unit: float) -> float | None:
    if not isinstance(value, int) or value < 0:
        return None
    seconds = value * unit
    return round(seconds, 3) if math.isfinite(seconds) else None


def _ratio(value: object) -> float | None:
    try:
        rate = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return round(rate, 3) if math.isfinite(rate) and rate > 0 else None
