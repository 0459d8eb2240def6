"""The store: a change and its trace are one; nothing is changed or deleted."""

import pytest
import sqlalchemy as sa

from iwflab.errors import NotFound, RequestReused, StoreError
from iwflab.store import Store
from iwflab.store.audit import entries, verify
from iwflab.store.migrate import columns_at, missing_guards
from iwflab.store.schema import METADATA


def _case(store, name, **more):
    with store.act("open case", name, analyst="ann", **more) as act:
        if not act.repeated:
            act.insert("lab_case", name=name)
        return act.written("lab_case")


def test_the_schema_written_by_the_migrations_is_the_one_declared(store):
    """The migrations say everything themselves; this keeps both sides equal."""
    found = sa.inspect(store.engine)
    for name, table in METADATA.tables.items():
        columns = {c["name"]: c for c in found.get_columns(name)}
        assert set(columns) == set(table.c.keys())
        for column in table.c:
            compiled = column.type.compile(store.engine.dialect)
            assert str(columns[column.name]["type"]) == compiled
            if not column.primary_key:
                assert columns[column.name]["nullable"] == column.nullable
        unique = {tuple(u["column_names"]) for u in found.get_unique_constraints(name)}
        wanted = {
            tuple(c.name for c in k.columns)
            for k in table.constraints
            if isinstance(k, sa.UniqueConstraint)
        }
        assert unique == wanted
        keys = {
            column
            for key in found.get_foreign_keys(name)
            for column in key["constrained_columns"]
        }
        assert keys == {k.parent.name for k in table.foreign_keys}
    assert set(found.get_table_names()) == {*METADATA.tables, "alembic_version"}
    assert {t: list(c) for t, c in columns_at(store.schema).items()} == {
        name: list(table.c.keys()) for name, table in METADATA.tables.items()
    }


def test_every_table_is_append_only(store):
    with store.read() as connection:
        assert missing_guards(connection) == []


def test_every_table_is_strict(embedded):
    with embedded.read() as connection:
        kinds = connection.exec_driver_sql("PRAGMA table_list").all()
    strict = {row[1] for row in kinds if row[5]}

    assert set(METADATA.tables) <= strict


@pytest.mark.parametrize("statement", ["DELETE FROM", "UPDATE"])
def test_no_row_can_be_changed_or_deleted(store, statement):
    _case(store, "C1")
    for table in ("lab_case", "audit_entry"):
        column = "name" if table == "lab_case" else "verb"
        sql = f"{statement} {table}" + (
            f" SET {column} = 'x'" if statement == "UPDATE" else ""
        )
        with pytest.raises(sa.exc.DBAPIError, match=r"append-only|permission denied"):
            with store.engine.connect().execution_options(writes=True) as connection:
                connection.exec_driver_sql(sql)


def test_the_durable_settings_are_those_on_every_connection(embedded):
    with embedded.read() as one, embedded.read() as other:
        for connection in (one, other):
            for pragma, value in (("journal_mode", "wal"), ("synchronous", 2)):
                found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
                assert found == value
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_repeated_request_writes_once(store):
    first = _case(store, "C1", request="r1")
    again = _case(store, "C1", request="r1")

    assert first == again
    assert len(list(entries(store))) == 1


def test_a_request_id_used_for_another_act_is_refused(store):
    _case(store, "C1", request="r1")
    with pytest.raises(RequestReused):
        _case(store, "C2", request="r1")


def test_an_act_that_fails_leaves_neither_change_nor_trace(store):
    class Broken(Exception):
        pass

    with pytest.raises(Broken), store.act("x", "y", analyst="ann") as act:
        act.insert("lab_case", name="C1")
        raise Broken
    with pytest.raises(StoreError) as refused, store.act("x", "y", analyst="a") as act:
        act.insert("exhibit", lab_case="nobody", name="E1")

    assert refused.value.advice
    assert store.rows(sa.text("SELECT * FROM lab_case")) == []
    assert list(entries(store)) == []


def test_an_act_that_writes_nothing_leaves_no_entry(store):
    with store.act("look", "C1", analyst="ann"):
        pass

    assert list(entries(store)) == []


def test_the_trail_holds_no_content(store):
    """Names and notes may have to be erased; the trail must not hold them."""
    with store.act("open case", "C1", analyst="ann") as act:
        case = act.insert("lab_case", name="a secret name")
        act.insert("exhibit", lab_case=case, name="another secret")
    trail = str(store.rows(sa.text("SELECT * FROM audit_entry")))

    assert "secret" not in trail
    assert verify(store) == []


def test_a_folder_without_a_lab_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"lab\.db"):
        Store.open(tmp_path / "lab.db")


def test_a_lab_of_a_newer_release_is_refused_politely(tmp_path, embedded):
    with embedded.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer release"):
        Store.open(tmp_path / "lab.db")
