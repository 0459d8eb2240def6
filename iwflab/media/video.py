"""Videos, inside the worker only: every track of pictures, within caps.

Decoders raise whatever they like, so every exception becomes a state with its reason,
and what was seen until then stands.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from iwflab.domain.media import DecoderState, display_text
from iwflab.media import hourglass
from iwflab.media.clips import MEMORY, Moment
from iwflab.media.containers import Container, structure
from iwflab.media.demuxing import Stop, open_container, tracks
from iwflab.media.endings import trailing
from iwflab.media.footage import describe_footage
from iwflab.media.frame_clock import FrameClock
from iwflab.media.planes import luma_of, rgb_of, small_of

BYTES = 1 << 30  # of a video that is decoded; it is mapped into a worker's memory
PIXELS = 40_000_000  # of one frame; 8K has 33 million, and sixteen may be held at once
FRAMES = 1_000_000
CPU_SECONDS = 200.0  # of one video; what was seen until then stands
FAULTS = 2_000  # broken packets, after which the rest is not tried
TRACKS = 4  # of pictures; more than one is rare


@dataclass(slots=True)
class Film:
    """A video that is being decoded; ``state`` and ``reason`` grow while it plays."""

    kind: Container
    state: DecoderState = DecoderState.COMPLETE
    reasons: list[str] = field(default_factory=list)
    metadata: dict[str, object] = field(default_factory=dict)
    mode: str = ""
    width: int = 0
    height: int = 0
    rate: float = 0.0
    turn: int = 0
    faults: int = 0
    first_fault: str = ""
    decoded: int = 0
    capped: str = ""

    def stop(self, reason: str, *, seen: bool) -> None:
        """Note that the rest was not looked at, why, and whether anything was."""
        self.state = DecoderState.TRUNCATED if seen else DecoderState.DAMAGED
        self.reasons.append(reason)


def play(
    view: memoryview, kind: Container, film: Film
) -> Generator[Moment, None, None]:
    """Give the frames of a video one by one; how it went stands in ``film``.

    It never raises for what is wrong with the medium.
    """
    import av
    import av.error
    import av.logging

    try:
        with av.logging.Capture() as said:
            yield from _played(view, kind, film, said)
    except Stop as stop:
        film.capped = str(stop)
    except MemoryError:  # what was seen until then stands
        film.capped = f"it needs {MEMORY}"
    except Exception as error:  # noqa: BLE001 - PyAV raises all kinds
        _fault(film, error)
    _judge(film, view)


def _played(
    view: memoryview, kind: Container, film: Film, said: list[tuple[int, str, str]]
) -> Iterator[Moment]:
    if len(view) > BYTES:
        raise Stop(f"larger than {BYTES >> 20} MiB: not decoded, only kept and hashed")
    began, start, number, count, odd = time.process_time(), 0, 0, 1, ""
    # Each track from the beginning: between them, a container may lie in any order.
    while number < min(count, TRACKS):
        with open_container(view, kind) as opened:
            if not number:
                film.metadata |= describe_footage(opened, kind.name)
            streams, odd = tracks(opened)
            count = len(streams)
            stream = streams[min(number, count - 1)]
            _measure(film, stream)
            said.clear()  # what was said of sound, which may not be decoded
            clock = FrameClock(film.rate, start)
            for frame in _frames(opened, stream, film, said, began):
                at = clock.of(frame)
                ways = luma_of(frame), rgb_of(frame), small_of(frame)
                yield Moment(film.decoded - 1, at, *ways)
            start = clock.end
        number += 1
    if count > TRACKS:
        raise Stop(f"only {TRACKS} of its {count} tracks of pictures were looked at")
    if odd:
        raise Stop(f"the codec of a further track ({odd}) is not one that is decoded")


def _measure(film: Film, stream: Any) -> None:
    context = stream.codec_context
    if not film.decoded:
        film.width, film.height = max(0, context.width), max(0, context.height)
        film.mode = display_text(context.pix_fmt or "", limit=40)
    film.rate = _rate(stream)
    if context.width * context.height > PIXELS:
        raise Stop(f"a frame has more than {PIXELS // 1_000_000} million pixels")
    # A second thread would not come up behind the walls.
    context.thread_count = 1
    context.thread_type = "NONE"
    context.options = {"max_pixels": str(PIXELS)}


def _rate(stream: Any) -> float:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= 1000:  # noqa: PLR2004 - beyond, it is a clock
            return float(rate)
    return 0.0


def _frames(
    opened: Any,
    stream: Any,
    film: Film,
    said: list[tuple[int, str, str]],
    began: float,
) -> Iterator[Any]:
    for packet in _packets(opened, stream, film):
        for frame in _decoded(packet, film):
            if frame.width * frame.height > PIXELS:
                raise Stop(f"a frame has over {PIXELS // 1_000_000} million pixels")
            if not film.decoded:
                film.turn = frame.rotation
                film.width, film.height = frame.width, frame.height
            film.decoded += 1
            film.faults += bool(frame.is_corrupt)
            yield frame
        if said:
            film.faults += len(said)
            film.first_fault = film.first_fault or said[0][2]
            said.clear()
        if film.faults > FAULTS:
            raise Stop("it is broken in too many places")
        if film.decoded >= FRAMES:
            raise Stop(f"it has more than {FRAMES:,} frames")
        if hourglass.is_empty() or time.process_time() - began > CPU_SECONDS:
            raise Stop("it took too long")


def _packets(opened: Any, stream: Any, film: Film) -> Iterator[Any]:
    """Demux; what cannot be read is skipped, as long as something follows."""
    import av.error

    silent = 0
    while silent < 3:  # noqa: PLR2004 - after so many errors in a row it is over
        try:
            for packet in opened.demux(stream):
                silent = 0
                yield packet
        except av.error.EOFError:
            return
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError as error:
            _fault(film, error)
            silent += 1
        else:
            return


def _decoded(packet: Any, film: Film) -> list[Any]:
    import av.error

    try:
        return list(packet.decode())
    except av.error.EOFError:
        return []
    except av.error.MemoryError:
        raise
    except av.error.FFmpegError as error:
        _fault(film, error)
        return []


def _fault(film: Film, error: BaseException) -> None:
    film.faults += 1
    text = str(getattr(error, "strerror", "") or error or "")
    film.first_fault = film.first_fault or f"{type(error).__name__}: {text}"


def _judge(film: Film, view: memoryview) -> None:
    end = structure(film.kind, view)
    if end.end is not None and end.end < len(view):
        film.metadata["trailing"] = trailing(view, end.end)
    if film.faults:
        film.metadata["decoder_faults"] = film.faults
    fault = display_text(film.first_fault.strip(), limit=300)
    broken = f"{film.faults} faults, the first: {fault}" if film.faults else end.broken
    if film.capped:
        film.reasons.append(film.capped)
        none = not film.decoded
        film.state = DecoderState.REFUSED if none else DecoderState.TRUNCATED
        return
    film.reasons += list(filter(None, (end.missing, broken)))
    if not film.decoded:
        film.state = DecoderState.DAMAGED
        film.reasons.append("no frame could be decoded")
    elif end.missing:
        film.state = DecoderState.TRUNCATED
    elif broken:
        film.state = DecoderState.DAMAGED
