"""Acts: what goes in comes back, checks and writes are one, writers take turns."""

import math
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import IntEnum, StrEnum

import pytest
import sqlalchemy as sa

from iwflab.errors import BadInput, LabError, StoreError
from iwflab.store import Store
from iwflab.store.audit import verify
from iwflab.store.engines import sqlite_engine
from iwflab.store.turns import Turn


class Word(StrEnum):
    ONE = "one"


class Shouting(str):
    __slots__ = ()

    def __str__(self):
        return "something else"


class Number(IntEnum):
    TWO = 2


class Index:
    def __index__(self):
        return 7


ODD = [
    *(True, False, 0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 10**400),
    *(0.0, -0.0, 1.0, 0.1, 1e308, 5e-324, 2.0**47, 2.0**62, -1.5),
    *(math.nan, math.inf, -math.inf),
    *("", "a", "12", "1.0", "0x1", " 1 ", "1e3", "\0", "a\0b", "\ufeff", "\ud800"),
    *("e\u0301", "\U0010ffff", "\r\n", "'; --", "null", "\x7f", "x" * 100_000),
    *(b"", b"\xff\0", bytearray(b"x"), memoryview(b"y"), None, [], {}, object(), 1j),
    *(Word.ONE, Shouting("quiet"), Number.TWO, Index(), ("a",), {"base64": "eA=="}),
]


def _tables(store, act):
    """One row in each kind of column: text, whole, real, bytes."""
    case = act.insert("lab_case", name="C")
    exhibit = act.insert("exhibit", lab_case=case, name="E")
    intake = act.insert("intake", exhibit=exhibit, purpose="", authority="", sources="")
    medium = act.insert("medium", sha256="s", sha1="", md5="", size=1)
    seen = {"elements": "", "tags": "", "reveal": "", "analyst": "ann", "ending": ""}
    refusal = {"exhibit": exhibit, "intake": intake, "reason": ""}
    hashed = dict.fromkeys(
        ("algorithm", "variant", "value", "library", "version", "conversion", "turned"),
        "",
    )
    return {
        "text": ("assessment", {**seen, "medium": medium, "seconds": 1.0}, "note"),
        "real": ("assessment", {**seen, "medium": medium, "note": ""}, "seconds"),
        "bytes": ("refusal", {**refusal, "shown": ""}, "path"),
        "whole": ("hash", {**hashed, "medium": medium}, "quality"),
        "id": ("account", {"name": "", "secret": "", "active": 1}, "id"),
    }


@pytest.mark.parametrize("kind", ["text", "real", "bytes", "whole", "id"])
def test_what_is_digested_is_what_is_read_back(store, kind):
    """Every odd value is either refused with advice, or comes back to its digest."""
    kept, refused = 0, []
    chance = random.Random(17)
    drawn = [
        chance.uniform(-1, 1) * 10 ** chance.randrange(-300, 300) for _ in range(40)
    ]
    drawn += [chance.getrandbits(70) - 2**69 for _ in range(40)]
    drawn += ["".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(9)) for _ in "aa"]
    with store.act("x", "y", analyst="ann") as act:
        table, columns, name = _tables(store, act)[kind]
    for value in ODD + drawn:
        try:
            with store.act("x", "y", analyst="ann") as act:
                act.insert(table, **{**columns, name: value})
            kept += 1
        except LabError as fault:
            refused.append(fault.advice)
    assert kept > 2
    assert all(refused)
    assert verify(store) == []


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("account", "active", 1.0),
        ("account", "active", "1"),
        ("account", "active", 2**63),
        ("account", "name", "\ud800"),
        ("account", "name", 12),
        ("account", "name", b"x"),
    ],
)
def test_what_would_not_come_back_is_bad_input(store, table, name, value):
    columns = {"name": "ann", "secret": "", "active": 1, name: value}
    with pytest.raises(BadInput) as refused, store.act("x", "y", analyst="a") as act:
        act.insert(table, **columns)

    assert refused.value.advice
    assert name in refused.value.message


