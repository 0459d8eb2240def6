"""Where the server refuses to stand, what it cleans, and what outlives it."""

import json
import signal
import stat

import pytest

from iwflab.errors import BadInput, NotAllowed, StoreError
from iwflab_widgets.server import places
from iwflab_widgets.server.attempts import Attempts
from iwflab_widgets.server.grants import GRANT_SECONDS, Grants
from iwflab_widgets.server.job_routes import safe_name
from tests.server.visiting import DOORS, Visitor, make_lab, server_for, until


def test_a_lab_and_the_notebooks_never_lie_inside_one_another(tmp_path):
    root = tmp_path / "apps"
    (root / "lab").mkdir(parents=True)
    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to(root / "lab")
    for lab in (root, root / "lab", tmp_path, tmp_path / "link"):
        with pytest.raises(BadInput, match="inside one another") as refused:
            places.refuse_overlap(lab, root)
        assert refused.value.advice
    places.refuse_overlap(tmp_path / "beside", root)


def test_serving_a_lab_under_the_notebook_root_is_refused(tmp_path):
    root = tmp_path / "apps"
    root.mkdir()
    server = server_for(make_lab(root / "lab", pictures=0), root)
    with pytest.raises(AssertionError, match="inside one another"):
        server.start()
    assert server.process.returncode == 1


def test_the_notebooks_are_doors():
    root = places.notebook_root()
    assert {door.stem for door in root.glob("*.ipynb")} == set(DOORS)
    for door in root.glob("*.ipynb"):
        notebook = json.loads(door.read_text("utf-8"))
        code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
        lines = "".join("".join(cell["source"]) + "\n" for cell in code).splitlines()
        assert len([line for line in lines if line.strip()]) <= 3, door.name
        assert not any(c["outputs"] or c["execution_count"] for c in code)
        assert "widgets" not in notebook["metadata"]
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        assert notebook["metadata"]["iwflab"]["sentence"]


def test_the_cookie_secret_is_private_and_stays(tmp_path):
    secret = places.cookie_secret(tmp_path)
    path = tmp_path / "cookie_secret"
    assert len(secret) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert places.cookie_secret(tmp_path) == secret
    path.chmod(0o640)
    with pytest.raises(StoreError, match="other users"):
        places.cookie_secret(tmp_path)


def test_a_grant_ends_and_tells_nothing():
    now = [100.0]
    grants = Grants(lambda: now[0])
    token = grants.mint("ann", "s1", "m", "shielded")
    assert grants.redeem(token, "ann", "s1").medium == "m"
    refusals = set()
    for asked in (
        (token, "ben", "s1"),
        (token, "ann", "s2"),
        (token[:-1], "ann", "s1"),
    ):
        with pytest.raises(NotAllowed) as refused:
            grants.redeem(*asked)
        refusals.add(str(refused.value))
    now[0] += GRANT_SECONDS
    with pytest.raises(NotAllowed) as refused:
        grants.redeem(token, "ann", "s1")
    assert refusals == {str(refused.value)}
    grants.mint("ann", "s1", "m", "shielded")
    assert len(grants._grants) == 1, "the expired one was not dropped"
    for _ in range(2_100):
        grants.mint("ann", "s1", "m", "shielded")
    assert len(grants._grants) <= 2_000


def test_attempts_grow_slower_then_pause_then_pass():
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    delays = [attempts.start("ann", "a") for _ in range(6)]
    assert delays == [0.0, 0.1, 0.2, 0.4, 0.8, None]
    assert attempts.start("ann", "b") == 0.0
    now[0] += 61
    assert attempts.start("ann", "a") == 0.0
    for number in range(60):
        attempts.start(f"name{number}", "c")
    assert attempts.start("fresh", "c") is None
    assert attempts.start("fresh", "d") == 0.0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\b.png", "b.png"),
        ("..", "medium"),
        ("", "medium"),
        (".hidden.jpg", "hidden.jpg"),
        ("a\u202egpj.exe\n", "a\ufffdgpj.exe\ufffd"),
        ("n" * 400, "n" * 180),
    ],
)
def test_an_uploads_name_is_only_a_name(given, kept):
    assert safe_name(given) == kept


def test_a_killed_server_loses_no_login_and_leaves_no_upload(tmp_path, root):
    """What was uploaded in part is removed at the next start; who was in stays in."""
    server = server_for(make_lab(tmp_path / "served" / "lab", pictures=2), root).start()
    ann = Visitor(server).login("ann")
    first = ann.read("/iwflab/api/ping")
    left = Visitor(server).login("ben")
    assert left.ask("POST", "/logout")[0] == 302
    old = Visitor(server, dict(left.cookies))
    leftover = server.folder / "incoming" / ("0" * 32)
    leftover.mkdir()
    (leftover / "half.jpg").write_bytes(b"half")
    server.stop(signal.SIGKILL)
    until(lambda: not server.kernels(), what="the end of the kernels")
    server.start()
    try:
        again = ann.read("/iwflab/api/ping")
        assert again["analyst"] == "ann"
        assert again["server"] != first["server"]
        assert old.get("/iwflab/api/ping")[0] == 401
        assert not leftover.exists()
        assert "1 unfinished uploads removed" in server.text()
        assert str(server.folder) not in server.text()
        medium = ann.post("/iwflab/api/set", {"n": 1})[1]["items"][0]
        assert ann.get(f"/iwflab/media/{medium['grants']['shielded']}")[0] == 200
    finally:
        server.stop()
    assert server.process.returncode == 0
