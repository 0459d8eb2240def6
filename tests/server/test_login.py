"""Logging in and out."""

import re

from tests.server.visiting import PASSWORDS, Visitor

UNKNOWN_PASSWORD = "a password nobody may find in a log"


def test_the_right_password_opens_and_the_cookie_is_kept_close(server, visitor):
    assert visitor.get("/")[0] == 302
    visitor.login("ben")
    assert visitor.read("/iwflab/api/ping")["analyst"] == "ben"
    (mine,) = [c for c in visitor.set_cookies if c.startswith(f"iwflab-{server.port}=")]
    assert "HttpOnly" in mine
    assert "SameSite=Strict" in mine
    assert "Path=/" in mine
    (xsrf, *_) = [c for c in visitor.set_cookies if c.startswith("_xsrf=")]
    assert "SameSite=Strict" in xsrf
    status, _, page = visitor.get("/")
    assert status == 200
    assert page.count(b"/voila/render/") == 5
    assert b"<script" not in page


def test_wrong_and_unknown_look_alike_and_no_password_is_logged(server, visitor):
    wrong = visitor.try_login("ann", UNKNOWN_PASSWORD)
    unknown = Visitor(server).try_login("zoe", UNKNOWN_PASSWORD)
    assert wrong[0] == unknown[0] == 401

    def told(answer):
        return re.sub(rb'value="[^"]*"', b"", answer[2])

    assert told(wrong) == told(unknown)
    assert b'role="alert"' in wrong[2]
    assert "login failed: ann from 127.0.0.1" in server.text()
    assert "login failed: unknown from 127.0.0.1" in server.text()
    assert "zoe" not in server.text()
    assert UNKNOWN_PASSWORD not in server.text()
    assert not any(name.startswith("iwflab") for name in visitor.cookies)


def test_guessing_is_slowed_and_then_paused(server, visitor):
    tried = [visitor.try_login("guessed", f"guess number {n}")[0] for n in range(6)]
    assert tried == [401] * 5 + [429]
    status, told, page = visitor.try_login("guessed", "guess number 7")
    assert (status, told["Retry-After"]) == (429, "60")
    assert b"Wait one minute" in page
    Visitor(server).login("ben")  # another name is not held up by this one


def test_the_first_empty_field_has_the_focus(visitor):
    _, _, page = visitor.get("/login")
    assert re.search(rb'<input id="name"[^>]* autofocus>', page)
    _, _, page = visitor.try_login("zed", UNKNOWN_PASSWORD)
    assert re.search(rb'<input id="password"[^>]* autofocus>', page)


def test_a_desk_whose_person_is_gone_gets_the_form_whoever_is_logged_in(
    server, visitor
):
    visitor.login("ben")
    assert visitor.get("/login")[0] == 302
    status, _, page = visitor.get("/login?again=1&name=ann%22%3E%3Cb%3E")
    assert status == 200
    assert b"<b>" not in page
    _, _, page = visitor.get("/login?again=1&name=ann")
    assert re.search(rb'<input id="name" name="name" value="ann"', page)
    assert b"go back to the tab of your desk" in page
    assert (
        visitor.read("/iwflab/api/ping")["analyst"] == "ben"
    )  # looked at, not changed


def test_a_login_needs_the_xsrf_token(visitor):
    form = f"name=ann&password={PASSWORDS['ann'].replace(' ', '+')}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.ask("POST", "/login", form, headers=kind)[0] == 403


def test_the_way_back_stays_on_this_server(visitor):
    for way, end in (
        ("/voila/render/grading.ipynb", "/voila/render/grading.ipynb"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ):
        status, told, _ = visitor.try_login("ben", PASSWORDS["ben"], way)
        assert (status, told["Location"]) == (302, end), way
        visitor.cookies.clear()


def test_logout_ends_the_session_its_grants_and_its_kernels(server, visitor):
    visitor.login("ben")
    kernel = visitor.open()
    items = visitor.post("/iwflab/api/set", {"n": 1})[1]["items"]
    token = items[0]["grants"]["shielded"]
    kept = Visitor(server, dict(visitor.cookies))
    alive = len(server.kernels())
    assert kept.get(f"/iwflab/media/{token}")[0] == 200
    assert visitor.ask("GET", "/logout")[0] in {302, 405}
    assert visitor.ask("POST", "/logout", xsrf=False)[0] == 403
    assert visitor.ask("POST", "/logout")[0] == 302
    # The cookie that was kept is signed and in date; it opens nothing any more.
    assert kept.get("/iwflab/api/ping")[0] == 401
    assert kept.get(f"/iwflab/media/{token}")[0] == 401
    assert kept.get("/")[0] == 302
    assert len(server.kernels()) == alive - 1
    assert visitor.login("ben").get(f"/api/kernels/{kernel}")[0] == 403


def test_a_tampered_cookie_is_nobody(server, ann):
    name = f"iwflab-{server.port}"
    signed = ann.cookies[name]
    other = signed[:-1] + (
        "1" if signed.endswith("0") else "0"
    )  # whatever it ends with
    for value in ("", "x", other, '{"name": "ann"}'):
        forged = Visitor(server, {**ann.cookies, name: value})
        assert forged.get("/iwflab/api/ping")[0] == 401
