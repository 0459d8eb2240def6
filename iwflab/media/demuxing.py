"""Containers opened by PyAV, inside the worker only: named demuxers, listed codecs.

The demuxer is named and never guessed, no protocol may be opened, and only decoders of
pictures are allowed: sound is counted, never decoded.  The walls of the worker hold
where this does not.
"""

from typing import Any

from iwflab.domain.media import display_text
from iwflab.media import hourglass
from iwflab.media.containers import Container

STREAMS = 64  # of a container
BUFFER = 1 << 18  # bytes that a demuxer reads at once

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


class Stop(Exception):
    """A cap of ours, not a fault of the medium."""


class _Source:
    """A file object over bytes in memory: it reads and seeks, and knows the time."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def read(self, count: int) -> bytes:
        if hourglass.is_empty():  # A demuxer may read for ever and give nothing.
            raise Stop("it took too long")
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


def open_container(view: memoryview, kind: Container) -> Any:
    """Open a container; whatever PyAV raises where it cannot be opened."""
    import av

    return av.open(
        _Source(view),
        format=kind.demuxer,
        mode="r",
        options=_OPTIONS,
        buffer_size=BUFFER,
        metadata_errors="replace",
    )


def tracks(opened: Any) -> tuple[list[Any], str]:
    """Give the tracks of pictures that can be decoded, and name a codec that cannot.

    The one that players show comes first; covers, which are tracks of one picture, come
    last.  Stop where there is none.
    """
    from av.stream import Disposition

    cover = Disposition.attached_pic | Disposition.timed_thumbnails
    found = [s for s in opened.streams.video if s.codec_context is not None]
    usable = [s for s in found if s.codec_context.codec.name in CODECS]
    others = [s.codec_context.name for s in found if s not in usable]
    unknown = "unknown" if len(found) < len(opened.streams.video) else ""
    odd = display_text(others[0], limit=40) if others else unknown
    if not usable and odd:
        raise Stop(f"its codec ({odd}) is not one that is decoded")
    if not usable:
        raise Stop("it holds no pictures")
    usable.sort(
        key=lambda s: (
            bool(s.disposition & cover),
            not s.disposition & Disposition.default,
            -s.codec_context.width * s.codec_context.height,
            s.index,
        )
    )
    return usable, odd