@pytest.mark.parametrize("name", ["verb", "subject", "analyst", "request"])
def test_half_a_character_in_the_entry_itself_is_bad_input(store, name):
    named = {
        "verb": "x",
        "subject": "y",
        "analyst": "a",
        "request": "r",
        name: "\udcff",
    }
    with pytest.raises(BadInput):
        with store.act(named.pop("verb"), named.pop("subject"), **named):
            pass


def test_what_is_not_given_is_digested_as_nothing(store):
    with store.act("x", "y", analyst="ann") as act:
        medium = act.insert("medium", sha256="s", sha1="", md5="", size=1)
        said = dict.fromkeys(
            ("variant", "library", "version", "conversion", "turned"), ""
        )
        act.insert("hash", medium=medium, algorithm="md5", value="", **said)
    with pytest.raises(StoreError, match=r"(?i)not.null"):
        with store.act("x", "y", analyst="ann") as act:
            act.insert("medium", sha256="t")
    with pytest.raises(StoreError, match="has no"):
        with store.act("x", "y", analyst="ann") as act:
            act.insert("lab_case", nonsense="t")

    assert verify(store) == []


COUNT = sa.text("SELECT COUNT(*) AS n FROM lab_case")


def test_what_is_read_in_an_act_is_what_the_act_sees(store):
    seen = []
    with store.act("x", "y", analyst="ann") as act:
        act.insert("lab_case", name="C")
        inside = store.rows(COUNT)[0]["n"]
        other = threading.Thread(target=lambda: seen.extend(store.rows(COUNT)))
        other.start()
        other.join()

    assert inside == 1
    assert seen == [{"n": 0}]
    assert store.rows(COUNT) == [{"n": 1}]


def test_an_act_in_an_act_is_refused_and_the_outer_one_goes_on(store, again):
    with store.act("x", "y", analyst="ann") as act:
        act.insert("lab_case", name="C")
        for one in (store, again):
            with pytest.raises(StoreError, match="inside another act"):
                with one.act("x", "z", analyst="ann"):
                    pass
        assert store.rows(COUNT) == [{"n": 1}]

    assert store.rows(COUNT) == [{"n": 1}]


def test_what_is_asked_at_once_with_an_act_is_one_transaction(store):
    with store.at_once():
        before = store.rows(COUNT)
        with store.act("x", "y", analyst="ann") as act:
            act.insert("lab_case", name="C")
        with ThreadPoolExecutor(1) as other:
            outside = other.submit(store.rows, COUNT).result()
        inside = store.rows(COUNT)

    assert (before, inside, outside) == ([{"n": 0}], [{"n": 1}], [{"n": 0}])
    assert store.rows(COUNT) == [{"n": 1}]
    assert verify(store) == []


def test_what_fails_after_the_act_takes_it_back(store):
    for fault in (KeyError, KeyboardInterrupt):
        with pytest.raises(fault), store.at_once():
            with store.act("x", "y", analyst="ann") as act:
                act.insert("lab_case", name="C")
            raise fault
    assert store.rows(COUNT) == [{"n": 0}]
    assert verify(store) == []


def test_at_once_there_is_one_act_and_no_other(store):
    with store.at_once():
        with store.act("x", "y", analyst="ann") as act:
            act.insert("lab_case", name="C")
        with pytest.raises(StoreError, match="inside another act"):
            with store.act("x", "z", analyst="ann"):
                pass
    with store.act("x", "z", analyst="ann") as act:
        act.insert("lab_case", name="D")
    assert store.rows(COUNT) == [{"n": 2}]
    assert verify(store) == []


def test_an_act_that_failed_is_not_saved_though_somebody_caught_that(store):
    with pytest.raises(StoreError, match="an act of this transaction failed"):
        with store.at_once():
            with suppress(KeyError), store.act("x", "y", analyst="ann") as act:
                act.insert("lab_case", name="C")
                raise KeyError
    assert store.rows(COUNT) == [{"n": 0}]
    assert verify(store) == []


