"""What a release tells with those before it: pairs, tables that share margins."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    ALL,
    Outcome,
    Release,
    check_release,
    counts_of,
    entry,
    profile,
    protect,
)

from .disclosure_tables import Printed, table_of

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)
ROUNDED = replace(
    profile("public_detailed"), one_series_percent=0, group_disclosure=False
)
SHAPES = [(3, 4), (3, 5), (2, 5), (3, 3), (2, 2, 3)]


def _release(counts, cut, rule=PARTNER, *, grows=True):
    tables = counts if isinstance(counts, list) else [counts]
    done = [protect(one, rule) for one in tables]
    if any(one.published is None for one in done):
        return None
    entries = tuple(entry(one, rule) for one in done)
    return Release(f"monthly {cut}", cut, entries, grows=grows)


def _pair(seed, *, least, added):
    """Draw a table, and the same a month later."""
    draw = np.random.default_rng(seed)
    shape = SHAPES[seed % len(SHAPES)]
    old = least + draw.negative_binomial(0.8, 0.8 / 20.8, shape)
    new = old + draw.choice(added, shape)
    return old, new


def _leaks(old, new, before, after):
    """Find by the tests' own attack which hidden cells and small increments are told."""
    tables = [one.entries[0].published for one in (before, after)]
    printed = Printed(*tables, threshold=5)
    told = []
    one, other = table_of(old), table_of(new)
    for key in one.cells:
        change = printed.sum(key, 1) - printed.sum(key, 0)
        grown = other.cells[key] - one.cells[key]
        if 1 <= grown < 5 and printed.recovers(change, 5):
            told.append((key, grown))
    for number, release in enumerate((before, after)):
        told += [
            (key, number)
            for key in release.entries[0].hidden
            if printed.recovers(printed.sum(key, number), 5)
        ]
    return told


def _small_increments(seeds):
    caught = 0
    for seed in seeds:
        old, new = _pair(seed, least=5, added=[0, 0, 6, 9, 1, 2, 3, 4])
        assert np.isin(new - old, [1, 2, 3, 4]).any()
        before, after = (
            _release(table_of(values), f"2026-0{i}-01")
            for i, values in enumerate((old, new), 1)
        )
        assert _leaks(old, new, before, after)
        verdict, leaks = check_release(after, [before], PARTNER)
        caught += verdict.outcome is Outcome.FAIL and len(leaks) > 0
    return caught


def test_small_increments_between_two_releases_are_caught():
    assert _small_increments(range(60)) == 60


@pytest.mark.soak
def test_small_increments_between_500_pairs_are_caught():
    assert _small_increments(range(1000, 1500)) == 500


GROWTH = ("large steps", "as it comes", "a few small", "one row", "what is withheld")


def _grown(draw, old, how):
    """Draw what is added: in none of the ways is it looked at whether it can be told."""
    if how == "large steps":
        return draw.choice([0, 6, 9, 20], old.shape)
    if how == "as it comes":
        return draw.negative_binomial(
            0.8, 0.8 / (0.8 + draw.choice([12, 40])), old.shape
        )
    if how == "one row":
        return draw.choice([0, 3, 8, 15], old.shape) * (np.indices(old.shape)[0] == 0)
    large = draw.choice([0, 0, 8, 30], old.shape)
    few = draw.random(old.shape) < 0.1 if how == "a few small" else old < 5
    return np.where(few, draw.integers(0, 5, old.shape), large)


