"""Hash lists on the disk: what is built is found again, exactly, and nothing else."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from iwflab.domain.hashes import ORIENTATIONS, HashValue
from iwflab.domain.lists import ListedHash, ListLine
from iwflab.errors import BadInput, Tampered, TooManyHits
from iwflab.hashing import ALGORITHMS, column_files, list_columns, lists, photodna
from iwflab.hashing.lists import KnownList, build, changed, sweep

SHA, MD5 = hashlib.sha256(b"x").hexdigest(), hashlib.md5(b"x").hexdigest()
KILLED = """
import os, pathlib, signal, sys
from iwflab.hashing.lists import build
build(pathlib.Path(sys.argv[1]), (os.kill(os.getpid(), signal.SIGKILL) for _ in "x"))
"""
BASE = int("83147f4c5f893f89fb19fe09c819b03140f6c9c69f88761948774b817f89c477", 16)


def away(distance, start=BASE, seed=0):
    """Give a PDQ value that differs in so many bits."""
    bits = np.random.default_rng(seed).choice(256, distance, replace=False)
    return f"{start ^ sum(1 << int(bit) for bit in bits):064x}"


def pdq(value, quality=100, variant="full", turned=()):
    return HashValue("pdq", value, "l", "1", "", variant, quality, tuple(turned))


def listed(tmp_path, *hashes, name="list", **more):
    """Build a list of entries of one hash each; the lines count from 1."""
    lines = [ListLine(n, (one,), **more) for n, one in enumerate(hashes, start=1)]
    build(tmp_path / name, lines)
    return KnownList.open(tmp_path / name)


def told(hits):
    return [(hit.line, hit.algorithm, hit.distance, hit.tier) for hit in hits]


def test_a_digest_is_exact_and_only_itself(tmp_path):
    others = [hashlib.sha256(bytes([n])).hexdigest() for n in range(50)]
    known = listed(
        tmp_path,
        *(ListedHash("sha256", value) for value in [*others, SHA.upper(), SHA]),
        ListedHash("md5", MD5),
    )
    mine = [HashValue("sha256", SHA, "h", "1"), HashValue("md5", MD5, "h", "1")]
    almost = [HashValue("sha256", SHA[:-1] + "0", "h", "1")]  # the same first 64 bits

    assert told(known.match({"m": mine, "n": almost})) == [
        (51, "sha256", 0, "exact"),
        (52, "sha256", 0, "exact"),
        (53, "md5", 0, "exact"),
    ]
    assert known.match({}) == []
    assert known.match({"m": []}) == []


@pytest.mark.parametrize(
    ("distance", "stated", "tier"),
    [
        *((d, 80, "match") for d in (0, 1, 30, 31)),
        *((d, 80, "candidate") for d in (32, 60)),
        *((d, None, "candidate") for d in (0, 31, 60)),
        *((d, q, None) for d in (61, 100) for q in (80, None)),
        *((d, 49, None) for d in (0, 31)),
        (31, 50, "match"),
    ],
)
def test_tiers_of_pdq(tmp_path, distance, stated, tier):
    known = listed(tmp_path, ListedHash("pdq", away(distance), "", stated))
    hits = known.match({"m": [pdq(f"{BASE:064x}")]})

    assert told(hits) == ([(1, "pdq", distance, tier)] if tier else [])
    assert known.match({"m": [pdq(f"{BASE:064x}", quality=49)]}) == []
    assert known.match({"m": [pdq(f"{BASE:064x}", quality=None)]}) == []
    fewer = known.match({"m": [pdq(f"{BASE:064x}")]}, candidates=31)
    assert told(fewer) == [hit for hit in told(hits) if hit[2] <= 31]


def test_every_orientation_is_looked_up_as_stored_and_inverted(tmp_path):
    rng = np.random.default_rng(1)
    values = [f"{int.from_bytes(rng.bytes(32)):064x}" for _ in ORIENTATIONS]
    inverse = [f"{int(value, 16) ^ (1 << 256) - 1:064x}" for value in values]
    known = listed(
        tmp_path, *(ListedHash("pdq", value, "", 90) for value in values + inverse)
    )
    hits = known.match({"m": [pdq(values[0], turned=values[1:])]})

    assert [hit.orientation for hit in hits] == [
        *ORIENTATIONS,
        "inverted",
        *(f"{name}, inverted" for name in ORIENTATIONS[1:]),
    ]
    assert {hit.distance for hit in hits} == {0}
    assert [hit.value for hit in hits] == values + inverse


def test_a_stated_variant_is_held_against_its_own_and_an_unstated_one_against_both(
    tmp_path,
):
    mine = [pdq(away(0)), pdq(away(120, seed=9), variant="512nn")]
    known = listed(
        tmp_path,
        ListedHash("pdq", away(0), "full", 90),
        ListedHash("pdq", away(0), "512nn", 90),
        ListedHash("pdq", away(0), "", 90),
        ListedHash("pdq_512nn", away(120, seed=9), "", 90),
        ListedHash("pdq", away(120, seed=9), "", 90),
    )
    found = [(hit.line, hit.variant) for hit in known.match({"m": mine})]

    assert found == [(1, "full"), (3, "full"), (4, "512nn"), (5, "512nn")]


def test_of_one_entry_the_nearest_is_told(tmp_path):
    known = listed(tmp_path, ListedHash("pdq", away(0), "", 90))
    mine = [pdq(away(9), turned=[away(3), away(3, seed=2)])]

    (hit,) = known.match({"m": mine})
    assert (hit.distance, hit.orientation) == (3, "turned 90")


def test_short_hashes_are_candidates_within_their_distance(tmp_path):
    def value(name, distance):
        return HashValue(name, f"{(1 << distance) - 1:016x}", "l", "1")

    known = listed(
        tmp_path, *(ListedHash(name, "0" * 16) for name in ("ahash", "dhash", "phash"))
    )
    for name, farthest in (("ahash", 0), ("dhash", 8), ("phash", 10)):
        near = known.match({"m": [value(name, farthest)]})
        assert [hit[1:] for hit in told(near)] == [(name, farthest, "candidate")]
        assert known.match({"m": [value(name, farthest + 1)]}) == []


def test_a_hash_of_few_bits_comes_back_as_it_was(tmp_path):
    known = listed(tmp_path, ListedHash("colorhash", "0123456789a"))
    (hit,) = known.match({"m": [HashValue("colorhash", "0123456789a", "l", "1")]})

    assert (hit.value, hit.tier) == ("0123456789a", "candidate")
    other = HashValue("colorhash", "0123456789b", "l", "1")
    assert known.match({"m": [other]}) == []


def test_photodna_is_carried_checked_and_compared(tmp_path):
    rng = np.random.default_rng(3)
    rows = rng.integers(20, 230, (3, 144), dtype=np.uint8)
    rows[1] = rows[0] + 16  # 144 * 256 = 36,864
    rows[2] = rows[0] + 17  # 144 * 289 = 41,616
    flat = bytes([7]) * 144
    known = listed(
        tmp_path,
        ListedHash("photodna", rows[0].tobytes().hex()),
        ListedHash("photodna", base64.b64encode(rows[1].tobytes()).decode()),
        ListedHash("photodna", rows[2].tobytes().hex().upper()),
        ListedHash("photodna", flat.hex()),
    )
    mine = HashValue("photodna", rows[0].tobytes().hex(), "licensed", "1")

    assert told(known.match({"m": [mine]})) == [
        (1, "photodna", 0, "match"),
        (2, "photodna", 36_864, "candidate"),
    ]
    same = HashValue("photodna", flat.hex(), "licensed", "1")
    assert known.match({"m": [same]}) == []


def test_distances_of_photodna_are_exact():
    """The sums of bright values are beyond what float32 holds."""
    rng = np.random.default_rng(5)
    start = rng.integers(245, 256, 144, dtype=np.uint8)
    entries = np.tile(start, (600, 1))
    for row, entry in enumerate(entries):  # one step more in one place each
        entry[row % 144] ^= 1 + row // 144
    entries[0] = start
    edge = rng.integers(228, 235, 144, dtype=np.uint8)
    far = np.tile(edge, (3, 1)).astype(np.int64)
    far[:, :100] += 20  # 100 * 400 = 40,000
    far[1, 143] += 1
    entries = np.vstack([entries, far.astype(np.uint8)])
    queries = np.vstack([entries[::7], [edge]])

    found = [part.tolist() for part in photodna.near(queries, entries)]

    apart = queries[:, None].astype(np.int64) - entries[None]
    sums = (apart * apart).sum(2)
    expected = {
        (int(q), int(e), int(sums[q, e])) for q, e in np.argwhere(sums <= 40_000)
    }
    assert set(zip(*found, strict=True)) == expected
    assert len(found[0]) == len(expected)
    same = {(q, e) for q, e, distance in expected if distance == 0}
    assert same == {
        (q, e)
        for q, one in enumerate(queries)
        for e, other in enumerate(entries)
        if one.tobytes() == other.tobytes()
    }


def test_only_too_many_hits_make_the_search_smaller(tmp_path, monkeypatch):
    known = listed(tmp_path, *(ListedHash("pdq", away(n), quality=90) for n in (0, 1)))
    media = {str(n): [pdq(away(n))] for n in range(4)}
    asked = []

    def refusing(queries, words, radius, *, most):
        asked.append(len(queries[0]))
        assert len(asked) < 99
        raise fault("on purpose", advice="on purpose")

    monkeypatch.setattr(lists, "search", refusing)
    fault = BadInput
    with pytest.raises(BadInput, match="on purpose"):
        known.match(media)
    assert len(asked) == 1
    fault = TooManyHits
    with pytest.raises(TooManyHits):
        known.match(media)
    assert asked[-1] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("photodna", "0" * 287),
        ("photodna", "x" * 288),
        ("photodna", "A" * 191 + "!"),
        ("photodna", "A" * 190 + "é="),
        ("pdq", "0" * 63),
        ("pdq", " " + "0" * 63),
        ("sha256", "g" * 64),
        ("md5", "\u0660" * 32),  # digits, but no hex
        ("md5", "0" * 30 + "  "),
        ("ahash", ""),
        ("telex", "00"),
    ],
)
def test_a_malformed_value_is_refused_by_line_and_leaves_nothing(tmp_path, name, value):
    lines = [
        ListLine(3, (ListedHash("md5", MD5),)),
        ListLine(70, (ListedHash(name, value),)),
    ]
    with pytest.raises(BadInput, match="line 70") as refused:
        build(tmp_path / "list", lines)

    assert refused.value.advice
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_source_leaves_nothing_and_sweeping_removes_the_rest(tmp_path):
    def lines():
        yield ListLine(1, (ListedHash("md5", MD5),))
        raise BadInput("line 2 cannot be read", advice="mend it")

    with pytest.raises(BadInput, match="line 2"):
        build(tmp_path / "list", lines())
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".list.0123.unfinished").mkdir()
    (tmp_path / ".list.0123.unfinished" / "line.raw").write_bytes(b"1")
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_list_that_is_being_built_is_not_swept_and_a_killed_one_is(tmp_path):
    def building():
        yield ListLine(1, (ListedHash("md5", MD5),))
        assert sweep(tmp_path) == 0

    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed")]
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    done = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".killed.")
    assert sweep(tmp_path) == 1
    assert build(tmp_path / "list", building()).items == 1
    assert [path.name for path in tmp_path.iterdir()] == ["list"]


def test_a_folder_that_is_there_and_lines_out_of_order_are_refused(tmp_path):
    (tmp_path / "list").mkdir()
    with pytest.raises(BadInput, match="there already"):
        build(tmp_path / "list", [])
    with pytest.raises(BadInput, match="after line 2"):
        build(tmp_path / "other", [ListLine(2, ()), ListLine(2, ())])


def test_labels_notes_and_withdrawn_lines(tmp_path):
    lines = [
        ListLine(2, (ListedHash("md5", MD5),), "uk_2014 A", "first"),
        ListLine(5, (ListedHash("md5", MD5),), "uk_2014 C"),
        ListLine(9, (ListedHash("md5", MD5),), "uk_2014 A", "lást"),
    ]
    build(tmp_path / "list", lines)
    known = KnownList.open(tmp_path / "list")
    mine = {"m": [HashValue("md5", MD5, "h", "1")]}

    labels = [(hit.line, hit.label) for hit in known.match(mine)]
    assert labels == [(2, "uk_2014 A"), (5, "uk_2014 C"), (9, "uk_2014 A")]
    assert [known.note_of(line) for line in (2, 5, 9)] == ["first", "", "lást"]
    assert [hit.line for hit in known.match(mine, withdrawn={2, 9})] == [5]


def test_the_digest_of_no_bytes_is_left_out(tmp_path):
    empty = hashlib.md5(b"").hexdigest()
    built = build(tmp_path / "list", [ListLine(1, (ListedHash("md5", empty),))])

    assert (built.items, built.left_out, built.values) == (0, 1, {})
    assert built.left_out_lines == (1,)
    known = KnownList.open(tmp_path / "list")
    assert known.match({"m": [HashValue("md5", empty, "h", "1")]}) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_lists(tmp_path, count):
    lines = [
        ListLine(n + 1, (ListedHash("pdq", away(n), "", 90),)) for n in range(count)
    ]
    built = build(tmp_path / "list", lines)
    known = KnownList.open(tmp_path / "list")

    assert known.items == built.items == count
    assert len(known.match({"m": [pdq(away(0))]})) == count


def test_many_values_sorted_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(column_files, "_SORTED", 100)
    monkeypatch.setattr(column_files, "_ROWS", 64)
    monkeypatch.setattr(list_columns, "_AT_ONCE", 90)
    values = [hashlib.sha1(bytes([n % 256, n // 256])).hexdigest() for n in range(700)]
    values += ["ab" * 20] * 300  # one value that fills a part three times
    lines = [
        ListLine(
            n, (ListedHash("sha1", value), ListedHash("pdq", away(n % 90, seed=n)))
        )
        for n, value in enumerate(values, start=1)
    ]
    build(tmp_path / "list", lines)
    known = KnownList.open(tmp_path / "list")
    head = np.load(tmp_path / "list" / "sha1.any.same.head.npy")

    assert (np.diff(head.astype(float)) >= 0).all()
    for n in (0, 1, 350, 699):
        hits = known.match({"m": [HashValue("sha1", values[n], "h", "1")]})
        assert [hit.line for hit in hits] == [n + 1]
    hits = known.match({"m": [HashValue("sha1", "ab" * 20, "h", "1")]})
    assert [hit.line for hit in hits] == list(range(701, 1001))
    near = known.match({"m": [pdq(f"{BASE:064x}")]})
    assert {hit.distance for hit in near} == set(range(61))


def test_a_list_of_many_alike_is_told_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(lists, "_HITS", 50)
    known = listed(tmp_path, *[ListedHash("pdq", away(1), "", 90)] * 40)
    media = {name: [pdq(away(n))] for n, name in enumerate("abcd")}
    media["e"] = [pdq(away(100))]

    found = [(hit.medium, hit.line) for hit in known.match(media)]
    assert found == [(m, line) for m in "abcd" for line in range(1, 41)]


def test_files_are_vouched_for(tmp_path):
    lines = [
        ListLine(n, (ListedHash("md5", f"{n:032x}"), ListedHash("pdq", away(n))))
        for n in range(1, 30)
    ]
    built = build(tmp_path / "list", lines)
    folder = tmp_path / "list"

    assert {file.name for file in folder.iterdir()} == set(built.files)
    assert changed(folder, built.files) == []
    place = folder / "pdq.any.near.word0.npy"
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    (folder / "label.npy").unlink()
    assert changed(folder, built.files) == ["label.npy", "pdq.any.near.word0.npy"]
    with pytest.raises(Tampered):
        KnownList.open(folder).label_of(1)


@pytest.mark.parametrize("text", [None, "{", "[]", json.dumps({"version": 99})])
def test_what_is_no_list_is_not_opened(tmp_path, text):
    if text is not None:
        (tmp_path / "list.json").write_text(text)
    with pytest.raises(Tampered) as refused:
        KnownList.open(tmp_path)

    assert refused.value.advice


LICENSED = """
from iwflab.domain.hashes import HashAlgorithm, HashValue

def compute(picture):
    value = bytes((n * 37 + picture.width) % 256 for n in range(144)).hex()
    return HashValue("photodna", value, "licensed", "1.0")

PHOTODNA = HashAlgorithm("photodna", "pixels", 1152, compute, ("rings", ""))
"""


def test_a_licensed_library_joins_by_its_entry_point(tmp_path, monkeypatch):
    place = tmp_path / "licensed-1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: licensed\nVersion: 1.0"
    )
    (place / "entry_points.txt").write_text(
        "[iwflab.hashing]\nphotodna = licensed_library:PHOTODNA\n"
    )
    (tmp_path / "licensed_library.py").write_text(LICENSED)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(ALGORITHMS, "_things", None)
    from iwflab.hashing.examples import example

    value = ALGORITHMS["photodna"].compute(example("rings"))
    known = listed(tmp_path, ListedHash("photodna", value.value))

    assert told(known.match({"m": [value]})) == [(1, "photodna", 0, "match")]
