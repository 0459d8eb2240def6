"""What leaves as numbers: by four eyes, held against all that left, entered once."""

import json
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))  # composing.py

from composing import FORMS, approved, published, report, with_publishers

from iwflab import Lab
from iwflab.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    NotYours,
    RequestReused,
    StoreError,
    Tampered,
)
from iwflab.lab import publishing as of_lab
from iwflab.statistics.disclosure import (
    ALL,
    Entry,
    Outcome,
    Published,
    Verdict,
    profile,
    profiles,
    release_from,
)
from iwflab.statistics.disclosure.tables import Shown
from iwflab.statistics.queries import query_from
from iwflab.workflow import publishing
from iwflab.workflow.publishing import asking

HOUR = 3_600_000_000


@pytest.fixture
def house(new_lab):
    """A lab without media, with sam who makes statistics."""
    return with_publishers(new_lab())


@pytest.fixture
def sam(house):
    return house.seat("sam")


@pytest.fixture
def ben(house):
    return house.seat("ben")


def lying(house):
    """Every folder and file among the reports, but the lock."""
    place = house.folder / "reports"
    return sorted(one.name for one in place.iterdir() if one.name != ".lock")


def rows(house, name):
    return house._store.rows(sa.text(f'SELECT * FROM "{name}" ORDER BY entry, id'))


def refused(call, words, *args, error=NotAllowed, **more):
    with pytest.raises(error, match=words) as fault:
        call(*args, **more)
    assert fault.value.advice


# -- the way ---------------------------------------------------------------------------
def test_what_was_asked_for_leaves_byte_by_byte(house, sam, ben):
    asked = sam.report_ask("R1", report([20, 30], [3, 20, 40]), FORMS)
    assert asked["state"] == "waiting"
    shown = ben.report_asked(asked["id"])
    assert [one["name"] for one in shown["tables"]] == ["by a", "by b"]
    assert ["a0", "[c]"] in shown["tables"][1]["cells"]
    previews = {name: ben.report_file(asked["id"], name) for name in shown["files"]}
    assert previews == {f: sam.report_file(asked["id"], f) for f in shown["files"]}
    ben.report_approve(asked["id"], digest=shown["digest"])
    left = sam.report_publish(asked["id"])

    lies = {file.name: file.read_bytes() for file in left.folder.iterdir()}
    assert lies == previews
    assert {f"monthly.{form}": content for form, content in FORMS.items()} == {
        name: content for name, content in lies.items() if name != "manifest.json"
    }
    assert left.problem == ""
    assert house.reports() == [left]
    assert lying(house) == ["R1"]
    assert sam.report_asked(asked["id"])["state"] == "used"
    assert sam.report_file(asked["id"], "monthly.csv") == FORMS["csv"]
    assert house.verify() == []


def test_the_ledger_holds_the_release_and_the_record_of_each_table(house):
    left = published(house, made=report([20, 30], [3, 20, 40]))
    (row,) = rows(house, "statistical_release")
    release = release_from(row["entries"])
    records = rows(house, "statistical_output")

    assert (row["name"], row["report"], row["cut"]) == ("R1", "monthly", "2026-01-31")
    assert row["profile"] == "partner"
    assert row["digest"] == release.digest
    assert release.entries == report([20, 30], [3, 20, 40]).entries
    manifest = (left.folder / "manifest.json").read_bytes()
    assert row["manifest_sha256"] == sha256(manifest).hexdigest()
    assert json.loads(manifest)["shown_sha256"] == row["digest"]
    said = [
        (one["name"], one["outcome"], one["made_by"], one["approved_by"])
        for one in sorted(records, key=lambda one: one["name"])
    ]
    assert said == [("by a", "pass", "sam", "ben"), ("by b", "pass", "sam", "ben")]
    assert [one["exception_asked"] for one in records] == ["", ""]
    with pytest.raises(StoreError):  # nothing is ever taken back
        with house._store.act("x", "y", analyst="sam") as act:
            act.connection.execute(sa.text("DELETE FROM statistical_output"))


