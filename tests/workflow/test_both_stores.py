"""The whole way, once on SQLite and once on PostgreSQL: the same results."""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from given import CUSTODY, draw_media, released, seen, with_people
from PIL import ImageOps

sys.path.insert(0, str(Path(__file__).parent))  # composing.py

from composing import FORMS, approved, published, report, with_publishers

from iwflab import Lab
from iwflab.demo.drawing import encoded, picture
from iwflab.domain.queueing import ORDERS, Sought
from iwflab.errors import NotAllowed
from iwflab.hashing import ALGORITHMS
from tests import films

IDS = {"medium", "assessment", "copy", "intake", "graded_us", "one", "other", "id"}


@pytest.fixture
def both(tmp_path, postgres):
    """Two labs that took in the same folder."""
    pictures = draw_media(tmp_path / "drawn")
    (pictures / "clip.mp4").write_bytes(films.of_kind("MP4 h264"))
    owner, application = postgres.database()
    shared = {"owner_url": owner, "database_url": application}
    made = []
    for name, where in (("one", {}), ("other", shared)):
        heads = str(tmp_path / f"{name}-heads")
        made.append(
            with_people(Lab.create(tmp_path / name, head_folder=heads, **where))
        )
        made[-1].intake([pictures], **CUSTODY)
    yield made
    for lab in made:
        lab.close()


