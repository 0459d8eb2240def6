"""What all hashes cost beside a bare decode, and beside what peers do for them."""

import hashlib
import time
from pathlib import Path

import simplejpeg
from measuring import row
from media_at_hand import media_folder
from peers import PeerMissing, ask, failed
from pictures import folder

from iwflab.hashing import ALGORITHMS, pdq
from iwflab.hashing.pixels import Pixels
from iwflab.media.pool import DecodePool
from iwflab.media.reading import read_once
from iwflab.workflow import EXAMINE
from iwflab.workflow.examination import examine

REPEATS = 5
LEAST_PIXELS = 700_000  # a photograph, not a thumbnail
GREY = ("ahash", "dhash", "phash")
PEERS = (
    ("threatexchange", "PdqSignal.hash_from_file", "pdq only", "PDQ x8, no more", 5),
    (
        "notebook",
        "hashlib + imagehash + pdqhash, read anew for each",
        "as notebook",
        "MD5, SHA-1, SHA-256, aHash, dHash, pHash, PDQ",
        7,
    ),
)


def rows():
    sets = {"drawn JPEGs": sorted(folder().glob("*.jpg"))}
    if given := media_folder("pictures"):
        sets["photographs"] = [
            one for one in sorted(given.glob("*.jpg")) if _large(one)
        ]
    found = []
    for name, files in sets.items():
        spent = _spent(files)
        found += _beside_decoding(name, files, spent)
        found += _beside_peers(name, files, spent)
    return found


def _large(file):
    data = file.read_bytes()
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
        simplejpeg.decode_jpeg(data, strict=True)
    except ValueError:
        return False  # damaged on purpose; decoders differ in what they do then
    return height * width >= LEAST_PIXELS


def _spent(files):
    """Take turns at each way over all files; the least CPU milliseconds a file."""
    with DecodePool(EXAMINE, workers=1, recycle=1 << 30) as pool:
        ways = {
            "decode": lambda file: simplejpeg.decode_jpeg(file.read_bytes(), "RGB"),
            "pdq only": lambda file: pdq.compute(_pixels(file.read_bytes())),
            "pdq": lambda file: _hashed(file, sampled=True),
            "as notebook": lambda file: _hashed(file, grey_too=True),
            "all": lambda file: _hashed(file, grey_too=True, sampled=True),
            "bare": _examined,
            "walled": lambda file: _walled(pool, file),
        }
        best = {}
        for _ in range(REPEATS):
            for name, way in ways.items():
                before = _cpu(pool)
                for file in files:
                    way(file)
                spent = (_cpu(pool) - before) / len(files) * 1000
                best[name] = min(spent, best.get(name, spent))
    return best


def _cpu(pool):
    """Seconds on a processor of this process and of the pool's worker."""
    here = time.process_time()
    for process in list(pool._slots.queue):
        if process is not None:
            stat = Path(f"/proc/{process._child.pid}/schedstat").read_text()
            here += int(stat.split()[0]) / 1e9
    return here


def _pixels(data, *, grey_too=False):
    rgb = simplejpeg.decode_jpeg(data, "RGB", strict=True)
    return Pixels(rgb, grey_too=grey_too)


def _hashed(file, *, grey_too=False, sampled=False):
    data = file.read_bytes()
    for name in ("md5", "sha1", "sha256"):
        hashlib.new(name, data).hexdigest()
    pixels = _pixels(data, grey_too=grey_too)
    pdq.compute(pixels)
    if sampled:
        pdq.compute_sampled(pixels)
    for name in GREY if grey_too else ():
        ALGORITHMS[name].compute(pixels)


def _examined(file):
    with read_once(file) as sealed:
        return examine(sealed.view(), with_previews=False)


def _walled(pool, file):
    with read_once(file) as sealed:
        found = pool.examine(sealed, previews=False)
    if not found.hashes:
        raise ValueError(found.reason)
    return found


def _beside_decoding(name, files, spent):
    told = {"unit": "CPU ms"}
    bare = {**told, "other_name": "libjpeg-turbo decode only"}
    what = f"{len(files)} {name}"
    digests = "MD5, SHA-1, SHA-256"
    return [
        row(
            f"{what}: {digests}, PDQ x8 in two variants",
            spent["pdq"],
            spent["decode"],
            **bare,
            goal="ratio <= 1.4",
        ),
        row(
            f"{what}: the same with aHash, dHash, pHash",
            spent["all"],
            spent["decode"],
            **bare,
            goal="ratio <= 1.9",
        ),
        row(
            f"{what}: all hashes in the sandbox, with states and metadata",
            spent["walled"],
            spent["bare"],
            **told,
            other_name="the same in this process",
            goal="ratio <= 1.25",
        ),
        row(
            f"{what}: in the sandbox, beside the bare pipeline",
            spent["walled"],
            spent["all"],
            **told,
            other_name="read, digests, decode, all hashes in this process",
            goal="ratio <= 1.25",
        ),
    ]


def _beside_peers(name, files, spent):
    found = []
    for peer, title, way, outputs, times in PEERS:
        label = f"{len(files)} {name}: {outputs}"
        told = {"other_name": title, "unit": "CPU ms", "goal": f"ratio <= {1 / times}"}
        question = {"files": [str(one) for one in files], "ways": [peer], "repeats": 2}
        try:
            answer = ask(peer, "hash_pictures.py", question)[peer]
        except PeerMissing as why:
            found.append(failed(label, why, **told))
            continue
        theirs = answer["seconds"] / len(files) * 1000
        found.append(row(label, spent[way], theirs, **told))
    return found
