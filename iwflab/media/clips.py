"""A moving medium is watched once: hashes of record, shots, tiles of its sheet.

The frames come one by one, from whatever decodes them; how they are hashed is told by
whoever may know hashing.  Nothing grows with the length of a clip but its hashes of
record, one a second.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iwflab.domain.hashes import FrameHash
from iwflab.domain.media import display_text
from iwflab.media.planes import look_of
from iwflab.media.shots import NEAR, Shots, apart, spread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Bytes = NDArray[np.uint8]

TILES = 24  # of a sheet
TILE_SIDE = 800  # pixels; a sheet of four tiles is full at that
LEAST_QUALITY = 50  # of a tile: below it a frame shows next to nothing
RECORDS = 4 * 3600  # hashes of record: four hours at one a second
SECOND = 1_000_000  # microseconds
MEMORY = "more memory than a worker may have"
VARIANT = "vpdq 1/s"


@dataclass(slots=True)
class Moment:
    """One frame: its number from 0, its time, and its pixels when they are asked for.

    ``luma`` gives (height, width) and whether black is 16; ``rgb`` (height, width, 3).
    """

    number: int
    microseconds: int
    luma: "Callable[[], tuple[Bytes, bool]]"
    rgb: "Callable[[], Bytes]"
    # The same as ``rgb``, scaled to (width, height); None where only ``rgb`` is had.
    small: "Callable[[int, int], Bytes] | None" = None


@dataclass(frozen=True, slots=True)
class Hashing:
    """How frames are hashed: 64 hex digits and a quality each, and how to say it."""

    rgb: "Callable[[Bytes], tuple[str, int]]"
    luma: "Callable[..., tuple[str, int]]"


@dataclass(slots=True)
class Tile:
    """One frame that is kept for the sheet."""

    number: int
    microseconds: int
    quality: int
    bits: int
    picture: "Image.Image"


@dataclass(slots=True)
class Watched:
    """What was seen of a clip; ``tiles`` are in the order of their time."""

    records: list[FrameHash] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    shots: int = 0
    last_us: int = 0
    stopped: str = ""  # why the rest was not watched


class Record:
    """Chooses the frames of record: those of vPDQ, and none missing in between.

    vPDQ takes every n-th frame, n being the whole part of the frames a second.  Where
    the frames do not come evenly, the clock decides besides: after more than a second
    without one, the next frame is taken, and within half a second none.
    """

    def __init__(self, rate: Callable[[], float]) -> None:
        """Remember where the average frames a second are told; 0: nobody knows."""
        self._rate = rate
        self._last: int | None = None

    def wants(self, number: int, microseconds: int) -> bool:
        """Tell whether this frame is to be hashed."""
        since = None if self._last is None else microseconds - self._last
        due = (
            since is None
            or since > SECOND
            or (number % max(int(self._rate()), 1) == 0 and 2 * since >= SECOND)
        )
        if due:
            self._last = microseconds
        return due


def watch(
    moments: Iterable[Moment],
    rate: Callable[[], float],
    hashing: Hashing,
    *,
    sheet: bool = True,
) -> Watched:
    """Watch a clip to its end, or until its hashes of record are full.

    ``rate`` is asked once the first frame has come: before, no container is open.
    Without a ``sheet`` only the frames of record are hashed, and there are no shots.
    """
    seen, record, cutter = Watched(), Record(rate), _Cutter(hashing)
    for moment in moments:
        try:
            if sheet:
                cutter.take(moment)
            if record.wants(moment.number, moment.microseconds):
                value, quality = hashing.rgb(moment.rgb())
                seen.records.append(
                    FrameHash(moment.number, moment.microseconds, quality, value)
                )
        except Exception as error:  # noqa: BLE001 - converters raise all kinds
            seen.stopped = _unconverted(moment, error)
            break
        seen.last_us = moment.microseconds
        if len(seen.records) >= RECORDS:
            seen.stopped = f"only the first {RECORDS:,} seconds were looked at"
            break
    if stopped := cutter.end():
        seen.stopped = seen.stopped or stopped
    seen.tiles, seen.shots = cutter.tiles(), cutter.shots.count
    return seen


def _unconverted(moment: Moment, error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"frame {moment.number} needs {MEMORY}"
    what = display_text(f"{type(error).__name__}: {error}", limit=300)
    return f"frame {moment.number} cannot be converted: {what}"


class _Cutter:
    """Follows every frame and keeps those that are worth a tile."""

    def __init__(self, hashing: Hashing) -> None:
        self.shots = Shots()
        self._hashing = hashing
        self._kept: list[Tile] = []
        self._before: tuple[Moment, int, int] | None = None
        self._dark: Tile | None = None  # shown where there is nothing better

    def take(self, moment: Moment) -> None:
        plane, limited = moment.luma()
        value, quality = self._hashing.luma(plane, limited=limited)
        bits = int(value, 16)
        last, now = self.shots.step(
            bits,
            look_of(plane),
            moment.microseconds,
            informative=quality >= LEAST_QUALITY,
        )
        if last and self._before:
            self._keep(*self._before)
        if now:
            self._keep(moment, bits, quality)
        elif not self._kept and (not self._dark or quality > self._dark.quality):
            self._dark = _tile(moment, bits, quality)
        self._before = (moment, bits, quality)

    def end(self) -> str:
        """Take the end of the last shot; why not, where it cannot be converted."""
        if not self._before or not self.shots.ends():
            return ""
        try:
            self._keep(*self._before)
        except Exception as error:  # noqa: BLE001 - converters raise all kinds
            return _unconverted(self._before[0], error)
        return ""

    def tiles(self) -> list[Tile]:
        if not self._kept and self._dark:
            return [self._dark]
        return _thinned(self._kept, TILES)

    def _keep(self, moment: Moment, bits: int, quality: int) -> None:
        near = any(apart(bits, tile.bits) <= NEAR for tile in self._kept)
        if quality < LEAST_QUALITY or near:
            return
        self._kept.append(_tile(moment, bits, quality))
        if len(self._kept) >= 2 * TILES:
            self._kept = _thinned(self._kept, TILES)


def _thinned(tiles: list[Tile], most: int) -> list[Tile]:
    kept = [tiles[place] for place in spread([tile.bits for tile in tiles], most)]
    return sorted(kept, key=lambda tile: tile.microseconds)


def _tile(moment: Moment, bits: int, quality: int) -> Tile:
    from PIL import Image

    picture = Image.fromarray(moment.rgb())
    picture.thumbnail((TILE_SIDE, TILE_SIDE), Image.Resampling.BICUBIC)
    return Tile(moment.number, moment.microseconds, quality, bits, picture)
