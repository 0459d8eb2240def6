"""Tables that hang together: merged levels, sides of one table, what is shown beside."""

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from iwflab.errors import BadInput, Contradiction
from iwflab.statistics.disclosure import (
    ALL,
    Outcome,
    Release,
    check_release,
    counts_of,
    entry,
    joining,
    profile,
    protect,
    protect_together,
    release_from,
    release_json,
)
from iwflab.statistics.disclosure.linking import Shape, links

from .disclosure_tables import table_of
from .report_attack import Attack, Told, from_published, recovered

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)
BANDS = {
    "0-10": ["0-2", "3-6", "7-10"],
    "11-17": ["11-13", "14-17"],
    "0-6": ["0-2", "3-6"],
    "7-17": ["7-10", "11-13", "14-17"],
}


def _ages(**bands):
    return _one(
        "age", {name.replace("_", "-").strip("b"): n for name, n in bands.items()}
    )


def _one(axis, values, name="drawn", **more):
    inner = {(level,): n for level, n in values.items()}
    return counts_of(
        inner, name=name, unit="media", names=[axis], levels=[list(values)], **more
    )


def _release(*counts, cut="2026-01-01"):
    return Release(
        f"to {cut}", cut, tuple(entry(protect(one, PARTNER), PARTNER) for one in counts)
    )


def test_two_ways_to_merge_bands_tell_the_band_between_them():
    """0-10 is 20 and 0-6 is 18: two media of 7-10."""
    both = _release(
        _one("age", {"0-10": 20, "11-17": 30}), _one("age", {"0-6": 18, "7-17": 32})
    )
    assert check_release(both, [], PARTNER)[0].outcome is Outcome.PASS
    verdict, leaks = check_release(both, [], PARTNER, coarser=BANDS)

    assert verdict.outcome is Outcome.FAIL
    assert [leak.text for leak in leaks] == ["7-10: 2-2 media counted 2026-01-01"]


def test_a_table_says_itself_what_its_merged_levels_are_made_of():
    made = [
        _one("age", {"0-10": 20, "11-17": 30}),
        _one("age", {"0-6": 18, "7-17": 32}),
    ]
    entries = [entry(protect(one, PARTNER), PARTNER, coarser=BANDS) for one in made]
    first, second = (Release("x", "2026-01-01", (one,)) for one in entries)

    assert entries[1].merged["0-6"] == ("0-2", "3-6")
    assert check_release(second, [first], PARTNER)[0].outcome is Outcome.FAIL
    assert release_from(release_json(first)) == first
    odd = {"0-6": ["0-2", "3-10"]}
    verdict, _ = check_release(second, [first], PARTNER, coarser=odd)
    assert verdict.outcome is Outcome.REVIEW
    assert "'0-6' is made of other levels elsewhere" in verdict.reason


def test_a_merged_band_tells_what_its_parts_withhold():
    """0-2 and 3-6 hide each other; 3-10 less 7-10 is 3-6."""
    parts = _one("age", {"0-2": 3, "3-6": 40, "7-10": 50, "11-17": 60})
    assert set(protect(parts, PARTNER).published.withheld) == {("0-2",), ("3-6",)}
    merged = _one("age", {"3-10": 90, "other": 63})
    told = {"3-10": ["3-6", "7-10"], "other": ["0-2", "11-17"]}
    both = _release(parts, merged)

    assert check_release(both, [], PARTNER)[0].outcome is Outcome.PASS
    verdict, leaks = check_release(both, [], PARTNER, coarser=told)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.upper for leak in leaks} == {3}


def test_a_band_split_a_month_later_is_held_against_the_whole():
    """January shows 0-10, February its parts: two media were added to it."""
    before = _release(_one("age", {"0-10": 60, "11-17": 50}))
    parts = {"0-2": 12, "3-6": 20, "7-10": 30, "11-17": 60}
    after = _release(_one("age", parts), cut="2026-02-01")

    assert check_release(after, [before], PARTNER)[0].outcome is Outcome.PASS
    verdict, leaks = check_release(after, [before], PARTNER, coarser=BANDS)
    assert verdict.outcome is Outcome.FAIL
    told = {dict(leak.cell[2])["age"]: (leak.lower, leak.upper) for leak in leaks}
    assert told.pop("0-10") == (2, 2)
    assert told == dict.fromkeys(["0-2", "3-6", "7-10"], (0, 2))


def test_bands_merged_in_one_axis_of_two():
    """0-2 and 3-6 are apart by category in one table, together by sex in another."""
    one = counts_of(
        {("0-2", "A"): 9, ("3-6", "A"): 22, ("0-2", "B"): 14, ("3-6", "B"): 30},
        name="fine",
        unit="media",
        names=["age", "category"],
        levels=[["0-2", "3-6"], ["A", "B"]],
    )
    other = counts_of(
        {("0-6", "girl"): 60, ("0-6", "boy"): 16},
        name="merged",
        unit="media",
        names=["age", "sex"],
        levels=[["0-6"], ["girl", "boy"]],
    )
    verdict, _ = check_release(_release(one, other), [], PARTNER, coarser=BANDS)
    assert verdict.outcome is Outcome.REVIEW  # 75 media of 0-6 in one, 76 in the other


