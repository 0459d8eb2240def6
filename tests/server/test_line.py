"""The kept line of a page: what a request may, for as long as a request might."""

import contextlib
import json
import sqlite3
import uuid

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from iwflab.lab import Lab
from iwflab_widgets.server.api import BODY_BYTES
from iwflab_widgets.server.line import ENDED, NOT_PROVEN
from iwflab_widgets.server.routes import DeskLine
from tests.server.visiting import PASSWORDS, Visitor, make_lab, server_for, until

NOBODYS = "ffffffffffff"
GATES = {"form": "photograph", "child_present": "no"}


@pytest.fixture(scope="module")
def server(tmp_path_factory, root):
    """A lab of its own: decisions here are in nobody's way."""
    folder = make_lab(tmp_path_factory.mktemp("lines") / "lab", pictures=4)
    running = server_for(folder, root).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def ann(server):
    return Visitor(server).login("ann")


class Kept:
    """A line as the page keeps it; answers are told apart by their numbers."""

    def __init__(self, socket):
        self.socket, self.number = socket, 0

    def send(self, plain):
        self.socket.send(plain if isinstance(plain, str) else json.dumps(plain))

    def hear(self):
        return json.loads(self.socket.recv(10))

    def ask(self, act, body):
        """Return (status, reply), as a visitor's post does."""
        self.number += 1
        self.send({"n": self.number, "act": act, "body": body})
        answer = self.hear()
        assert answer["n"] == self.number
        return answer["status"], answer["reply"]

    def closed(self):
        """Wait for the end; return why."""
        with pytest.raises(ConnectionClosed) as ended:
            self.socket.recv(10)
        return ended.value.rcvd.code


@contextlib.contextmanager
def opened(server, who, **headers):
    address = f"ws://127.0.0.1:{server.port}/iwflab/api/line"
    cookies = {"Cookie": who.cookie_header()} if who.cookies else {}
    with connect(address, additional_headers={**cookies, **headers}) as socket:
        yield Kept(socket)


@contextlib.contextmanager
def kept(server, who, name="ann"):
    with opened(server, who) as line:
        line.send({"xsrf": who.cookies["_xsrf"], "analyst": name})
        assert line.hear() == {"ready": True}
        yield line


def decision(medium, **more):
    record = {"elements": GATES, "note": "by the line"}
    body = {"request": str(uuid.uuid4()), "medium": medium, "record": record}
    return {**body, "reveal": "none", "seconds": 2.5, **more}


def no_role(answer):
    return answer[0] == 403 and "your roles do not let you" in answer[1]["error"]


def assessments(server):
    place = f"file:{server.folder / 'lab.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
        return database.execute("SELECT COUNT(*) FROM assessment").fetchone()[0]


def test_a_decision_is_saved_once_whichever_way_it_is_asked(server, ann, anns):
    body = decision(anns[0]["medium"])
    with kept(server, ann) as line:
        status, first = line.ask("decision", body)
        assert (status, first["saved"]) == (200, True)
        assert line.ask("decision", body) == (200, first)
    assert ann.post("/iwflab/api/decision", body) == (200, first)
    status, undone = ann.post("/iwflab/api/undo", {"request": str(uuid.uuid4())})
    assert (status, undone["medium"]) == (200, anns[0]["medium"])


def test_it_answers_as_the_routes_do(server, ann, anns):
    """The same status and words for each act: well formed, not theirs, unreadable."""
    mine = anns[0]["medium"]
    sent = {
        "grant": {"medium": mine, "variant": "full"},
        "reveal": {"medium": NOBODYS, "level": "full", "request": str(uuid.uuid4())},
        "shown": {"request": "x", "views": []},
        "decision": {**decision(mine), "reveal": "some"},
        "derive": {"record": {"elements": GATES}},
        "undo": {"request": str(uuid.uuid4()), "medium": NOBODYS},
    }
    assert set(sent) == set(DeskLine.acts)
    with kept(server, ann) as line:
        for act, body in sent.items():
            for tried in (body, {}, {"medium": 7}):
                asked = ann.post(f"/iwflab/api/{act}", tried)
                assert line.ask(act, tried) == asked, act
        assert line.ask("intake", {"folder": "/"})[0] == 404
        assert line.ask("derive", [])[0] == 400
        line.send("no JSON")
        told = line.hear()
        assert (told["n"], told["status"], told["reply"]["kind"]) == (
            None,
            400,
            "BadInput",
        )


