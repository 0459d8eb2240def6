"""What a decoded picture says about itself, as clean and bounded JSON (worker only)."""

import hashlib
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from iwflab.domain.media import display_text

if TYPE_CHECKING:
    from PIL import Image

TEXT = 400  # characters of one field; longer ones end in an ellipsis

# EXIF 2.32 tags; the ones that bear on origin, series and orientation.
_BASE = {0x010F: "make", 0x0110: "model", 0x0131: "software", 0x0132: "datetime"}
_EXIF = {
    0x9003: "datetime_original",
    0x9011: "offset_original",
    0x9291: "subsecond_original",
    0xA420: "image_unique_id",
    0xA431: "body_serial",
    0xA433: "lens_make",
    0xA434: "lens_model",
    0xA435: "lens_serial",
}
_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_BITS = {"1": 1, "I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}
_TURNS = range(1, 9)


def describe(picture: "Image.Image", view: memoryview) -> dict[str, object]:
    """Collect metadata; a field that cannot be read is left out or None."""
    found: dict[str, object] = {
        "bits": _bits(picture, view),
        "icc": bool(picture.info.get("icc_profile")),
        "progressive": bool(
            picture.info.get("progressive") or picture.info.get("interlace")
        ),
        "quantisation": _quantisation(picture),
    }
    try:
        exif = picture.getexif()
        found["exif"] = _exif(exif)
        found["gps"] = _gps(exif.get_ifd(_GPS_IFD))
    except Exception as error:  # noqa: BLE001 - broken EXIF raises all kinds
        found["exif_problem"] = display_text(type(error).__name__)
    found["orientation"] = orientation(picture)
    return found


def orientation(picture: "Image.Image") -> int:
    """Read the EXIF orientation, 1 to 8; 1 where there is none that makes sense."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF raises all kinds
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _exif(exif: "Image.Exif") -> dict[str, str]:
    inner = exif.get_ifd(_EXIF_IFD)
    fields = [(name, exif.get(tag)) for tag, name in _BASE.items()]
    fields += [(name, inner.get(tag)) for tag, name in _EXIF.items()]
    texts = {name: _text(value) for name, value in fields}
    return {name: text for name, text in texts.items() if text}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return display_text(value.split("\0")[0].strip(), limit=TEXT)


def _gps(ifd: Mapping[int, object]) -> dict[str, float] | None:
    latitude = _degrees(ifd.get(2), ifd.get(1), "S")
    longitude = _degrees(ifd.get(4), ifd.get(3), "W")
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - of the globe
        return None
    return {"latitude": latitude, "longitude": longitude}


def _degrees(parts: object, side: object, negative: str) -> float | None:
    try:
        hours, minutes, seconds = (float(x) for x in parts)  # type: ignore[attr-defined]
        value = hours + minutes / 60 + seconds / 3600
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(value):
        return None
    return round(-value if _text(side).upper() == negative else value, 7)


def _quantisation(picture: "Image.Image") -> str | None:
    """SHA-256 over the JPEG tables, in order of their number, in hex."""
    tables = getattr(picture, "quantization", None)
    if not isinstance(tables, dict) or not tables:
        return None
    digest = hashlib.sha256()
    for number in sorted(tables):
        digest.update(f"{number}:{','.join(map(str, tables[number]))};".encode())
    return digest.hexdigest()


def _bits(picture: "Image.Image", view: memoryview) -> int:
    """Bits of one channel as stored."""
    if picture.format == "PNG":
        return int(view[24])
    bits = getattr(picture, "bits", None) or picture.info.get("bit_depth")
    if isinstance(bits, int) and bits in range(1, 65):
        return bits
    mode = re.sub(r"[^A-Z0-9;]", "", picture.mode)
    return _BITS.get(mode, 8)
