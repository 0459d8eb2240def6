"""What was acknowledged survives a power cut; and the harness sees what would not."""

import random
import shutil

import pytest
import sqlalchemy as sa
from power import Disk, engine_on

from iwflab.errors import StoreError
from iwflab.store import Store
from iwflab.store.audit import verify

SOAK = pytest.mark.soak
FORMS = pytest.mark.parametrize(
    "cuts", [40, pytest.param(300, marks=SOAK)], ids=lambda n: f"{n}-cuts"
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    file = tmp_path_factory.mktemp("power") / "lab.db"
    Store.open(file, create=True).close()
    return file


def cut(empty, folder, chance, number, level):
    """Write until the power goes; give what was acknowledged and what is there."""
    folder.mkdir()
    file = folder / "lab.db"
    shutil.copy(empty, file)
    disk = Disk(f"power{number}{level}", cut_after=10**9)
    engine = engine_on(disk, file)
    acknowledged = []
    try:
        store = Store(engine)
        with store.read() as connection:
            connection.exec_driver_sql("PRAGMA wal_autocheckpoint=40")
        with engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            driver.execute(f"PRAGMA synchronous={level}")
        disk.left = 20 + chance.randrange(500)
        for act in range(100_000):
            with store.act("open case", str(act), analyst="ann") as one:
                one.insert("lab_case", name=f"case {act}")
            acknowledged.append(f"case {act}")
    except StoreError:
        assert disk.dead
    finally:
        engine.pool.dispose()
        disk.unregister()
    disk.forget(chance)
    file.with_name("lab.db-shm").unlink(missing_ok=True)  # it was in memory only
    return acknowledged, file


def what_is_left(file):
    store = Store.open(file)
    try:
        names = store.rows(sa.text("SELECT name FROM lab_case ORDER BY entry"))
        return [row["name"] for row in names], verify(store)
    finally:
        store.close()


@FORMS
def test_nothing_acknowledged_is_lost_when_the_power_goes(
    empty, tmp_path, cuts, figure
):
    chance = random.Random(11)
    written = 0
    for number in range(cuts):
        acknowledged, file = cut(empty, tmp_path / str(number), chance, number, "FULL")
        names, problems = what_is_left(file)
        assert problems == []
        assert names[: len(acknowledged)] == acknowledged
        assert len(names) <= len(acknowledged) + 1  # committed, but never said
        written += len(acknowledged)
        shutil.rmtree(tmp_path / str(number))
    figure("power cuts", f"{cuts} cuts, {written} acts acknowledged, 0 lost")
    assert written > 3 * cuts


@FORMS
def test_the_harness_sees_loss_where_a_weaker_setting_loses(
    empty, tmp_path, cuts, figure
):
    """The same with synchronous=NORMAL must lose: else the test above proves nothing."""
    chance = random.Random(11)
    lost = 0
    for number in range(cuts):
        acknowledged, file = cut(
            empty, tmp_path / str(number), chance, number, "NORMAL"
        )
        try:
            names, _ = what_is_left(file)
        except StoreError:
            names = []
        lost += len(set(acknowledged) - set(names))
        shutil.rmtree(tmp_path / str(number))
    figure("power cuts, control", f"{cuts} cuts with NORMAL, {lost} acts lost")
    assert lost > 0
