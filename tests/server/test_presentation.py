"""Presentation mode over HTTP: no route sends a pixel, and the ledger is one's own."""

import uuid

import pytest

from iwflab_widgets.server.media_routes import PixelHandler
from iwflab_widgets.server.routes import ROUTES
from tests.server.visiting import Visitor


def switch(visitor, active):
    body = {"active": active, "request": str(uuid.uuid4())}
    return visitor.post("/iwflab/api/presentation", body)


@pytest.fixture
def presenting(server):
    """A session of ann's of its own: others of hers go on."""
    projector = Visitor(server).login("ann")
    yield projector
    switch(projector, "off")


def test_every_route_of_media_is_one_that_presentation_mode_closes():
    """Whatever route is added under this address stops with the others."""
    found = [
        handler
        for path, handler in ROUTES
        if path.startswith("/iwflab/media") and "api" not in path
    ]
    assert found
    assert all(issubclass(handler, PixelHandler) for handler in found)


def test_no_pixel_goes_to_a_presenting_session(server, ann, presenting):
    status, answer = presenting.post("/iwflab/api/set", {"n": 4})
    item = next(i for i in answer["items"] if i["stage"] == "waiting")
    free = [item["grants"][variant] for variant in ("shielded", "outlines")]
    told = {"medium": item["medium"], "level": "lens", "request": str(uuid.uuid4())}
    status, answer = presenting.post("/iwflab/api/reveal", told)
    assert status == 200
    tokens = [*free, answer["grant"]]
    for token in tokens:  # the grants stand
        assert presenting.get(f"/iwflab/media/{token}")[0] == 200
    before = len(server.views("delivered"))

    assert switch(presenting, "on") == (200, {"presenting": True})
    for token in tokens:
        status, headers, content = presenting.get(f"/iwflab/media/{token}")
        assert status == 403
        assert headers["Content-Type"].startswith("application/json")
        assert b"Presenting" in content
    assert len(server.views("delivered")) == before
    assert presenting.read("/iwflab/api/ping")["presenting"] is True
    assert ann.read("/iwflab/api/ping")["presenting"] is False
    assert ann.get(f"/iwflab/media/{_shielded(ann)}")[0] == 200
    assert ("ann", item["medium"], "lens") in server.views("revealed")


def _shielded(visitor):
    _, answer = visitor.post("/iwflab/api/set", {"n": 4})
    return next(i for i in answer["items"] if i["stage"] == "waiting")["grants"][
        "shielded"
    ]


def test_who_logs_in_again_goes_on_presenting(server, presenting):
    first = presenting.read("/iwflab/api/ping")
    switch(presenting, "on")
    presenting.login("ann")  # in another tab of the same browser
    again = presenting.read("/iwflab/api/ping")
    assert again["presenting"] is True
    assert again["login"] != first["login"]
    switch(presenting, "off")
    presenting.login("ann")
    assert presenting.read("/iwflab/api/ping")["presenting"] is False


def test_it_outlives_a_restart_of_the_server(server, presenting):
    token = _shielded(presenting)
    switch(presenting, "on")
    server.stop()
    server.start()
    assert presenting.read("/iwflab/api/ping")["presenting"] is True
    assert presenting.get(f"/iwflab/media/{token}")[0] == 403
    fresh = _shielded(presenting)
    status, _, content = presenting.get(f"/iwflab/media/{fresh}")
    assert (status, b"Presenting" in content) == (403, True)


def test_the_ledger_of_another_person_is_refused_over_http(ann, ben):
    assert ann.read("/iwflab/api/exposure?days=7")["analyst"] == "ann"
    assert ann.read("/iwflab/api/exposure?analyst=ann")["analyst"] == "ann"
    status, _, content = ben.get("/iwflab/api/exposure?analyst=ann")
    assert (status, b"to that person alone" in content) == (403, True)
    assert ann.get("/iwflab/api/exposure?days=9999")[0] == 400
    assert ann.read("/iwflab/api/signs")["signs"] == []


def test_the_level_to_start_with_is_asked_of_the_server(ann, ben):
    body = {"level": "outlines", "request": str(uuid.uuid4())}
    assert ann.post("/iwflab/api/start", body)[1]["start_level"] == "outlines"
    assert ann.read("/iwflab/api/desk")["start_level"] == "outlines"
    assert ben.read("/iwflab/api/desk")["start_level"] == "shielded"
    body = {"level": "full", "request": str(uuid.uuid4())}
    assert ann.post("/iwflab/api/start", body)[0] == 400
    body = {"level": "shielded", "request": str(uuid.uuid4())}
    assert ann.post("/iwflab/api/start", body)[0] == 200
