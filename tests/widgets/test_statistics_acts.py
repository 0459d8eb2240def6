"""The statistics desk over a real lab, without a browser: what it says and refuses."""

import json
from calendar import monthrange
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from iwflab.domain.counting import COUNT_UNITS
from iwflab_widgets import StatisticsDesk
from tests.given import own_profile, seen

MONTH = datetime.now(UTC).strftime("%Y-%m")
TOLD = {
    "organisation": "a hotline",
    "contact": "statistics@example.invalid",
    "next_release": "in a month",
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


def made(ask, profile="internal", **more):
    """Compose the report of this month; give its answer."""
    asked = {"kind": "monthly", "first": MONTH, "last": MONTH, "profile": profile}
    asked["provisional"] = True  # the month is not over
    return ask("compose", **{**asked, "scheme": "uk_2014", **TOLD, **more})


def of_this_month(query):
    """Give a query of the media that were signed off in this month."""
    days = monthrange(*map(int, MONTH.split("-")))[1]
    return query | {"period": [f"{MONTH}-01", f"{MONTH}-{days}"]}


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


def test_what_did_not_pass_leaves_with_its_reason_and_by_another_alone(counted):
    sue = talking(StatisticsDesk(own_profile(counted).seat("sue")))
    query = of_this_month({"unit": "medium", "rows": "kind", "profile": "ours"})
    sue("save", name="kinds", query=query)
    report = made(sue, "ours", questions=["kinds"])["made"]
    asked = {"name": "R1", "report": report["name"]}
    refused = sue("ask", **asked)
    # It counts days that tables of the report count in other words: a person looks.
    said = refused["error"].replace("did not pass disclosure control: ", "; ")
    assert said != refused["error"]
    tables = [
        one["name"]
        for one in report["verdicts"]
        if one["leaves"] and f"; {one['name']} (review" in said
    ]
    assert f"question kinds {MONTH}" in tables
    reasons = dict.fromkeys(tables, "agreed for the board, on paper")
    (one,) = sue("ask", **asked, exceptions=reasons)["requests"]
    assert (one["state"], one["own"]) == ("waiting", True)
    assert set(one["exceptions"]) == set(tables)
    ben = talking(StatisticsDesk(counted.seat("ben")))
    whole = ben("asked", id=one["id"])["asked"]
    assert {one["name"] for one in whole["tables"]} > set(tables)
    assert "your roles do not let you" in ben("publish", id=one["id"])["error"]
    assert "your roles" in sue("approve", id=one["id"], digest=one["digest"])["error"]
    ben("approve", id=one["id"], digest=whole["digest"])
    after = sue("publish", id=one["id"])
    assert [left["name"] for left in after["left"]] == ["R1"]
    assert [one["state"] for one in after["requests"]] == ["used"]
    again = sue("publish", id=one["id"])
    assert "error" in again or len(again["left"]) == 1


def test_the_figures_of_an_unfinished_month_are_not_called_final(sue):
    told = made(sue, provisional=False)
    assert "its figures are not final" in told["error"]
    assert "provisional" in told["advice"]


def test_a_fault_that_nobody_foresaw_ends_the_wait_and_tells_no_words(
    sue, monkeypatch, caplog
):
    def failing(*_):
        raise ValueError("a secret")

    monkeypatch.setattr("iwflab_widgets.statistics_reports.standing", failing)
    told = sue("reports")
    assert "not foreseen" in told["error"]
    assert "secret" not in json.dumps(told) + caplog.text
    assert told["advice"].rpartition(" ")[2] in caplog.text
    assert "ValueError at test_statistics_acts.py" in caplog.text


def test_a_month_of_nothing_is_made_and_what_is_asked_for_then_is_refused(sue):
    told = sue(
        "compose",
        kind="monthly",
        first="2020-01",
        last="2020-01",
        **{"profile": "partner", "scheme": "uk_2014", **TOLD},
    )
    assert all(one["absent"] for one in told["made"]["sections"])
    report = told["made"]["name"]
    asked = sue("ask", name="empty", report=report, exceptions={})
    assert "there is nothing in it" in asked["error"]
    assert sue("reports")["requests"] == []


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
    assert kept["scheme"] == "uk_2014"
    assert sue("drop", name="codes")["saved"] == []


def test_a_question_keeps_its_scheme_and_is_not_replaced_unasked(counted, sue):
    good = {"unit": "medium", "rows": "code"}
    (mine,) = sue("save", name="codes", query=good, scheme="uk_sap_2007")["saved"]
    assert (mine["scheme"], mine["saved_by"]) == ("uk_sap_2007", "sue")
    ann = talking(StatisticsDesk(counted.seat("ann")))
    assert "sue keeps" in ann("save", name="codes", query=good)["error"]
    assert "sue keeps" in ann("drop", name="codes")["error"]
    (other,) = ann("save", name="codes", query=good, replace=True)["saved"]
    assert (other["scheme"], other["saved_by"]) == ("uk_2014", "ann")


def test_who_loses_the_role_is_told_nothing_more(counted, sue):
    query = {"unit": "medium", "rows": "code"}
    assert sue("table", query=query)["table"]["base"] == 4
    counted.account_role("sue", ["assessor"])
    for act in ("table", "protected", "chart", "sides", "warm"):
        answer = sue(act, query=query, unit="medium")
        assert "your roles" in answer["error"]
        assert set(answer) <= {"error", "advice", "request"}


def test_a_saved_question_becomes_a_table_of_the_report(counted, sue):
    query = {"unit": "medium", "rows": "kind"}
    sue("save", name="kinds", query=of_this_month(query))
    sue("save", name="ever", query=query)
    sue("save", name="other law", query=of_this_month(query), scheme="uk_sap_2007")
    asked = {"kind": "monthly", "first": MONTH, "last": MONTH, "profile": "internal"}
    asked |= {"scheme": "uk_2014", "provisional": True, **TOLD}
    report = sue("compose", **asked, questions=["kinds"])["made"]
    last = report["sections"][-1]
    assert last["title"] == "Further tables"
    assert "Media by picture or video" in last["tables"][0]
    assert report["verdicts"][-1]["name"] == f"question kinds {MONTH}"
    refused = sue("compose", **asked, questions=["ever"])
    assert "no days" in refused["error"]
    assert f"{MONTH}-01" in refused["advice"]
    assert "uk_sap_2007" in sue("compose", **asked, questions=["other law"])["error"]
    assert "no query" in sue("compose", **asked, questions=["none"])["error"]
    assert "no list" in sue("compose", **asked, questions="kinds")["error"]
