"""Clips drawn for tests: soft noise in shots, encoded in memory, no file anywhere."""

import io
import os
from fractions import Fraction

import numpy as np

from tests.pictures import mutants_of

WIDTH, HEIGHT = 160, 120
# Container, encoder, pixel format: every container, and the codecs that occur in it.
KINDS = {
    "MP4 h264": ("mp4", "libx264", "yuv420p"),
    "MP4 hevc": ("mp4", "libx265", "yuv420p10le"),
    "MP4 av1": ("mp4", "libsvtav1", "yuv420p"),
    "MP4 mpeg4": ("mp4", "mpeg4", "yuv420p"),
    "MOV mjpeg": ("mov", "mjpeg", "yuvj420p"),
    "MOV prores": ("mov", "prores", "yuv422p10le"),
    "3GP h263": ("3gp", "h263", "yuv420p"),
    "Matroska h264": ("matroska", "libx264", "yuv420p"),
    "Matroska ffv1": ("matroska", "ffv1", "bgr0"),
    "WebM vp9": ("webm", "libvpx-vp9", "yuv420p"),
    "WebM vp8": ("webm", "libvpx", "yuv420p"),
    "AVI mjpeg": ("avi", "mjpeg", "yuvj420p"),
    "AVI raw": ("avi", "rawvideo", "bgr24"),
    "MPEG-TS mpeg2video": ("mpegts", "mpeg2video", "yuv420p"),
    "MPEG-TS h264": ("mpegts", "libx264", "yuv420p"),
    "MPEG-PS mpeg1video": ("mpeg", "mpeg1video", "yuv420p"),
    "FLV flv1": ("flv", "flv", "yuv420p"),
    "ASF wmv2": ("asf", "wmv2", "yuv420p"),
    "Ogg vp8": ("ogg", "libvpx", "yuv420p"),
}
SIZES = {"h263": (176, 144)}  # it knows five sizes
RATES = {"mpeg1video": 25, "mpeg2video": 25}
QUIET = {
    "libx265": {"x265-params": "log-level=none:pools=none:frame-threads=1"},
    "libsvtav1": {"svtav1-params": "lp=1", "preset": "12"},
    "libx264": {"preset": "ultrafast"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def scene(seed, width=WIDTH, height=HEIGHT):
    """Draw blobs of a seed, in RGB, large ones and small ones, as in photographs."""
    from PIL import Image

    chance = np.random.default_rng(seed)
    size = (width + 32, height + 32)
    whole = np.zeros((size[1], size[0], 3))
    for part in (1, 2, 4, 8):
        coarse = chance.integers(0, 256, (3 * part, 4 * part, 3), dtype=np.uint8)
        grown = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        whole += np.asarray(grown) / 4
    return whole.astype(np.uint8)


def shot(seed, count, *, width=WIDTH, height=HEIGHT, step=0):
    """Draw so many frames of one scene; the camera moves by some pixels a frame."""
    whole = scene(seed, width, height)
    for number in range(count):
        at = min(number * step, 32)
        yield np.ascontiguousarray(whole[at : at + height, at : at + width])


def frames(*shots, **more):
    """Give the frames of shots, each a (seed, number of frames)."""
    return [frame for seed, count in shots for frame in shot(seed, count, **more)]


def film(
    pictures,
    kind="MP4 mpeg4",
    *,
    rate=10,
    times=None,
    rotation=0,
    sound=False,
    tags=None,
    options=None,
):
    """Encode frames; ``times`` are in thousandths of a second, else by the rate."""
    import av

    os.environ.setdefault("SVT_LOG", "0")  # the AV1 encoder is talkative
    form, codec, pixels = KINDS[kind]
    out = io.BytesIO()
    height, width, _ = pictures[0].shape
    with av.open(out, "w", format=form, options=options or {}) as writer:
        stream = writer.add_stream(codec, rate=RATES.get(codec, rate))
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.bit_rate = 2_000_000
        stream.codec_context.thread_count = 1
        stream.options = QUIET.get(codec, {})
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        writer.metadata.update(tags or {})
        voice = writer.add_stream("aac", rate=44_100, layout="mono") if sound else None
        for number, array in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(array, format="rgb24")
            frame = frame.reformat(format=pixels, threads=1)
            if times:
                frame.pts, frame.time_base = times[number], Fraction(1, 1000)
            writer.mux(stream.encode(frame))
        writer.mux(stream.encode())
        if voice:
            writer.mux(voice.encode(_silence()))
            writer.mux(voice.encode())
    return out.getvalue()


def _silence():
    import av

    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, 4096), np.float32), format="fltp", layout="mono"
    )
    frame.rate, frame.pts = 44_100, 0
    return frame


def of_kind(kind):
    """Two shots of a second each in one of the kinds."""
    codec = KINDS[kind][1]
    width, height = SIZES.get(codec, (WIDTH, HEIGHT))
    half = RATES.get(codec, 10)
    return film(frames((1, half), (2, half), width=width, height=height), kind)


def spoken(*, cover=False):
    """Sound as MP4, without a picture or with one on its cover."""
    import av
    from av.stream import Disposition

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as writer:
        voice = writer.add_stream("aac", rate=44_100, layout="mono")
        if cover:
            still = _track(writer, "mjpeg", "yuvj420p")
            still.disposition = Disposition.attached_pic
            for frame in _in(shot(1, 1), "yuvj420p"):
                writer.mux(still.encode(frame))
            writer.mux(still.encode())
        writer.mux(voice.encode(_silence()))
        writer.mux(voice.encode())
    return out.getvalue()


def tracks(kinds, form="matroska"):
    """A container with a second of pictures in each track, by (seed, encoder)."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=form) as writer:
        made = [(_track(writer, codec, "yuv420p"), seed) for seed, codec in kinds]
        for track, seed in made:
            for frame in _in(shot(seed, 10), "yuv420p"):
                writer.mux(track.encode(frame))
        for track, _ in made:
            writer.mux(track.encode())
    return out.getvalue()


def _track(writer, codec, pixels):
    track = writer.add_stream(codec, rate=10)
    track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, pixels
    track.codec_context.thread_count = 1
    return track


def _in(pictures, pixels):
    import av

    for array in pictures:
        frame = av.VideoFrame.from_ndarray(array, format="rgb24")
        yield frame.reformat(format=pixels, threads=1)


def mutants(count, seed=7):
    """Give so many broken clips of every kind; the same ones each time."""
    sources = [(kind, of_kind(kind)) for kind in KINDS]
    return dict(mutants_of(sources, count, seed=seed))
