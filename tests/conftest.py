"""What every test may use: drawn pictures, a fresh lab, seats for any analyst."""

import gc
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from iwflab import Lab

sys.path.insert(0, str(Path(__file__).parent))  # tests/given.py and friends

from given import CUSTODY, draw_media, with_people
from postgres import Server

from iwflab.media.pool import DecodePool
from iwflab.media.stem import Stems
from iwflab.store import Store
from iwflab.workflow import EXAMINE

# As in the server: jsonschema compiles a grammar for a second, which no schema uses.
sys.modules.setdefault("rfc3987_syntax", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect with the garbage collector at rest: what is made here stays.

    It looks at none of it again, and in the tests less often than by default:
    going through thousands of tests took it a tenth of all their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items):
    """Spread the files that drive a browser over the first four fifths of a run.

    Their tests are few and long.  At the end of a run by two processes only short files
    are left to share out (``--no-loadscope-reorder``: pytest-xdist would put files of
    few tests last, and one process would wait for the other).
    """
    tests = Counter(item.path for item in items)
    browsing = {item.path for item in items if item.get_closest_marker("browser")}
    turn = {}
    for files, share in ((browsing, 0.8), (set(tests) - browsing, 1.0)):
        ordered = sorted(files, key=lambda file: (-tests[file], file))
        turn |= {file: share * n / len(ordered) for n, file in enumerate(ordered)}
    items.sort(key=lambda item: turn[item.path])  # stable: a file keeps its own order


def pytest_sessionfinish(session):
    """Where everything is required (CI), a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("IWFLAB_NO_SKIPS"):
        reporter.write_line(f"{len(skipped)} tests were skipped; none may be", red=True)
        session.exitstatus = 1


@pytest.fixture
def figure(request):
    """Note a figure that SECURITY.md publishes; ``make security-report`` collects it."""

    def note(name, found):
        place = os.environ.get("IWFLAB_FIGURES")
        if place:
            line = {"name": name, "found": found, "test": request.node.nodeid}
            with Path(place).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(line) + "\n")

    return note


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """One PostgreSQL server for all; each lab has a database of its own."""
    # Not under pytest's own folder: another user runs it, and sockets need short names.
    folder = Path(tempfile.mkdtemp(prefix="iwflab-pg-"))
    folder.chmod(0o755)
    server = Server(folder / "pg").start()
    server.roles()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def shared(postgres):
    """Make shared stores, each an empty lab; they are closed at the end."""
    made = []

    def make(lab="abc", clock=None):
        owner, application = postgres.lab(lab)
        more = {"clock": clock} if clock else {}
        made.append((Store.connect(application, lab, **more), owner))
        return made[-1][0]

    yield make
    for store, owner in made:
        store.close()
        postgres.drop(owner)


@pytest.fixture(scope="session")
def stems():
    """Warm up once: every lab forks workers of its own from it, behind real walls."""
    made = Stems(EXAMINE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def warm(stems):
    """Let the labs of a file take in media without a second of warming up each."""

    def pool(task, **more):
        return DecodePool(task, stems=stems if task == EXAMINE else None, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("iwflab.lab.seat.DecodePool", pool)
        yield


@pytest.fixture(scope="session")
def _founded(tmp_path_factory):
    """An empty lab's database, to be copied: its migrations take a tenth of a second."""
    file = tmp_path_factory.mktemp("founded") / "lab.db"
    Store.open(file, create=True).close()
    return file


@pytest.fixture
def embedded(_founded, tmp_path):
    """A store in a file, which only SQLite has; an empty lab."""
    opened = Store.open(Path(shutil.copy(_founded, tmp_path)))
    yield opened
    opened.close()


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