def _among_withheld(seeds, growth=GROWTH):
    """Hold pairs against the attack: counts of pairs, by what each of them is."""
    found = Counter()
    for seed in seeds:
        draw = np.random.default_rng(seed)
        old = draw.negative_binomial(0.8, 0.8 / 20.8, SHAPES[seed % len(SHAPES)])
        how = growth[seed // len(SHAPES) % len(growth)]
        new = old + _grown(draw, old, how)
        before, after = (
            _release(table_of(values), f"2026-0{i}-01")
            for i, values in enumerate((old, new), 1)
        )
        if before is None or after is None:
            found["refused"] += 1
            continue
        failed = check_release(after, [before], PARTNER)[0].outcome is Outcome.FAIL
        if _leaks(old, new, before, after):
            found["leaking"] += 1
            found["caught"] += failed
            continue
        small = np.isin(new - old, [1, 2, 3, 4]).any()
        found["safe"] += 1
        found["flagged"] += failed
        found[f"safe, {how}"] += 1
        found["safe, with small steps"] += bool(small)
        hidden = [one.entries[0].published.withheld for one in (before, after)]
        found["safe, cells withheld"] += any(hidden)
        found["safe, other cells withheld"] += set(hidden[0]) != set(hidden[1])
    return found


def test_leaks_among_withheld_cells_are_caught_and_safe_pairs_are_not():
    found = _among_withheld(range(75))
    print(dict(found))

    assert found["leaking"] >= 20
    assert found["caught"] == found["leaking"]
    assert found["safe"] >= 20
    assert found["safe, with small steps"] >= 2
    assert found["flagged"] <= found["safe"] // 100


def test_a_solver_that_calls_a_table_infeasible_is_asked_again():
    """A pair of which HiGHS with presolve says that no counts agree with it."""
    assert _among_withheld([3723])["caught"] == 1


@pytest.mark.soak
def test_500_safe_pairs_are_hardly_flagged():
    """Safe is what the attack cannot use, whatever was added; none is chosen by hand."""
    found = _among_withheld(range(2000, 4000))
    print(dict(found))

    assert found["caught"] == found["leaking"]
    assert found["safe"] >= 500
    assert found["safe, with small steps"] >= 50
    assert found["safe, other cells withheld"] >= 50
    assert found["flagged"] <= found["safe"] // 100


def _rounded_pair(seed):
    old, new = _pair(seed, least=8, added=[0, 0, 1, 2, 3, 4, 9])
    return [
        _release(table_of(values), f"2026-0{i}-01", ROUNDED)
        for i, values in enumerate((old, new), 1)
    ]


def test_rounded_releases_tell_no_small_increment_exactly():
    for seed in range(10):
        before, after = _rounded_pair(seed)
        assert check_release(after, [before], ROUNDED)[0].outcome is Outcome.PASS


def test_what_rounding_leaves_open_agrees_with_an_attack():
    """Asked for the width of the base, some pairs fail: those that the attack finds."""
    asked = replace(ROUNDED, added_width=4)
    failed = 0
    for seed in range(8):
        before, after = _rounded_pair(seed)
        verdict, _ = check_release(after, [before], asked)
        told = Intervals(before, after).tells(4, ROUNDED.threshold)
        assert (verdict.outcome is Outcome.FAIL) == told
        failed += told
    assert 0 < failed < 8


class Intervals:
    """The attack on rounded tables: inner cells within what rounding lets be."""

    def __init__(self, before, after):
        self.tables = [before.entries[0].published, after.entries[0].published]
        self.printed = Printed(*self.tables)
        for number, table in enumerate(self.tables):
            for key, cell in table.cells.items():
                row = self.printed.sum(key, number)
                self.printed.rows.append(row)
                self.printed.low.append(cell.lower)
                self.printed.high.append(np.inf if cell.upper is None else cell.upper)
        keep = [i for i, row in enumerate(self.printed.rows) if self._rule(i)]
        for name in ("rows", "low", "high"):
            held = getattr(self.printed, name)
            setattr(self.printed, name, [held[i] for i in keep])

    def _rule(self, at):
        """Drop the rows that took rounded numbers for exact ones."""
        exact = sum(
            cell.value is not None for t in self.tables for cell in t.cells.values()
        )
        return at >= exact

    def tells(self, width, threshold):
        for key in self.tables[0].cells:
            change = self.printed.sum(key, 1) - self.printed.sum(key, 0)
            low, high = self.printed.bound(change)
            if low < threshold and (low, high) != (0, 0) and high - low < width:
                return True
        return False


def _one_axis(name, axis, values, **more):
    inner = {(f"{axis}{i}",): n for i, n in enumerate(values)}
    levels = [[key for (key,) in inner]]
    return counts_of(
        inner, name=name, unit="media", names=[axis], levels=levels, **more
    )


def test_two_tables_of_one_release_are_held_together():
    """Withheld in one table, a count is told by the other that shows its margin."""
    pairs = table_of([[3, 20], [40, 50]])  # its margins are a0 23 and a1 90
    hidden = protect(pairs, PARTNER)
    assert hidden.published.cells["a0", ALL].value == 23
    alone = Release("alone", "2026-01-01", (entry(hidden, PARTNER),))
    assert check_release(alone, [], PARTNER)[0].outcome is Outcome.PASS

    # A second table shows one of the withheld cells by another way: as a whole table.
    careless = table_of([[3, 20], [40, 50]], name="again")
    shown = protect(careless, replace(PARTNER, threshold=2, width=2))
    both = Release("both", "2026-01-01", (*alone.entries, entry(shown, PARTNER)))
    verdict, leaks = check_release(both, [], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert [leak.upper for leak in leaks] == [3]
    assert "a0 / b0: 3-3 media counted 2026-01-01" in verdict.reason


def test_a_margin_is_linked_to_the_table_of_that_margin():
    """January shows severity alone, February severity by sex: the margins subtract."""
    before = _release(_one_axis("one", "a", [20, 30]), "2026-01-01")
    after = _release(table_of([[12, 10], [15, 20]]), "2026-02-01")
    verdict, leaks = check_release(after, [before], PARTNER)

    assert verdict.outcome is Outcome.FAIL
    assert [(leak.cell[2], leak.lower) for leak in leaks] == [((("a", "a0"),), 2)]
    elsewhere = _release(_one_axis("one", "a", [20, 30], coverage="2025"), "2026-01-01")
    assert check_release(after, [elsewhere], PARTNER)[0].outcome is Outcome.PASS


def test_an_increment_is_held_against_the_release_that_showed_the_count_last():
    one = _release(_one_axis("one", "a", [20, 30]), "2026-01-01")
    other = _release(_one_axis("other", "b", [25, 35]), "2026-02-01")
    back = _release(_one_axis("one", "a", [22, 48]), "2026-03-01")

    verdict, leaks = check_release(back, [other, one], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.cuts for leak in leaks} == {("2026-01-01", "2026-03-01")}


def test_a_count_that_fell_is_for_review_and_a_revision_is_still_checked():
    before = _release(table_of([[20, 30], [40, 50]]), "2026-01-01")
    fallen = table_of([[20, 30], [40, 48]])
    verdict, _ = check_release(_release(fallen, "2026-02-01"), [before], PARTNER)
    assert verdict.outcome is Outcome.REVIEW
    revised = _release(fallen, "2026-02-01", grows=False)
    verdict, leaks = check_release(revised, [before], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.lower for leak in leaks} == {-2}


def test_what_left_under_an_exception_does_not_stop_later_releases():
    one = _release(table_of([[20, 30], [40, 50]]), "2026-01-01")
    told = _release(table_of([[23, 30], [40, 50]]), "2026-02-01")
    later = _release(table_of([[23, 30], [49, 50]]), "2026-03-01")

    assert check_release(told, [one], PARTNER)[0].outcome is Outcome.FAIL
    assert check_release(later, [one, told], PARTNER)[0].outcome is Outcome.PASS


def test_cuts_come_in_any_order():
    """What is told by January and February together, whichever of them left first."""
    january = _release(table_of([[20, 30], [40, 50]]), "2026-01-01")
    safe = _release(table_of([[29, 30], [40, 50]]), "2026-02-01")
    told = _release(table_of([[22, 30], [40, 50]]), "2026-02-01")

    for later, outcome in ((safe, Outcome.PASS), (told, Outcome.FAIL)):
        assert check_release(later, [january], PARTNER)[0].outcome is outcome
        verdict, leaks = check_release(january, [later], PARTNER)
        assert verdict.outcome is outcome
        assert all(leak.cuts == ("2026-01-01", "2026-02-01") for leak in leaks)
    assert january.digest != safe.digest
    again = _release(table_of([[20, 30], [40, 50]]), "2026-01-01")
    assert january.digest == again.digest


def test_releases_of_one_cut_are_held_together():
    """At one cut a count is one count, whichever release shows it."""
    one = _release(table_of([[20, 30], [40, 50]]), "2026-01-01")
    same = replace(one, name="again")
    assert check_release(same, [one], PARTNER)[0].outcome is Outcome.PASS

    other = _release(table_of([[21, 30], [40, 50]]), "2026-01-01")
    verdict, _ = check_release(other, [one], PARTNER)
    assert verdict.outcome is Outcome.REVIEW
    verdict, leaks = check_release(replace(other, grows=False), [one], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.lower for leak in leaks} == {1}

    hidden = _release(table_of([[3, 20], [40, 50]]), "2026-01-01")
    careless = replace(PARTNER, threshold=2, width=2)
    shown = _release(table_of([[3, 20], [40, 50]]), "2026-01-01", careless)
    verdict, leaks = check_release(shown, [hidden], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.upper for leak in leaks} == {3}


def test_a_revision_frees_every_count_that_was_made_before_it():
    """March is after January and after a revision: it may have fallen since January."""
    january = _release(_one_axis("one", "a", [20, 30]), "2026-01-01")
    revised = _release(_one_axis("other", "b", [25, 35]), "2026-02-01", grows=False)
    march = _release(_one_axis("one", "a", [40, 20]), "2026-03-01")

    assert check_release(march, [january], PARTNER)[0].outcome is Outcome.REVIEW
    verdict, _ = check_release(march, [january, revised], PARTNER)
    assert verdict.outcome is Outcome.PASS
    # It was made before the revision, and is as it was: March is held against it.
    verdict, _ = check_release(march, [revised, january], PARTNER)
    assert verdict.outcome is Outcome.REVIEW


def test_a_refused_table_has_no_entry():
    with pytest.raises(BadInput, match="refused"):
        entry(protect(table_of([[1, 0], [0, 1]]), PARTNER), PARTNER)
