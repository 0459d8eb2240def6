"""The shared store: what PostgreSQL must hold, and what SQLite holds as well."""

import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa
from labs import fill_media_into
from postgres import APPLICATION, Server, raw

from iwflab import Lab
from iwflab.errors import BadInput, StoreError
from iwflab.store import Store, migrate
from iwflab.store.assignments import leased_media
from iwflab.store.audit import entries, verify
from iwflab.store.copying import in_memory
from iwflab.store.migrate import apply_up_to, scripts
from iwflab.store.postgres import allow, found_schema, plain_url, postgres_engine
from iwflab.store.settings import write_settings
from iwflab.store.shared import bring_up_to_date, founded
from iwflab.workflow.queue import Desk, take_set

HERE = Path(__file__).parent
SOAK = pytest.mark.soak


# -- the same on both ------------------------------------------------------------


class Numbered:
    """Random names that come out alike each time: both stores get the same."""

    def __init__(self):
        self.chance = random.Random(5)

    def token_hex(self, size=16):
        return self.chance.randbytes(size).hex()


def test_both_databases_hold_the_very_same_rows_and_trail(
    tmp_path, shared, monkeypatch
):
    """One scripted way, one clock, one source of names: every byte is equal."""
    held = []
    for kind in ("sqlite", "postgresql"):
        ticks = iter(range(1_700_000_000_000_000, 1_800_000_000_000_000, 7))
        clock = lambda ticks=ticks: next(ticks)  # noqa: E731
        if kind == "sqlite":
            store = Store.open(tmp_path / "lab.db", create=True, clock=clock)
        else:
            store = shared(clock=clock)
        named = Numbered()
        monkeypatch.setattr(secrets, "token_hex", named.token_hex)
        fill_media_into(store, 40)
        for name in ("ann", "ben"):
            take_set(Desk(store, name, 12.0), 7)
        monkeypatch.undo()
        held.append(everything(store))
        assert verify(store) == []
        if kind == "sqlite":
            store.close()
    one, other = held
    assert len(one["assignment"]) == 14
    assert one == other


def everything(store):
    tables = sa.inspect(store.engine).get_table_names()
    return {
        table: sorted(map(repr, store.rows(sa.text(f'SELECT * FROM "{table}"'))))
        for table in tables
    }


# -- who may do what -----------------------------------------------------------------


FORBIDDEN = [
    "UPDATE lab_case SET name = 'x'",
    "DELETE FROM lab_case",
    "TRUNCATE lab_case",
    "TRUNCATE audit_entry CASCADE",
    "DROP TABLE lab_case",
    "UPDATE audit_entry SET analyst = 'x'",
    "DELETE FROM audit_entry",
    "UPDATE medium SET id = id",
    "UPDATE medium SET sha256 = 'x'",
    "UPDATE alembic_version SET version_num = 'x'",
    "DELETE FROM alembic_version",
    "ALTER TABLE lab_case DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON lab_case",
    "DROP FUNCTION iwflab.append_only() CASCADE",
    "CREATE FUNCTION iwflab.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE iwflab.mine (a int)",
    "CREATE RULE nothing AS ON INSERT TO lab_case DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "GRANT DELETE ON lab_case TO lab_app",
    "SET ROLE lab_owner",
]


@pytest.mark.parametrize("statement", FORBIDDEN, ids=lambda s: s[:40])
def test_the_application_is_refused_what_would_change_the_past(shared, statement):
    store = shared()
    fill_media_into(store, 1)
    before = everything(store)
    with raw(store.engine.url) as connection:
        connection.exec_driver_sql("SET search_path = iwflab")
        kept = connection.exec_driver_sql("SELECT 1").scalar()
        # A GRANT of what one does not hold is no error in PostgreSQL: nothing happens.
        if statement.startswith("GRANT"):
            connection.exec_driver_sql(statement)
        else:
            with pytest.raises(sa.exc.DBAPIError) as refused:
                connection.exec_driver_sql(statement)
            said = str(refused.value.orig)
            wanted = ("permission denied", "must be owner", "append-only", "must be")
            assert any(words in said for words in wanted), said
    assert kept == 1
    assert everything(store) == before
    assert verify(store) == []