def test_nothing_of_people_or_of_what_is_hidden_is_in_the_manifest(house):
    published(house, made=report([20, 30]))
    left = published(
        house,
        "R2",
        made=report([20, 31], cut="2026-02-28"),
        exceptions={"by a": "the board asked for it"},
    )
    text = (left.folder / "manifest.json").read_text()
    for word in ("sam", "ben", "board", "hidden", "small", "review"):
        assert word not in text
    assert house.reports()[1].tables[0]["exception_asked"] == "the board asked for it"
    assert house.reports()[1].tables[0]["asked_by"] == "sam"


def test_files_are_for_the_owner_only(house, sam):
    sam.report_ask("R1", report([20, 30]), FORMS)
    published(house, "R2", report([20, 30]))
    for place in (house.folder / "reports").iterdir():
        if place.name == ".lock":
            continue
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()}
        assert modes == {0o400}


# -- two people ------------------------------------------------------------------------
def test_nobody_approves_their_own_request_whatever_their_roles(house, sam):
    house.account_role("sam", ["statistician", "qa_officer", "senior_analyst"])
    asked = sam.report_ask("R1", report([20, 30]), FORMS)
    refused(sam.report_approve, "your own request", asked["id"], digest=asked["digest"])
    refused(sam.report_publish, "nobody has approved", asked["id"])
    assert house.reports() == []
    assert house.seat("ann").report_approve(asked["id"], digest=asked["digest"])
    assert sam.report_publish(asked["id"]).name == "R1"


def test_the_digest_of_something_else_approves_nothing(sam, ben):
    one = sam.report_ask("R1", report([20, 30]), FORMS)
    two = sam.report_ask("R2", report([20, 30]), {**FORMS, "csv": b"a,b\r\n"})
    assert one["digest"] != two["digest"]
    for digest in (two["digest"], "", one["digest"][:11]):
        refused(ben.report_approve, "digest", one["id"], digest=digest)
    ben.report_approve(one["id"], digest=one["digest"][:12])


def test_who_lost_the_role_approves_nothing_any_more(house, sam):
    key = approved(house)
    house.account_role("ben", ["assessor"])
    refused(sam.report_publish, "no role to do so any more", key)
    assert (house.reports(), rows(house, "statistical_release")) == ([], [])


def test_what_was_refused_withdrawn_or_expired_does_not_leave(house, sam, ben):
    one, two, three = (
        sam.report_ask(name, report([20, 30]), {"csv": name.encode()})["id"]
        for name in ("R1", "R2", "R3")
    )
    assert len(lying(house)) == 3
    ben.report_refuse(one, reason="the title is wrong")
    sam.report_withdraw(two)
    refused(sam.report_publish, "was refused", one)
    refused(sam.report_publish, "was withdrawn", two)
    now = house._store.clock
    house._store.clock = lambda: now() + 25 * HOUR
    refused(sam.report_publish, "nobody has approved|expired", three)
    states = {row["name"]: row["state"] for row in sam.report_requests()}
    assert states == {"R1": "refused", "R2": "withdrawn", "R3": "expired"}
    # What was laid aside for them goes when the next one is asked for.
    sam.report_ask("R4", report([20, 30]), FORMS)
    assert [name.split(".")[0] for name in lying(house)] == ["R4"]
    refused(sam.report_file, "settled", one, "monthly.csv")


def test_retries_do_nothing_twice(house, sam, ben):
    made = report([20, 30])
    one = sam.report_ask("R1", made, FORMS, request="a")
    assert sam.report_ask("R1", made, FORMS, request="a")["id"] == one["id"]
    refused(
        sam.report_ask,
        "another report",
        "R2",
        made,
        FORMS,
        request="a",
        error=RequestReused,
    )
    for _ in range(2):
        ben.report_approve(one["id"], digest=one["digest"], request="b")
    left = sam.report_publish(one["id"], request="c")
    assert sam.report_publish(one["id"], request="c") == left
    assert sam.report_ask("R1", made, FORMS, request="a")["state"] == "used"
    refused(sam.report_publish, "left already", one["id"], request="d", error=BadInput)
    assert len(rows(house, "statistical_release")) == 1


def test_a_name_is_used_once(house, sam):
    first, second = approved(house), approved(house, forms={"csv": b"other\r\n"})
    sam.report_publish(first)
    assert sam.report_asked(second)["state"] == "void"
    assert sam.report_asked(second)["why"] == ["a release called R1 left already"]
    refused(sam.report_publish, "left already", second, error=BadInput)
    refused(
        sam.report_ask, "left already", "R1", report([20, 30]), FORMS, error=BadInput
    )


