"""The contact sheet of a clip: its distinct frames in order, each with its time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from iwflab.media.clips import SECOND, Tile
from iwflab.media.rendering import FULL_SIDE

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_GAP = 6  # pixels between tiles
_CAPTION = 22  # pixels below a tile, for its time
_COLUMNS = ((1, 1), (4, 2), (9, 3), (16, 4))  # up to so many tiles, so many columns
_GROUND, _INK = (24, 24, 24), (220, 220, 220)
_TEXT = 14  # pixels


def draw_sheet(tiles: Sequence[Tile], *, turn: int = 0) -> "Image.Image":
    """Lay the tiles out in rows, in RGB; ``turn`` is in degrees, counter-clockwise.

    A single tile is the whole sheet.  The longest side is that of a full preview.
    """
    from PIL import Image, ImageDraw

    pictures = [_turned(tile.picture, turn) for tile in tiles]
    columns = next((c for most, c in _COLUMNS if len(tiles) <= most), 5)
    rows = -(-len(tiles) // columns)
    wide, tall = _cell(pictures[0].size, columns, rows)
    size = (
        columns * (wide + _GAP) + _GAP,
        rows * (tall + _CAPTION + _GAP) + _GAP,
    )
    sheet = Image.new("RGB", size, _GROUND)
    pen, font = ImageDraw.Draw(sheet), _font()
    for place, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        left = _GAP + (place % columns) * (wide + _GAP)
        top = _GAP + (place // columns) * (tall + _CAPTION + _GAP)
        picture.thumbnail((wide, tall), Image.Resampling.BICUBIC)
        across = (wide - picture.width) // 2
        sheet.paste(picture, (left + across, top + (tall - picture.height) // 2))
        at = (left + 2, top + tall + 3)
        pen.text(at, clock(tile.microseconds), fill=_INK, font=font)
    return sheet


def clock(microseconds: int) -> str:
    """Write a time as on a player: ``1:02:03.4``, without hours where there are none.

    >>> clock(62_340_000)
    '1:02.3'
    """
    tenths = microseconds // (SECOND // 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 10:02}.{rest % 10}"
    return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"


def _cell(size: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """Give width and height of a tile so that the sheet fits a full preview."""
    width, height = size
    room_across = (FULL_SIDE - _GAP) // columns - _GAP
    room_down = (FULL_SIDE - _GAP) // rows - _GAP - _CAPTION
    part = min(room_across / width, room_down / height, 1.0)
    return max(1, int(width * part)), max(1, int(height * part))


def _turned(picture: "Image.Image", turn: int) -> "Image.Image":
    from PIL import Image

    quarters = {
        90: Image.Transpose.ROTATE_90,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_270,
    }
    way = quarters.get(turn % 360)
    return picture.copy() if way is None else picture.transpose(way)


def _font() -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    # It comes with Pillow, inside its module: no font file is looked for.
    return ImageFont.load_default(_TEXT)
