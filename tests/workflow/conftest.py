"""The way of a medium on either database: PostgreSQL's turn is in the soak form.

In the short form ``test_both_stores.py`` goes the whole way on both.
"""

import pytest

from iwflab import Lab
from iwflab.lab.bringing_back import into_shared

EITHER = ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)]


@pytest.fixture(autouse=True, scope="module")
def _warm(warm):
    """No test of a step waits for a decoder to start."""


@pytest.fixture(params=EITHER)
def database(request):
    """Give the addresses for a new lab; none for SQLite."""
    if request.param == "sqlite":
        return dict
    server = request.getfixturevalue("postgres")

    def addresses():
        owner, application = server.database()
        return {"owner_url": owner, "database_url": application}

    return addresses


@pytest.fixture
def new_lab(new_lab, database):
    return lambda name="lab", **settings: new_lab(name, **database(), **settings)


@pytest.fixture
def lab(lab, database):
    where = database()
    if not where:
        yield lab
        return
    lab.close()
    into_shared(lab.folder, **where)
    with Lab.open(lab.folder) as opened:
        yield opened
