"""The same routes inside a jupyter_server that lets strangers reach handlers."""

import asyncio
import logging
from types import SimpleNamespace

import pytest
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from iwflab.errors import BadInput, NotAllowed
from iwflab.lab import Lab
from iwflab_widgets.server import extension


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
    extension._load_jupyter_server_extension(host)
    service = host.web_app.settings["iwflab_service"]

    async def walk():
        socket, port = bind_unused_port()
        server = HTTPServer(host.web_app)
        server.add_sockets([socket])
        address = f"http://127.0.0.1:{port}/user/zoe/iwflab/api/ping"
        ask = AsyncHTTPClient().fetch
        stranger = await ask(address, raise_error=False)
        known = await ask(address, headers={"X-Name": "zoe"}, raise_error=False)
        server.stop()
        await server.close_all_connections()
        return stranger, known

    try:
        stranger, known = asyncio.run(walk())
    finally:
        service.close()
        service.lab.close()
    assert stranger.code == 401
    assert b"private" not in stranger.body
    assert known.code == 200
    assert b'"analyst": "zoe"' in known.body
    assert known.headers["Cache-Control"] == "no-store, private"
    assert known.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_it_refuses_a_server_without_login_and_a_lab_among_the_notebooks(host):
    host.identity_provider.auth_enabled = False
    with pytest.raises(NotAllowed):
        extension._load_jupyter_server_extension(host)
    host.identity_provider.auth_enabled = True
    host.root_dir = str(host.root_dir).removesuffix("/notebooks")
    with pytest.raises(BadInput):
        extension._load_jupyter_server_extension(host)
