"""What every test may use: drawn pictures, a fresh lab, seats for any analyst."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from iwflab import Lab

sys.path.insert(0, str(Path(__file__).parent))  # tests/given.py and friends

from given import CUSTODY, draw_media, with_people


def pytest_sessionfinish(session):
    """Where everything is required (CI), a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("IWFLAB_NO_SKIPS"):
        reporter.write_line(f"{len(skipped)} tests were skipped; none may be", red=True)
        session.exitstatus = 1


@pytest.fixture
def drawn(tmp_path):
    """A folder of six drawn pictures, one of them twice, and one that is none."""
    return draw_media(tmp_path / "drawn")


@pytest.fixture
def new_lab(tmp_path):
    """Make labs that are closed at the end; heads lie outside them."""
    made = []

    def make(name="lab", **settings):
        heads = str(tmp_path / f"{name}-heads")
        made.append(Lab.create(tmp_path / name, head_folder=heads, **settings))
        return with_people(made[-1])

    yield make
    for lab in made:
        lab.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A closed lab with the drawn pictures taken in, to be copied, never opened."""
    folder = tmp_path_factory.mktemp("filled")
    settings = {"head_folder": str(folder / "heads"), "intake_roots": ["/"]}
    with with_people(Lab.create(folder / "lab", **settings)) as lab:
        lab.intake([draw_media(folder / "drawn")], **CUSTODY)
    return folder


@pytest.fixture
def lab(filled, tmp_path):
    """A lab with the drawn pictures taken in; a copy, since decoding takes time."""
    shutil.copytree(filled / "lab", tmp_path / "lab")
    settings = tmp_path / "lab" / "lab.toml"
    text = settings.read_text().replace(str(filled / "heads"), str(tmp_path / "heads"))
    settings.write_text(text)
    with Lab.open(tmp_path / "lab") as opened:
        yield opened
