"""The walk on the command line, as a person types it."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from given import own_profile, seen

from iwflab.cli import main
from iwflab.errors import ConfigError
from iwflab.exchange import FORMATS
from iwflab.lab import Lab
from iwflab.schemes import tags
from tests.cli.here import here

COMMAND = Path(sys.executable).with_name("iwflab")
AS_BEN = (
    "import iwflab.cli.printing as p; p.operating_system_user = lambda: 'ben';"
    "from iwflab.cli import main; main()"
)


def _run(*args, fails=0, as_ben=False, **more):
    start = [sys.executable, "-c", AS_BEN] if as_ben else [COMMAND]
    done = subprocess.run([*start, *args], capture_output=True, text=True, **more)
    assert done.returncode == fails, done.stdout + done.stderr
    return done


def _four_eyes(where):
    """The founder asks, ben approves what he was shown, the founder makes it."""
    why = ("--recipient", "a list service", "--purpose", "testing")
    asked = json.loads(here("release", "request", "R1", *why, *where, "--json").stdout)
    own = ("release", "approve", asked["id"], "--digest", asked["digest"], *where)
    assert "your own request" in here(*own, fails=1).stderr
    early = here("release", "make", asked["id"], *where, fails=1)
    assert "nobody has approved" in early.stderr
    shown = here("release", "show", asked["id"], *where, who="ben").stdout
    assert asked["digest"] in shown
    here(*own, who="ben")
    assert (
        "your roles"
        in here("release", "make", asked["id"], *where, who="ben", fails=1).stderr
    )
    here("release", "make", asked["id"], *where)
    assert "used" in here("release", "show", *where).stdout


def test_one_medium_walks_the_whole_way_on_the_command_line(tmp_path, drawn):
    lab = str(tmp_path / "lab")
    heads = str(tmp_path / "heads")
    where = ("--lab", lab)
    _run("init", *where, "--head-folder", heads)
    custody = ("--case", "C1", "--exhibit", "E1", "--purpose", "test")
    taken = _run("intake", str(drawn), *where, *custody, "--authority", "none")
    assert "8 files: 8 new copies" in taken.stdout
    assert "left" in taken.stderr or "MB" in taken.stderr
    again = here(
        "intake", str(drawn), *where, *custody, "--authority", "none", "--json"
    )
    assert json.loads(again.stdout)["new_copies"] == 0

    queue = json.loads(_run("queue", *where, "--json").stdout)
    medium, other, *_ = (r["medium"] for r in queue if r["state"] == "complete")
    gates = ("form=photograph", "child_present=yes", "indecent=yes", "sadism=no")
    gates += ("animal=no", "activity=posing")
    elements = [word for pair in gates for word in ("--element", pair)]
    graded = _run(
        *("grade", medium, *where, *elements, "--child", "age_band=7-10,sex=girl"),
        *("--child", "age_band=3-6,sex=boy,age_min=4,age_max=5"),
        *("--tag", "location_clue=present"),
    )
    assert "uk_2014: C" in graded.stdout
    assert "uk_sap_2007: 1" in graded.stdout
    here("grade", other, *where, *elements)
    assert other in here("undo", *where).stdout
    assert medium in here("sign-off", *where).stdout
    refused = _run("sign-off", medium, *where, fails=1)
    assert "another person" in refused.stderr
    roles = ("--role", "qa_officer", "--no-password", "--os-user")
    assert "no open account" in here("queue", *where, who="ben", fails=1).stderr
    here("account", "add", "ben", *roles, *where)
    said = _run("sign-off", "--all", *where, "--json", as_ben=True)
    assert [row["medium"] for row in json.loads(said.stdout)] == [medium]
    _four_eyes(where)
    (listed,) = json.loads(here("release", "list", *where, "--json").stdout)
    assert listed["counts"] == {"C": 1}
    (entry,) = FORMATS["csv"].load((Path(listed["folder"]) / "hashes.csv").read_bytes())
    row = json.loads(here("show", medium, *where).stdout)
    assert entry.sha256 == row["sha256"]
    table = here("report", "victims", "--unit", "child_appearance", *where).stdout
    assert "base: 2" in table
    assert "not counted" in table
    chart = tmp_path / "chart.svg"
    here("report", "--unit", "medium", "--chart", str(chart), *where)
    assert chart.read_text().startswith("<svg")
    assert "agree" in _run("verify", *where, "--read-data").stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("queue",), 2, "IWFLAB_LAB"),
        (("queue", "--lab", "nowhere"), 1, "iwflab init"),
        (("intake", "."), 2, "--case"),
        (("report", "--lab", "x"), 2, "--unit"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_wrong_usage_is_answered_with_advice(tmp_path, monkeypatch, args, code, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IWFLAB_LAB", raising=False)
    assert words in here(*args, fails=code).stderr


def test_settings_that_cannot_work_are_refused(tmp_path):
    lab = tmp_path / "lab"
    here("init", "--lab", str(lab), "--head-folder", str(tmp_path / "heads"))
    inside = here(
        "init",
        "--lab",
        str(tmp_path / "b"),
        "--head-folder",
        str(tmp_path / "b/h"),
        fails=1,
    )
    assert "outside" in inside.stderr
    settings = lab / "lab.toml"
    good = settings.read_text()
    for bad, words in (
        (good.replace('undo = "z"', 'undo = "c"'), "clash"),
        (good.replace("workers = 2", "workers = 0"), "workers"),
        (good + "\n[colours]\nred = 1\n", "unknown settings"),
        (good.replace("workers = 2", "workers = "), "TOML"),
    ):
        settings.write_text(bad)
        assert words in here("queue", "--lab", str(lab), fails=1).stderr
    settings.write_text(good)
    here("queue", "--lab", str(lab))


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("uk_2041", "did you mean uk_2014"),
        ("COPINE", "there are: uk_2014"),
        ("uk_vics", "is a template"),
    ],
)
def test_a_scheme_that_is_asked_for_and_is_not_there_is_said_at_once(
    tmp_path, named, words
):
    lab = tmp_path / "lab"
    heads = ("--head-folder", str(tmp_path / "heads"))
    here("init", "--lab", str(lab), *heads)
    settings = lab / "lab.toml"
    good = settings.read_text()
    settings.write_text(
        good.replace('asked_schemes = ["uk_2014"', f'asked_schemes = ["{named}"')
    )
    for command in ("queue", "serve", "doctor"):
        said = here(command, "--lab", str(lab), fails=1).stderr
        assert f"asked_schemes names '{named}'" in said
        assert words in said
    with pytest.raises(ConfigError, match=named):
        Lab.create(tmp_path / "b", head_folder=heads[1], asked_schemes=[named])
    assert not (tmp_path / "b").exists()
    settings.write_text(good.replace('"uk_s62"', '"copine"'))  # one that is not ours
    here("queue", "--lab", str(lab))


def test_the_labs_own_keys_win_over_a_key_of_a_newer_release(tmp_path):
    lab = tmp_path / "lab"
    here("init", "--lab", str(lab), "--head-folder", str(tmp_path / "heads"))
    settings = lab / "lab.toml"
    before, keys = settings.read_text().split("[keys]\n")
    older = "".join(
        line
        for line in keys.splitlines(keepends=True)
        if not line.startswith(("undo", "lens", "filter"))
    )
    # As an older release wrote it: no lens, no filter; undo was given their keys.
    settings.write_text(f'{before}[keys]\n{older}undo = "L"\n')
    with Lab.open(lab) as opened:
        bound = opened.settings.keys
        assert (bound["undo"], bound["lens"], bound["filter"]) == ("L", "", "/")
        assert opened.settings.unbound == ["lens"]
        assert opened.desk()["keys"]["lens"] == ""
    said = here("doctor", "--lab", str(lab)).stderr
    assert "leaves these acts without a key, the palette has them: lens" in said
    assert "without a key" not in here("doctor").stderr

    # The key of a tag is no clash, the act wins; but it is said, and shown nowhere.
    tag = next(tag for tag in tags().values() if tag.key)
    settings.write_text(f'{before}[keys]\n{older}undo = "{tag.key.upper()}"\n')
    said = here("doctor", "--lab", str(lab)).stderr
    assert f"the key of the tag {tag.code} is that of undo here" in said
    with Lab.open(lab) as opened:
        (told,) = [one for one in opened.desk()["tags"] if one["code"] == tag.code]
        assert (told["key"], told["taken"]) == ("", "undo")

    # A clash within the lab's own map stays refused; so is a desk that cannot be blanked.
    for own, words in (
        ('undo = "c"\n', "clash: 'c'"),
        ('undo = "C"\n', "clash: 'c'"),
        ('undo = "4"\n', "clash: '4'"),
    ):
        settings.write_text(f"{before}[keys]\n{older}{own}")
        assert words in here("queue", "--lab", str(lab), fails=1).stderr
    without = re.sub("^blank = .*\n", "", older, flags=re.MULTILINE)
    settings.write_text(f'{before}[keys]\n{without}undo = "Escape"\n')
    assert "blank has no key" in here("queue", "--lab", str(lab), fails=1).stderr


def test_files_are_hashed_without_a_lab(drawn):
    lines = _run("hash", str(drawn)).stdout.splitlines()
    found = [json.loads(line) for line in lines]

    assert len(found) == 8
    assert {f["state"] for f in found} == {"complete", "refused"}
    assert all(len(f["sha256"]) == 64 for f in found)
    assert here("hash", str(drawn), "--trusted").stdout.splitlines() == lines
    table = list(
        csv.DictReader(here("hash", str(drawn), "--as", "csv").stdout.splitlines())
    )
    pdq = {
        h["variant"]: h["value"] for h in found[0]["hashes"] if h["algorithm"] == "pdq"
    }
    assert [row["sha256"] for row in table] == [f["sha256"] for f in found]
    assert (table[0]["pdq"], table[0]["pdq_512nn"]) == (pdq["full"], pdq["512nn"])


def test_names_of_files_come_on_stdin(drawn):
    names = sorted(str(path) for path in drawn.iterdir() if path.is_file())
    for end, option in (("\n", ()), ("\0", ("--null",))):
        said = _run("hash", "-", *option, input=end.join(names)).stdout
        assert len(said.splitlines()) == len(names)
    assert "stdin" in _run("hash", fails=2).stderr


def test_the_schemes_and_tags_are_shown_and_checked():
    assert "agree" in here("schemes", "check").stdout
    assert "uk_2014" in here("schemes", "show").stdout
    assert "self_generated" in here("tags").stdout


def test_the_doctor_names_every_layer():
    layers = json.loads(_run("doctor", "--json").stdout)

    assert {"layer", "active", "why"} == set(layers[0])
    assert len(layers) >= 6


def test_frames_are_exported_safe_to_open(lab):
    text = here("export", "media", "--lab", str(lab.folder)).stdout

    assert text.startswith("medium,")
    assert len(text.splitlines()) == 8


def test_what_makes_no_sense_is_refused_with_advice(lab, drawn):
    where = ("--lab", str(lab.folder))
    bogus = here("hash", str(drawn), "--algorithms", "pdq,bogus", fails=1)
    assert "bogus" in bogus.stderr
    assert "phash" in bogus.stderr
    assert bogus.stdout == ""
    assert "-5" in here("queue", "--take", "-5", *where, fails=2).stderr
    medium = lab.media()["medium"].iloc[0]
    assert "at least one" in here("grade", medium, *where, fails=1).stderr
    twice = ("--element", "form=photograph", "--element", "form=drawing")
    assert "2 times" in here("grade", medium, *twice, *where, fails=1).stderr
    assert set(lab.media()["stage"]) == {"waiting"}


def test_a_refusal_cannot_write_to_the_terminal(lab):
    shown = here("show", "\x1b[31mred\u202e", "--lab", str(lab.folder), fails=1).stderr
    assert "red" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_frames_are_written_as_csv_and_as_a_workbook(lab, tmp_path):
    where = ("--lab", str(lab.folder), "--to")
    here("export", "media", *where, str(tmp_path / "media"))
    assert (tmp_path / "media").read_bytes().startswith(b"\xef\xbb\xbfmedium,")
    here("export", "media", *where, str(tmp_path / "m.xlsx"), "--as", "xlsx")
    assert (tmp_path / "m.xlsx").read_bytes().startswith(b"PK")
    refused = here("export", "media", "--lab", str(lab.folder), "--as", "xlsx", fails=1)
    assert "--to FILE.xlsx" in refused.stderr


def test_the_demonstration_lab_is_hard_on_purpose(tmp_path, monkeypatch):
    lab = str(tmp_path / "demo")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    _run("demo", "--lab", lab, "--media", "20", "--counted", "30")
    queue = json.loads(here("queue", "--lab", lab, "--json").stdout)
    waiting = json.loads(here("sign-off", "--lab", lab, "--json").stdout)

    assert {row["state"] for row in queue} >= {"complete", "refused", "truncated"}
    assert max(row["copies"] for row in queue) == 3
    assert {row["stage"] for row in queue} == {
        *("waiting", "known", "graded", "signed_off")
    }
    assert any(row["against"] for row in waiting)
    assert sum(row["stage"] == "signed_off" for row in queue) >= 30
    table = here("report", "--unit", "medium", "--lab", lab).stdout
    assert "undetermined" in table
    series = json.loads(here("series", "show", "--lab", lab, "--json").stdout)
    assert sum(row["series"].startswith("DEMO-C-") for row in series) == 30
    assert not list((tmp_path / "demo" / "incoming").iterdir())


def test_the_answer_no_is_an_exit_code(tmp_path, lab, monkeypatch):
    """What scripts rely on: 1 from verify, schemes check and doctor --strict."""
    import sqlite3

    where = ("--lab", str(lab.folder))
    lab.seat("ann").open_set(1)
    here("verify", *where)
    connection = sqlite3.connect(lab.folder / "lab.db")
    connection.execute("DROP TRIGGER medium_no_update")
    connection.execute("UPDATE medium SET size = size + 1")
    connection.commit()
    connection.close()
    assert "was changed" in here("verify", *where, fails=1).stdout
    for args, patched in (
        (["schemes", "check"], "iwflab.cli.deriving.derive"),
        (["doctor", "--strict"], "iwflab.media.sandbox.layers"),
    ):
        wrong = SimpleNamespace(code="?", name="x", active=False, why="")
        monkeypatch.setattr(patched, lambda *_, wrong=wrong: _Many(wrong))
        monkeypatch.setattr(sys, "argv", ["iwflab", *args])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 1


class _Many(list):
    """One wrong answer, also where a list of them is expected."""

    def __init__(self, wrong):
        super().__init__([wrong])
        self.code = wrong.code


@pytest.mark.parametrize("inside", ["lab.db", "lab.toml", "new.csv"])
def test_nothing_that_is_there_is_replaced_by_a_table(lab, tmp_path, inside):
    """Not the lab, not through a link, not any other file."""
    target, where = lab.folder / inside, ("--lab", str(lab.folder))
    before = target.read_bytes() if target.exists() else None
    (tmp_path / "link.csv").symlink_to(target)
    (tmp_path / "there.csv").write_text("mine")
    for to in (target, tmp_path / "link.csv", tmp_path / "there.csv"):
        here("export", "media", *where, "--to", str(to), fails=1)
    chart = ("report", "--unit", "medium", *where, "--chart", str(target))
    here(*chart, fails=1)
    assert (target.read_bytes() if target.exists() else None) == before
    assert (tmp_path / "there.csv").read_text() == "mine"
    here("export", "media", *where, "--to", str(tmp_path / "n.csv"))
    assert (tmp_path / "n.csv").stat().st_mode & 0o077 == 0
    wrong = here("export", "media", *where, "--to", str(tmp_path / "n.xlsx"), fails=1)
    assert "--as xlsx" in wrong.stderr


def test_a_report_leaves_by_the_commands_of_two_people(new_lab, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "workflow")
    from composing import FORMS, report, with_publishers

    lab = with_publishers(new_lab())
    where = ("--lab", lab.folder)
    forms = {**FORMS, "html": b"<p>one</p>\n"}
    asked = lab.seat("sam").report_ask("January", report([3, 20, 40]), forms)
    key, digest = asked["id"], asked["digest"]

    assert "January" in here("report", "show", *where, who="ben").stdout
    preview = tmp_path / "preview"
    shown = here("report", "show", key, "--preview", preview, *where, who="ben").stdout
    assert digest in shown
    assert "[c]" in shown
    assert (preview / "not-released-monthly.html").read_bytes() == forms["html"]
    inside = here(
        *("report", "show", key, "--preview", lab.folder / "x", *where),
        who="ben",
        fails=1,
    )
    assert "outside the lab" in inside.stderr
    early = here("report", "publish", key, *where, who="sam", fails=1)
    assert "nobody has approved" in early.stderr
    wrong = here(
        "report", "approve", key, "--digest", "0" * 64, *where, who="ben", fails=1
    )
    assert "something else was shown" in wrong.stderr
    here("report", "approve", key, "--digest", digest[:12], *where, who="ben")
    left = here("report", "publish", key, *where, who="sam").stdout
    assert "January: monthly up to 2026-01-31, left" in left
    (listed,) = json.loads(
        here("report", "releases", *where, "--json", who="sam").stdout
    )
    assert listed["problem"] == ""
    other = lab.seat("sam").report_ask("R2", report([3, 20, 40]), FORMS)["id"]
    third = lab.seat("sam").report_ask("R3", report([3, 20, 40]), FORMS)["id"]
    refused = here("report", "refuse", other, "--reason", "no", *where, who="ben")
    assert "answered by ben no" in refused.stdout
    assert "withdrawn" in here("report", "withdraw", third, *where, who="sam").stdout
    assert "agree" in here("verify", *where).stdout
    (listed_file,) = Path(listed["folder"]).glob("*.csv")
    listed_file.chmod(0o600)
    listed_file.write_bytes(b"changed")
    assert "monthly.csv" in here("verify", *where, fails=1).stdout
    said = here("report", "releases", *where, who="sam").stderr
    assert "NOT TO BE TRUSTED" in said


def test_a_table_is_printed_with_and_without_its_name(new_lab):
    where = ("--unit", "medium", "--lab", new_lab().folder)
    told = here("report", "table", "victims", *where).stdout
    assert "unit: " in told
    assert here("report", "victims", *where).stdout == told
    assert here("report", *where).stdout == told
    assert "publish" in here("report", "--help").stdout


def test_a_report_is_composed_and_asked_for_by_commands(lab, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "workflow")
    from composing import with_publishers

    ann = with_publishers(lab).seat("ann")
    for item in ann.open_set(3)["items"]:
        ann.grade(item["medium"], seen("posing"))
    lab.seat("ben").sign_off(lab.to_sign_off())
    where = ("--lab", own_profile(lab).folder)
    about = ("--organisation", "a hotline", "--contact", "a desk")
    about += ("--next-release", "soon", "--period", "2020-01..2100-12", "--provisional")
    about += ("--profile", "ours", "--form", "csv", "--form", "html")
    to = tmp_path / "draft"
    said = here(
        "report", "write", "monthly", "--preview", to, *about, *where, who="sam"
    )
    assert "not published" in said.stdout
    name = "monthly-2020-01_2100-12"
    drafts = {file.name: file.read_text("utf-8") for file in to.iterdir()}
    assert set(drafts) == {f"preview-{name}.csv", f"preview-{name}.html"}
    assert all("Preview, not released" in text for text in drafts.values())
    assert "preview report" in [one["verb"] for one in lab.trail().to_dict("records")]

    days = ["2020-01-01", "2100-12-31"]
    query = {"unit": "medium", "rows": "kind", "period": days, "profile": "ours"}
    lab.seat("sam").save_query("kinds", query)
    ask = ("report", "ask", "R1", "monthly", *about, "--question", "kinds", *where)
    refused = here(*ask, who="sam", fails=1).stderr
    assert "did not pass" in refused
    assert "TABLE=REASON" in here(*ask, "--exception", "x", who="sam", fails=1).stderr
    report = lab.seat("sam").report_composed(
        "monthly",
        period=("2020-01", "2100-12"),
        told={
            "organisation": "a",
            "contact": "b",
            "next_release": "c",
            "provisional": "yes",
        },
        profile="ours",
        questions=["kinds"],
    )
    tables = [one.published.name for one in report.entries]
    told = refused.replace("control: ", "; ")
    tables = [one for one in tables if f"; {one} (review" in told]
    assert f"question kinds {name.removeprefix('monthly-')}" in tables
    excepted = [w for one in tables for w in ("--exception", f"{one}=drawn pictures")]
    told = here(*ask, *excepted, who="sam").stdout
    assert "request" in told
    assert "EXCEPTION" in told
    (asked,) = lab.seat("sam").report_requests()
    here("report", "show", asked["id"], "--preview", tmp_path / "shown", *where)
    shown = {file.name: file.read_bytes() for file in (tmp_path / "shown").iterdir()}
    plain = lab.seat("sam").report_files(report, ["csv"])["csv"]
    assert shown[f"not-released-{name}.csv"].splitlines() == plain.splitlines()
    assert all(one.startswith("not-released-") for one in shown)

    more = ("report", "write", "monthly", "--preview", tmp_path / "more", *about)
    said = here(*more, "--question", "kinds", *where, who="sam").stdout
    assert f"question kinds {name.removeprefix('monthly-')}: pass" in said
    assert (
        "no query"
        in here(
            *("report", "write", "monthly", "--preview", tmp_path / "none", *about),
            *("--question", "nothing", *where),
            who="sam",
            fails=1,
        ).stderr
    )


def test_the_doctor_says_whether_every_form_can_be_written(monkeypatch):
    assert "reports: every form can be written" in here("doctor").stdout
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert "no PDF: Pango" in here("doctor").stdout
