"""Counted frames, series and victims: nobody gets a row of what they may not list."""

import pytest
from given import seen

from iwflab.domain.roles import Role
from iwflab.errors import NotAllowed

ROWS = ("counted", "tags", "sightings", "series", "victims", "media", "children")


@pytest.fixture
def people(lab):
    """A person for each role, some media graded, and all of them in one series."""
    ann = lab.seat("ann")
    for role in Role:
        lab.account_add(role, roles=[role], os_user=True)
    (item,) = ann.open_set(1)["items"]
    ann.grade(item["medium"], seen("posing"))
    media = lab.media()["medium"].tolist()
    ann.series_assign(media, "S-1", reason="what a grader must not be told")
    ann.victim_assign([(item["medium"], 1)], "V-1")
    return {role: lab.seat(role) for role in Role}


def rows_of(frames):
    return {name: set(frame["medium"]) for name, frame in frames.items()}


def test_an_assessor_is_told_nothing_of_what_they_still_have_to_grade(lab, people):
    assessor = people["assessor"]
    mine = {one["medium"] for one in assessor.open_set(2)["items"]}
    assert set(assessor.media()["series"]) == {""}
    assert assessor.series().empty
    assert all(frame.empty for frame in assessor.counted().values())

    first = min(mine)
    assessor.grade(first, seen("none"))
    assert set(assessor.series()["medium"]) == {first}
    assert assessor.victims().empty
    frames = assessor.counted()
    for name in ("media", "children", "tags", "copies"):
        assert rows_of(frames)[name] == {first}
        assert set(frames[name]["content"]) == {first}
    told = assessor.media().set_index("medium")["series"]
    assert told.to_dict() == {medium: "S-1" * (medium == first) for medium in mine}


def test_a_qa_officer_gets_the_sample_and_a_senior_analyst_the_set(lab, people):
    graded = set(lab.assessments()["medium"])
    officer, senior = people["qa_officer"], people["senior_analyst"]
    assert rows_of(officer.counted())["media"] == graded
    assert set(officer.series()["medium"]) == graded
    assert set(officer.victims()["medium"]) == graded
    assert len(senior.counted()["media"]) == len(lab.media()) == 7
    with pytest.raises(NotAllowed, match="one series"):
        officer.series_assign(list(graded), "S-2")


def test_who_makes_statistics_gets_counts_and_no_row(lab, people):
    statistician, administrator = people["statistician"], people["administrator"]
    for name in ROWS:
        for person in (statistician, administrator):
            with pytest.raises(NotAllowed):
                getattr(person, name)()
    told = statistician.units().to_csv()
    assert "child appearances" in told
    for secret in [*lab.media()["medium"], "S-1", "V-1"]:
        assert secret not in told
    with pytest.raises(NotAllowed):
        administrator.units()
