"""A demonstration lab, its research server, and a person in JupyterLab."""

import pytest

from iwflab.demo import make
from tests.research.jupyterlab import Research, Researcher
from tests.walk.serving import chromium


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """A demonstration lab; its heads lie beside it, not in a home folder."""
    base = tmp_path_factory.mktemp("research")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(base / "home"))
        make(base / "lab", 20)
    return base


@pytest.fixture(scope="session")
def research(demonstration):
    running = Research(demonstration / "lab", demonstration).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def researcher(research):
    """In the worked example, with every cell run; its browser ends with the module."""
    with chromium() as browser:
        person = Researcher(
            browser.new_context(viewport={"width": 1440, "height": 900}), research
        )
        person.numbers = person.open().run_all()
        yield person