def test_a_reveal_over_the_line_opens_the_full_preview(server, ann, anns):
    body = {"medium": anns[1]["medium"], "level": "full", "request": str(uuid.uuid4())}
    with kept(server, ann) as line:
        status, told = line.ask("reveal", body)
        assert status == 200
        assert ann.get(f"/iwflab/media/{told['grant']}")[0] == 200
        renewal = {"medium": body["medium"], "variant": "full"}
        assert line.ask("grant", renewal)[0] == 200


def test_many_acts_at_once_are_all_answered(server, ann):
    with kept(server, ann) as line:
        for n in range(50):
            body = {"record": {"elements": GATES}}
            line.send({"n": n, "act": "derive", "body": body})
        answers = [line.hear() for _ in range(50)]
    assert sorted(told["n"] for told in answers) == list(range(50))
    assert {told["status"] for told in answers} == {200}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_foreign_page_opens_none(server, ann, headers, status):
    with pytest.raises(InvalidStatus) as refused, opened(server, ann, **headers):
        pass
    assert refused.value.response.status_code == status


def test_nobody_opens_none(server, visitor):
    visitor.get("/login")
    with pytest.raises(InvalidStatus) as refused, opened(server, visitor):
        pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "first",
    [
        {"analyst": "ann"},
        {"xsrf": "", "analyst": "ann"},
        {"xsrf": "2|00000000|" + 32 * "0" + "|1700000000", "analyst": "ann"},
        {"xsrf": "{xsrf}", "analyst": "ben"},
        {"xsrf": "{xsrf}"},
        {"n": 1, "act": "decision", "body": {}},
        "no JSON",
    ],
)
def test_what_shows_no_proof_is_closed(server, ann, first):
    """The cookies alone are not enough: a browser sends them for any page."""
    with opened(server, ann) as line:
        plain = first if isinstance(first, str) else json.dumps(first)
        line.send(plain.replace("{xsrf}", ann.cookies["_xsrf"]))
        assert line.closed() == NOT_PROVEN


def test_a_message_that_is_too_large_ends_the_line_and_nothing_else(server, ann):
    with kept(server, ann) as line:
        line.send(" " * (2 * BODY_BYTES))
        assert line.closed()
    assert ann.get("/iwflab/api/ping")[0] == 200


def test_a_logout_ends_it(server, visitor):
    visitor.login("ann")
    media = visitor.post("/iwflab/api/set", {"n": 1})[1]["items"]
    before = assessments(server)
    with kept(server, visitor) as line:
        assert line.ask("derive", {"record": {}})[0] == 200
        assert visitor.ask("POST", "/logout")[0] == 302
        line.send({"n": 9, "act": "decision", "body": decision(media[0]["medium"])})
        assert line.closed() == ENDED
    assert assessments(server) == before


def test_who_logs_in_over_another_ends_their_line_and_kernels(server):
    """One browser has one login: a page of the first must not go on under it."""
    browser = Visitor(server).login("ann")
    former = Visitor(server, dict(browser.cookies))
    before = set(server.kernels())
    browser.open()
    (mine,) = set(server.kernels()) - before
    with kept(server, browser) as line:
        assert line.ask("derive", {"record": {}})[0] == 200
        browser.login("ben")
        line.send({"n": 9, "act": "derive", "body": {"record": {}}})
        assert line.closed() == ENDED
    assert former.get("/iwflab/api/ping")[0] == 401
    assert mine not in server.kernels()
    assert browser.read("/iwflab/api/ping")["analyst"] == "ben"


def test_who_logs_in_anew_ends_the_older_login_and_keeps_the_kernel(server):
    browser = Visitor(server).login("ann")
    former = Visitor(server, dict(browser.cookies))
    before = set(server.kernels())
    kernel = browser.open()
    (mine,) = set(server.kernels()) - before
    browser.login("ann")
    assert former.get("/iwflab/api/ping")[0] == 401
    assert browser.get(f"/api/kernels/{kernel}")[0] == 200
    assert browser.ask("POST", "/logout")[0] == 302
    assert mine not in server.kernels()  # it ended with the login that took it over


