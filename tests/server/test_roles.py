"""Every route and every door, for every role: allowed, or refused with advice."""

import json
import re
import sys
import uuid
from pathlib import Path

import pytest

from iwflab.lab import Lab
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.pages import find_apps
from iwflab_widgets.server.places import notebook_root
from iwflab_widgets.server.routes import ROUTES
from tests.server.visiting import Visitor, make_lab, server_for, until

sys.path.insert(0, str(Path(__file__).parents[1] / "roles"))

from expected import DOORS, LETTERS, may

ROLES = list(LETTERS.values())
NAMES = {role: role.replace("_", "-") for role in ROLES}
PASSWORD = "a pass phrase for tests"
NOBODYS = "ffffffffffff"
SEEN = {"medium": NOBODYS, "variant": "shielded", "milliseconds": 1}
MORE = {"medium": NOBODYS, "record": {}, "reveal": "none", "seconds": 1}
# Method, path, body, who may: what is sent is never enough to change anything.
ASKED = [
    ("GET", "api/ping", {}, "asqtm"),
    ("GET", "api/desk", {}, "asqtm"),
    ("POST", "api/set", {"n": 0}, "as"),
    ("POST", "api/grant", {"medium": NOBODYS, "variant": "shielded"}, "asq"),
    ("POST", "api/reveal", {"medium": NOBODYS, "level": "full"}, "asq"),
    ("POST", "api/shown", {"views": [SEEN]}, "asq"),
    ("POST", "api/decision", MORE, "as"),
    ("POST", "api/derive", {"record": {}}, "asqtm"),
    ("POST", "api/undo", {"medium": NOBODYS}, "as"),
    ("GET", "api/line", {}, "asqtm"),
    ("POST", "api/start", {"level": "full"}, "asq"),
    ("POST", "api/keys", {"keys": {"no_such_act": "q"}}, "asqtm"),
    ("POST", "api/presentation", {"active": "off"}, "asqtm"),
    ("GET", "api/exposure?days=1", {}, "asqtm"),
    ("GET", "api/signs", {}, "asqtm"),
    ("POST", "api/comparison", {"part": "in"}, "as"),
    ("POST", "api/comparison/answer", {"medium": NOBODYS, "answer": 0}, "as"),
    ("POST", "api/intake", {"folder": "/"}, "s"),
    ("POST", "api/upload?name=x", {}, "s"),
    ("GET", "api/jobs", {}, "s"),
    ("GET", "api/matching", {}, "asq"),
    ("GET", "api/matching/hit?hit=x", {}, "asq"),
    ("GET", f"api/matching/rows?medium={NOBODYS}", {}, "asq"),
    ("GET", f"api/matching/hashes?medium={NOBODYS}", {}, "asq"),
    ("POST", "api/matching/answer", {"hits": [NOBODYS], "verdict": "same"}, "sq"),
    ("POST", "api/matching/grants", {"media": []}, "sq"),
    ("POST", "api/matching/shown", {"views": [SEEN]}, "sq"),
    ("POST", "api/matching/withdraw", {"name": "x", "reason": "x"}, "s"),
    ("POST", "api/matching/list", {"file": "/"}, "s"),
    ("POST", "api/matching/list-upload?name=x", {}, "s"),
    ("GET", "api/matching/stacks?distance=0", {}, "asq"),
    ("GET", "api/matching/sample?exemplar=x&k=1&distance=0", {}, "asq"),
    ("POST", "api/matching/grade", {**MORE, "exemplar": NOBODYS}, "as"),
    ("POST", "api/matching/undo", {"named": NOBODYS}, "as"),
    ("GET", "api/sheet?at=0&n=1", {}, "as"),
    ("POST", "api/sheet/grants", {"media": [], "variant": "shielded"}, "as"),
    ("GET", f"api/sheet/item?medium={NOBODYS}", {}, "as"),
    ("POST", "api/sheet/take", {"n": 0}, "as"),
    ("GET", f"api/beside?medium={NOBODYS}", {}, "as"),
    ("POST", "api/rendition", {"medium": NOBODYS, "variant": "large"}, "asq"),
    ("GET", "api/queue?at=0&n=0", {}, "asq"),
    ("POST", "api/selection", {**MORE, "media": [NOBODYS], "medium": ""}, "as"),
    ("POST", "api/selection/undo", {"named": NOBODYS}, "as"),
    ("GET", f"api/reports/{NOBODYS}/x.html", {}, "sqt"),
    ("GET", f"media/{'x' * 24}", {}, "asq"),
    ("GET", "api/no-such-route", {}, "asqtm"),
]


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    """The real doors' names and needs over a notebook that runs nothing."""
    folder = tmp_path_factory.mktemp("doors")
    for place in notebook_root().glob("*.ipynb"):
        notebook = json.loads(place.read_text())
        for cell in notebook["cells"]:
            cell["source"] = ["# stand-in"] if cell["cell_type"] == "code" else ["# t"]
        (folder / place.name).write_text(json.dumps(notebook))
    undeclared = {**notebook, "metadata": {**notebook["metadata"], "iwflab": {}}}
    (folder / "undeclared.ipynb").write_text(json.dumps(undeclared))
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory, apps):
    folder = make_lab(tmp_path_factory.mktemp("roles") / "lab", pictures=2)
    with Lab.open(folder) as lab:
        for role in ROLES:
            lab.account_add(NAMES[role], PASSWORD, roles=[role], os_user=True)
    running = server_for(folder, apps).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def people(served):
    return {role: _login(served, NAMES[role]) for role in ROLES}