@pytest.mark.parametrize(
    ("name", "made", "forms", "words"),
    [
        ("../R", report([20, 30]), FORMS, "cannot be called"),
        ("R.asked-1", report([20, 30]), FORMS, "cannot be called"),
        ("R", report([20, 30], cut="January"), FORMS, "no day"),
        ("R", report(), FORMS, "no table"),
        ("R", report([20, 30]), {}, "without a file"),
        ("R", report([20, 30]), {"../x": b"1"}, "no form"),
        ("R", report([20, 30]), {"csv": b""}, "no form"),
    ],
)
def test_what_is_not_whole_is_not_asked_for(house, name, made, forms, words):
    ask = house.seat("sam").report_ask
    refused(ask, words, name, made, forms, error=BadInput)
    assert (lying(house), rows(house, "four_eyes_request")) == ([], [])


# -- the ledger ------------------------------------------------------------------------
def test_what_subtraction_would_tell_is_not_asked_for_without_an_exception(house, sam):
    published(house, made=report([20, 30]))
    told = report([22, 30], [60, 70], cut="2026-02-28")
    refused(sam.report_ask, "by a .fail: .*2-2 media added", "R2", told, FORMS)
    refused(*(sam.report_ask, "by a", "R2", told, FORMS), exceptions={"by a": "  "})
    refused(
        *(sam.report_ask, "what is no table", "R2", told, FORMS),
        exceptions={"by z": "x"},
        error=BadInput,
    )
    refused(
        *(sam.report_ask, "has passed", "R2", told, FORMS),
        exceptions={"by a": "x", "by b": "x"},
        error=BadInput,
    )
    assert lying(house) == ["R1"]
    left = published(house, "R2", told, exceptions={"by a": "of old cases"})
    kept = {
        one["name"]: (one["outcome"], one["exception_asked"]) for one in left.tables
    }
    assert kept == {"by a": ("fail", "of old cases"), "by b": ("pass", "")}
    # What was told by it is not held against what comes after.
    published(house, "R3", report([22, 39], cut="2026-03-31"))
    assert house.verify() == []


def test_it_is_held_against_the_ledger_once_more_before_it_leaves(house, sam, ben):
    """February passes alone; January leaves first, and February would tell two."""
    february = approved(house, "February", report([22, 30], cut="2026-02-28"))
    other = approved(house, "other", report([15, 30], cut="2026-02-28"))
    published(house, "January", report([20, 30]))

    asked = ben.report_asked(february)
    assert asked["state"] == "void"
    assert "by a is now fail: " in asked["why"][0]
    assert "all: 2-2 media added" in asked["why"][0]
    refused(sam.report_publish, "void: since then others left", february)
    waiting = sam.report_ask(
        *("late", report([22, 30], cut="2026-02-28"), FORMS),
        exceptions={"by a": "of old cases"},
    )
    assert waiting["state"] == "waiting"
    assert [one.name for one in house.reports()] == ["January"]
    assert house.verify() == []
    (why,) = sam.report_asked(other)["why"]
    assert "by a is now review" in why  # it fell


def test_what_grew_without_telling_voids_nothing(house, sam):
    february = approved(house, "February", report([29, 30], cut="2026-02-28"))
    published(house, "January", report([20, 30]))
    assert sam.report_publish(february).cut == "2026-02-28"


def test_a_release_in_the_last_moment_is_seen_under_the_write_lock(
    house, sam, monkeypatch
):
    february = approved(house, "February", report([22, 30], cut="2026-02-28"))
    january = approved(house, "January", report([20, 30]))
    honest = publishing.write_files

    def meanwhile(place, files):
        honest(place, files)
        if place.name.startswith("February"):
            _enter_elsewhere(house, january)

    monkeypatch.setattr(publishing, "write_files", meanwhile)
    refused(sam.report_publish, "void: since then others left", february)
    names = [row["name"] for row in rows(house, "statistical_release")]
    assert names == ["January"]


def _enter_elsewhere(house, key):
    """Enter a release as another machine with the same store does it."""
    from iwflab.workflow import four_eyes

    asked = four_eyes.one(house._store, "statistics", key)
    agreed = {"requested_by": "sam", "approved_by": "ben"}
    with house._store.act("publish statistics", "x", analyst="sam") as act:
        publishing._enter(act, "f" * 16, asked.payload, agreed)


