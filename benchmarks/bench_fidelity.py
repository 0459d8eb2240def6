"""Bit for bit: our hashes beside those of the libraries whose names they carry."""

import csv
import io
from pathlib import Path

from measuring import row, workshop
from media_at_hand import media_folder
from peers import PeerMissing, ask, failed
from pictures import folder
from PIL import Image

from iwflab.domain.media import DecoderState
from iwflab.hashing import ALGORITHMS, pdq
from iwflab.hashing.pixels import pixels_of
from iwflab.media.decoding import open_picture, prepare

GREY = ("ahash", "dhash", "phash")
# pdqhash.compute_dihedral: the order of its orientations, in places of ours.
DIHEDRAL = (0, 1, 2, 3, 4, 5, 6, 7)


def rows():
    prepare()
    files = sorted(folder().glob("*.jpg"))
    if given := media_folder("pictures"):
        files += sorted(one for one in given.iterdir() if one.suffix != ".csv")
    plain = _plain(files)
    found = [*_beside_pdqhash(plain), *_beside_imagehash(plain)]
    if fixtures := media_folder("reference/fixtures"):
        found += _beside_reference(fixtures / "pdq_reference.csv")
    return found


def _plain(files):
    """Write what each decodes to, as RGB: the peers are asked about the same pixels."""
    place = workshop() / "plain"
    place.mkdir()
    names = []
    for number, file in enumerate(files):
        decoded = open_picture(memoryview(file.read_bytes()))
        if decoded.state is not DecoderState.COMPLETE:
            continue
        with Image.open(io.BytesIO(file.read_bytes())) as picture:
            name = place / f"{number:04}.bmp"
            Image.fromarray(pixels_of(picture).rgb).save(name)
            names.append(name)
    return names


def _beside_pdqhash(files):
    told = {
        "other_name": "pdqhash, quality >= 50",
        "unit": "pictures",
        "goal": "ratio >= 1",
    }
    label = "PDQ of the full resolution, identical"
    question = {
        "files": [str(one) for one in files],
        "ways": ["dihedral"],
        "repeats": 1,
    }
    try:
        theirs = ask("notebook", "hash_pictures.py", question)["dihedral"]["values"]
    except PeerMissing as why:
        return [failed(label, why, **told)]
    same, all_same, counted = 0, 0, 0
    for file, values in zip(files, theirs, strict=True):
        *turned, quality = values
        if quality < pdq.LEAST_QUALITY:
            continue
        value = _computed("pdq", file)
        mine = (value.value, *value.turned)
        counted += 1
        same += (mine[0], value.quality) == (turned[0], quality)
        all_same += [mine[place] for place in DIHEDRAL] == turned
    return [
        row(label, same, counted, **told),
        row(f"{label} in all 8 orientations", all_same, counted, **told),
    ]


def _beside_imagehash(files):
    question = {"files": [str(one) for one in files], "ways": ["imagehashes"]}
    told = {
        "other_name": "ImageHash 4.3.2",
        "unit": "pictures",
        "goal": "ratio >= 0.995",
    }
    try:
        answer = ask("imagehash", "hash_pictures.py", {**question, "repeats": 1})
    except PeerMissing as why:
        return [failed(f"{name}, identical", why, **told) for name in GREY]
    theirs = answer["imagehashes"]["values"]
    found = []
    for place, name in enumerate(GREY):
        same = sum(
            _computed(name, file).value == values[place]
            for file, values in zip(files, theirs, strict=True)
        )
        found.append(row(f"{name}, identical", same, len(files), **told))
    return found


def _computed(name, file):
    with Image.open(file) as picture:
        return ALGORITHMS[name].compute(picture)


def _beside_reference(table):
    folder_ = Path(media_folder("pictures"))
    counts = {"full": [0, 0], "512nn": [0, 0]}
    with table.open(newline="") as lines:
        for line in csv.DictReader(lines):
            with Image.open(folder_ / line["file"]) as picture:
                pixels = pixels_of(picture, grey_too=False)
            columns = (
                ("full", pdq.compute, "pdq_full_pdqhash", "quality"),
                (
                    "512nn",
                    pdq.compute_sampled,
                    "pdq_512nn_reference_tool",
                    "quality_tool",
                ),
            )
            for variant, compute, column, quality in columns:
                if not line[column] or int(line[quality]) < pdq.LEAST_QUALITY:
                    continue
                counts[variant][0] += compute(pixels).value == line[column]
                counts[variant][1] += 1
    told = {"unit": "pictures", "goal": "ratio >= 1"}
    names = {"full": "pdqhash (recorded)", "512nn": "Meta's C++ tool (recorded)"}
    return [
        row(f"PDQ, variant {name}, identical", *counts[name], other_name=title, **told)
        for name, title in names.items()
    ]
