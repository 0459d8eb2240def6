"""What is Ann's stays Ann's: media, grants, decisions, jobs, kernels."""

import contextlib
import http.client
import json
import sqlite3
import uuid
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.server.visiting import until

RECORD = {
    "elements": {"form": "photograph", "child_present": "no", "indecent": "no"},
    "children": [],
    "tags": {},
    "note": "",
}


def decision(medium, request=None):
    return {
        "request": request or str(uuid.uuid4()),
        "medium": medium,
        "record": RECORD,
        "reveal": "none",
        "seconds": 2.5,
    }


def socket_status(server, who, kernel):
    """Open a kernel's websocket; return 101 or why it was refused."""
    address = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels"
    headers = {"Cookie": who.cookie_header()} if who.cookies else {}
    try:
        with connect(f"{address}?session_id=s", additional_headers=headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_kernel_is_its_owners(server, ann, ben, visitor):
    kernel = ann.open()
    assert ann.get(f"/api/kernels/{kernel}")[0] == 200
    assert socket_status(server, ann, kernel) == 101
    for other in (ben, visitor):
        assert other.get(f"/api/kernels/{kernel}")[0] in {302, 403}
        assert socket_status(server, other, kernel) == 403
        assert other.shut(kernel) in {302, 403}
        for method, path in (
            ("DELETE", f"/api/kernels/{kernel}"),
            ("POST", f"/api/kernels/{kernel}/restart"),
            ("POST", f"/api/kernels/{kernel}/interrupt"),
        ):
            assert other.ask(method, path)[0] in {302, 403, 404, 405}
    unknown = f"/api/kernels/{uuid.uuid4()}"
    assert ben.get(unknown)[0] == ben.get(f"/api/kernels/{kernel}")[0] == 403
    assert ann.get(f"/api/kernels/{kernel}")[0] == 200
    assert ann.shut(kernel) == 204
    assert ann.get(f"/api/kernels/{kernel}")[0] == 403


def test_a_kernel_works_for_who_opened_it_and_knows_no_secret(server, ann, ben):
    """No page can set the name: not by a query, not by a header, not by a cookie."""
    for who, name in ((ann, "ann"), (ben, "ben")):
        before = set(server.kernels())
        who.cookies["IWFLAB_ANALYST"] = "mallory"
        status, _, page = who.get(
            "/voila/render/grading.ipynb?IWFLAB_ANALYST=mallory&analyst=mallory",
            headers={"IWFLAB_ANALYST": "mallory", "X-Forwarded-User": "mallory"},
        )
        del who.cookies["IWFLAB_ANALYST"]
        assert status == 200
        (pid,) = set(server.kernels()) - before
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert f"IWFLAB_ANALYST={name}\0".encode() in environment
        assert f"IWFLAB_LAB={server.folder}\0".encode() in environment
        assert b"mallory" not in environment
        assert b"IWF_TEST_SECRET" not in environment
        assert b"Traceback" not in page


def test_grants_open_for_one_person_only(server, ann, ben, visitor, anns):
    token = anns[0]["grants"]["shielded"]
    status, told, picture = ann.get(f"/iwflab/media/{token}")
    assert (status, told["Content-Type"][:6]) == (200, "image/")
    assert len(picture) > 100
    assert ben.get(f"/iwflab/media/{token}")[0] == 403
    assert visitor.get(f"/iwflab/media/{token}")[0] == 401
    tampered = ("A" if token[0] != "A" else "B") + token[1:]
    assert ann.get(f"/iwflab/media/{tampered}")[0] == 403


def test_nobody_grants_reveals_or_grades_anothers_media(server, ann, ben, anns):
    medium = anns[0]["medium"]
    before = server.views("revealed"), server.views("delivered")
    for path, body in (
        ("grant", {"medium": medium, "variant": "shielded"}),
        ("grant", {"medium": medium, "variant": "full"}),
        (
            "reveal",
            {"medium": medium, "level": "full", "request": str(uuid.uuid4())},
        ),
        (
            "shown",
            {
                "request": str(uuid.uuid4()),
                "views": [
                    {"medium": medium, "variant": "shielded", "milliseconds": 10}
                ],
            },
        ),
        ("decision", decision(medium)),
        ("undo", {"request": str(uuid.uuid4()), "medium": medium}),
    ):
        status, answer = ben.post(f"/iwflab/api/{path}", body)
        assert status in {403, 404}, (path, status, answer)
        assert answer["error"]
        assert answer["advice"]
        assert "grant" not in answer
    assert (server.views("revealed"), server.views("delivered")) == before
    status, answer = ben.post("/iwflab/api/set", {"n": 3})
    assert status == 200
    mine = {item["medium"] for item in answer["items"]}
    assert not mine & {item["medium"] for item in anns}


def test_more_than_shielded_needs_a_logged_reveal(server, ann, anns, request_id):
    medium = anns[1]["medium"]
    ask = {"medium": medium, "variant": "full"}
    assert ann.post("/iwflab/api/grant", ask)[0] == 403
    assert "full" not in anns[1]["grants"]
    told = {"medium": medium, "level": "full", "request": request_id}
    status, answer = ann.post("/iwflab/api/reveal", told)
    assert status == 200
    assert ("ann", medium, "full") in server.views("revealed")
    full = ann.get(f"/iwflab/media/{answer['grant']}")[2]
    shielded = ann.get(f"/iwflab/media/{anns[1]['grants']['shielded']}")[2]
    assert full != shielded
    assert ann.post("/iwflab/api/grant", ask)[0] == 200


def test_a_picture_is_logged_before_it_is_sent(server, ann, anns):
    """While the log cannot be written, no byte leaves."""
    item = anns[2]
    entry = ("ann", item["medium"], "shielded")
    before = server.views("delivered").count(entry)
    path = f"/iwflab/media/{item['grants']['shielded']}"
    with contextlib.closing(
        sqlite3.connect(server.folder / "lab.db", isolation_level=None)
    ) as database:
        database.execute("BEGIN IMMEDIATE")
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.8)
        line.request("GET", path, headers={"Cookie": ann.cookie_header()})
        with pytest.raises(TimeoutError):
            line.getresponse()
        line.close()
        assert server.views("delivered").count(entry) == before
        database.execute("ROLLBACK")
    assert ann.get(path)[0] == 200
    assert server.views("delivered").count(entry) >= before + 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "script"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_media_are_not_fetched_from_elsewhere(ann, anns, headers):
    path = f"/iwflab/media/{anns[0]['grants']['shielded']}"
    status, told, body = ann.get(path, headers=headers)
    assert status == 403
    assert "image" not in told["Content-Type"]
    assert len(body) < 500
    same = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image"}
    assert ann.get(path, headers=same)[0] == 200