def test_nobody_waits_for_what_is_weighed(house, sam, ben, monkeypatch):
    """Answers weigh before the store is locked; a list weighs a request once."""
    made = {
        name: sam.report_ask(name, report([29, 30], cut="2026-02-28"), {"csv": b"x"})
        for name in ("R1", "R2", "R3")
    }
    published(house, "January", report([20, 30]))
    honest, locked = asking.weigh, []

    def weighing(*args):
        locked.append(getattr(house._store._here, "act", None) is not None)
        return honest(*args)

    monkeypatch.setattr(asking, "weigh", weighing)
    ben.report_refuse(made["R2"]["id"], reason="a title")
    sam.report_withdraw(made["R3"]["id"])
    assert locked == []
    ben.report_approve(made["R1"]["id"], digest=made["R1"]["digest"])
    assert locked == [False]
    for _ in range(2):
        assert sam.report_requests()[0]["name"] == "January"
        assert {one["state"] for one in sam.report_requests()} >= {"approved"}
    assert locked == [False]


def test_an_answer_sees_what_left_after_it_was_weighed(house, sam):
    from iwflab.workflow import four_eyes

    key = sam.report_ask("February", report([22, 30], cut="2026-02-28"), FORMS)["id"]
    january = approved(house, "January", report([20, 30]))
    payload = four_eyes.one(house._store, "statistics", key).payload
    now = publishing.ready(house._store, house.folder / "reports", payload)
    assert publishing.changes(payload, now(payload)) == []
    _enter_elsewhere(house, january)
    assert "now fail" in publishing.changes(payload, now(payload))[0]


def test_a_correction_is_a_new_release(house, sam):
    published(house, made=report([20, 30]))
    corrected = report([40, 21])
    refused(sam.report_ask, "was a count revised", "R1b", corrected, FORMS)
    for made, said in ((corrected, True), (replace(corrected, revised="x"), False)):
        with pytest.raises(BadInput, match="says why"):
            sam.report_ask("R1b", made, FORMS, revised=said)
    corrected = replace(corrected, revised="twenty were counted twice")
    left = published(house, "R1b", corrected, revised=True)

    assert left.revised
    assert [one.name for one in house.reports()] == ["R1", "R1b"]
    assert len(rows(house, "statistical_release")) == 2
    manifest = json.loads((left.folder / "manifest.json").read_text())
    assert manifest["revised"] == "twenty were counted twice"
    assert manifest["period"] == ["2026-01-01", "2026-01-31"]


# -- the rules that tables claim -------------------------------------------------------
def test_nothing_leaves_under_a_profile_that_is_open(house, sam):
    made = report([20, 30], rule=profile("internal"))
    for why in ({}, {"by a": "the board asked for it"}):
        refused(
            *(sam.report_ask, "leaves under the profile 'internal'", "R1", made, FORMS),
            exceptions=why,
        )
    assert (lying(house), rows(house, "four_eyes_request")) == ([], [])


def test_a_profile_is_the_one_of_its_name(house, sam):
    weak = replace(profile("cautious"), threshold=2, width=2)
    for rule in (weak, replace(weak, name="ours")):
        made = report([20, 30], rule=rule)
        refused(
            *(sam.report_ask, "is not the one of that name", "R1", made, FORMS),
            error=BadInput,
        )


def test_a_profile_that_changed_since_voids_what_was_asked_under_it(
    house, sam, monkeypatch
):
    key = approved(house)
    known = {**profiles(), "partner": replace(profile("partner"), threshold=6, width=6)}
    monkeypatch.setattr(of_lab, "profiles_of", lambda *_: known)
    refused(sam.report_publish, "is not the one of that name", key, error=BadInput)
    assert rows(house, "statistical_release") == []


def test_a_verdict_that_somebody_wrote_is_not_believed(house, sam):
    """A cell of one under the cautious profile, with a pass of its own."""
    rule = profile("cautious")
    cells = {
        ("a0",): Shown(1, 1, 1),
        ("a1",): Shown(30, 30, 30),
        (ALL,): Shown(31, 31, 31),
    }
    shown = ("by a", "media", "all", "cautious", ("a",), (("a0", "a1"),), cells)
    forged = Entry(Published(*shown), rule, {}, (), Verdict(Outcome.PASS, "trust me"))
    made = replace(report([20, 30]), entries=(forged,))
    refused(sam.report_ask, "by a .fail: a0 shows 1", "R1", made, FORMS)