@pytest.mark.parametrize(
    ("coarser", "match"),
    [
        ({"0-6": ["0-2", "0-6"]}, "itself"),
        ({"0-10": ["0-6", "7-10"], "0-6": ["0-10"]}, "itself"),
        ({"0-6": []}, "none"),
        ({"0-10": ["0-6", "0-2"], "0-6": ["0-2", "3-6"]}, "overlap"),
    ],
)
def test_merged_levels_that_contradict_themselves_are_refused(coarser, match):
    shown = _release(_one("age", {"0-10": 20, "0-6": 30}))
    with pytest.raises(BadInput, match=match):
        check_release(shown, [], PARTNER, coarser=coarser)


def test_a_table_that_shows_a_level_beside_its_part_is_refused():
    shown = _release(_one("age", {"0-10": 20, "0-2": 30}))
    with pytest.raises(BadInput, match="a part of it"):
        check_release(shown, [], PARTNER, coarser=BANDS)


def _shape(**axes):
    return Shape(tuple(axes), tuple(map(tuple, axes.values())))


def test_joint_cells_are_looked_at_where_tables_close_a_ring():
    ab, bc = _shape(a="12", b="345"), _shape(b="345", c="67")
    ac, cd = _shape(a="12", c="67"), _shape(c="67", d="89")
    whole = _shape(a="12", b="345", c="67")

    assert links([ab, bc], {}).joint == ()
    assert links([ab, bc, cd], {}).joint == ()
    assert links([ab, bc, ac, cd], {}).joint == (whole,)
    assert links([ab, bc, ac, whole], {}).joint == ()  # somebody shows it
    assert links([ab, bc, cd, _shape(a="12", d="89")], {}).joint[0].size == 24


def test_a_ring_too_large_is_attacked_by_threes_and_somebody_has_to_look():
    ring = [
        _shape(**dict(some))
        for some in itertools.combinations([(c, "123456") for c in "abcd"], 2)
    ]
    found = links(ring, {}, most=300)

    assert [one.size for one in found.left_out] == [1296]
    assert {one.size for one in found.joint} == {216}
    assert len(found.joint) == 4


# Three sides of a 3 x 3 x 2 table, and a count that all of them tell together.
def _sides(values):
    axes, cube = "abc", np.asarray(values)
    for pair in itertools.combinations(range(3), 2):
        (other,) = {0, 1, 2} - set(pair)
        flat = cube.sum(axis=other)
        levels = [[f"{axes[i]}{n}" for n in range(cube.shape[i])] for i in pair]
        inner = {
            key: int(flat[at])
            for key, at in zip(
                itertools.product(*levels), np.ndindex(*flat.shape), strict=True
            )
        }
        name = "".join(axes[i] for i in pair)
        yield counts_of(inner, name=name, unit="media", names=list(name), levels=levels)


def _told_by(published, widths=None):
    tables = [from_published(one) for one in published]
    asked = {}
    for told, own in zip(tables, widths, strict=True):
        for key, width in own.items():
            asked["media", "", told.place(key)] = width
    return recovered(tables, asked)


def _drawn_sides(seed, shape=(3, 3, 2)):
    draw = np.random.default_rng(seed)
    mean = draw.choice([2, 4, 8, 15])
    return list(_sides(draw.negative_binomial(0.7, 0.7 / (0.7 + mean), shape)))


def test_three_sides_of_one_table_tell_together_what_no_two_of_them_do(monkeypatch):
    """Sides that hide in pairs what all three of them tell; the joint cells say so."""
    monkeypatch.setattr(joining, "links", partial(links, most=0))
    done = protect_together(_drawn_sides(94, (4, 3, 2)), PARTNER)
    release = Release("all", "2026-01-01", tuple(entry(one, PARTNER) for one in done))
    verdict, _ = check_release(release, [], PARTNER)
    assert verdict.outcome is Outcome.REVIEW
    assert "too large to be attacked whole: a by b by c, 24 cells" in verdict.reason
    monkeypatch.undo()
    verdict, leaks = check_release(release, [], PARTNER)

    assert verdict.outcome is Outcome.FAIL
    assert [leak.text for leak in leaks] == ["a3 / c0: 0-3 media counted 2026-01-01"]
    told = _told_by([one.published for one in done], [one.widths for one in done])
    assert told == {("media", "", frozenset({("a", "a3"), ("c", "c0")})): (0, 3)}


