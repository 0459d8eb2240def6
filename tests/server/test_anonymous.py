"""Nobody who is not logged in, and no foreign host name, gets anything."""

import re
import re._parser as grammar

import pytest

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSED = {302, 401, 403, 404, 405}
PUBLIC = {"LoginHandler", "AssetHandler"}  # the login page, its style and icon
SAMPLES = {
    "/voila/templates/(.*)": "/voila/templates/lab/static/voila.js",
    "/voila/static/(.*)": "/voila/static/voila.js",
    "/voila/labextensions/(.*)": "/voila/labextensions/anywidget/package.json",
    "/voila/render/(.*)": "/voila/render/grading.ipynb",
}
FORMERLY_OPEN = (
    "/voila/files/secret.jpg",
    "/voila/files/grading.ipynb",
    "/voila/tree",
    "/voila/tree/",
    "/voila/api/contents/",
    "/voila/api/contents/grading.ipynb",
    "/api/contents",
    "/api/kernels",
    "/api/sessions",
    "/api/terminals",
    "/api/status",
    "/terminals/1",
    "/files/grading.ipynb",
    "/voila/render/../../lab/lab.db",
    "/voila/static/../../../../etc/passwd",
    "/voila/templates/lab/static/../../../../../../etc/passwd",
    "/metrics",
    "/favicon.ico",
)


def example(pattern):
    """Write one text that the pattern of a route matches."""
    text = SAMPLES.get(pattern.rstrip("$")) or "".join(_walk(grammar.parse(pattern)))
    assert re.fullmatch(pattern.rstrip("$"), text), (pattern, text)
    return text


def _walk(tree):
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            yield chr(value)
        elif name == "ANY":
            yield "x"
        elif name == "IN":
            yield _one_of(value)
        elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
            least, _, body = value
            yield "".join(_walk(body)) * max(least, 1)
        elif name == "SUBPATTERN":
            yield from _walk(value[-1])
        elif name == "BRANCH":
            yield from _walk(value[1][0])


def _one_of(choices):
    kind, value = choices[0]
    return {"LITERAL": lambda: chr(value), "RANGE": lambda: chr(value[0])}.get(
        str(kind), lambda: "a"
    )()


def contents_of(server, ann, anns):
    """Give every route, with real names where a name would open something."""
    kernel = ann.open()
    real = {
        r"/iwflab/media/": f"/iwflab/media/{anns[0]['grants']['shielded']}",
        r"/api/kernels/": f"/api/kernels/{kernel}",
        r"/voila/api/shutdown/": f"/voila/api/shutdown/{kernel}",
    }
    for route in server.routes():
        path = next(
            (
                text + ("/channels" if "channels" in route["path"] else "")
                for start, text in real.items()
                if route["path"].startswith(start) and "(" in route["path"]
            ),
            None,
        )
        yield route, path or example(route["path"])


@pytest.mark.parametrize("host", [None, "evil.example", "evil.example:8866"])
def test_every_route_of_the_running_app_refuses_anonymous_visitors(
    server, visitor, ann, anns, host
):
    tried = 0
    visitor.get("/login")  # an XSRF cookie opens nothing by itself
    for route, path in contents_of(server, ann, anns):
        assert route["hosts"], "a route for any host name"
        if route["handler"] in PUBLIC and host is None:
            continue
        for method in METHODS:
            headers = {"Host": host} if host else {}
            status, told, body = visitor.ask(method, path, headers=headers)
            assert status in REFUSED, (method, path, status, body[:200])
            assert len(body) < 1500, (method, path)
            assert b"canary" not in body, (method, path)
            assert "image" not in told.get("Content-Type", "")
            if status == 302:
                assert told["Location"].startswith("/login")
            tried += 1
    assert tried > 150
    assert len(server.kernels()) >= 1, "an anonymous visitor shut a kernel down"


def test_what_stock_voila_and_jupyter_leave_open_is_closed(visitor, ann):
    for who in (visitor, ann):
        for path in FORMERLY_OPEN:
            status, _, body = who.get(path)
            assert status in REFUSED, (path, status)
            assert b"root:" not in body
            assert b"SQLite" not in body


def test_no_token_is_an_identity(visitor):
    for path, headers in (
        ("/iwflab/api/ping?token=", {}),
        ("/iwflab/api/ping?token=x", {}),
        ("/iwflab/api/ping", {"Authorization": "token "}),
        ("/iwflab/api/ping", {"Authorization": "Bearer x"}),
    ):
        assert visitor.get(path, headers=headers)[0] == 401
    assert not any(name.startswith("iwflab") for name in visitor.cookies)


def test_replies_are_sealed(ann, visitor, anns):
    token = anns[0]["grants"]["shielded"]
    for who, path in (
        (visitor, "/login"),
        (visitor, "/iwflab/api/ping"),
        (ann, "/"),
        (ann, "/iwflab/api/ping"),
        (ann, f"/iwflab/media/{token}"),
        (ann, "/no/such/page"),
    ):
        told = who.get(path)[1]
        assert told["Cache-Control"] == "no-store, private", path
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Cross-Origin-Resource-Policy"] == "same-origin"
        html = told["Content-Type"].startswith("text/html")
        assert told["Referrer-Policy"] == ("same-origin" if html else "no-referrer")
        assert told["Content-Security-Policy"].startswith("default-src 'none'")
        assert not {"Etag", "Server", "Last-Modified"} & set(told)


def test_a_page_of_an_app_may_reach_only_this_server(ann, server):
    status, told, _ = ann.get("/voila/render/grading.ipynb?theme=%22%3E%3Cscript%3E")
    assert status == 200
    policy = told["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert set(re.findall(r"wss?://\S+?(?=;| )", policy)) == {
        f"ws://127.0.0.1:{server.port}"
    }
    assert "http" not in policy


def test_a_theme_is_one_of_two_words(ann):
    page = ann.get("/voila/render/grading.ipynb?theme=%22%3E%3Cscript%3Ealert(1)")[2]
    assert b"alert(1)" not in page
    assert b"theme-light" in page
    page = ann.get("/voila/render/grading.ipynb?theme=dark&template=base")[2]
    assert b"theme-dark" in page
    assert b"jsdelivr" not in page
    assert b"cdnjs" not in page