def test_the_owner_is_refused_too_while_the_guards_stand(shared, postgres):
    store = shared()
    fill_media_into(store, 1)
    with postgres.connected("lab_owner", store.engine.url.database) as connection:
        connection.exec_driver_sql("SET search_path = iwflab")
        for statement in ("UPDATE medium SET size = 2", "DELETE FROM copy"):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                connection.exec_driver_sql(statement)
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.exec_driver_sql("TRUNCATE audit_entry CASCADE")


LOOSENED = {
    "GRANT DELETE ON copy TO lab_app": "lab_app may DELETE in copy",
    "DROP TRIGGER append_only ON copy": "copy is not guarded",
    "ALTER TABLE copy DISABLE TRIGGER append_only": "copy is not guarded",
    "ALTER TABLE copy ENABLE TRIGGER append_only": "copy is not guarded",
    "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN NULL; END'": "is not guarded",
    "CREATE VIEW seen AS SELECT 1": "the view seen",
    "CREATE RULE nothing AS ON INSERT TO copy DO INSTEAD NOTHING": "the rule nothing",
    "ALTER TABLE copy ADD COLUMN more text": "the column copy.more",
    "ALTER TABLE copy ALTER COLUMN shown DROP NOT NULL": "copy.shown is not as",
    "CREATE TABLE mine (a int)": "the table mine",
    "ALTER TABLE copy ENABLE ROW LEVEL SECURITY;"
    " CREATE POLICY p ON copy USING (true)": "the policy p",
    "GRANT lab_owner TO lab_app": "owns the tables",
    "GRANT INSERT ON copy TO PUBLIC": "others than owner and application",
    "GRANT UPDATE (shown) ON copy TO lab_app": "lab_app may UPDATE in copy",
    "ALTER TABLE four_eyes_answer DROP CONSTRAINT four_eyes": "is gone",
    "ALTER TABLE four_eyes_use DROP CONSTRAINT four_eyes_use_answer_key": "is gone",
    "ALTER TABLE copy DROP CONSTRAINT copy_medium_fkey": "is gone",
}


@pytest.mark.parametrize("statement", LOOSENED, ids=lambda s: s[:40])
def test_verification_sees_what_the_owner_loosened(shared, postgres, statement):
    store = shared()
    fill_media_into(store, 1)
    who = "postgres" if statement.startswith("GRANT lab_owner") else "lab_owner"
    with postgres.connected(who, store.engine.url.database) as connection:
        connection.exec_driver_sql("SET search_path = iwflab")
        connection.exec_driver_sql(statement)
        found = [one.problem for one in verify(store)]
        if who == "postgres":
            connection.exec_driver_sql(f"REVOKE lab_owner FROM {APPLICATION}")

    assert any(LOOSENED[statement] in problem for problem in found), found


def test_what_the_owner_changes_without_guards_is_seen(shared, postgres):
    store = shared()
    fill_media_into(store, 3)
    with postgres.connected("lab_owner", store.engine.url.database) as connection:
        connection.exec_driver_sql("SET search_path = iwflab")
        connection.exec_driver_sql("ALTER TABLE copy DISABLE TRIGGER append_only")
        connection.exec_driver_sql("UPDATE copy SET shown = 'other'")
        connection.exec_driver_sql("ALTER TABLE copy ENABLE ALWAYS TRIGGER append_only")
    found = [one.problem for one in verify(store)]

    assert len(found) == 3
    assert all("was changed" in problem for problem in found)


# -- founding and opening --------------------------------------------------------------


def test_a_lab_whose_founding_fails_leaves_no_schema(postgres):
    owner, application = postgres.database()
    with pytest.raises(RuntimeError), founded(owner, application, "abc"):
        raise RuntimeError
    with founded(owner, application, "abc"):
        pass
    with pytest.raises(BadInput, match="holds a lab already"):
        with founded(owner, application, "abc"):
            pass
    with pytest.raises(BadInput, match="two roles"):
        with founded(owner, owner, "abc"):
            pass


def test_a_database_of_another_lab_is_refused(postgres):
    owner, application = postgres.database()
    with pytest.raises(StoreError, match="holds no lab"):
        Store.connect(application, "abc")
    with founded(owner, application, "abc"):
        pass
    with pytest.raises(StoreError, match="another lab"):
        Store.connect(application, "xyz")
    assert bring_up_to_date(owner, application, "abc", pytest.fail) == []


def test_a_server_that_is_not_there_is_said_with_advice(tmp_path):
    url = f"postgresql://lab_app@/lab?host={tmp_path}"
    with pytest.raises(StoreError, match="went away") as refused:
        Store.connect(url, "abc")
    assert refused.value.advice


