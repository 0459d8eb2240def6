"""A demonstration lab: drawn, benign media with made-up records, hard on purpose.

Nothing is fetched.  The records are invented to show every state a lab can be in:
three children on one medium, one undetermined, one refused by the decoder, exact
duplicates, edited copies, stacks, a video, a truncated file, and one record that
contradicts itself.  Two invented hash lists know some of the media; two series and two
victims, by opaque references, say what belongs together.
"""

import csv
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from iwflab.demo import counted, hash_lists
from iwflab.demo.counted import NOTE, WHY
from iwflab.demo.drawing import camera, clip, encoded, picture
from iwflab.demo.examples import RECORDS
from iwflab.domain.records import record_from
from iwflab.domain.roles import Operation, Role, Scope
from iwflab.errors import NotAllowed
from iwflab.lab import Lab
from iwflab.lab.matrix import matrix

GRADER, OFFICER = "demo", "demo-qa"
# What an account is there for, told beside its password.
_DONE_BY = {
    Operation.TAKE_IN: "brings in",
    Operation.GRADE: "grades",
    Operation.SIGN_OFF: "signs off",
    Operation.PUBLISH_STATISTICS: "publishes",
    Operation.MANAGE_USERS: "manages accounts",
}
# One account for each role, so that every desk and every refusal can be seen.
ACCOUNTS: Mapping[str, Role] = {
    GRADER: Role.SENIOR_ANALYST,
    OFFICER: Role.QA_OFFICER,
    "demo-assessor": Role.ASSESSOR,
    "demo-statistics": Role.STATISTICIAN,
    "demo-admin": Role.ADMINISTRATOR,
}
File = tuple[str, bytes, str]  # name, content, and the series that a source tells
_CAMERAS = (
    ("Harbour Optics", "H-100", "SN-H100-0001"),
    ("Harbour Optics", "H-100", "SN-H100-0002"),
    ("Northlight", "N7", "SN-N7-4711"),
)
_ROUTES = ("proactive", "external", "proactive", "")  # "": nobody said
_SITES = ("board.example", "files.example", "gallery.example")


def make(
    folder: Path,
    media: int = 48,
    *,
    to_count: int = 0,
    intake_roots: Sequence[str] = (),
) -> None:
    """Make a demonstration lab of about so many media in a new folder.

    ``to_count`` is how many further, small ones are drawn, graded and signed off, so
    that there is something to count.
    """
    about = {"name": "Demonstration lab", "case": "DEMO-1"}
    with Lab.create(folder, **about, intake_roots=list(intake_roots)) as lab:
        for name, role in ACCOUNTS.items():
            lab.account_add(name, roles=[role], os_user=True)
        _take_in(lab, "EX-1", _files(media))
        graded = _grade(lab.seat(GRADER))
        _link(lab.seat(GRADER), graded)
        _sign_off(lab.seat(OFFICER))
        hash_lists.add(lab.seat(GRADER))
        if to_count:
            _count_in(lab, to_count)


def _take_in(lab: Lab, exhibit: str, files: Iterable[File]) -> None:
    drawn = lab.folder / "incoming" / "demonstration"
    try:
        sidecar = _written(drawn, files)
        lab.intake(
            [drawn],
            case="DEMO-1",
            exhibit=exhibit,
            purpose="demonstration",
            authority="none: drawn pictures",
            sidecar=sidecar,
        )
    finally:
        # The originals are in the evidence now; no second copy stays behind.
        shutil.rmtree(drawn, ignore_errors=True)


def _count_in(lab: Lab, count: int) -> None:
    _take_in(lab, "EX-2", counted.files(count))
    copies = lab.copies()
    media = list(copies.loc[copies["exhibit"] == "EX-2", "medium"])
    counted.grade(lab.seat(GRADER), media)
    counted.sign_off(lab.seat(OFFICER), media)


def draw(folder: Path, media: int) -> Path:
    """Draw the pictures into a folder; give the sidecar that lies beside them."""
    return _written(folder, _files(media))


