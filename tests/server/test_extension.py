"""The same routes inside a jupyter_server that lets strangers reach handlers."""

import asyncio
import json
import logging
from types import SimpleNamespace

import pytest
from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import websocket_connect

from iwflab.errors import BadInput, NotAllowed
from iwflab.lab import Lab
from iwflab_widgets.server import extension
from iwflab_widgets.server.line import ENDED


class Named(IdentityProvider):
    """Knows who sends a name; everyone else is nobody."""

    def get_user(self, handler):
        name = handler.request.headers.get("X-Name")
        return User(name) if name else None


@pytest.fixture
def host(tmp_path, monkeypatch):
    with Lab.create(tmp_path / "lab", name="private") as lab:
        lab.account_add("zoe", roles=["senior_analyst"], os_user=True)
    monkeypatch.setenv("IWFLAB_LAB", str(tmp_path / "lab"))
    monkeypatch.setenv("IWFLAB_ANALYST", "zoe")
    (tmp_path / "notebooks").mkdir()
    identity = Named(token="")
    app = Application(
        base_url="/user/zoe/",
        identity_provider=identity,
        allow_unauthenticated_access=True,  # the default of jupyter_server
        cookie_secret="x" * 32,
    )
    return SimpleNamespace(
        web_app=app,
        root_dir=str(tmp_path / "notebooks"),
        contents_manager=AsyncLargeFileManager(root_dir=str(tmp_path / "notebooks")),
        identity_provider=SimpleNamespace(auth_enabled=True),
        log=logging.getLogger("test"),
    )


def test_only_who_is_logged_in_is_the_analyst_of_the_lab(host):
    stranger, known = _ping(host, {}, {"X-Name": "zoe"})

    assert stranger.code == 401
    assert b"private" not in stranger.body
    assert known.code == 200
    assert b'"analyst": "zoe"' in known.body
    assert known.headers["Cache-Control"] == "no-store, private"
    assert known.headers["Content-Security-Policy"].startswith("default-src 'none'")


class Noting(IdentityProvider):
    """As a hub's does, it notes on the handler whom it found, and asks only once."""

    gone = False

    def get_user(self, handler):
        if not hasattr(handler, "_noted"):
            handler._noted = None if self.gone else User("zoe")
        return handler._noted


def test_who_is_no_longer_known_there_is_cut_off(host):
    """Each message is asked about anew, whatever was noted for the one before."""
    provider = host.web_app.settings["identity_provider"] = Noting(token="")
    proof = "a" * 32

    async def ask(port):
        address = f"ws://127.0.0.1:{port}/user/zoe/iwflab/api/line"
        cookie = {"Cookie": f"_xsrf={proof}"}
        line = await websocket_connect(HTTPRequest(address, headers=cookie))
        told = []
        for message in (
            {"xsrf": proof, "analyst": "zoe"},
            {"n": 1, "act": "derive", "body": {"record": {}}},
            {"n": 2, "act": "derive", "body": {"record": {}}},
        ):
            provider.gone = message.get("n") == 2
            await line.write_message(json.dumps(message))
            told.append(await line.read_message())
        code = line.close_code
        line.close()
        return [*told, code]

    ready, first, second, code = _loaded(host, ask)
    assert json.loads(ready) == {"ready": True}
    assert json.loads(first)["status"] == 200
    assert (second, code) == (None, ENDED)


@pytest.mark.parametrize("provider", [None, IdentityProvider])
def test_a_page_keeps_a_line_there_as_well(host, provider):
    """Whether the provider answers at once or later, by a header or a token."""
    if provider:
        host.web_app.settings["identity_provider"] = provider(token="secret")
    shown = {"Authorization": "token secret"} if provider else {"X-Name": "zoe"}
    proof = "a" * 32  # tornado takes a token of its first version as it is

    async def ask(port):
        address = f"ws://127.0.0.1:{port}/user/zoe/iwflab/api/line"
        line = await websocket_connect(
            HTTPRequest(address, headers={**shown, "Cookie": f"_xsrf={proof}"})
        )
        told = []
        for message in (
            {"xsrf": proof, "analyst": "zoe"},
            {"n": 1, "act": "derive", "body": {"record": {"elements": {}}}},
        ):
            await line.write_message(json.dumps(message))
            told.append(json.loads(await line.read_message()))
        line.close()
        assert await line.read_message() is None
        return told

    ready, answer = _loaded(host, ask)
    assert ready == {"ready": True}
    assert (answer["n"], answer["status"]) == (1, 200)
    assert "grades" in answer["reply"]


def _ping(host, *asked):
    """Load the extension and ping it once with each of these headers."""

    async def ask(port):
        address = f"http://127.0.0.1:{port}/user/zoe/iwflab/api/ping"
        fetch = AsyncHTTPClient().fetch
        return [await fetch(address, headers=h, raise_error=False) for h in asked]

    return _loaded(host, ask)


def _loaded(host, ask):
    extension._load_jupyter_server_extension(host)
    service = host.web_app.settings["iwflab_service"]

    async def walk():
        socket, port = bind_unused_port()
        server = HTTPServer(host.web_app)
        server.add_sockets([socket])
        told = await ask(port)
        server.stop()
        await server.close_all_connections()
        return told

    try:
        return asyncio.run(walk())
    finally:
        service.close()
        service.lab.close()


def test_where_people_are_named_another_one_is_not_the_analyst(host):
    """A hub lets its administrators, and whom a server is shared with, in."""
    eve, zoe = _ping(host, {"X-Name": "eve"}, {"X-Name": "zoe"})

    assert eve.code == 403
    told = json.loads(eve.body)
    assert "another person" in told["error"]
    assert "your own server" in told["advice"]
    assert b"private" not in eve.body
    assert zoe.code == 200


@pytest.mark.parametrize("provider", [IdentityProvider, PasswordIdentityProvider])
def test_the_token_of_ones_own_server_is_its_analyst(host, provider):
    """Such a server names nobody: whoever has its token is its one person."""
    host.web_app.settings["identity_provider"] = provider(token="secret")
    stranger, wrong, own = _ping(
        host,
        {},
        {"Authorization": "token other"},
        {"Authorization": "token secret"},
    )

    assert (stranger.code, wrong.code, own.code) == (401, 401, 200)
    assert json.loads(own.body)["analyst"] == "zoe"


def test_it_refuses_a_server_without_login_and_a_lab_among_the_notebooks(host):
    host.identity_provider.auth_enabled = False
    with pytest.raises(NotAllowed):
        extension._load_jupyter_server_extension(host)
    host.identity_provider.auth_enabled = True
    host.root_dir = str(host.root_dir).removesuffix("/notebooks")
    with pytest.raises(BadInput):
        extension._load_jupyter_server_extension(host)