def test_a_fault_of_the_database_is_told_alike_at_once(store):
    with pytest.raises(StoreError), store.at_once():
        with pytest.raises(StoreError), store.act("x", "y", analyst="ann") as act:
            act.connection.exec_driver_sql("SELECT nonsense FROM nowhere")
    assert verify(store) == []


def test_what_sqlite_took_back_by_itself_gets_no_entry(embedded):
    """It does so where the disk is full; an entry then stood alone, for good."""
    with pytest.raises(StoreError, match="took the act back"):
        with embedded.act("x", "y", analyst="ann") as act:
            act.insert("lab_case", name="C")
            act.connection.connection.execute("ROLLBACK")
    assert embedded.rows(COUNT) == [{"n": 0}]
    assert verify(embedded) == []


def test_a_commit_that_fails_leaves_nothing_and_the_next_goes_on(store):
    """The reference is checked when the act commits, not before."""
    orphan = "INSERT INTO lab_case (id, salt, entry, name) VALUES ('i', 's', 99, 'C')"
    with pytest.raises(StoreError, match=r"refused"):
        with store.act("x", "y", analyst="ann") as act:
            act.connection.exec_driver_sql(orphan)
    with store.act("x", "y", analyst="ann") as act:
        act.insert("lab_case", name="D")
    assert store.rows(COUNT) == [{"n": 1}]
    assert verify(store) == []


def test_an_act_that_fails_gives_the_turn_on(store):
    for _ in range(3):
        with pytest.raises(KeyError), store.act("x", "y", analyst="ann") as act:
            act.insert("lab_case", name="C")
            raise KeyError
        assert store.rows(COUNT) == [{"n": 0}]


def test_forty_threads_write_and_read_without_a_failure(store):
    faults, done = [], []
    barrier = threading.Barrier(40)

    def work(me):
        barrier.wait()
        try:
            for turn in range(4):
                name = f"{me} {turn}"
                store.rows(COUNT)
                with store.act("open case", name, analyst=str(me)) as act:
                    before = store.rows(COUNT)[0]["n"]
                    act.insert("lab_case", name=name)
                    assert store.rows(COUNT)[0]["n"] == before + 1
                done.append(name)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert store.rows(COUNT) == [{"n": len(done)}] == [{"n": 160}]
    assert verify(store) == []


def test_a_pool_with_nothing_left_is_an_error_with_advice(tmp_path, store):
    engine = sa.create_engine(
        sqlite_engine(tmp_path / "lab.db").url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.05,
    )
    small = Store(engine)
    with small.read(), pytest.raises(StoreError, match="busy") as refused:
        small.rows(COUNT)
    small.close()

    assert refused.value.advice


def test_a_writer_that_waits_too_long_is_told_so():
    turn = Turn()
    held, leave = threading.Event(), threading.Event()

    def hold():
        with turn.taken():
            held.set()
            leave.wait()

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    with pytest.raises(StoreError, match="has not ended"), turn.taken(longest=0.01):
        pass
    leave.set()
    other.join()
    with turn.taken():
        pass


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a#b", "a b", "?mode=memory", "\xe9"])
def test_a_lab_folder_may_be_called_anything(tmp_path, name):
    file = tmp_path / name / "lab.db"
    file.parent.mkdir()
    Store.open(file, create=True).close()

    assert file.exists()
    assert [f.name for f in tmp_path.iterdir()] == [name]


def test_a_file_that_is_no_database_is_an_error_with_advice(tmp_path):
    (tmp_path / "lab.db").write_bytes(b"no database at all, but long enough" * 100)
    with pytest.raises(StoreError) as refused:
        Store.open(tmp_path / "lab.db")

    assert refused.value.advice
