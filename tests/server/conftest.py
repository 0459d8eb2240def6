"""The served lab, and who is logged in to it."""

import uuid

import pytest

from tests.server.visiting import DOORS, Visitor, door, make_lab, server_for


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """A notebook root with four stand-in doors."""
    folder = tmp_path_factory.mktemp("apps")
    for name in DOORS:
        door(folder, name)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory, root):
    folder = make_lab(tmp_path_factory.mktemp("served") / "lab")
    running = server_for(folder, root).start(IWF_TEST_SECRET="not for kernels")
    yield running
    running.stop()


@pytest.fixture
def visitor(server):
    """Someone who is not logged in."""
    return Visitor(server)


@pytest.fixture(scope="session")
def ann(server):
    return Visitor(server).login("ann")


@pytest.fixture(scope="session")
def ben(server):
    return Visitor(server).login("ben")


@pytest.fixture
def request_id():
    return str(uuid.uuid4())


@pytest.fixture
def anns(ann):
    """Ann's open media, with fresh grants."""
    status, answer = ann.post("/iwflab/api/set", {"n": 4})
    assert status == 200, answer
    items = [item for item in answer["items"] if item["stage"] == "waiting"]
    assert all("shielded" in item["grants"] for item in items), items
    return items
