"""A store of either kind; the PostgreSQL is the test's own."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # labs.py

from iwflab.store import Store


@pytest.fixture
def again(store):
    """The same store, opened a second time."""
    url = store.engine.url
    if store.engine.dialect.name == "sqlite":
        opened = Store.open(Path(url.database))
    else:
        opened = Store.connect(url.render_as_string(hide_password=False), "abc")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    """An empty lab's store: what is asked of it is asked of both databases."""
    if request.param == "sqlite":
        return request.getfixturevalue("embedded")
    return request.getfixturevalue("shared")()
