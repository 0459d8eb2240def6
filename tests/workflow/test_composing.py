"""A report from what is signed off: composed, looked at, asked for, published."""

import io
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from given import own_profile, seen

sys.path.insert(0, str(Path(__file__).parent))  # composing.py

from composing import with_publishers

from iwflab import Lab
from iwflab.errors import BadInput, ConfigError, MissingExtra, NotAllowed, NotFound
from iwflab.workflow import previewing

TOLD = {
    "organisation": "a hotline",
    "contact": "a desk",
    "next_release": "next month",
    "provisional": "yes",  # the month is not over
}
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
    sam, ben = own_profile(house).seat("sam"), house.seat("ben")
    report = composed(house, month, profile="ours")
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
    again = composed(house, month, profile="ours")
    assert sam.report_files(again, FORMS) == files  # the same records, the same bytes


def test_what_is_only_for_inside_is_not_asked_for(house, month):
    sam = house.seat("sam")
    report = composed(house, month, profile="internal")
    why = {one.published.name: "drawn pictures" for one in report.entries}
    for exceptions in ({}, why):
        with pytest.raises(NotAllowed, match="nothing leaves under the profile"):
            sam.report_ask(
                "R1", report, sam.report_files(report, FORMS), exceptions=exceptions
            )


def test_a_preview_says_so_in_every_form_and_stands_in_the_trail(house, month):
    sam = house.seat("sam")
    report = composed(house, month, profile="internal")
    files = sam.report_preview(report, FORMS, request="a")
    assert set(files) == {f"preview-{report.name}.{form}" for form in FORMS}
    assert all(b"Preview, not released" in held for held in files.values())
    assert sam.report_preview(report, FORMS, request="a") == files
    (kept,) = previewing.previews(house._store)
    told = (kept["report"], kept["profile"], kept["period"], kept["analyst"])
    assert told == (report.name, "internal", month, "sam")
    assert kept["files"] == {
        name: sha256(held).hexdigest() for name, held in files.items()
    }
    assert house.verify() == []
    released = sam.report_files(report, FORMS)
    assert not any(b"not released" in held for held in released.values())


def test_every_sheet_of_a_preview_says_so(house, month):
    report = composed(house, month, profile="internal")
    files = house.seat("sam").report_preview(report, ["xlsx", "ods"])
    book, ods = files.values()
    (cover, *pages) = openpyxl.load_workbook(io.BytesIO(book)).worksheets
    assert cover["A1"].value.startswith("Preview, not released")
    assert all(page["A1"].value.startswith("Preview") for page in pages[2:])
    with zipfile.ZipFile(io.BytesIO(ods)) as packed:
        text = packed.read("content.xml").decode()
    assert text.count("Preview, not released") > len(pages)


def test_without_pango_the_other_forms_are_asked_for_and_it_is_said(
    house, month, monkeypatch
):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    sam = own_profile(house).seat("sam")
    report = composed(house, month, profile="ours")
    files = sam.report_files(report)
    assert set(files) == {"html", "xlsx", "ods", "csv", "json"}
    with pytest.raises(MissingExtra):
        sam.report_files(report, ["pdf"])
    asked = sam.report_ask("R1", report, files)
    shown = house.seat("ben").report_asked(asked["id"])
    assert shown["lacks"] == asked["lacks"]
    assert "no PDF: Pango" in shown["lacks"][0]


def test_a_few_media_are_withheld_as_a_rule(house, month):
    report = composed(house, month)
    shown = [
        cell.value for one in report.entries for cell in one.published.cells.values()
    ]
    assert not any(shown)  # noughts, or withheld
    assert any(verdict.outcome == "fail" for _, verdict in report.verdicts)


OWN = """[ours]
title = "Ours, for partners"
source = "a decision of the board, 1 October 2026"
method = "withhold"
threshold = 3
width = 3
"""


def test_profiles_of_the_organisation_are_offered_and_used(house, month):
    (house.folder / "ours.toml").write_text(OWN)
    text = (house.folder / "lab.toml").read_text("utf-8")
    assert 'profiles = ""' in text
    named = text.replace('profiles = ""', 'profiles = "ours.toml"')
    (house.folder / "lab.toml").write_text(named)
    with Lab.open(house.folder) as lab:
        sam = lab.seat("sam")
        assert sam.counted_by()["profiles"]["ours"] == "Ours, for partners"
        report = composed(lab, month, profile="ours")
        assert (report.profile.threshold, report.profile.title) == (3, OWN[16:34])
        asked = {"unit": "medium", "rows": "kind", "profile": "ours"}
        assert sam.explore().protected(asked)["outcome"] == "pass"
        sam.save_query("kinds", asked)
        with pytest.raises(NotFound, match="no disclosure profile"):
            sam.save_query("kinds", {**asked, "profile": "theirs"})
        with pytest.raises(NotFound, match="no disclosure profile"):
            composed(lab, month, profile="theirs")
        (lab.folder / "ours.toml").write_text(OWN.replace("[ours]", "[partner]"))
        with pytest.raises(ConfigError, match="renames what partner means"):
            sam.counted_by()
        (lab.folder / "ours.toml").unlink()
        with pytest.raises(BadInput, match="cannot be read as profiles"):
            composed(lab, month, profile="cautious")


def test_what_there_is_none_of_is_refused(house, month):
    sam = house.seat("sam")
    assert "monthly" in sam.report_kinds()
    with pytest.raises(NotFound):
        sam.report_composed("yearly", period=(month, month), told=TOLD)
    with pytest.raises(BadInput):
        sam.report_composed("monthly", period=(month, month), told={})


def test_a_cut_of_another_day_is_refused_and_the_running_month_says_so(house, month):
    sam = house.seat("sam")
    for cut in ("2000-01-01", "2999-01-01"):
        with pytest.raises(BadInput, match="the data are of today"):
            told = {**TOLD, "cut": cut}
            sam.report_composed("monthly", period=(month, month), told=told)
    report = composed(house, month, profile="internal", scheme="iccam")

    assert "unfinished month, to " in report.title
    assert dict(report.facts)["Categories"].startswith("iccam, version ")
    severity = next(s for s in report.sections if s.name == "severity")
    rows = {row[0]: row[1] for row in severity.tables[0].rows}
    assert "not_illegal" not in rows
    assert sum(n for name, n in rows.items() if name != "all") == rows["all"] == 4


def test_the_manifest_that_leaves_says_what_the_report_was_made_from(house, month):
    import json

    sam, ben = own_profile(house).seat("sam"), house.seat("ben")
    told = {**TOLD, "revised": "a drawn picture was counted twice"}
    report = sam.report_composed(
        "monthly", period=(month, month), told=told, profile="ours"
    )
    files = sam.report_files(report, ["csv", "json"])
    with pytest.raises(BadInput, match="says why"):
        sam.report_ask("R1", report, files)
    asked = sam.report_ask("R1", report, files, revised=True)
    ben.report_approve(asked["id"], digest=asked["digest"])
    left = sam.report_publish(asked["id"])
    manifest = json.loads((left.folder / "manifest.json").read_text())

    assert {**manifest, **report.described} == manifest
    assert manifest["scheme"]["name"] == "uk_2014"
    assert manifest["profile"]["threshold"] == 2
    assert manifest["revised"] == "a drawn picture was counted twice"
    assert set(manifest["files"]) == {f"{report.name}.csv", f"{report.name}.json"}
