"""Archives in an intake: every member is new, known or refused, and none is extracted."""

import hashlib
import os
import subprocess
import sys

import pytest
from given import CUSTODY

from iwflab.lab import Lab
from tests import pictures, zips


def counts(report):
    assert report.found == report.new_copies + report.known_copies + len(report.refused)
    return report.found, report.new_media, report.known_copies, len(report.refused)


@pytest.fixture
def folder(tmp_path):
    """A loose picture, an archive that holds it again and two more, a hostile one."""
    folder = tmp_path / "set"
    folder.mkdir()
    loose = pictures.jpeg()
    (folder / "loose.jpg").write_bytes(loose)
    inside = [("a.jpg", loose), ("../b.png", pictures.png(1)), ("c\u202e.png", b"no")]
    (folder / "good.zip").write_bytes(zips.packed(inside))
    (folder / "nested.jpg").write_bytes(
        zips.packed([("in.zip", zips.packed(inside)), ("d.png", pictures.png(2))])
    )
    (folder / "cut.zip").write_bytes(zips.packed(inside)[:-9])
    return folder


def test_members_are_taken_in_as_from_a_folder_and_a_second_run_adds_nothing(
    new_lab, folder, tmp_path
):
    lab = new_lab()
    before = {str(p) for p in tmp_path.rglob("*") if not p.is_relative_to(lab.folder)}
    first = lab.intake([folder], **CUSTODY)
    again = lab.intake([folder], **CUSTODY)

    # loose, three members of good, two of nested, and the one that is cut
    assert counts(first) == (7, 4, 0, 2)
    assert counts(again) == (7, 0, 5, 2)
    assert {why.split(":")[0] for _, why in first.refused} == {
        "it is an archive within an archive, which is not opened",
        "the archive is broken here",
    }
    shown = set(lab.copies()["shown"])
    assert f"{folder}/good.zip!/../b.png" in shown
    assert f"{folder}/good.zip!/c\N{REPLACEMENT CHARACTER}.png" in shown
    assert lab.verify(read_data=True) == []
    after = {str(p) for p in tmp_path.rglob("*") if not p.is_relative_to(lab.folder)}
    assert {p for p in after - before if "heads" not in p} == set()


def test_the_archive_that_came_is_on_record(new_lab, folder):
    lab = new_lab()
    report = lab.intake([folder], **CUSTODY)
    names = ("cut.zip", "good.zip", "nested.jpg")
    wanted = [
        (str(folder / n), hashlib.sha256((folder / n).read_bytes()).hexdigest())
        for n in names
    ]
    assert report.archives == wanted
    again = lab.intake([folder], **CUSTODY)
    assert again.archives == wanted
    verbs = list(lab.trail()["verb"])
    assert verbs.count("open archive") == 3  # known ones write nothing


def test_a_sidecar_may_name_a_member(new_lab, folder):
    lab = new_lab()
    sidecar = folder / "sidecar.csv"
    sidecar.write_text("file,series\ngood.zip!/a.jpg,S1\ngood.zip!/absent.jpg,S2\n")
    report = lab.intake([folder], sidecar=sidecar, **CUSTODY)

    assert [name.rsplit("/", 1)[-1] for name in report.unmatched] == ["absent.jpg"]
    assert set(lab.copies()["series"]) == {"", "S1"}


KILLED = """
import os, sys
from iwflab.lab import Lab
from iwflab.workflow import intake
keep = intake._Run.keep
def count(self, *given, made=[]):
    made.append(1)
    if len(made) == 4:
        os._exit(9)
    return keep(self, *given)
intake._Run.keep = count
lab = Lab.open(sys.argv[1])
lab.intake([sys.argv[2]], case="C1", exhibit="E1", purpose="testing", authority="none")
"""


def test_an_intake_killed_inside_an_archive_is_finished_by_running_it_again(
    new_lab, tmp_path
):
    lab = new_lab()
    place = tmp_path / "eight.zip"
    place.write_bytes(zips.packed([(f"{n}.png", pictures.png(n)) for n in range(8)]))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(lab.folder), str(place)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 9
    with Lab.open(lab.folder) as opened:
        report = opened.intake([place], **CUSTODY)
        assert counts(report) == (8, 5, 3, 0)
        assert len(opened.media()) == 8
        assert set(opened.media()["state"]) == {"complete"}
        assert opened.verify(read_data=True) == []