# -- files that change, crashes --------------------------------------------------------
def _spoil(file, content):
    file.chmod(0o600)
    file.write_bytes(content)


def test_a_file_laid_aside_that_changed_does_not_leave(house, sam, ben):
    key = approved(house)
    (aside,) = (house.folder / "reports").glob("R1.asked-*")
    _spoil(aside / "monthly.csv", b"a,m\r\n")

    assert ben.report_asked(key)["state"] == "void"
    assert ben.report_asked(key)["why"] == [
        "monthly.csv is not the file that was asked for"
    ]
    refused(ben.report_file, "not the file", key, "monthly.csv", error=Tampered)
    refused(sam.report_publish, "monthly.csv is not the file", key)
    refused(ben.report_file, "no file is called", key, "x.csv", error=NotFound)
    assert rows(house, "statistical_release") == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: _spoil(folder / "monthly.csv", b"x"), "monthly.csv is not"),
        (lambda folder: _spoil(folder / "manifest.json", b"{}"), "its manifest"),
        (lambda folder: (folder / "monthly.pdf").unlink(), "monthly.pdf is not"),
        (lambda folder: (folder / "more.csv").write_bytes(b"x"), "more.csv is not"),
        (lambda folder: (folder / "more").mkdir(), "more is not"),
        (lambda folder: folder.rename(folder.with_name("R9")), "never entered"),
    ],
)
def test_a_report_that_was_changed_is_a_finding(house, spoil, words):
    left = published(house)
    assert house.verify() == []
    spoil(left.folder)
    (listed,) = house.reports()
    said = [finding.problem for finding in house.verify()]

    assert listed.problem
    assert any(words in one for one in said)


def test_a_folder_that_was_never_entered_is_not_written_over(house, sam):
    key = approved(house)
    (house.folder / "reports" / "R1").mkdir()
    refused(sam.report_publish, "never entered", key, error=BadInput)
    assert any("never entered" in one.problem for one in house.verify())
    (house.folder / "reports" / "R1").rmdir()
    assert sam.report_publish(key).problem == ""