def test_an_upgrade_that_failed_is_done_again(tmp_path, postgres, monkeypatch):
    owner, application = postgres.database()
    found_schema(owner, application, "abc")
    engine = postgres_engine(owner)
    apply_up_to(engine, scripts(), "0001")
    engine.dispose()
    allow(owner, application)
    folder = tmp_path / "lab"
    (folder / "releases").mkdir(parents=True)
    heads = str(tmp_path / "heads")
    write_settings(folder, lab="abc", database_url=application, head_folder=heads)
    with pytest.raises(StoreError, match="earlier release") as refused:
        Lab.open(folder)
    assert "--owner-url" in refused.value.advice
    with pytest.raises(BadInput, match="owner"):
        Lab.upgrade(folder, "")

    def busy(*_):
        raise StoreError("another process is writing", advice="wait")

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "_apply", busy)
        with pytest.raises(StoreError, match="another process"):
            Lab.upgrade(folder, owner)
    assert Lab.upgrade(folder, owner) == list(scripts())[1:]
    assert Lab.upgrade(folder, owner) == []
    kept = sorted(file.name for file in folder.glob("lab.db*"))
    assert kept[0] == "lab.db.before-0002"
    for name in kept:
        with in_memory(folder / name) as before:
            assert before.schema == "0001"
    with Lab.open(folder) as lab:
        assert lab.verify() == []


def test_a_server_that_refuses_is_not_said_to_be_away(postgres):
    owner, application = postgres.database()
    for wrong in (
        application.replace("/lab_", "/no_such_"),
        application.replace("lab_app@", "nobody_here@"),
    ):
        with pytest.raises(StoreError, match="does not exist") as refused:
            Store.connect(wrong, "abc")
        assert "database_url" in refused.value.advice
    assert owner


