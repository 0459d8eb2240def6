"""Search is exact: whatever way it takes, it finds what a plain loop finds."""

import numpy as np
import pytest

from iwflab.errors import BadInput
from iwflab.hashing import costs
from iwflab.hashing import search as searching
from iwflab.hashing.search import (
    columns_of,
    components,
    pairs_within,
    search,
    stacks_within,
)

SIZES = [0, 1, 2, 3, 15, 16, 17, 1023, 1024, 1025, 2100]


def drawn(rng, count, words=4):
    return tuple(rng.integers(0, 2**64, count, dtype=np.uint64) for _ in range(words))


def turned(columns, row, bits, rng):
    """Give one hash with so many bits turned over."""
    words = [column[row : row + 1].copy() for column in columns]
    for bit in rng.choice(64 * len(words), bits, replace=False):
        words[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return words


def planted(rng, entries, distances):
    """Queries at given distances from entries that are drawn from the list."""
    rows = rng.integers(0, len(entries[0]), len(distances))
    near = [turned(entries, r, d, rng) for r, d in zip(rows, distances, strict=True)]
    queries = tuple(np.concatenate(word) for word in zip(*near, strict=True))
    return rows, queries


def plainly(queries, entries, radius):
    """The reference: every distance, by numpy."""
    apart = sum(
        np.bitwise_count(q[:, None] ^ e[None, :]).astype(int)
        for q, e in zip(queries, entries, strict=True)
    )
    query, entry = np.nonzero(apart <= radius)
    return set(
        zip(query.tolist(), entry.tolist(), apart[query, entry].tolist(), strict=True)
    )


def as_set(hits):
    found = list(
        zip(
            hits.query.tolist(),
            hits.entry.tolist(),
            hits.distance.tolist(),
            strict=True,
        )
    )
    assert len(set(found)) == len(found)
    assert sorted(found) == found
    return set(found)


@pytest.mark.parametrize("method", ["scan", "join", "auto"])
@pytest.mark.parametrize("size", SIZES)
def test_every_neighbour_is_found_and_no_other(size, method):
    rng = np.random.default_rng(size)
    entries = drawn(rng, size)
    queries = drawn(rng, 2)
    rows = []
    if size:
        rows, queries = planted(rng, entries, [*range(34), *range(34)])
    hits = search(queries, entries, 31, method=method)

    assert as_set(hits) == plainly(queries, entries, 31)
    near = {(k, int(row)) for k, row in enumerate(rows) if k % 34 <= 31}
    assert near <= {(q, e) for q, e, _ in as_set(hits)}
    assert hits.query.dtype == hits.entry.dtype == np.int64


@pytest.mark.parametrize("radius", [0, 1, 10, 31, 40, 41, 60, 90, 128, 256])
def test_any_radius_is_exact(radius):
    rng = np.random.default_rng(radius)
    entries = drawn(rng, 700)
    distances = [d for d in range(radius - 3, radius + 3) if 0 <= d <= 256] * 5
    _, queries = planted(rng, entries, distances)

    assert as_set(search(queries, entries, radius)) == plainly(queries, entries, radius)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("radius", [0, 8, 10, 64])
def test_hashes_of_64_bits(size, radius):
    rng = np.random.default_rng(size)
    entries = drawn(rng, min(size, 300), words=1)
    queries = drawn(rng, 3, words=1)
    if size:
        _, queries = planted(rng, entries, [0, 1, 7, 8, 9, 10, 11, 12])

    assert as_set(search(queries, entries, radius)) == plainly(queries, entries, radius)


@pytest.mark.parametrize("method", ["scan", "join"])
def test_neighbours_whose_bits_are_spread_as_badly_as_can_be(method):
    """Two bits in each of 15 bands and one in the last: only the last band meets."""
    rng = np.random.default_rng(5)
    entries = drawn(rng, 500)
    queries = []
    for last in range(16):
        words = [column[last : last + 1].copy() for column in entries]
        for band in range(16):
            for bit in rng.choice(16, 1 if band == last else 2, replace=False):
                place = 16 * band + int(bit)
                words[place // 64] ^= np.uint64(1) << np.uint64(place % 64)
        queries.append(words)
    asked = tuple(np.concatenate(word) for word in zip(*queries, strict=True))

    found = as_set(search(asked, entries, 31, method=method))
    assert {(k, k, 31) for k in range(16)} <= found


@pytest.mark.parametrize("method", ["scan", "join"])
def test_uneven_hashes(method):
    rng = np.random.default_rng(6)
    entries = list(drawn(rng, 1500))
    entries[0][:] = 7  # four bands that are equal everywhere
    entries[3][300:900] = 0
    _, queries = planted(rng, entries, list(range(33)))
    expected = plainly(queries, entries, 31)

    assert as_set(search(queries, entries, 31, method=method)) == expected


@pytest.mark.parametrize("method", ["scan", "join"])
@pytest.mark.parametrize("size", [0, 1, 2, 40, 1030])
def test_pairs_are_found_once(size, method):
    rng = np.random.default_rng(size)
    entries = drawn(rng, size)
    if size > 2:
        _, near = planted(rng, entries, [0, 1, 16, 30, 31, 32, 33] * 3)
        entries = tuple(
            np.concatenate(pair) for pair in zip(entries, near, strict=True)
        )
    expected = {(a, b, d) for a, b, d in plainly(entries, entries, 31) if a < b}

    assert as_set(pairs_within(entries, 31, method=method)) == expected


def test_pieces_and_tiles_change_nothing(monkeypatch):
    rng = np.random.default_rng(8)
    entries = drawn(rng, 3000)
    _, queries = planted(rng, entries, list(range(33)) * 4)
    expected = as_set(search(queries, entries, 31, method="scan"))
    monkeypatch.setattr(searching, "PIECE", 700)
    monkeypatch.setattr(searching, "TILE", 50)

    assert as_set(search(queries, entries, 31, method="join")) == expected


def test_the_way_is_chosen_by_what_it_costs(monkeypatch):
    monkeypatch.setattr(costs, "_pace", lambda: 7e-11)
    rng = np.random.default_rng(9)
    entries, few, many = drawn(rng, 400_000), drawn(rng, 10), drawn(rng, 60_000)

    def pays(queries, known):
        return costs.join_pays(queries, known, pairs=False)

    assert not pays(few, entries)
    assert pays(many, entries)
    few_bits = np.uint64(0x0001000100010001)  # every band is nearly the same
    skewed = [tuple(c & few_bits for c in columns) for columns in (many, entries)]
    assert not pays(*skewed)


@pytest.mark.parametrize("method", ["scan", "join", "auto"])
def test_equal_hashes_are_one_stack_and_fill_no_memory(method):
    """100,000 equal hashes are five thousand million pairs: none is kept."""
    rng = np.random.default_rng(10)
    entries = tuple(np.repeat(column, 50_000) for column in drawn(rng, 2))
    labels = stacks_within(entries, 31, method=method)

    assert set(labels[:50_000]) == {0}
    assert set(labels[50_000:]) == {50_000}
    with pytest.raises(BadInput, match="near each other"):
        pairs_within(entries, 31, method=method, most=1000)
    with pytest.raises(BadInput, match="near each other"):
        search(entries, entries, 31, method=method, most=1000)


def test_dense_hashes_are_one_stack_without_their_pairs():
    rng = np.random.default_rng(11)
    words = [np.zeros(4000, np.uint64) for _ in range(4)]
    words[0] |= rng.integers(0, 2**12, 4000, dtype=np.uint64)
    labels = stacks_within(words, 31)

    assert set(labels.tolist()) == {0}


def test_stacks_of_hashes_that_share_their_first_bits():
    rng = np.random.default_rng(13)
    entries = [column[rng.integers(0, 60, 400)] for column in drawn(rng, 60)]
    entries[0][:] = 5
    entries = tuple(np.concatenate([column, column[::-7]]) for column in entries)
    pairs = pairs_within(entries, 31)
    expected = components(len(entries[0]), pairs.query, pairs.entry)

    assert stacks_within(entries, 31).tolist() == expected.tolist()


@pytest.mark.parametrize("size", [0, 1, 2, 500])
def test_stacks_are_the_components_of_the_pairs(size):
    rng = np.random.default_rng(size)
    entries = drawn(rng, size)
    if size > 2:
        _, near = planted(rng, entries, [0, 5, 31, 31, 32] * 60)
        _, more = planted(rng, near, [0, 10, 31] * 40)
        together = zip(near, entries, more, strict=True)
        entries = tuple(np.concatenate(part) for part in together)
    pairs = pairs_within(entries, 31)
    expected = components(len(entries[0]), pairs.query, pairs.entry)

    assert stacks_within(entries, 31).tolist() == expected.tolist()
    # By hand: labels spread along the pairs until nothing changes.
    plain = list(range(len(entries[0])))
    for _ in range(len(plain)):
        before = list(plain)
        for a, b in zip(pairs.query.tolist(), pairs.entry.tolist(), strict=True):
            plain[a] = plain[b] = min(plain[a], plain[b])
        if plain == before:
            break
    assert expected.tolist() == plain


def test_memory_mapped_columns_are_searched_where_they_lie(tmp_path):
    rng = np.random.default_rng(12)
    entries = drawn(rng, 300)
    for number, column in enumerate(entries):
        np.save(tmp_path / f"{number}.npy", column)
    mapped = [np.load(tmp_path / f"{n}.npy", mmap_mode="r") for n in range(4)]
    _, queries = planted(rng, entries, list(range(33)))

    for method in ("scan", "join"):
        found = as_set(search(queries, mapped, 31, method=method))
        assert found == plainly(queries, entries, 31)


def test_columns_hold_the_bits_of_the_hex():
    value = "83147f4c5f893f89fb19fe09c819b03140f6c9c69f88761948774b817f89c477"
    first, *_, last = columns_of([value, "0" * 63 + "1"], 256)

    assert first.tolist() == [0x83147F4C5F893F89, 0]
    assert last.tolist() == [0x48774B817F89C477, 1]
    assert columns_of([], 64)[0].shape == (0,)
    for bad in ("0" * 63, "x" * 64):
        with pytest.raises(BadInput):
            columns_of([bad], 256)


def test_what_cannot_be_answered_is_refused():
    four, one = columns_of(["0" * 64], 256), columns_of(["0" * 16], 64)
    refused = [
        lambda: search(four, one, 31),
        lambda: search(four, four, -1),
        lambda: search(four, four, 32, method="join"),
        lambda: search(one, one, 3, method="join"),
        lambda: search(four[:2], four[:2], 3),
        lambda: components(2, np.array([0]), np.array([2])),
    ]
    for ask in refused:
        with pytest.raises(BadInput) as fault:
            ask()
        assert fault.value.advice