def goes_the_way(lab):
    """Grade four media in order of their digest, undo one, sign off, release."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    order = sorted(lab.overview(), key=lambda row: row["sha256"])
    records = [
        seen("penetrative", children=2),
        seen("posing"),
        seen("non_penetrative", children=3),
        seen("posing"),
    ]
    for row, record in zip(order[:4], records, strict=True):
        ann.take(row["medium"])
        ann.grade(row["medium"], record, seconds=2.5)
    ann.undo(medium=order[3]["medium"])
    ben.sign_off(lab.to_sign_off())
    return released(lab)


def plain(frame):
    """Leave out what is random by design; sort by what is not."""
    kept = frame.drop(columns=[name for name in frame if name in IDS])
    return sorted(kept.to_csv(index=False).splitlines())


def said_by(trail, *names):
    return [line for line in trail if line.endswith(names)]


def test_the_whole_way_gives_the_same_on_both_databases(both):
    releases = [goes_the_way(lab) for lab in both]
    one, other = both
    frames = ("media", "copies", "assessments", "children", "hashes", "grades")
    for name in (*frames, "frames"):
        assert plain(getattr(one, name)()) == plain(getattr(other, name)())
    tables = [lab.frame(lab.table("victims", unit="child_appearance")) for lab in both]
    assert tables[0].equals(tables[1])
    # Decoders work side by side: their entries come in any order.
    trail = [lab.trail()[["verb", "analyst"]].to_csv().splitlines() for lab in both]
    assert len(trail[0]) == len(trail[1])
    assert said_by(trail[0], "ann", "ben") == said_by(trail[1], "ann", "ben")
    assert [lab.seat("ann").progress()["graded"] for lab in both] == [3, 3]
    assert [json.dumps(lab.seat("ann").progress()) for lab in both]  # plain numbers
    lists = [(made.folder / "hashes.csv").read_bytes() for made in releases]
    assert lists[0] == lists[1]
    assert releases[0].items == releases[1].items == 3
    assert [lab.verify(read_data=True) for lab in both] == [[], []]


@pytest.mark.parametrize("order", ORDERS)
def test_the_queue_and_a_selection_are_the_same_on_both_databases(both, order):
    said = []
    for lab in both:
        sha256 = {row["medium"]: row["sha256"] for row in lab.overview()}
        lab.settings = replace(lab.settings, queue_order=order)
        ann, ben = lab.seat("ann"), lab.seat("ben")
        for who in (ann, ben):
            who.settings = lab.settings
        hers = [item["medium"] for item in ann.open_set(3)["items"]]
        his = [
            i["medium"] for i in ben.open_set(2, sought=Sought(kind="picture"))["items"]
        ]
        assert not set(hers) & set(his)
        done = ann.grade_selection([*hers, his[0]], seen("posing"), shown=hers[0])
        found = ann.found(Sought(stage="graded", code="uk_2014=C"))
        assert sorted(found) == sorted(hers)
        assert ann.found(Sought(name="CLIP")) == ann.found(Sought(kind="video"))
        gone = ann.undo()["undone"]
        assert lab.verify() == []
        kept = [row["why"] for row in done["left_out"]]
        said.append((sorted(map(sha256.get, hers + his)), kept, gone))
    # Side by side decoding lets media arrive in any order; how many is the same.
    assert [one[1:] for one in said] == [(["it is not yours to grade"], 3)] * 2
    assert [len(one[0]) for one in said] == [5, 5]


HEAD = "md5,pdq,pdq_quality,label\n"
# Rows of matching, with what names a medium; ids and salts are random by design.
MATCHING = {
    "hash_list": ("name", "kind", "source", "format", "sha256", "items"),
    "hash_list_end": ("reason",),
    "list_line_end": ("line", "reason"),
    "hit": (
        *("medium", "line", "algorithm", "variant", "value", "distance"),
        *("orientation", "tier", "label"),
    ),
    "held": ("medium",),
    "hit_answer": ("verdict", "reason", "analyst"),
    "assessment": ("medium", "analyst", "elements"),
    "withdrawal": (),
    "propagation": ("algorithm", "variant", "distance", "orientation"),
    "frame_hashes": ("medium", "algorithm", "variant", "frames", "library"),
    "hash": ("medium", "algorithm", "variant", "value", "quality", "turned"),
    "rehashed": ("medium", "makers"),
}


def stored(lab):
    """Give every row of matching without what is random; media by their digest."""
    sha256 = {row["medium"]: row["sha256"] for row in lab.overview()}
    found = {}
    for table, names in MATCHING.items():
        rows = lab._store.rows(sa.text(f'SELECT * FROM "{table}"'))
        plain = [[str(sha256.get(row[n], row[n])) for n in names] for row in rows]
        found[table] = sorted(plain)
    return found


def listed(folder):
    """A list: one medium by its bytes, one by PDQ, one too far to settle anything."""
    near, far = (
        ALGORITHMS["pdq"].compute(picture(n).resize((320, 240))) for n in (1, 4)
    )
    other = f"{int(far.value, 16) ^ ((1 << 32) - 1):064x}"
    md5 = hashlib.md5(b"no picture at all", usedforsecurity=False).hexdigest()
    file = folder / "list.csv"
    lines = [f",{near.value},90,B", f",{other},90,C", f"{md5},,,A"]
    file.write_text(HEAD + "\n".join(lines) + "\n")
    return file


def matches(lab, file, more):
    """List, hold, hits, answers, withdrawal; stacks graded and taken back; hashed anew."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    said = []

    def stages():
        said.append(sorted((r["sha256"], r["stage"]) for r in lab.overview()))

    lab.list_add(file, form="csv", name="L1", source="a police force")
    said.append(dict(lab.match().hits))
    stages()
    hits = lab.hits().sort_values(["tier", "value", "distance"])
    match = hits[hits["tier"] == "match"]["hit"].iloc[0]
    candidate = hits[hits["tier"] == "candidate"]["hit"].iloc[0]
    ben.answer_hit(match, "not_same", reason="another scene")
    ben.answer_hit(candidate, "same", reason="the same scene")
    stages()
    ben.answer_hit(candidate, "open")
    stages()
    lab.list_withdraw("L1", line=2, reason="wrong")
    lab.list_withdraw("L1", reason="superseded")
    stages()
    lab.intake([more], **CUSTODY)
    (stack,) = lab.stacks()
    said.append((stack["size"], sorted(m["distance"] for m in stack["members"])))
    members = [m["medium"] for m in stack["members"]]
    ann.grade_stack(stack["exemplar"], seen("posing"), members=members)
    stages()
    said.append(sorted(lab.assessments()["carried_distance"].dropna()))
    said.append(len(ann.undo_stack(stack["exemplar"])["withdrawn"]))
    stages()
    ann.grade_stack(stack["exemplar"], seen("penetrative"), members=members)
    ben.sign_off(ben.to_sign_off())
    stages()
    report = lab.rehash(enter=True)
    said.append((report.media, dict(report.same), report.changes, report.problems))
    said.append(lab.rehash(enter=True).done_before)
    return said


