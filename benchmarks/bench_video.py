"""What hashing a video costs beside PyAV decoding the same bytes, one thread each.

CPU time, the least of several turns.  Frames of record are one a second from RGB, as
vPDQ takes them; the luma of every frame is what shots are found by.
"""

import io
import os
import time
from pathlib import Path

import av
from clips_at_hand import clips
from measuring import row

from iwflab.hashing.frames import hash_luma, hash_rgb
from iwflab.media.clips import Hashing, watch
from iwflab.media.containers import container
from iwflab.media.demuxing import prepare_video
from iwflab.media.pool import DecodePool
from iwflab.media.reading import seal
from iwflab.media.video import Film, play
from iwflab.workflow import EXAMINE

REPEATS = 3
HASHING = Hashing(rgb=hash_rgb, luma=hash_luma)
DECODED = "PyAV decoding every frame"


def rows():
    prepare_video()
    videos = clips()
    ways = (decoded, recorded, luma_hashed, watched)
    for way in ways:  # compiled, imported, warm
        way(min(videos.values(), key=len))
    spent = {name: [_least(way, data) for way in ways] for name, data in videos.items()}
    drawn = [name for name in spent if name.startswith("drawn")]
    sets = {"drawn clips": drawn, "clips at hand": [n for n in spent if n not in drawn]}
    found = []
    for title, names in sets.items():
        if names:
            total = [sum(spent[name][at] for name in names) for at in range(len(ways))]
            found += _rows(f"{title}, {len(names)}", total)
    return [*found, _behind_the_walls(videos, spent)]


def _rows(title, total):
    plain, record, luma, whole = total
    told = {"other_name": DECODED, "unit": "CPU s"}
    return [
        row(
            f"frame hashes of record ({title})",
            record,
            plain,
            goal="ratio <= 1.3",
            **told,
        ),
        row(
            f"every frame by luma ({title})", luma, plain, goal="ratio <= 1.25", **told
        ),
        row(f"both, shots and tiles ({title})", whole, plain, **told),
    ]


def _behind_the_walls(videos, spent):
    with DecodePool(EXAMINE, workers=1) as pool:
        with seal([min(videos.values(), key=len)]) as sealed:
            pool.examine(sealed)  # it starts
        process = pool._slots.get()
        pool._slots.put(process)
        began = _cpu_of(process._child.pid)
        for data in videos.values():
            with seal([data]) as sealed:
                pool.examine(sealed)
        took = _cpu_of(process._child.pid) - began
    plain = sum(line[0] for line in spent.values())
    told = {"other_name": DECODED, "unit": "CPU s"}
    return row("whole examination in a worker, with its sheet", took, plain, **told)


def _cpu_of(pid):
    """Give the CPU seconds of another process: proc_pid_stat(5), fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _least(way, data):
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        way(data)
        times.append(time.process_time() - began)
    return min(times)


def decoded(data):
    with av.open(io.BytesIO(data), format="mov") as opened:
        stream = opened.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.thread_type = "NONE"
        return sum(1 for _ in opened.decode(stream))


def recorded(data):
    return _watched(data, sheet=False)


def watched(data):
    return _watched(data, sheet=True)


def _watched(data, *, sheet):
    view = memoryview(data)
    kind = container(view)
    film = Film(kind)
    return watch(play(view, kind, film), lambda: film.rate, HASHING, sheet=sheet)


def luma_hashed(data):
    view = memoryview(data)
    kind = container(view)
    found = []
    for moment in play(view, kind, Film(kind)):
        plane, limited = moment.luma()
        found.append(hash_luma(plane, limited=limited))
    return found