def _login(served, name, password=PASSWORD):
    visitor = Visitor(served)
    assert visitor.try_login(name, password)[0] == 302
    return visitor


def test_every_route_declares_what_it_needs_and_stands_in_the_table():
    for path, handler in ROUTES:
        assert handler.needs is not None, path
    assert ApiHandler.needs is None  # a route that says nothing is refused to everyone
    for path, _ in ROUTES:
        tried = [
            p
            for _, p, _, _ in ASKED
            if re.fullmatch(path, f"/iwflab/{p}".split("?")[0])
        ]
        assert tried, path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked[1])
def test_every_route_is_open_to_its_roles_and_to_no_other(people, role, asked):
    method, path, body, letters = asked
    plain = json.dumps({"request": str(uuid.uuid4()), **body}) if body else None
    status, _, answer = people[role].ask(method, f"/iwflab/{path}", plain)
    told = json.loads(answer)
    refused = "your roles do not let you" in told.get("error", "")

    assert refused != may(letters, role), (status, told)
    if refused:
        assert (status, told["kind"]) == (403, "NotAllowed")
        assert "ask a person who may" in told["advice"]


@pytest.mark.parametrize("sent", ["{}", "no JSON", '{"medium": "x", "record": 1}'])
def test_who_may_not_decide_is_told_so_whatever_was_sent(people, sent):
    for role, wanted in (("statistician", 403), ("qa_officer", 403), ("assessor", 400)):
        status, _, answer = people[role].ask("POST", "/iwflab/api/decision", sent)
        assert status == wanted, (role, answer)


def test_a_route_asks_before_or_with_its_act():
    """The others ask before they read a body, as every route does by itself."""
    assert not ApiHandler.asks_with_the_act
    assert [path for path, handler in ROUTES if handler.asks_with_the_act] == [
        "/iwflab/api/decision",
        "/iwflab/api/derive",
    ]


def test_the_real_doors_declare_what_they_need():
    assert {
        app.path.removesuffix(".ipynb") for app in find_apps(notebook_root())
    } == set(DOORS)
    assert all(app.needs for app in find_apps(notebook_root()))


@pytest.mark.parametrize("role", ROLES)
def test_every_door_opens_to_its_roles_and_only_those_are_shown(people, role):
    who = people[role]
    _, _, landing = who.get("/")
    shown = set(re.findall(rb"/voila/render/(\w+)\.ipynb", landing))
    open_ = {name for name, letters in DOORS.items() if may(letters, role)}
    assert {name.decode() for name in shown} == open_
    for door in (*DOORS, "undeclared"):
        if door in open_ and door != min(open_):
            continue  # one of them is rendered: a kernel takes seconds
        status, _, page = who.get(f"/voila/render/{door}.ipynb")
        assert status == (200 if door in open_ else 403), door
        if status == 403:
            assert b"Your roles do not open this desk." in page
            assert b"iwflab account role" in page
        else:
            bar = page[page.index(b'id="iwflab-bar"') :]
            others = set(re.findall(rb"/voila/render/(\w+)\.ipynb", bar))
            assert {name.decode() for name in others} == open_ - {door}
    if not open_:
        assert b"roles open no desk" in landing


def test_a_role_taken_away_counts_at_once_and_a_closed_account_is_out(served):
    with Lab.open(served.folder) as lab:
        lab.account_add("zoe", PASSWORD, roles=["assessor"], os_user=True)
        zoe = _login(served, "zoe")
        assert zoe.post("/iwflab/api/set", {"n": 0})[0] == 200
        lab.account_role("zoe", ["statistician"])
        assert zoe.post("/iwflab/api/set", {"n": 0})[0] == 403
        assert zoe.post("/iwflab/api/decision", MORE)[0] == 403
        lab.account_disable("zoe")
        assert zoe.get("/iwflab/api/ping")[0] in {401, 403}
        until(
            lambda: zoe.get("/iwflab/api/ping")[0] == 401, what="the end of the login"
        )
        assert Visitor(served).try_login("zoe", PASSWORD)[0] == 401


def test_a_new_password_ends_the_logins_and_kernels_of_the_old(served):
    with Lab.open(served.folder) as lab:
        lab.account_add("kim", PASSWORD, roles=["senior_analyst"], os_user=True)
        kim = _login(served, "kim")
        kim.open("intake")
        kernels = len(served.kernels())
        lab.account_add("kim", PASSWORD + " anew")
    until(lambda: kim.get("/iwflab/api/ping")[0] == 401, what="the end of the login")
    until(lambda: len(served.kernels()) == kernels - 1, what="the end of the kernel")
    assert kim.get("/")[0] == 302
    assert _login(served, "kim", PASSWORD + " anew").get("/iwflab/api/ping")[0] == 200