def test_a_crash_before_the_entry_leaves_nothing_that_counts(house, sam, monkeypatch):
    key = approved(house)

    def crash(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_enter", crash)
        with pytest.raises(KeyboardInterrupt):
            sam.report_publish(key)
    assert "R1.unfinished" in lying(house)
    assert house.reports() == []
    assert "R1.unfinished" not in lying(house)
    assert sam.report_asked(key)["state"] == "approved"  # nothing was used up
    assert sam.report_publish(key).problem == ""


def test_a_crash_after_the_entry_is_finished(house, sam, monkeypatch):
    key = approved(house)

    def crash(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "into_place", crash)
        with pytest.raises(KeyboardInterrupt):
            sam.report_publish(key, request="q")
    assert house.verify() == []  # it finishes what was entered
    (left,) = house.reports()
    assert (left.name, left.problem) == ("R1", "")
    assert sam.report_publish(key, request="q") == left
    assert lying(house) == ["R1"]


STEPS = 46  # two reports, each asked for, approved, published: waits of publisher.py
POINTS = [
    pytest.param(range(5, STEPS, 8), id="some"),
    pytest.param(range(STEPS), id="every", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("points", POINTS)
def test_killed_at_any_step_no_report_is_without_its_entry(new_lab, points, figure):
    lab = with_publishers(new_lab())
    folder = lab.folder
    lab.close()
    heard, between = set(), 0
    for point in points:
        said, last = _killed(folder, point)
        heard |= said
        with Lab.open(folder) as again:
            between += any(".unfinished" in name for name in lying(again))
            left = again.reports()
            names = {one.name for one in left}
            assert heard <= names, last  # nothing that was acknowledged is lost
            assert [one.problem for one in left if one.problem] == []
            settled = {name for name in lying(again) if ".asked-" not in name}
            assert settled == names, last
            assert again.verify() == [], last
            asked = again.seat("sam").report_requests()
            assert {one["name"] for one in asked if one["state"] == "used"} == names
    assert heard
    assert between > 1  # folders were left half made, or entered and not yet named
    figure("publisher killed", f"{len(points)} kills, {len(names)} reports, 0 lost")


def _killed(folder, point):
    """Start a publisher, kill it at its nth wait; give what left, and where it was."""
    script = Path(__file__).with_name("publisher.py")
    command = [sys.executable, script, folder, str(point)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        said = [process.stdout.readline().strip()]
        for _ in range(point):
            process.stdin.write("\n")
            process.stdin.flush()
            said.append(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
    assert said[-1], "it ended before its step"
    return {line.split()[1] for line in said if line.startswith("left ")}, said[-1]


# -- backups, queries --------------------------------------------------------------------
def test_a_backup_holds_what_left_and_what_waits(house, sam, tmp_path):
    left = published(house)
    waiting = approved(house, "R2", report([29, 40], cut="2026-02-28"))
    house.backup(tmp_path / "backup")
    assert Lab.check_backup(tmp_path / "backup") == []
    Lab.restore(tmp_path / "backup", tmp_path / "again")
    with Lab.open(tmp_path / "again") as brought:
        (again,) = brought.reports()
        assert (again.name, again.problem) == ("R1", "")
        assert {f.name for f in again.folder.iterdir()} == {
            f.name for f in left.folder.iterdir()
        }
        assert brought.seat("sam").report_publish(waiting).name == "R2"
        assert brought.verify() == []


def test_queries_are_kept_replaced_and_dropped(house, sam):
    plain = {"unit": "medium", "rows": "code", "filters": {"kind": ["picture"]}}
    one, victims = query_from(plain).plain(), {"unit": "victim", "rows": "sex"}
    sam.save_query("by code", plain, request="a")
    sam.save_query("by code", plain, request="a")
    sam.save_query("a second", victims)
    assert [q["name"] for q in house.seat("ann").queries()] == ["a second", "by code"]
    assert sam.queries()[1]["query"] == one
    sam.save_query(" by code ", {**plain, "cols": "kind"})
    assert sam.queries()[1]["query"]["cols"] == "kind"
    sam.drop_query("by code", request="b")
    sam.drop_query("by code", request="b")
    assert [q["name"] for q in sam.queries()] == ["a second"]
    refused(sam.drop_query, "no query", "by code", error=NotFound)
    sam.save_query("by code", plain)
    assert len(sam.queries()) == 2
    assert len(rows(house, "saved_query")) == 5
    for name, query in ((" ", plain), ("x" * 81, plain), ("x", {"a": {1, 2}})):
        refused(sam.save_query, "query", name, query, error=BadInput)
    with pytest.raises(BadInput) as long:
        sam.save_query("x" * 20_000, plain)
    assert len(str(long.value)) < 200  # not the whole of it back
    refused(
        sam.save_query, "something else", "x", plain, request="a", error=RequestReused
    )
    assert house.verify() == []


def test_a_query_keeps_its_scheme_and_belongs_to_who_saved_it(house, sam):
    plain = {"unit": "medium", "rows": "code"}
    sam.save_query("by code", plain, scheme="uk_sap_2007")
    (kept,) = sam.queries()
    assert (kept["scheme"], kept["saved_by"]) == ("uk_sap_2007", "sam")
    assert kept["version"]
    with pytest.raises(BadInput, match="no such scheme"):
        sam.save_query("other", plain, scheme="no such scheme")
    ann = house.seat("ann")
    refused(ann.save_query, "sam keeps", "by code", plain, error=NotYours)
    refused(ann.drop_query, "sam keeps", "by code", error=NotYours)
    ann.save_query("by code", plain, replace=True)
    assert [q["saved_by"] for q in sam.queries()] == ["ann"]
    sam.drop_query("by code", replace=True)
    assert sam.queries() == []


def test_a_query_that_was_kept_without_a_scheme_says_so(house, sam):
    text = '{"unit": "medium", "rows": "code"}'
    with house._store.act("save query", "query", analyst="sam") as act:
        act.insert("saved_query", name="old", query=text, active=1)
    (kept,) = sam.queries()
    assert (kept["scheme"], kept["version"]) == ("uk_2014", "")
    assert kept["query"] == {"unit": "medium", "rows": "code"}