def test_the_log_names_no_medium_no_query_and_no_path(server, ann, ben, anns):
    token = anns[0]["grants"]["shielded"]
    assert ben.get(f"/iwflab/media/{token}?why=private-words")[0] == 403
    assert ann.get("/no/such/page?why=private-words")[0] == 404
    for line in ("403 GET /iwflab/media/... (", "404 GET /no/such/page ("):
        until(lambda line=line: line in server.text(), what=line)
    log = server.text()
    assert " DEBUG " not in log
    for secret in (token, "private-words", str(server.folder), "pattern-0"):
        assert secret not in log, secret


def test_writes_need_the_xsrf_token_of_the_page(ann, anns):
    body = json.dumps(decision(anns[0]["medium"]))
    path = "/iwflab/api/decision"
    assert ann.ask("POST", path, body, xsrf=False)[0] == 403
    wrong = {"X-XSRFToken": "2|aaaa|bbbb|1"}
    assert ann.ask("POST", path, body, xsrf=False, headers=wrong)[0] == 403


WRITES = ("set", "grant", "reveal", "shown", "decision", "undo", "intake", "upload")


@pytest.mark.parametrize("name", WRITES)
def test_the_page_of_another_person_writes_nothing(ann, anns, name, request_id):
    """Ann's browser, but the page was made for ben: nobody notices for seconds."""
    body = json.dumps(decision(anns[0]["medium"], request_id))
    path = f"/iwflab/api/{name}"
    made = {"X-Iwflab-Analyst": "ben"}
    status, _, content = ann.ask("POST", path, body, headers=made)
    told = json.loads(content)
    assert (status, told["kind"]) == (409, "NotYours")
    assert "log in again" in told["advice"]


def test_the_page_of_the_person_logged_in_writes(ann, anns, request_id):
    body = decision(anns[0]["medium"], request_id)
    made = {"X-Iwflab-Analyst": "ann"}
    assert ann.post("/iwflab/api/decision", body, headers=made)[0] == 200
    body = {"request": str(uuid.uuid4())}
    assert ann.post("/iwflab/api/undo", body, headers=made)[0] == 200


def test_a_decision_is_saved_once_and_can_be_undone(ann, anns, request_id):
    sent = decision(anns[3]["medium"], request_id)

    def mine():
        return ann.post("/iwflab/api/set", {"n": 0})[1]["progress"]["mine_graded"]

    before = mine()
    status, first = ann.post("/iwflab/api/decision", sent)
    assert status == 200, first
    assert first["saved"] is True
    assert first["grades"]
    again = ann.post("/iwflab/api/decision", sent)[1]
    assert again["assessment"] == first["assessment"]
    assert mine() == before + 1
    status, other = ann.post(
        "/iwflab/api/decision", decision(anns[0]["medium"], request_id)
    )
    assert (status, other["kind"]) == (409, "RequestReused")
    undone = {"request": str(uuid.uuid4()), "medium": anns[3]["medium"]}
    stale = ann.post("/iwflab/api/undo", {**undone, "over": "another"})
    assert (stale[0], stale[1]["kind"]) == (403, "ChangedMeanwhile")
    status, answer = ann.post("/iwflab/api/undo", undone)
    assert status == 200, answer
    assert answer["record"] is None
    assert answer["progress"]["mine_graded"] == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"n": NaN}',
        b'{"n": true}',
        b'{"n": 1e999}',
        b'{"n": "4"}',
        b'{"n": -1}',
        b"\xff\xfe",
        b'{"n":' + b" " * 300_000 + b"1}",
    ],
)
def test_what_is_no_proper_request_is_refused_with_advice(ann, body):
    status, _, answer = ann.ask("POST", "/iwflab/api/set", body)
    assert status in {400, 413}
    told = json.loads(answer)
    assert set(told) == {"error", "advice", "kind"}
    assert told["advice"]
