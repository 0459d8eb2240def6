"""Series, victims and units, as a person types them."""

import json

import pytest
from given import CUSTODY, seen

from tests.cli.here import here


@pytest.fixture
def where(lab):
    return ("--lab", lab.folder)


@pytest.fixture
def graded(lab):
    """Two media that ann graded, with two children each."""
    ann = lab.seat("ann")
    media = [item["medium"] for item in ann.open_set(2)["items"]]
    for medium in media:
        ann.grade(medium, seen(children=2))
    return media


def test_media_are_put_into_a_series_shown_and_taken_out(lab, where):
    one, other = lab.media()["medium"][:2]
    planned = here("series", "assign", "HQ-14", one, other, *where, "--dry-run").stdout
    assert "would change: 2; as it was: 0" in planned
    assert "new references: HQ-14" in planned
    assert lab.series().empty

    told = here("series", "assign", "HQ-14", one, other[:8], *where, "--reason", "wall")
    assert "changed: 2; as it was: 0" in told.stdout
    shown = here("series", "show", *where)
    assert (one in shown.stdout, "wall" in shown.stdout) == (True, True)
    assert "1 series" in shown.stderr
    for form in ((), ("--json",)):  # nearly one, and no series: not a silent nothing
        none = here("series", "show", "HQ-1", *where, *form, fails=1)
        assert "no series is called 'HQ-1'" in none.stderr
    assert set(lab.media()["series"]) == {"", "HQ-14"}

    moved = here("series", "assign", "hq-14", one, *where)
    assert "warning: 'hq-14' is new, and nearly 'HQ-14'" in moved.stderr
    refused = here("series", "take-out", one, *where, fails=1).stderr
    assert "no reason was given" in refused
    done = here("series", "take-out", one, *where, "--reason", "no", "--json").stdout
    assert len(json.loads(done)["moves"]) == 1
    assert lab.series()["medium"].tolist() == [other]


def test_children_are_linked_from_a_file_and_by_hand(lab, where, graded, tmp_path):
    one, other = graded
    file = tmp_path / "victims.csv"
    file.write_text(f"medium,child,victim\n{one},1,V-7\n{other},3,V-7\n")
    refused = here("victim", "assign", "--from", file, *where, fails=1).stderr
    assert f"line 3: the record has no child 3 on {other}" in refused
    assert lab.victims().empty

    file.write_text(f"medium,child,victim\n{one},1,V-7\n{other},2,V-7\n")
    assert "changed: 2" in here("victim", "assign", "--from", file, *where).stdout
    here("victim", "assign", "V-8", f"{one}#2", *where)
    shown = json.loads(here("victim", "show", "V-7", *where, "--json").stdout)
    assert [row["child"] for row in shown] in ([1, 2], [2, 1])
    assert {row["age_band"] for row in shown} == {"7-10"}
    assert sorted(lab.children()["victim"]) == ["", "V-7", "V-7", "V-8"]
    here("victim", "take-out", f"{one}#2", *where, "--reason", "not the same child")
    assert lab.victims()["victim"].tolist() == ["V-7", "V-7"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["series", "assign"], "name a reference"),
        (["series", "assign", "S"], "name a reference"),
        (["victim", "assign", "V", "abcdef"], "write MEDIUM#NUMBER"),
        (["victim", "take-out", "abcdef#x"], "write MEDIUM#NUMBER"),
        (["series", "assign", "S", "abcdef", "--from", __file__], "says it all"),
    ],
)
def test_what_says_too_little_or_too_much_is_wrong_usage(where, said, why):
    assert why in here(*said, *where, fails=2).stderr


def test_units_say_how_they_relate(lab, where, graded):
    lab.seat("ann").victim_assign([(graded[0], 1)], "V-1")
    told = json.loads(here("units", *where, "--json").stdout)
    found = {(row["rung"], row["part"]): row["number"] for row in told}
    assert found["files", "all"] == found["media", "all"] + 1  # one is there twice
    assert found["child appearances", "all"] == 4
    assert found["appearances linked to nobody", "all"] == 3
    assert found["victims", "all"] == 1
    assert found["age of every child", "7-10"] == 0  # nothing is signed off
    text = here("units", *where, "--distance", "0").stdout
    assert text.count("child appearances") == 1
    assert "no count of victims" in text


def test_a_route_that_was_said_otherwise_before_is_shown(lab, where, drawn):
    sidecar = drawn / "sidecar.csv"
    custody = [part for k, v in CUSTODY.items() for part in (f"--{k}", v)]

    def take_in(route):
        lines = f"file,url,route\npicture1.png,https://x.example/1,{route}\n"
        sidecar.write_text(lines)
        said = ("intake", drawn, *custody, "--sidecar", sidecar, *where)
        return here(*said, who="ann").stderr

    assert "route" not in take_in("")
    assert "route" not in take_in("external")
    assert "route" not in take_in("external")
    assert "now proactive, external was said before" in take_in("proactive")
    copies = lab.copies()
    assert copies.loc[copies["url"] != "", "route"].tolist() == ["proactive"]
    (row,) = lab.sightings().to_dict("records")
    assert (row["route"], row["routes"]) == ("proactive", "external proactive")
    assert "example" not in row["url"]
    assert len(row["url"]) == 16
