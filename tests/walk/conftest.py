"""The walk's own fixtures; a browser is required in CI, and said to be missing here."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving import chromium


@pytest.fixture(scope="module")  # a second Playwright cannot run beside this one
def _chromium():
    with chromium() as started:
        yield started


@pytest.fixture
def browser(_chromium):
    """One Chromium for the tests of a file, each with windows of its own."""
    yield _chromium
    for context in _chromium.contexts:
        context.close()


@pytest.fixture(autouse=True, scope="session")
def _browser():
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        pytest.skip("chromium is not installed: install it to run the browser tests")