def test_matching_and_stacks_are_the_same_on_both_databases(both, tmp_path):
    file, more = listed(tmp_path), tmp_path / "more"
    more.mkdir()
    shown = picture(2).resize((320, 240))
    (more / "mirrored.jpeg").write_bytes(encoded(ImageOps.mirror(shown), "JPEG"))
    (more / "smaller.png").write_bytes(encoded(shown.resize((256, 192)), "PNG"))
    said = [matches(lab, file, more) for lab in both]
    tables = [stored(lab) for lab in both]

    assert said[0] == said[1]
    assert said[0][0] == {"exact": 1, "match": 1, "candidate": 1}
    for name in MATCHING:
        assert tables[0][name], name  # each is written on this way
        assert tables[0][name] == tables[1][name], name
    assert plain(both[0].hits()) == plain(both[1].hits())
    assert [lab.verify(read_data=True) for lab in both] == [[], []]


def left_to_another(lab):
    """Needs two and not sure, handed on, undone, given back, met; an empty filter."""
    lab.account_add("cam", roles=("assessor",), os_user=True)
    ann, ben, cam = lab.seat("ann"), lab.seat("ben"), lab.seat("cam")
    order = sorted(lab.overview(), key=lambda row: row["sha256"])
    one, two = (row["medium"] for row in order[:2])
    for medium, ending in ((one, "needs_two"), (two, "not_sure")):
        ann.take(medium)
        ann.grade(medium, replace(seen("posing"), ending=ending))
    said = [ann.open_set(0)["second"], len(cam.open_set(1)["items"])]
    said.append(cam.hand_back())
    said.append({one, two} == {i["medium"] for i in cam.open_set(2)["items"]})
    for medium in (one, two):
        cam.grade(medium, seen("penetrative"), over=None)
    cam.undo(medium=two)
    said.append(ann.find(Sought(stage="second"))["total"])
    cam.grade(two, seen("posing"), over=None)
    nothing = ann.open_set(3, sought=Sought(name="no such name"))
    said += [nothing["items"], nothing["second"]]
    rows = {row["medium"]: row for row in ben.to_sign_off()}
    said.append([(rows[m]["differs"], rows[m]["against"]) for m in (one, two)])
    return said, lab.verify()


def test_what_is_left_to_another_goes_the_same_way_on_both_databases(both):
    one, other = (left_to_another(lab) for lab in both)
    assert one == other
    assert one[0][:7] == [2, 1, 1, True, 1, [], 0]
    assert one[1] == []


PUBLISHED = {
    "statistical_release": (
        *("name", "report", "cut", "profile", "digest", "entries", "manifest_sha256"),
    ),
    "statistical_output": (
        *("name", "profile", "outcome", "reason", "exception_asked"),
        *("made_by", "asked_by", "approved_by"),
    ),
    "saved_query": ("name", "query", "active"),
}


def publishes(lab):
    """Ask, publish, be refused, correct, be voided; keep and drop queries."""
    sam, ben = with_publishers(lab).seat("sam"), lab.seat("ben")
    published(lab, "January", report([20, 30], [3, 20, 40]))
    told = report([22, 30], cut="2026-02-28")
    with pytest.raises(NotAllowed) as refused:
        sam.report_ask("February", told, FORMS)
    late = approved(lab, "late", report([20, 42], cut="2026-03-31"))
    excepted = {"exceptions": {"by a": "of old cases"}}
    published(lab, "February", told, **excepted)
    said = [refused.value.message, ben.report_asked(late)["why"]]
    published(lab, "corrected", report([40, 60], revised="counted twice"), revised=True)
    sam.save_query("by age", {"unit": "medium", "rows": "code"})
    sam.save_query("by age", {"unit": "victim", "rows": "sex"})
    sam.save_query("other", {"unit": "victim", "rows": "sex"})
    sam.drop_query("other")
    said += [(one["name"], one["query"]) for one in sam.queries()]
    said += [(one.name, one.revised, one.tables, one.problem) for one in lab.reports()]
    states = {one["name"]: one["state"] for one in sam.report_requests()}
    return [*said, states, lab.verify()]


def test_numbers_leave_in_the_same_way_on_both_databases(both):
    said = [publishes(lab) for lab in both]
    assert said[0] == said[1]
    assert said[0][-1] == []
    assert said[0][-2]["late"] == "void"
    for table, names in PUBLISHED.items():
        rows = [
            lab._store.rows(sa.text(f'SELECT * FROM "{table}" ORDER BY entry, name'))
            for lab in both
        ]
        plain = [[[row[n] for n in names] for row in found] for found in rows]
        assert plain[0], table  # each is written on this way
        assert plain[0] == plain[1], table