def _nothing_told(seeds):
    shown = 0
    for seed in seeds:
        tables = _drawn_sides(seed)
        done = protect_together(tables, PARTNER)
        kept = [one for one in done if one.published]
        shown += len(kept) == 3
        entries = tuple(entry(one, PARTNER) for one in kept)
        release = Release("all", "2026-01-01", entries)
        assert check_release(release, [], PARTNER)[0].outcome is Outcome.PASS
        assert _told_by([d.published for d in kept], [d.widths for d in kept]) == {}
        for counts, one in zip(tables, done, strict=True):
            _unharmed(counts, one)
    return shown


def _unharmed(counts, one):
    if one.published:
        assert one.published.cells[counts.total].value == counts.cells[counts.total]
        for key, cell in one.published.cells.items():
            assert cell.value in (None, counts.cells[key])
        assert all(b.lower <= counts.cells[b.key] <= b.upper for b in one.bounds)
        assert all(b.width >= one.widths[b.key] for b in one.bounds)


def test_sides_protected_together_tell_nothing_together():
    assert _nothing_told(range(8)) >= 7


@pytest.mark.soak
def test_300_times_three_sides_protected_together_tell_nothing():
    assert _nothing_told(range(100, 400)) >= 270


def test_a_table_between_is_refused_and_those_after_it_stay():
    """Of x and y no pattern hides the 3 of x, whatever stands beside them."""
    tables = [
        _one("b", {"p": 30, "q": 44}),
        _one("a", {"x": 3, "y": 71}, name="tight"),
        _one("c", {"r": 60, "s": 14}),
    ]
    wide = replace(PARTNER, width=90)
    done = protect_together(tables, wide)

    assert [one.published is None for one in done] == [False, True, False]
    assert done[2].together == (tables[0].name, tables[2].name)


def test_the_last_table_is_refused_where_not_all_can_be_hidden():
    wide = replace(PARTNER, width=9)
    done = protect_together(
        [_one("a", {"x": 7}), _one("b", {"p": 3, "q": 4}, name="tight")], wide
    )

    assert done[0].published.cells["x",].value == 7
    assert done[1].published is None
    assert "merge levels" in done[1].verdict.reason


def test_tables_that_contradict_each_other_are_not_protected():
    tables = [_one("b", {"p": 2, "q": 98}), _one("b", {"p": 90, "q": 10})]
    with pytest.raises(Contradiction):
        protect_together(tables, PARTNER)


def test_joint_cells_that_are_sure_to_be_small_are_told():
    """All of a0 is b0, and of it two are c1: a0 by c tells it; no table has the cell."""
    values = np.array([[[30, 6], [0, 0]], [[10, 20], [40, 50]]])
    sides = list(_sides(values))
    done = [protect(one, PARTNER) for one in sides]
    release = Release("all", "2026-01-01", tuple(entry(d, PARTNER) for d in done))
    assert check_release(release, [], PARTNER)[0].outcome is Outcome.PASS
    # 2 of a0, b0, c1 stay when a0 b1 c1 is 4: 6 less 4, told by three sides.
    small = [entry(one, replace(PARTNER, threshold=8, width=8)) for one in done]
    other = replace(PARTNER, threshold=8, width=8)
    verdict, leaks = check_release(
        Release("all", "2026-01-01", tuple(small)), [], other
    )
    assert verdict.outcome is Outcome.FAIL
    assert any(len(leak.cell[2]) == 3 for leak in leaks)


def test_percentages_of_shown_numbers_tell_nothing_and_of_true_numbers_they_do():
    """The same attack with and without them; made of hidden numbers they tell cells."""
    for seed in range(4):
        draw = np.random.default_rng(seed)
        counts = table_of(draw.negative_binomial(0.7, 0.05, (3, 4)))
        done = protect(counts, PARTNER)
        hidden = [done.published.cells[key] for key in done.primary]
        assert hidden
        without = Attack([from_published(done.published, percents=False)], "ab")
        with_them = Attack([from_published(done.published)], "ab")
        careless = from_published(done.published)
        total = counts.cells[counts.total]
        for key in done.primary:
            share = (200 * counts.cells[key] + total) // (2 * total)
            careless.percents[key] = ((ALL, ALL), f"{share}%")
        told = Attack([careless], "ab")
        widths = []
        for key in done.primary:
            place = careless.place(key)
            assert without.bound(place) == with_them.bound(place)
            low, high = told.bound(place)
            assert low <= counts.cells[key] <= high
            widths.append(high - low)
        assert min(widths) < 5


def test_the_attack_reads_merged_levels():
    fine = Told(
        *("media", "", ("age",), (("0-2", "3-6", "7-10"),)),
        {("0-2",): "[c]", ("3-6",): "[c]", ("7-10",): "50", (ALL,): "93"},
    )
    merged = Told(
        *("media", "", ("age",), (("0-2", "3-10"),)),
        {("0-2",): "[c]", ("3-10",): "90", (ALL,): "93"},
    )
    place = frozenset({("age", "0-2")})
    assert Attack([fine], ["age"]).bound(place) == (0, 43)
    parts = {"3-10": ["3-6", "7-10"]}
    assert Attack([fine, merged], ["age"], parts=parts).bound(place) == (3, 3)
