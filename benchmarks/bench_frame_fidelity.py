"""Our frames of record beside Meta's vPDQ, frame by frame, as it wrote them down.

Needs the videos and the recorded hashes (``frame,quality,hash,seconds`` a line) of
ThreatExchange in ``IWFLAB_MEDIA``: without them the row fails, it is not skipped.
"""

from measuring import row
from media_at_hand import media_folder

from iwflab.hashing.frames import hash_luma, hash_rgb
from iwflab.media.containers import container
from iwflab.media.demuxing import prepare_video
from iwflab.media.video import Film, play

LEAST_QUALITY = 50
NEAR = 2  # bits
NAME = "frames of record within 2 bits"
TOLD = {"other_name": "vPDQ (recorded), quality >= 50", "unit": "frames"}
GOAL = "ratio >= 0.99"


def rows():
    videos, fixtures = media_folder("videos"), media_folder("reference/fixtures/vpdq")
    if videos is None or fixtures is None:
        absent = {"name": NAME, "ours": None, "other": None, "ratio": None}
        return [{**absent, **TOLD, "goal": GOAL, "holds": False}]
    prepare_video()
    pairs = [
        (videos / f"{one.stem}.mp4", one) for one in sorted(fixtures.glob("*.txt"))
    ]
    found = [_held(video, lines) for video, lines in pairs]
    near, same, times, luma, counted = map(sum, zip(*found, strict=True))
    return [
        row(NAME, near, counted, goal=GOAL, **TOLD),
        row("frames of record, identical", same, counted, **TOLD),
        row("frames with its time, to a millisecond", times, counted, **TOLD),
        row("luma of the frames within 10 bits", luma, counted, **TOLD),
    ]


def _held(video, lines):
    """Count frames: near, identical, of the same time, near by luma, all."""
    theirs = [line.split(",") for line in lines.read_text().splitlines()]
    view = memoryview(video.read_bytes())
    kind = container(view)
    near = same = times = luma = counted = 0
    for moment in play(view, kind, Film(kind)):
        number, quality, value, seconds = theirs[moment.number]
        if int(quality) < LEAST_QUALITY or int(number) != moment.number:
            continue
        counted += 1
        apart = _apart(hash_rgb(moment.rgb())[0], value)
        near += apart <= NEAR
        same += apart == 0
        times += abs(moment.microseconds / 1e6 - float(seconds)) < 0.001
        plane, limited = moment.luma()
        luma += _apart(hash_luma(plane, limited=limited)[0], value) <= 10
    return near, same, times, luma, counted


def _apart(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()
