"""The statistics desk over a real lab, without a browser: what it says and refuses."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from iwflab.domain.counting import COUNT_UNITS
from iwflab_widgets import StatisticsDesk
from tests.given import seen

MONTH = datetime.now(UTC).strftime("%Y-%m")
YEAR = f"{int(MONTH[:4]) - 1}-12"  # the first month of a period that holds it
TOLD = {
    "organisation": "a hotline",
    "contact": "statistics@example.invalid",
    "next_release": "in a month",
    "cut": f"{MONTH}-28",
}


@pytest.fixture
def counted(lab):
    """Signed-off media, and sue, who may make statistics and nothing else."""
    lab.account_add("sue", roles=["statistician"], os_user=True)
    for item in lab.seat("ann").open_set(4)["items"]:
        lab.seat("ann").grade(item["medium"], seen(children=2))
    lab.seat("ben").sign_off(lab.seat("ben").to_sign_off())
    return lab


@pytest.fixture
def sue(counted):
    return talking(StatisticsDesk(counted.seat("sue")))


def talking(desk):
    """Ask a desk as its page does; an error is an answer, too."""

    def ask(act, **body):
        return desk.answer({"act": act, "request": str(uuid4()), **body})

    return ask


def made(ask, profile="public_national", first=MONTH):
    """Compose the report of this month; give its answer."""
    asked = {"kind": "monthly", "first": first, "last": MONTH, "profile": profile}
    return ask("compose", **asked, scheme="uk_2014", **TOLD)


def test_a_statistician_hears_counts_and_not_one_id(counted, sue):
    """Every act that tells numbers, for every unit, against every id of the lab."""
    told = [sue("choices"), sue("warm", scheme="uk_2014"), sue("reports"), made(sue)]
    for unit in COUNT_UNITS:
        sides = sue("sides", unit=unit, scheme="uk_2014")
        query = {"unit": unit, "rows": sides["sides"][0]["name"]}
        told += [sides, sue("table", query=query)]
        told += [sue("protected", query=query), sue("chart", query=query)]
    text = json.dumps(told)
    ann = counted.seat("ann")
    names = {*ann.media()["medium"], *ann.media()["sha256"], *ann.copies()["shown"]}

    assert not any("error" in one for one in told), told
    assert [one for one in names if one in text] == []
    assert "data:image" not in text


def test_what_did_not_pass_leaves_with_its_reason_and_by_another_alone(counted, sue):
    inside = made(sue, "internal")["made"]
    refused = sue("ask", name="R1", report=inside["name"])
    assert "nothing leaves under the profile 'internal'" in refused["error"]
    report = made(sue)["made"]
    ben = talking(StatisticsDesk(counted.seat("ben")))
    (one,) = sue("ask", name="R0", report=report["name"])["requests"]
    ben("approve", id=one["id"], digest=ben("asked", id=one["id"])["asked"]["digest"])
    assert [left["name"] for left in sue("publish", id=one["id"])["left"]] == ["R0"]

    # A year that holds the month has to be looked at, table by table.
    report = made(sue, first=YEAR)["made"]
    asked = {"name": "R1", "report": report["name"]}
    refused = sue("ask", **asked)
    assert "did not pass" in refused["error"]
    names = [one["name"] for one in report["verdicts"] if one["leaves"]]
    tables = [name for name in names if f"{name} (review" in refused["error"]]
    assert tables

    reasons = dict.fromkeys(tables, "agreed for the board, on paper")
    one, _ = sue("ask", **asked, exceptions=reasons)["requests"]
    assert (one["state"], one["own"]) == ("waiting", True)
    assert set(one["exceptions"]) == set(tables)
    whole = ben("asked", id=one["id"])["asked"]
    assert len(whole["tables"]) == len(names)
    assert "your roles do not let you" in ben("publish", id=one["id"])["error"]
    assert "your roles" in sue("approve", id=one["id"], digest=one["digest"])["error"]
    ben("approve", id=one["id"], digest=whole["digest"])
    after = sue("publish", id=one["id"])
    assert sorted(left["name"] for left in after["left"]) == ["R0", "R1"]
    assert [one["state"] for one in after["requests"]] == ["used"] * 2
    again = sue("publish", id=one["id"])
    assert "error" in again or len(again["left"]) == 2


def test_a_report_that_is_gone_is_not_asked_for(sue):
    answer = sue("ask", name="R1", report="monthly-2026-01")

    assert "no longer in the memory" in answer["error"]
    assert "make it again" in answer["advice"]


def test_a_question_is_checked_before_it_is_kept(counted, sue):
    good = {"unit": "medium", "rows": "code"}
    sue("save", name="codes", query=good)
    for wrong in ({**good, "rows": "medium"}, {"unit": "medium"}, {**good, "x": 1}):
        assert "error" in sue("save", name="wrong", query=wrong)

    (kept,) = counted.seat("sue").queries()
    assert kept["name"] == "codes"
    assert kept["query"]["profile"] == "cautious"
    assert sue("drop", name="codes")["saved"] == []
