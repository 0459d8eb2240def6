"""Lists and hits, as a person types them: what comes in, what is said, what is not."""

import hashlib
import json
import re

import pytest
from given import CUSTODY

from iwflab.hashing.unfinished import begun
from tests.cli.here import here

NOTHING = hashlib.md5(b"").hexdigest()
SOME = hashlib.md5(b"some").hexdigest()


@pytest.fixture
def where(lab):
    return ("--lab", lab.folder)


def add(file, where, *more, form="csv", name="L", fails=0):
    said = ("--as", form, "--name", name, "--source", "a partner")
    return here("lists", "add", file, *said, *more, *where, fails=fails)


@pytest.mark.parametrize("form", ["csv", "json_lines"])
def test_what_iwflab_hash_prints_is_a_list(lab, where, drawn, tmp_path, form):
    """Every picture of the lab is known by it, its bytes and its PDQ."""
    (drawn / "empty.png").write_bytes(b"")
    printed = here("hash", drawn, "--as", form, "--algorithms", "whash").stdout
    file = tmp_path / "hashes"
    file.write_text(printed)
    told = add(file, where, form=form).stdout

    assert "L: 8 entries" in told  # of nine files: the empty one is none
    assert "  3 digests of no bytes at all left out: line " in told
    assert "7 media held against 1 list and own grades: 7 settled" in told
    hits = json.loads(here("match", "show", *where, "--json").stdout)["hits"]
    assert {"md5", "sha256", "pdq", "ahash", "phash"} <= {h["algorithm"] for h in hits}
    assert all(hit["tier"] == "exact" for hit in hits if hit["algorithm"] == "md5")


def test_a_file_that_was_not_hashed_is_named_with_its_reason(where, tmp_path):
    file = tmp_path / "hashes"
    file.write_text(f'{{"md5": "{SOME}"}}\n{{"file": "x", "refused": "a link"}}\n')
    told = add(file, where, form="json_lines", fails=1).stderr
    assert "line 2 cannot be read: it holds no hash ('a link')" in told
    file.write_text(f"file,refused,md5\na,,{SOME}\nb,a link,\n")
    assert "line 3 cannot be read: it holds no hash ('a link')" in (
        add(file, where, fails=1).stderr
    )


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("csv", "md5,label\n", "no line of it has a hash"),
        ("json_lines", "\n\n", "no line of it has a hash"),
        ("csv", f"md5\n{NOTHING}\n", "digests of no bytes at all only (line 2)"),
    ],
)
def test_a_list_without_an_entry_is_refused(*, lab, where, tmp_path, form, text, words):
    file = tmp_path / "list"
    file.write_text(text)
    refused = add(file, where, form=form, fails=1)

    assert "list holds no entry: " in refused.stderr
    assert words in refused.stderr
    assert lab.lists() == []
    assert list((lab.folder / "lists").iterdir()) == []


def test_the_line_of_a_digest_of_nothing_is_named_and_is_no_entry(where, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"md5\n{SOME}\n{NOTHING}\n")
    told = add(file, where).stdout

    assert "L: 1 entry\n  1 digest of no bytes at all left out: line 3\n" in told


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("csv", "sha256\n" + "g" * 70, f"line 2: '{'g' * 20}…' is no value of sha256"),
        ("csv", "sha256\n" + "g" * 70, "64 hex digits, this one 70 characters"),
        ("csv", f"md5,colour\n{SOME},blue", "line 1: no algorithm is called 'colour'"),
        ("csv", "crop_resistant\nab", "leave them out"),
        ("json_lines", '{"sha256": 5}', "line 1 cannot be read: 'sha256' is no text"),
        ("json_lines", '{"colour": "5"}', "line 1: no algorithm is called 'colour'"),
        ("csv", f"pdq,pdq_quality\n{SOME},{'9' * 30}", f"'{'9' * 20}…' is no quality"),
    ],
)
def test_what_does_not_fit_is_named_as_it_stands(where, tmp_path, form, text, words):
    file = tmp_path / "list"
    file.write_text(text + "\n")

    assert words in add(file, where, form=form, fails=1).stderr


