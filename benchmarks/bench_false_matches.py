"""False matches of PDQ at the distance of a match, over every pair of families.

A family is what may honestly look alike: one picture in several sizes, crops, tones or
edits, or one subject taken again.  Its name is read from where a picture came from;
doubt joins families, so that a pair across two is a pair of different subjects.
"""

import csv
import re
from pathlib import Path

from measuring import row, workshop
from media_at_hand import media_folder

from iwflab import calibrate
from iwflab.demo.drawing import encoded, picture

DRAWN = 400
MATCH = 31
# Sizes, light or dark, frames of a series, "(2)": not another subject.
_SAME = re.compile(r"(_\d+x\d+|-[ld]|_\d+|\s*\(.*\))$")


def rows():
    answer = [told("drawn pictures, each a family", drawn())]
    given = media_folder("pictures")
    if given:
        folder, families = sorted_by_origin(given)
        name = "photographs and wallpapers, a family by the name of its origin"
        answer.append(told(name, (folder, families)))
    return answer


def told(name, where):
    folder, families = where
    found = calibrate([folder], families=families, trusted=True)[0]
    bound = found.bound(MATCH)
    return row(
        f"PDQ in 8 orientations, {name}: false matches at {MATCH} of {found.pairs:,}"
        f" pairs of {found.files} pictures (at most {bound:.1e} of all, 95% exact)",
        found.false_matches(MATCH) if found.pairs else 1,  # nothing shown is no proof
        found.nearest,
        other_name="bits of the nearest pair",
        unit="pairs",
        goal="ours <= 0",
    )


def drawn():
    """Draw one picture a seed; each seed is a family."""
    folder = workshop() / "families"
    folder.mkdir()
    names = []
    for seed in range(DRAWN):
        small = picture(seed)
        small.thumbnail((640, 640))
        place = folder / f"{seed:04}.jpg"
        place.write_bytes(encoded(small, "JPEG", quality=88))
        names.append((str(place), f"{seed}"))
    return folder, written(workshop() / "families.csv", names)


def sorted_by_origin(folder):
    """Name the family of each picture by its origin in MANIFEST.csv."""
    with (folder / "MANIFEST.csv").open(newline="", encoding="utf-8") as lines:
        names = [
            (str(folder / one["file"]), family_of(one["origin"]))
            for one in csv.DictReader(lines)
        ]
    return folder, written(workshop() / "origins.csv", names)


def family_of(origin):
    """Give the family of an origin such as ``source:folder/name.jpg``."""
    source, _, path = origin.rpartition(":")
    if "ThreatExchange" in source:
        return source  # edits of few pictures, and charts of one kind
    place = Path(path)
    if "wallpapers" in source:
        return f"{source} {place.parts[3]}"  # one in all its sizes
    name, before = place.stem, ""
    while name != before:
        before, name = name, _SAME.sub("", name)
    return (
        f"{source} {place.parent} {name}" if "Kodak" in source else f"{source} {name}"
    )


def written(place, names):
    with place.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(("file", "family"))
        writer.writerows(names)
    return place
