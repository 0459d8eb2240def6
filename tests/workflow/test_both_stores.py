"""The whole way, once on SQLite and once on PostgreSQL: the same results."""

import json

import pytest
from given import CUSTODY, draw_media, released, seen, with_people

from iwflab import Lab
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
