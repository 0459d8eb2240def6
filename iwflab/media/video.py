"""Videos by PyAV, inside the worker only: named demuxers, listed codecs, caps.

The demuxer is named and never guessed, no protocol may be opened, and only decoders of
pictures are allowed: sound is counted, never decoded.  The walls of the worker hold
where this does not.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from iwflab.domain.media import DecoderState, display_text
from iwflab.media import hourglass
from iwflab.media.clips import MEMORY, Moment
from iwflab.media.containers import Container, structure
from iwflab.media.endings import trailing
from iwflab.media.footage import describe_footage
from iwflab.media.frame_clock import FrameClock
from iwflab.media.planes import luma_of, rgb_of

BYTES = 1 << 30  # of a video that is decoded; it is mapped into a worker's memory
PIXELS = 40_000_000  # of one frame; 8K has 33 million, and sixteen may be held at once
FRAMES = 1_000_000
CPU_SECONDS = 200.0  # of one video; what was seen until then stands
FAULTS = 2_000  # broken packets, after which the rest is not tried
STREAMS = 64

CODECS = (
    *("h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "vp7", "theora", "vp3"),
    *("mpeg4", "mpeg2video", "mpeg1video", "h263", "h263p", "h263i", "flv", "mjpeg"),
    *("msmpeg4v1", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1"),
    *("vp6", "vp6f", "vp6a", "svq1", "svq3", "cinepak", "indeo3", "msvideo1", "rpza"),
    *("dvvideo", "prores", "dnxhd", "mjpegb", "qtrle", "png", "rawvideo"),
    *("huffyuv", "ffvhuff", "ffv1"),
)
_OPTIONS = {
    "protocol_whitelist": "none",  # no protocol is called that
    "codec_whitelist": ",".join(CODECS),
    "max_streams": str(STREAMS),
}


class _Stop(Exception):
    """A cap of ours, not a fault of the medium."""


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


class _Source:
    """A file object over bytes in memory: it reads and seeks, and knows the time."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def read(self, count: int) -> bytes:
        if hourglass.is_empty():  # A demuxer may read for ever and give nothing.
            raise _Stop("it took too long")
        part = bytes(self._view[self._at : self._at + count])
        self._at += len(part)
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self._at, len(self._view))[whence]
        self._at = min(max(0, base + offset), len(self._view))
        return self._at

    def tell(self) -> int:
        return self._at


def prepare_video() -> str:
    """Import PyAV and quieten it; say which libraries decode."""
    import logging

    import av
    import av.logging

    av.logging.set_level(av.logging.ERROR)  # what it says then is counted as a fault
    libav = logging.getLogger("libav")
    libav.addHandler(logging.NullHandler())
    libav.propagate = False
    versions = av.library_versions
    below = ("libavformat", "libavcodec", "libswscale")
    told = [f"{n} {'.'.join(map(str, versions[n]))}" for n in below]
    return ", ".join([f"PyAV {av.__version__}", *told])


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
    except _Stop as stop:
        film.capped = str(stop)
    except MemoryError:  # what was seen until then stands
        film.capped = f"it needs {MEMORY}"
    except Exception as error:  # noqa: BLE001 - PyAV raises all kinds
        _fault(film, error)
    _judge(film, view)


def _played(
    view: memoryview, kind: Container, film: Film, said: list[tuple[int, str, str]]
) -> Iterator[Moment]:
    import av

    if len(view) > BYTES:
        raise _Stop(f"larger than {BYTES >> 20} MiB: not decoded, only kept and hashed")
    with av.open(
        _Source(view),
        format=kind.demuxer,
        mode="r",
        options=_OPTIONS,
        buffer_size=1 << 18,
        metadata_errors="replace",
    ) as opened:
        film.metadata |= describe_footage(opened, kind.name)
        stream = _stream(opened)
        _measure(film, stream)
        said.clear()  # what was said of sound, which may not be decoded
        clock = FrameClock(film.rate)
        for frame in _frames(opened, stream, film, said):
            yield Moment(
                film.decoded - 1, clock.of(frame), luma_of(frame), rgb_of(frame)
            )


def _stream(opened: Any) -> Any:
    """Choose the stream that is shown; a cover picture is none."""
    from av.stream import Disposition

    still = Disposition.attached_pic | Disposition.timed_thumbnails
    found = [s for s in opened.streams.video if not s.disposition & still]
    if not found:
        raise _Stop("it holds no video that could be decoded")
    known = [s for s in found if s.codec_context is not None]
    chosen = [s for s in known if s.codec_context.codec.name in CODECS]
    if not chosen:
        name = known[0].codec_context.name if known else "unknown"
        raise _Stop(f"its codec ({display_text(name)}) is not one that is decoded")
    return max(
        chosen,
        key=lambda s: (
            bool(s.disposition & Disposition.default),
            s.codec_context.width * s.codec_context.height,
            -s.index,
        ),
    )


def _measure(film: Film, stream: Any) -> None:
    context = stream.codec_context
    film.width, film.height = max(0, context.width), max(0, context.height)
    film.mode = display_text(context.pix_fmt or "", limit=40)
    film.rate = _rate(stream)
    if film.width * film.height > PIXELS:
        raise _Stop(f"a frame has more than {PIXELS // 1_000_000} million pixels")
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
    opened: Any, stream: Any, film: Film, said: list[tuple[int, str, str]]
) -> Iterator[Any]:
    began = time.process_time()
    for packet in _packets(opened, stream, film):
        for frame in _decoded(packet, film):
            if frame.width * frame.height > PIXELS:
                raise _Stop(f"a frame has over {PIXELS // 1_000_000} million pixels")
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
            raise _Stop("it is broken in too many places")
        if film.decoded >= FRAMES:
            raise _Stop(f"it has more than {FRAMES:,} frames")
        if hourglass.is_empty() or time.process_time() - began > CPU_SECONDS:
            raise _Stop("it took too long")


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
