"""A place for whole sessions."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.leaks.sessions import PREFIX, Place


@pytest.fixture
def place():
    """A short path: Chromium puts a socket into the temp folder."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    yield Place(folder).make_lab()
    shutil.rmtree(folder, ignore_errors=True)
