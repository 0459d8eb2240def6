"""Media come in on the server's side: a folder, or a streamed upload."""

import hashlib
import http.client
import json
from urllib.parse import urlencode

import pytest

from tests import pictures, zips
from tests.server.visiting import draw, until

FACTS = {"case": "C-2", "exhibit": "E-2", "purpose": "test", "authority": "test"}


def ended(who, job):
    def look():
        found = [j for j in who.read("/iwflab/api/jobs")["jobs"] if j["job"] == job]
        return found[0] if found and found[0]["state"] != "running" else None

    return until(look, what="the end of the job")


def upload(who, body, name="drawn.jpg", **more):
    query = urlencode({**FACTS, "name": name})
    return who.ask("POST", f"/iwflab/api/upload?{query}", body, **more)


def waiting(server):
    return [p for p in (server.folder / "incoming").iterdir() if p.name != ".lock"]


def test_a_folder_is_taken_in_and_only_its_analyst_sees_the_job(
    server, ann, ben, tmp_path
):
    folder = draw(tmp_path / "more", 2)
    before = ann.post("/iwflab/api/set", {"n": 0})[1]["progress"]["media"]
    status, answer = ann.post("/iwflab/api/intake", {"folder": str(folder), **FACTS})
    assert status == 200, answer
    job = ended(ann, answer["job"])
    assert job["state"] == "done", (job, server.text()[-1500:])
    assert job["report"]["found"] == 2
    assert job["title"] == "more"  # among several a person knows which one this is
    assert (job["done"], job["total"]) == (2, 2)
    assert all(j["job"] != answer["job"] for j in ben.read("/iwflab/api/jobs")["jobs"])
    after = ann.post("/iwflab/api/set", {"n": 0})[1]["progress"]["media"]
    assert after >= before


def test_a_zip_that_is_uploaded_is_taken_in_member_by_member(server, ann):
    inside = [("a/1.png", pictures.png(41)), ("b/2.png", pictures.png(42))]
    body = zips.packed([*inside, ("again.png", pictures.png(41))])
    status, _, content = upload(ann, body, name="two.zip")
    assert status == 200, content
    report = ended(ann, json.loads(content)["job"])["report"]
    assert (report["found"], report["new_media"], report["refused"]) == (3, 2, [])
    ((name, sha256),) = report["archives"]
    assert name.endswith("/two.zip")
    assert sha256 == hashlib.sha256(body).hexdigest()
    until(lambda: not waiting(server), what="the removal of what was sent")


def test_a_bomb_that_is_uploaded_is_refused_with_its_reason(server, ann):
    body = zips.packed([("big.bmp", bytes(100 << 20)), ("1.png", pictures.png(43))])
    status, _, content = upload(ann, body, name="bomb.zip")
    assert status == 200, content
    report = ended(ann, json.loads(content)["job"])["report"]
    assert (report["found"], report["new_media"]) == (2, 1)
    ((name, why),) = report["refused"]
    assert name.endswith("bomb.zip!/big.bmp")
    assert "times its packed size" in why


def test_the_lab_itself_is_no_source(server, ann):
    for folder in (
        str(server.folder),
        str(server.folder / "server"),
        str(server.folder.parent),
        "relative",
        str(server.folder.parent / "no such folder"),
    ):
        status, answer = ann.post("/iwflab/api/intake", {"folder": folder, **FACTS})
        assert (status, answer["kind"]) == (400, "BadInput"), folder
        assert answer["advice"]


def test_only_folders_of_the_settings_are_a_source(server, ann, tmp_path):
    """Refused alike whether it exists or not, and by what a link leads to."""
    away = server.folder.parent / "a link"
    away.symlink_to("/etc")
    for folder in ("/", "/etc", "/no/such/folder", "/proc/self/root/etc", str(away)):
        status, answer = ann.post("/iwflab/api/intake", {"folder": folder, **FACTS})
        assert (status, answer["kind"]) == (403, "NotAllowed"), folder
        assert "intake_roots" in answer["advice"]
    away.unlink()


def test_an_upload_is_taken_in_and_its_file_removed(server, ben, tmp_path):
    (picture,) = draw(tmp_path / "one", 1).iterdir()
    body = picture.read_bytes() + b"\0" * 3_000_000  # larger than any other body
    status, _, answer = upload(ben, body, name="../../un\u202eusual.jpg")
    assert status == 200, answer
    job = ended(ben, json.loads(answer)["job"])
    assert job["state"] == "done", (job, server.text()[-1500:])
    assert job["report"]["found"] == 1
    assert job["title"] == "un\N{REPLACEMENT CHARACTER}usual.jpg"
    until(lambda: not waiting(server), what="the removal of the upload")


def test_an_upload_without_facts_or_login_writes_nothing(server, ann, visitor):
    assert ann.ask("POST", "/iwflab/api/upload?name=a.jpg", b"x" * 100)[0] == 400
    assert upload(visitor, b"x" * 100)[0] in {401, 403}
    assert upload(ann, b"x" * 100, xsrf=False)[0] == 403
    assert not waiting(server)


def test_an_upload_that_breaks_off_leaves_nothing(server, ann):
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    line.putrequest("POST", f"/iwflab/api/upload?{urlencode({**FACTS, 'name': 'a'})}")
    line.putheader("Cookie", ann.cookie_header())
    line.putheader("X-XSRFToken", ann.cookies["_xsrf"])
    line.putheader("Content-Length", "1000000")
    line.endheaders()
    line.send(b"x" * 70_000)
    until(lambda: waiting(server), what="the begin of the upload")
    (place,) = waiting(server)
    assert place.stat().st_mode & 0o777 == 0o700
    assert [f.stat().st_mode & 0o777 for f in place.iterdir()] == [0o600]
    line.close()
    until(lambda: not waiting(server), what="the removal of the upload")


@pytest.mark.parametrize("length", [str(10**15), "99999999999999"])
def test_an_upload_that_cannot_fit_is_refused_at_once(server, ann, length):
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    line.putrequest("POST", f"/iwflab/api/upload?{urlencode({**FACTS, 'name': 'a'})}")
    line.putheader("Cookie", ann.cookie_header())
    line.putheader("X-XSRFToken", ann.cookies["_xsrf"])
    line.putheader("Content-Length", length)
    line.endheaders()
    assert line.getresponse().status in {400, 413, 507}
    line.close()
    assert not waiting(server)