WRONG = [
    *("", "nonsense", "mysql://a@b/c", "sqlite:///x", "postgresql://a@b"),
    *("postgresql://a:hidden@b/c", "postgresql://a@b/c?password=hidden"),
    "postgresql://a:hid@den:w@b/c",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_address_of_a_shared_database_is_refused(text):
    with pytest.raises(BadInput) as refused:
        plain_url(text)
    told = "".join(traceback.format_exception(refused.value, chain=True))
    assert "hid" not in told


AWAY = [
    "postgresql://u@127.0.0.1/d?host=db.example",
    "postgresql://u@localhost/d?hostaddr=10.0.0.1",
    "postgresql://u@/d?service=far",
    "postgresql://u@/d?host=/run,db.example",
    "postgresql://a@db.example/lab",
]


@pytest.mark.parametrize("text", AWAY)
def test_whatever_names_a_far_server_it_must_prove_its_name(text):
    assert plain_url(text).query["sslmode"] == "verify-full"


def test_the_environment_may_name_a_far_server_too(monkeypatch):
    assert "sslmode" not in plain_url("postgresql://u@/d").query
    monkeypatch.setenv("PGHOST", "db.example")
    assert plain_url("postgresql://u@/d").query["sslmode"] == "verify-full"


def test_over_a_network_the_server_must_prove_its_name():
    far = plain_url("postgresql://a@db.example/lab")
    assert far.query["sslmode"] == "verify-full"
    assert "sslmode" not in plain_url("postgresql://a@localhost/lab").query
    assert "sslmode" not in plain_url("postgresql://a@/lab?host=/run").query
    asked = plain_url("postgresql://a@db.example/lab?sslmode=require")
    assert asked.query["sslmode"] == "require"


# -- many takers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workers", "media"),
    [(4, 400), pytest.param(16, 10_000, marks=SOAK)],
    ids=["4x400", "16x10000"],
)
def test_workers_lease_everything_once(shared, workers, media, figure):
    store = shared()
    fill_media_into(store, media)
    url = store.engine.url.render_as_string(hide_password=False)
    takers = [
        subprocess.Popen(
            [sys.executable, HERE / "taker.py", url, f"w{number}", "5"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]
    for taker in takers:
        assert taker.stdout.readline() == "ready\n"
    for taker in takers:  # all at once
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken = [taker.communicate()[0].strip().split(",") for taker in takers]
    every = [one for mine in taken for one in mine if one]

    assert all(taker.returncode == 0 for taker in takers)
    assert len(every) == len(set(every)) == media
    assert sum(1 for mine in taken if len(mine) > media // workers // 4) >= 2
    assert verify(store) == []
    told = f"{workers} workers, {media} media, 0 taken twice, 0 left over"
    figure("leases, PostgreSQL", told)


def test_takers_pass_over_what_another_is_choosing(shared):
    """While one taker holds its choice, the next is given other media at once."""
    store = shared()
    fill_media_into(store, 6)
    with leased_media(store, since=0, most=4) as one:
        with leased_media(store, since=0, most=4) as other:
            assert len(one) == 4
            assert len(other) == 2
            assert not set(one) & set(other)
            # Whoever grades meanwhile is not held up by the choice.
            with store.act("hash", one[0], analyst="ann") as act:
                said = dict.fromkeys(("variant", "library", "version"), "")
                hashed = {"medium": one[0], "algorithm": "x", "value": ""}
                act.insert("hash", **hashed, **said, conversion="", turned="")


# -- kill -9 of the server ------------------------------------------------------------


@pytest.mark.parametrize(
    "kills", [3, pytest.param(25, marks=SOAK)], ids=lambda k: f"{k}-kills"
)
def test_a_killed_server_loses_nothing_that_was_acknowledged(kills, figure):
    folder = Path(tempfile.mkdtemp(prefix="iwflab-pg-"))
    folder.chmod(0o755)
    server = Server(folder / "pg").start()
    server.roles()
    owner, application = server.database()
    with founded(owner, application, "abc"):
        pass
    chance = random.Random(3)
    acknowledged = 0
    try:
        for _ in range(kills):
            said = written_until_killed(server, application, acknowledged, chance)
            acknowledged = max(said, default=acknowledged - 1) + 1
            server.start()
            store = Store.connect(application, "abc")
            rows = store.rows(sa.text("SELECT name FROM lab_case"))
            names = [row["name"] for row in rows]
            assert len(names) == len(set(names))
            assert {f"case {n}" for n in range(acknowledged)} <= set(names)
            assert len(names) <= acknowledged + 1
            assert verify(store) == []
            assert len(list(entries(store))) == len(names)
            store.close()
    finally:
        server.stop()
        shutil.rmtree(folder)
    assert acknowledged > kills
    told = f"{kills} kills -9, {acknowledged} acts acknowledged, 0 lost"
    figure("server killed, PostgreSQL", told)


def written_until_killed(server, url, start, chance):
    command = [sys.executable, HERE / "shared_writer.py", url, str(start)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as writer:
        wanted = 1 + chance.randrange(40)
        whole = "".join(writer.stdout.readline() for _ in range(wanted))
        server.kill()
        out, err = writer.communicate(timeout=60)
        assert writer.returncode == 0
        assert "went away" in err
        whole += out
    return [int(line) for line in whole.split("\n")[:-1]]


def test_a_store_whose_server_came_back_goes_on(tmp_path):
    """The same open lab: no restart of the apps is needed."""
    folder = Path(tempfile.mkdtemp(prefix="iwflab-pg-"))
    folder.chmod(0o755)
    server = Server(folder / "pg").start()
    server.roles()
    owner, application = server.database()
    with founded(owner, application, "abc"):
        pass
    store = Store.connect(application, "abc")
    fill_media_into(store, 2)
    try:
        server.kill()
        with pytest.raises(StoreError, match="went away"):
            fill_media_into(store, 1, start=2)
        server.start()
        fill_media_into(store, 1, start=2)
        assert verify(store) == []
        assert len(store.rows(sa.text("SELECT id FROM medium"))) == 3
    finally:
        store.close()
        server.stop()
        shutil.rmtree(folder)


def test_a_shared_lab_is_opened_by_its_folder(tmp_path, postgres):
    owner, application = postgres.database()
    heads = str(tmp_path / "heads")
    where = {"database_url": application, "owner_url": owner, "head_folder": heads}
    with pytest.raises(BadInput, match="owner"):
        Lab.create(tmp_path / "lab", database_url=application, head_folder=heads)
    with Lab.create(tmp_path / "lab", **where) as lab:
        assert lab.verify() == []
    with Lab.open(tmp_path / "lab") as lab:
        assert not (tmp_path / "lab" / "lab.db").exists()
        assert lab.media().empty
    assert "lab_owner" not in (tmp_path / "lab" / "lab.toml").read_text()
