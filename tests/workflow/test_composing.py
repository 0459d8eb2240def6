"""A report from what is signed off: composed, looked at, asked for, published."""

import sys
from pathlib import Path

import pytest
from given import seen

sys.path.insert(0, str(Path(__file__).parent))  # composing.py

from composing import with_publishers

from iwflab.errors import BadInput, NotAllowed, NotFound

TOLD = {"organisation": "a hotline", "contact": "a desk", "next_release": "next month"}
FORMS = ["html", "csv", "json"]


@pytest.fixture
def house(lab):
    """A lab with four media signed off now."""
    ann = with_publishers(lab).seat("ann")
    for item in ann.open_set(4)["items"]:
        ann.grade(item["medium"], seen("posing", children=2))
    lab.seat("ben").sign_off(lab.to_sign_off())
    return lab


@pytest.fixture
def month(house):
    """This month, as the clock of the lab has it."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(house._store.clock() / 1e6, UTC):%Y-%m}"


def composed(house, month, **more):
    return house.seat("sam").report_composed(
        "monthly", period=(month, month), told=TOLD, **more
    )


def test_a_report_goes_from_what_is_signed_off_to_the_ledger(house, month):
    sam, ben = house.seat("sam"), house.seat("ben")
    inside = composed(house, month, profile="internal")
    with pytest.raises(NotAllowed, match="nothing leaves under the profile 'internal'"):
        sam.report_ask("R0", inside, sam.report_files(inside, FORMS))
    report = composed(house, month, profile="public_national")
    files = sam.report_files(report, FORMS)
    assert set(files) == set(FORMS)
    assert report.entries
    asked = sam.report_ask("R1", report, files)
    shown = ben.report_asked(asked["id"])
    assert len(shown["tables"]) == len(report.entries)
    ben.report_approve(asked["id"], digest=shown["digest"])
    left = sam.report_publish(asked["id"])

    assert (left.folder / f"{report.name}.html").read_bytes() == files["html"]
    assert left.cut == report.cut
    assert house.verify() == []
    again = composed(house, month, profile="public_national")
    assert sam.report_files(again, FORMS) == files  # the same records, the same bytes


def test_a_few_media_are_withheld_as_a_rule(house, month):
    report = composed(house, month)
    shown = [
        cell.value for one in report.entries for cell in one.published.cells.values()
    ]
    assert not any(shown)  # noughts, or withheld
    assert any(verdict.outcome == "fail" for _, verdict in report.verdicts)


def test_what_there_is_none_of_is_refused(house, month):
    sam = house.seat("sam")
    assert "monthly" in sam.report_kinds()
    with pytest.raises(NotFound):
        sam.report_composed("yearly", period=(month, month), told=TOLD)
    with pytest.raises(BadInput):
        sam.report_composed("monthly", period=(month, month), told={})
