"""Nothing of any medium lies outside the lab folder after work; the scan would see it.

The two controls take one protection away each: then the same scan must hit.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.leaks import sessions
from tests.leaks.sessions import GIRL, HERE, SEEN, Kept
from tests.walk.serving import could_dump

pytestmark = pytest.mark.browser
MUCH = 1 << 20  # bytes; a profile, a home and logs are more than this


def test_after_a_browser_and_a_research_session_nothing_lies_outside(place, figure):
    files = place.draw()
    with sessions.apps(place) as served:
        with sessions.browser(place, "ann") as context:
            ann = Kept(context, served, "ann").log_in()
            sessions.bring_in(ann, files)
            shutil.rmtree(place.base / "source")
            sessions.look(ann)
            for _ in range(2):
                ann.grade(SEEN, [GIRL])
            sessions.log_out(ann)
        # The end of the way: each to their role, one after the other.
        for name, *steps in (
            ("ben", sessions.sign_off),
            ("ann", sessions.ask),
            ("ben", sessions.approve, sessions.count),
            ("ann", sessions.let_go),
        ):
            with sessions.browser(place, name) as context:
                person = Kept(context, served, name).log_in()
                for step in steps:
                    step(person)
                assert could_dump(served.process.pid) == []
                sessions.log_out(person)
    sessions.research(place)

    scan = place.scan()
    assert place.hits(scan) == []
    read = scan.bytes
    assert read > MUCH
    assert {"profiles", "logs", "notebooks", "heads"} <= {
        found.name for found in place.base.iterdir()
    }
    assert list((place.base / "profiles").rglob("Cache_Data"))
    assert not [
        p for p in place.base.rglob("core*") if p.name.partition(".")[0] == "core"
    ]
    assert not list(place.lab.glob("server/research-*"))
    # The control of the control: in the lab the same scan does find them.
    assert scan.under(place.lab / "evidence")
    told = f"0 hits in {read // 1_000_000} MB outside the lab"
    figure("leak scan after a browser and a research session", told)


def test_control_without_no_store_the_browser_keeps_pictures(place, figure):
    place.intake()
    with sessions.apps(place, HERE / "careless_apps.py") as served:
        with sessions.browser(place, "ann", careless=True) as context:
            sessions.look(Kept(context, served, "ann").log_in())
    hits = place.hits(place.scan())

    assert hits
    assert {_under(place, hit) for hit in hits} == {"profiles"}
    kept = {hit.what.partition(",")[0].rpartition(".")[2] for hit in hits}
    assert kept == {"shielded", "full"}
    figure("leak scan, control without no-store", f"{len(hits)} hits")


def test_control_without_the_hook_the_notebook_keeps_pictures(place, figure):
    place.intake()
    sessions.research(place, HERE / "careless_research.py", example=False)
    hits = place.hits(place.scan())

    assert place.base / "notebooks" / "shown.ipynb" in {hit.path for hit in hits}
    assert {"base64 +0", "repr in JSON"} & {hit.form for hit in hits}
    assert [hit for hit in hits if ".ipynb_checkpoints" in hit.path.parts]
    figure("leak scan, control without the hook", f"{len(hits)} hits")


def test_control_pictures_left_anywhere_else_hit(place):
    place.intake()
    preview = next((place.lab / "previews").rglob("*.*")).read_bytes()
    with contextlib.ExitStack() as folders:
        shared = [
            folders.enter_context(tempfile.TemporaryDirectory(prefix="left-", dir=one))
            for one in sessions.SHARED
        ]
        inside = ("lab/incoming", "lab/server", "lab/releases/R1", "xdg/cache", "home")
        left = {Path(place.base, one, "left") for one in inside}
        left |= {Path(folder, "deep", "left") for folder in shared}
        assert place.hits(place.scan()) == []
        for file in left:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"before" + preview)
        hits = place.hits(place.scan())

    assert {hit.path for hit in hits} == left


def _under(place, hit):
    return hit.path.relative_to(place.base).parts[0]
