"""What tests of several floors start from: custody, records, drawn media."""

from iwflab.demo.drawing import encoded, picture
from iwflab.domain.records import record_from

CUSTODY = {
    "case": "C1",
    "exhibit": "E1",
    "purpose": "testing",
    "authority": "none: drawn pictures",
}
# Who the tests send: ann brings in and grades, ben grades and signs off.
PEOPLE = {
    "ann": ("assessor", "senior_analyst"),
    "ben": ("assessor", "qa_officer"),
}
FOR = {"recipient": "a list service", "purpose": "testing"}
GATES = {"form": "photograph", "child_present": "yes", "indecent": "yes"}


def seen(activity="posing", *, children=1, **more):
    """A record with the gates passed, some activity and some children."""
    elements = {**GATES, "activity": activity, "sadism": "no", "animal": "no", **more}
    rows = [{"age_band": "7-10", "sex": "girl"}] * children
    return record_from({"elements": elements, "children": rows})


def with_people(lab):
    """Give the people of the tests their roles; without passwords."""
    for name, roles in PEOPLE.items():
        lab.account_add(name, roles=roles, os_user=True)
    return lab


def approved(lab, name="R1", **more):
    """A release that ann asked for and ben approved; give the id of the request."""
    asked = lab.seat("ann").release_request(name, **FOR, **more)
    lab.seat("ben").release_approve(asked["id"], digest=asked["digest"])
    return asked["id"]


def released(lab, name="R1"):
    """A release that ann asked for, ben approved, and ann made."""
    return lab.seat("ann").release(approved(lab, name))


def draw_media(folder):
    """Six drawn pictures, one of them twice, and one file that is no picture."""
    (folder / "deeper").mkdir(parents=True)
    for number in range(6):
        form = ("JPEG", "PNG", "WEBP")[number % 3]
        small = picture(number).resize((320, 240))
        content = encoded(small, form)
        (folder / f"picture{number}.{form.lower()}").write_bytes(content)
    first = (folder / "picture0.jpeg").read_bytes()
    (folder / "deeper" / "again.jpeg").write_bytes(first)
    (folder / "text.jpeg").write_bytes(b"no picture at all")
    return folder


# Under it a few drawn media are enough for tables that may leave.
OURS = """[ours]
title = "Ours, for drawn pictures"
source = "a decision of the board, 1 October 2026"
method = "withhold"
threshold = 2
width = 2
"""


def own_profile(lab):
    """Give a lab that is open a disclosure profile of its own, called ours."""
    (lab.folder / "ours.toml").write_text(OURS)
    place = lab.folder / "lab.toml"
    text = place.read_text("utf-8")
    assert 'profiles = ""' in text
    place.write_text(text.replace('profiles = ""', 'profiles = "ours.toml"'))
    object.__setattr__(lab.settings, "profiles", "ours.toml")  # as a new start reads it
    return lab