def _written(folder: Path, files: Iterable[File]) -> Path:
    folder.mkdir(parents=True)
    lines: list[dict[str, str]] = []
    for name, content, series in files:
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        number = len(lines)
        site = _SITES[number % len(_SITES)]
        lines.append(
            {
                "file": name,
                "source": site,
                "url": f"https://{site}/item/{number}",
                "date": f"2026-{1 + number % 9:02}-{1 + number % 27:02}",
                "series": series,
                "route": _ROUTES[number // len(_SITES) % len(_ROUTES)],
            }
        )
    sidecar = folder / "sidecar.csv"
    with sidecar.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return sidecar


def _files(media: int) -> Iterator[File]:
    bursts = BURSTS if media >= LARGE else ()
    originals = max(6, media - 12 - sum(len(_BURST) for _ in bursts))
    for number in range(originals):
        image = picture(number)
        series = ("Harbour wall", "Mosaic floor", "")[number % 3]
        yield (
            f"card/IMG_{number:04}{_form(number)[0]}",
            _original(number, image),
            series,
        )
    yield from _edited(picture(0), picture(1))
    for number in bursts:
        yield from _burst(number, picture(number))
    first = _original(0, picture(0))
    yield "phone/copy of IMG_0000.jpg", first, "Harbour wall"
    yield "phone/IMG_0000 (1).jpg", first, ""
    yield "phone/VID_0001.mp4", clip(4, 5, 6), "Harbour wall"
    yield "unreadable/cut off.jpg", first[: len(first) * 2 // 3], ""
    yield "unreadable/not a picture.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n% no picture\n", ""


def _form(number: int) -> tuple[str, str]:
    return (
        (".jpg", "JPEG"),
        (".jpg", "JPEG"),
        (".png", "PNG"),
        (".jpg", "JPEG"),
        (".webp", "WEBP"),
        (".heic", "HEIF"),
        (".tif", "TIFF"),
        (".avif", "AVIF"),
    )[number % 8]


def _original(number: int, image: Image.Image) -> bytes:
    _, form = _form(number)
    if form != "JPEG":
        return encoded(image, form)
    maker, model, serial = _CAMERAS[number % len(_CAMERAS)]
    taken = f"2025:0{1 + number % 9}:{1 + number % 27:02} 10:{number % 60:02}:00"
    exif = camera(make=maker, model=model, serial=serial, taken=taken)
    return encoded(image, form, quality=90, exif=exif)


def _edited(one: Image.Image, other: Image.Image) -> Iterator[File]:
    half = one.resize((one.width // 2, one.height // 2))
    yield "edited/half size.jpg", encoded(half, "JPEG", quality=80), "Harbour wall"
    yield "edited/grey.jpg", encoded(ImageOps.grayscale(one), "JPEG"), "Harbour wall"
    yield "edited/strong compression.jpg", encoded(one, "JPEG", quality=20), ""
    mirrored = ImageOps.mirror(other)
    yield "edited/mirrored.png", encoded(mirrored, "PNG"), "Mosaic floor"
    box = (one.width // 20, one.height // 20, one.width, one.height)
    yield "edited/cropped.jpg", encoded(one.crop(box), "JPEG", quality=88), ""


# What one scene looks like a moment later: a stack, from the nearest to the farthest.
_BURST: Sequence[tuple[int, int, float]] = (  # pixels cut off, quality, brightness
    (0, 60, 1.0),
    (2, 85, 1.06),
    (6, 80, 0.9),
    (10, 75, 1.1),
)
BURSTS = (501, 502)  # seeds that nothing else uses
LARGE = 40  # media: a smaller demonstration has no stacks of its own


def _burst(number: int, image: Image.Image) -> Iterator[File]:
    for place, (cut, quality, bright) in enumerate(_BURST):
        box = (cut, cut // 2, image.width, image.height)
        moved = ImageEnhance.Brightness(image.crop(box)).enhance(bright)
        content = encoded(moved, "JPEG", quality=quality)
        yield f"scenes/SCENE_{number}_{place}.jpg", content, "Harbour wall"


def _grade(lab: Lab) -> list[str]:
    """Grade some media; give them in the order of the records."""
    media = [item["medium"] for item in lab.open_set(len(RECORDS) + 4)["items"]]
    graded = media[: len(RECORDS)]
    for medium, record in zip(graded, RECORDS, strict=False):
        plain = {**record, "note": NOTE}
        lab.grade(medium, record_from(plain), reveal="full", seconds=12.0)
    lab.hand_back()
    return graded


# What an outside source calls a series -> our own reference of it.
_SERIES = {"Harbour wall": "DEMO-S-01", "Mosaic floor": "DEMO-S-02"}
# Reference of a child -> where it was seen: the place of a record, the child's number.
_VICTIMS = {"DEMO-V-01": ((0, 2), (6, 1)), "DEMO-V-02": ((0, 3), (1, 1))}


def _link(lab: Lab, graded: Sequence[str]) -> None:
    """Say which media are one series, and which children on them are one."""
    copies = lab.copies()
    for name, reference in _SERIES.items():
        media = copies.loc[copies["series"] == name, "medium"].unique()
        lab.series_assign(list(media), reference, reason=WHY)
    for reference, places in _VICTIMS.items():
        seen = [(graded[at], child) for at, child in places if at < len(graded)]
        lab.victim_assign(seen, reference, reason=WHY)


def _sign_off(lab: Lab) -> None:
    agreed = [row for row in lab.to_sign_off() if not row["against"]]
    # Some stay graded only, so that the release desk has something to do.
    lab.sign_off(agreed[: max(1, len(agreed) - 2)])


def must_be_demonstration(lab: Lab) -> None:
    """Refuse a lab that :func:`make` did not make.

    Its mark is in the trail: right after the founding, one entry after the other, the
    demonstration accounts were opened, in their order and without a password.  A lab
    where they came to be in any other way is somebody's own.
    """
    wanted = [
        {"entry": entry, "name": name, "open": True, "password": False}
        for entry, name in enumerate(ACCOUNTS, start=2)
    ]
    if lab.account_history()[1 : len(wanted) + 1] != wanted:
        raise NotAllowed(
            f"{lab.folder} is no demonstration lab, and gets no demonstration accounts",
            advice="serve it without --demo; a demonstration lab is made with "
            "iwflab demo --lab FOLDER",
        )


def accounts(lab: Lab) -> list[tuple[str, str, str]]:
    """Give every demonstration account a new password, made now and stored nowhere.

    Gives name, password, and the role with what it does in words.  Refuses a lab that
    :func:`make` did not make: who can read the terminal is an administrator afterwards.
    """
    must_be_demonstration(lab)
    made = []
    for name, role in ACCOUNTS.items():
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        lab.account_add(name, password, roles=[role], os_user=True)
        done = [word for one, word in _DONE_BY.items() if _does(role, one)]
        made.append((name, password, f"{role.words}: {', '.join(done)}"))
    return made


def _does(role: Role, operation: Operation) -> bool:
    """Tell whether a role does this first, not only after or for another."""
    first = {Scope.OWN, Scope.ALL, Scope.REQUEST}
    return bool(matrix().scopes((role,), operation) & first)