def test_progress_of_an_import_is_told_once_and_in_megabytes(where, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"md5\n{SOME}\n")
    told = add(file, where, "--later").stderr

    (line,) = [line for line in told.splitlines() if "MB" in line]
    assert re.fullmatch(r"0\.0 of 0\.0 MB, \d+\.\d MB a second, \d+\.\d s", line)


def test_one_of_a_thing_is_told_in_the_singular(where, lab, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"md5\n{lab.media()['md5'].iloc[-1]}\n")
    told = add(file, where).stdout

    assert "held against 1 list and own grades: 1 settled without a look" in told
    assert "  1 new hit: exact\n" in told
    assert "1 look not needed: the same bytes" in here("match", "show", *where).stdout


def test_what_a_killed_import_left_is_cleared_away_and_said(where, lab, tmp_path):
    """Not what another process is still building."""
    lists = lab.folder / "lists"
    lists.mkdir(exist_ok=True)
    left = lists / ".0123.4567.unfinished"
    left.mkdir()
    (left / "line.raw").write_bytes(b"1")
    file = tmp_path / "list.csv"
    file.write_text(f"md5\n{SOME}\n")
    with begun(lists / "other") as work:
        told = add(file, where).stdout
        assert "  1 unfinished import of before" in told
        assert not left.exists()
        assert work.exists()
    assert "unfinished" in add(file, where, name="L2").stdout
    assert "unfinished" not in add(file, where, name="L3").stdout


def test_a_hit_answers_to_the_start_of_its_id(where, lab, tmp_path):
    values = lab.hashes().query("algorithm == 'pdq' and variant == 'full'")["value"]
    file = tmp_path / "list.csv"
    file.write_text("pdq\n" + "\n".join(values) + "\n")
    add(file, where)
    hit, *_ = json.loads(here("match", "show", *where, "--json").stdout)["hits"]

    said = here("match", "answer", hit["hit"][:8], "same", *where).stdout
    assert said == "it settles the medium\n"
    (told,) = json.loads(
        here("match", "show", hit["medium"][:8], *where, "--json").stdout
    )["hits"]
    assert (told["hit"], told["answer"]) == (hit["hit"], "same")
    for unknown in (hit["hit"][:5], "0" * 16, "%"):
        refused = here("match", "answer", unknown, "same", *where, fails=1).stderr
        assert "this hit does not stand" in refused


def test_a_start_of_two_hits_names_neither(lab, where, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "iwflab.workflow.matching.answering.hits_called",
        lambda store, start: ["a" * 16] * 2,
    )
    refused = here("match", "answer", "a" * 6, "same", *where, fails=1).stderr
    assert "2 hits that stand begin with 'aaaaaa'" in refused


@pytest.mark.parametrize("command", ["match", "stacks"])
def test_what_an_assessor_may_not_see_or_is_not_there_is_said(
    lab, where, monkeypatch, command
):
    lab.account_add("zoe", roles=["assessor"], os_user=True)
    theirs = lab.media()["medium"].iloc[0]
    assert "0 media" in here(command, "show", "f" * 16, *where, fails=1).stderr
    monkeypatch.setattr("iwflab.cli.printing.operating_system_user", lambda: "zoe")
    for medium in ("f" * 16, theirs):
        refused = here(command, "show", medium, *where, fails=1)
        assert "not within what your roles let you see" in refused.stderr
        assert refused.stdout == ""


def test_media_not_held_are_warned_of_where_it_matters_only(
    where, lab, tmp_path, monkeypatch
):
    file = tmp_path / "list.csv"
    file.write_text(f"md5\n{SOME}\n")
    assert "7 media were not held" in add(file, where, "--later").stderr
    assert "7 media were not held" in here("queue", *where).stderr
    assert "7 media were not held" in here("match", "show", *where).stderr
    for command in (("lists", "show"), ("verify",), ("schemes", "check")):
        assert (
            here(*command, *(where if command != ("schemes", "check") else ())).stderr
            == ""
        )
    assert "not held" not in add(file, where, fails=1).stderr
    assert "not held" not in here("match", *where).stderr
    lab.intake([write_one(tmp_path / "one")], **CUSTODY)
    assert here("queue", *where).stderr == ""


def write_one(folder):
    folder.mkdir()
    (folder / "one.txt").write_text("no picture")
    return folder