def test_a_failed_login_ends_nobodys(server):
    browser = Visitor(server).login("ben")
    with kept(server, browser, "ben") as line:
        assert browser.try_login("ben", "not the password")[0] == 401
        assert line.ask("derive", {"record": {}})[0] == 200


@pytest.mark.parametrize("end", ["closed", "password"])
def test_a_role_taken_away_and_an_account_that_ends_count_here_as_well(server, end):
    name, word = f"liz-{end}", PASSWORDS["ann"]
    with Lab.open(server.folder) as lab:
        lab.account_add(name, word, roles=["assessor"], os_user=True)
        liz = Visitor(server)
        assert liz.try_login(name, word)[0] == 302
        with kept(server, liz, name) as line:
            assert not no_role(line.ask("decision", decision(NOBODYS)))
            lab.account_role(name, ["statistician"])
            assert no_role(line.ask("decision", decision(NOBODYS)))
            assert line.ask("derive", {"record": {}})[0] == 200
            if end == "closed":
                lab.account_disable(name)
            else:
                lab.account_add(name, word + " anew")

            def gone():
                line.send({"n": 1, "act": "derive", "body": {"record": {}}})
                try:
                    assert line.hear()["status"] in (
                        {403} if end == "closed" else {200}
                    )
                except ConnectionClosed as ended:
                    return ended.rcvd.code == ENDED
                return False

            until(gone, what="the end of the line")


def test_a_refused_act_is_logged_by_its_name_alone(server, ann):
    with kept(server, ann) as line:
        secret = decision(NOBODYS, record={"elements": {}, "note": "harbour wall"})
        assert line.ask("decision", secret)[0] == 403
        assert line.ask("harbour", {})[0] == 404
    until(lambda: "404 LINE ... (127.0.0.1)" in server.text(), what="the log")
    assert "403 LINE decision (127.0.0.1)" in server.text()
    assert NOBODYS not in server.text()
    assert "LINE harbour" not in server.text()
    assert "harbour wall" not in server.text()


def test_who_may_not_is_told_that_whatever_was_sent(server):
    with Lab.open(server.folder) as lab:
        lab.account_add("sam", PASSWORDS["ann"], roles=["statistician"], os_user=True)
    sam = Visitor(server)
    assert sam.try_login("sam", PASSWORDS["ann"])[0] == 302
    with kept(server, sam, "sam") as line:
        for body in (decision(NOBODYS), {}, [], None, {"medium": 10**400}):
            assert no_role(line.ask("decision", body)), body
            assert no_role(line.ask("reveal", body)), body
        assert line.ask("derive", [])[0] == 400


def test_a_proof_that_comes_too_late_opens_nothing(server, ann):
    with opened(server, ann) as line:
        line.send("no JSON")
        line.send({"xsrf": ann.cookies["_xsrf"], "analyst": "ann"})
        assert line.closed() == NOT_PROVEN
    until(lambda: "403 LINE ... (127.0.0.1)" in server.text(), what="the log")


def test_a_number_without_end_is_no_number(server, ann):
    """JSON knows no largest integer; Python turns none of this size into a float."""
    with kept(server, ann) as line:
        line.send('{"n": 1%s, "act": "derive", "body": {}}' % (400 * "0"))
        told = line.hear()
        assert (told["status"], told["reply"]["kind"]) == (400, "BadInput")


def test_a_reader_who_is_slow_waits_and_fills_no_memory(server, ann):
    """Answers that nobody takes hold up the acts behind them."""
    body = {"record": {"elements": GATES, "children": [{}] * 20}}
    with opened(server, ann) as line:
        line.send({"xsrf": ann.cookies["_xsrf"], "analyst": "ann"})
        line.socket.socket.settimeout(2)
        with pytest.raises((ConnectionClosed, TimeoutError)):
            for n in range(200_000):  # its reading thread stops after a few answers
                line.send({"n": n, "act": "derive", "body": body})
        assert n < 100_000
    assert ann.get("/iwflab/api/ping")[0] == 200
