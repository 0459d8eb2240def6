"""One's own exposure and missing outlines on the command line."""

import json

from iwflab.domain.records import record_from
from tests.cli.here import here


def test_exposure_is_a_table_of_ones_own(lab):
    me = lab.seat(lab.analyst)
    medium = next(i["medium"] for i in me.open_set(3)["items"] if i["previews"])
    seen = [("full", 1500), ("outlines", 500), ("shielded", 2000)]
    me.shown(
        [{"medium": medium, "variant": v, "milliseconds": ms} for v, ms in seen],
    )
    where = ("--lab", str(lab.folder))

    told = here("exposure", *where)
    lines = [line.split() for line in told.stdout.splitlines()[2:]]
    assert [(line[-3], line[-1]) for line in lines] == [
        *(("outlines", "0.5"), ("shielded", "2.0"), ("full", "1.5"))
    ]
    assert "minutes of viewing since your last break" in told.stderr
    plain = json.loads(here("exposure", "--days", "7", "--json", *where).stdout)
    assert plain["days"][0]["seconds"] == 4.0
    others = json.loads(here("exposure", "--json", *where, who="ben").stdout)
    assert others["lines"] == []


def test_examine_takes_media_or_what_they_lack(lab):
    where = ("--lab", str(lab.folder))

    assert "0 examined again" in here("examine", "--lacking", "outlines", *where).stdout
    assert "name media" in here("examine", *where, fails=2).stderr


def test_what_waits_for_another_person_is_not_printed_as_graded(lab):
    me = lab.seat(lab.analyst)
    left, settled = [i["medium"] for i in me.open_set(2)["items"]][:2]
    record = {"elements": {"form": "photograph", "child_present": "no"}}
    me.grade(left, record_from({**record, "ending": "needs_two"}))
    me.grade(settled, record_from(record))
    rows = json.loads(here("queue", "--json", "--lab", str(lab.folder)).stdout)
    stages = {row["medium"]: row["stage"] for row in rows}
    assert (stages[left], stages[settled]) == ("second", "graded")
