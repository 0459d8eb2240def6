"""The commands of schemes: shown, checked, explained, derived anew with resume."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from given import seen

from iwflab.cli import main
from iwflab.workflow import rederiving

ADULT = '"participants=adult_and_child"'


def run(*args, code=0):
    """Run a command in this process: the same entry, without starting Python anew."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):
        patch.setattr(sys, "argv", ["iwflab", "schemes", *map(str, args)])
        main()
    assert left.value.code == code, out.getvalue() + err.getvalue()
    return SimpleNamespace(stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture
def graded(lab):
    """Three records, two of them signed off."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    media = [item["medium"] for item in ann.open_set(3)["items"]]
    kinds = ("posing", "non_penetrative", "penetrative")
    for medium, activity in zip(media, kinds, strict=True):
        ann.grade(medium, seen(activity))
    ben.sign_off([r for r in ben.to_sign_off() if r["medium"] in media[:2]])
    return media


@pytest.fixture
def edited(tmp_path):
    """A copy of uk_2014 in which category B asks for an adult."""
    text = files("iwflab.schemes").joinpath("uk_2014.toml").read_text("utf-8")
    place = tmp_path / "uk_2014.toml"
    changes = {
        '  "activity=non_penetrative",': '  "activity=non_penetrative", ' + ADULT + ",",
        '"activity=none|posing"': '{ any = ["activity=none|posing", { all = ['
        '"activity=non_penetrative", { not = ' + ADULT + " }] }] }",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    place.write_text(text)
    return place


def test_schemes_are_listed_with_templates_and_one_is_shown_with_its_law():
    listed = json.loads(run("show", "--json").stdout)
    assert {row["standing"] for row in listed} == {
        *("in force", "legacy", "research", "template")
    }
    assert "Sentencing Council 2014, Category A" in run("show", "uk_2014").stdout
    assert "Supply from your authority" in run("show", "anvil").stdout
    assert "there are: uk_2014" in run("show", "uk", code=1).stderr


def test_a_proposed_scheme_is_checked_before_it_is_in_force(edited):
    said = run("check", edited, code=1).stderr
    assert "non-penetrative activity: undetermined, not B" in said
    edited.write_text(edited.read_text().replace("activity=penetrative", "activity=x"))
    assert "uk_2014: activity cannot be 'x'" in run("check", edited, code=1).stderr


def test_a_class_is_explained_with_answers_rules_and_law(lab, graded):
    folder = ["--lab", lab.folder]
    (found,) = json.loads(
        run("explain", graded[2], "--scheme", "uk_2014", "--json", *folder).stdout
    )
    assert found["code"] == "A"
    assert found["because"]["activity"] == "penetrative"
    assert found["rules"] == ["category A"]
    assert "penetrative" in found["cites"][0]
    said = run("explain", graded[2], *folder).stdout
    assert "would settle it" in said  # real_child was not answered
    assert "pubertal" in said


def test_what_edited_rules_would_alter_is_told_and_nothing_is_written(
    lab, graded, edited
):
    before = lab.trail()
    folder = ["--lab", lab.folder]
    assert "0 change" in run("rederive", "--dry-run", *folder).stdout

    found = json.loads(
        run("rederive", "--dry-run", "--with", edited, "--json", *folder, code=1).stdout
    )
    assert found == {
        "records": 3,
        "same": 5,
        "changed": 1,
        "moves": [
            {"scheme": "uk_2014", "before": "B", "now": "undetermined"} | {"records": 1}
        ],
        "other_version": 0,
        "versions": [],
    }
    assert len(lab.trail()) == len(before)
    assert "--dry-run" in run("rederive", *folder, code=1).stderr


def test_what_stays_but_was_signed_under_another_version_is_counted_and_named(
    lab, graded, tmp_path
):
    """A release refuses it: the class is the same, the rules behind it are not."""
    text = files("iwflab.schemes").joinpath("uk_2014.toml").read_text("utf-8")
    now = re.search('^version = "(.*)"$', text, re.MULTILINE)[1]
    newer, report = tmp_path / "uk_2014.toml", tmp_path / "report.jsonl"
    newer.write_text(text.replace(f'version = "{now}"', 'version = "2031.1"', 1))
    ask = ["rederive", "--dry-run", "--with", newer, "--lab", lab.folder]
    said = run(*ask).stdout
    assert "0 change" in said
    assert "2 signed classes of another version stay: not released until" in said
    assert [name in said for name in graded] == [True, True, False]  # signed: two
    found = json.loads(run(*ask, "--json", "--report", report).stdout)
    versions = [{"scheme": "uk_2014", "signed": now, "now": "2031.1", "sign_offs": 2}]
    assert (found["other_version"], found["versions"]) == (2, versions)
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    named = [one["medium"] for one in lines if "version_signed" in one]
    assert sorted(named) == sorted(graded[:2])
    # In force as it was signed: nothing to tell.
    assert "another version" not in run("rederive", "--dry-run", *ask[4:]).stdout
    # Gone on with after a stop, the same is counted.
    whole = report.read_bytes().splitlines(keepends=True)
    report.write_bytes(b"".join(whole[:-1]))
    again = json.loads(run(*ask, "--json", "--report", report).stdout)
    assert again == found


def _again(lab, report, edited, seed):
    """Run it in a process of its own: what it compares must not be of one process."""
    start = Path(sys.executable).with_name("iwflab")
    command = [start, "schemes", "rederive", "--dry-run"]
    more = ["--with", edited, "--report", report, "--json", "--lab", lab.folder]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        [*command, *map(str, more)], capture_output=True, text=True, env=environment
    )


def test_a_stopped_run_goes_on_from_its_report(
    lab, graded, edited, tmp_path, monkeypatch
):
    """Cut in the middle of a line, as a killed one is."""
    report = tmp_path / "changes.jsonl"
    ask = ["rederive", "--dry-run", "--with", edited, "--report", report]
    some = rederiving.standing_records
    monkeypatch.setattr(
        rederiving, "standing_records", lambda s, after: some(s, after=after, most=1)
    )
    run(*ask, "--lab", lab.folder, code=1)
    whole = report.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) == 6  # the head, three parts, one change, the end
    report.write_bytes(b"".join(lines[:2]) + lines[2][:9])

    done = _again(lab, report, edited, "7")
    assert done.returncode == 1, done.stderr
    found = [json.loads(line) for line in report.read_text().splitlines()]
    assert json.loads(done.stdout)["records"] == 3
    assert [one for one in found if "scheme" in one] == [
        json.loads(line) for line in lines if b'"scheme"' in line
    ]
    assert found[:2] == [json.loads(line) for line in lines[:2]]
    assert found[-1] == {"done": 3}
    assert "finished" in _again(lab, report, edited, "8").stderr


def test_no_other_file_is_taken_for_a_report(lab, graded, tmp_path):
    ask = ["rederive", "--dry-run", "--lab", lab.folder, "--report"]
    for name, content in (
        ("a.db", b"SQLite format 3\0"),
        ("n", b"5\n"),
        ("j", b"{}\n"),
    ):
        other = tmp_path / name
        other.write_bytes(content)
        assert "no report of rederive" in run(*ask, other, code=1).stderr
        assert other.read_bytes() == content
    before = (lab.folder / "lab.toml").read_bytes()
    assert "inside the lab" in run(*ask, lab.folder / "lab.toml", code=1).stderr
    assert (lab.folder / "lab.toml").read_bytes() == before
    (tmp_path / "link").symlink_to(tmp_path / "a.db")
    run(*ask, tmp_path / "link", code=1)
    run(*ask, tmp_path / "new")
    assert "finished" in run(*ask, tmp_path / "new", code=1).stderr
