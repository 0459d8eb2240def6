"""The ledger as text: what comes back is what was kept; and what is said of a table."""

import json
from dataclasses import replace

import numpy as np
import pytest

from iwflab.errors import BadInput
from iwflab.statistics.disclosure import (
    Entry,
    Outcome,
    Release,
    check_release,
    counted,
    counts_of,
    entry,
    profile,
    profiles,
    protect,
    release_from,
    release_json,
    weigh,
)

from .disclosure_tables import random_table, table_of

PARTNER = replace(profile("partner"), one_series_percent=0, width_percent=0)
EXACT = replace(profile("internal"), name="exact")


def _under_any_profile(seed):
    """A release of a drawn table under each shipped profile that shows it."""
    draw = np.random.default_rng(seed)
    rows = [
        ((f"é{draw.integers(3)}", f"b{draw.integers(2)}"), f"s{draw.integers(40)}")
        for _ in range(400)
    ]
    counts = counted(
        rows,
        name=f"table {seed}",
        unit="media",
        names=["a", "b"],
        levels=[["é0", "é1", "é2"], ["b0", "b1"]],
        coverage="2026-10",
    )
    done = [(protect(counts, rule), rule) for rule in profiles().values()]
    shown = [entry(one, rule) for one, rule in done if one.published is not None]
    return Release(f"R{seed}", "2026-10-31", tuple(shown), grows=bool(seed % 2))


@pytest.mark.parametrize("seed", range(12))
def test_a_release_comes_back_exactly(seed):
    found = [protect(random_table(seed, shapes=[(3, 4), (2, 3, 2)]), PARTNER)]
    drawn = [entry(one, PARTNER) for one in found if one.published is not None]
    every = _under_any_profile(seed)
    release = replace(every, entries=(*every.entries, *drawn))
    text = release_json(release)
    again = release_from(text)

    assert len({one.profile.name for one in release.entries}) >= 3
    assert again == release
    assert again.digest == release.digest
    assert release_json(again) == text
    for one, other in zip(release.entries, again.entries, strict=True):
        assert list(one.published.cells) == list(other.published.cells)  # in order
        assert one.published.withheld == other.published.withheld
        assert one.profile.n_k == other.profile.n_k
    # What follows from it follows from what came back.
    said = check_release(release, [], PARTNER)
    assert check_release(again, [], PARTNER) == said


def test_what_an_older_version_wrote_is_read():
    """It did not say of which levels merged ones are made: nothing is."""
    release = _bands("2026-02-01", _0_6=52, _14_17=49)
    plain = json.loads(release_json(release))
    del plain["entries"][0]["merged"]
    again = release_from(json.dumps(plain))

    assert again.digest == release.digest
    assert (release.entries[0].merged, again.entries[0].merged) == (FINER, {})


def test_another_number_is_another_text_and_another_digest():
    one, other = (
        Release("R", "2026-01-31", (entry(protect(table_of(t), PARTNER), PARTNER),))
        for t in ([[20, 30], [40, 50]], [[20, 30], [40, 51]])
    )
    assert release_json(one) != release_json(other)
    assert one.digest != other.digest


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(form=2),
        lambda plain: plain.pop("cut"),
        lambda plain: plain["entries"][0].pop("hidden"),
        lambda plain: plain["entries"][0]["profile"].update(kindness=1),
        lambda plain: plain["entries"][0]["verdict"].append("more"),
        lambda plain: plain["entries"][0]["table"]["cells"][0].pop(),
    ],
)
def test_what_was_not_written_so_is_refused(spoil):
    done = protect(table_of([[20, 30], [40, 50]]), PARTNER)
    plain = json.loads(
        release_json(Release("R", "2026-01-31", (entry(done, PARTNER),)))
    )
    release_from(json.dumps(plain))
    spoil(plain)
    with pytest.raises(BadInput, match="no release of the ledger") as refused:
        release_from(json.dumps(plain))
    assert refused.value.advice
    with pytest.raises(BadInput):
        release_from("half a te")


# -- what is said of each table --------------------------------------------------------
def _made(values, cut="2026-01-31", *, rule=PARTNER, grows=True, **more):
    done = protect(table_of(values, **more), rule)
    return Release(cut, cut, (entry(done, rule),), grows=grows)


def test_each_table_keeps_its_own_verdict():
    open_ = protect(table_of([[1, 2], [3, 4]], name="open"), EXACT)
    safe = protect(table_of([[20, 30], [40, 50]], coverage="x"), PARTNER)
    release = Release("R", "2026-01-31", (entry(safe, PARTNER), entry(open_, EXACT)))
    first, second = weigh(release, [])

    assert (first.outcome, second.outcome) == (Outcome.PASS, Outcome.REVIEW)
    assert first.reason == safe.verdict.reason
    assert "inside the organisation only" in second.reason
    unsaid = Entry(safe.published, PARTNER, safe.widths, safe.small)
    (verdict,) = weigh(Release("R", "2026-01-31", (unsaid,)), [])
    assert verdict.outcome is Outcome.REVIEW


def test_a_leak_is_laid_to_the_table_that_tells_it():
    before = _made([[20, 30], [40, 50]])
    other = protect(table_of([[60, 70], [80, 90]], name="b", coverage="y"), PARTNER)
    after = _made([[22, 30], [40, 50]], "2026-02-28")
    release = replace(after, entries=(*after.entries, entry(other, PARTNER)))
    told, safe = weigh(release, [before])

    assert (told.outcome, safe.outcome) == (Outcome.FAIL, Outcome.PASS)
    assert "2-2 media added 2026-01-31 to 2026-02-28" in told.reason


def test_a_leak_of_an_earlier_release_is_laid_to_what_could_tell_it():
    """A withheld count of January is told by a table that shows it by another way."""
    hidden = protect(table_of([[3, 20], [40, 50]]), PARTNER)
    january = Release("January", "2026-01-31", (entry(hidden, PARTNER),))
    careless = replace(PARTNER, name="careless", threshold=2, width=2, added_width=0)
    shown = entry(protect(table_of([[3, 20], [40, 50]]), careless), careless)
    elsewhere = table_of([[60, 70], [80, 90]], name="b", coverage="y")
    both = (shown, entry(protect(elsewhere, PARTNER), PARTNER))
    told, safe = weigh(Release("again", "2026-01-31", both), [january])

    assert (told.outcome, safe.outcome) == (Outcome.FAIL, Outcome.PASS)
    assert "a0 / b0: 3-3 media" in told.reason


# Fine bands withhold two of their ends; wide ones of another month's cut tell them.
FINER = {"0-6": ("0-2", "3-6"), "14-17": ("14-15", "16-17")}


def _bands(cut, rule=PARTNER, *, finer=FINER, **bands):
    values = {level.strip("_").replace("_", "-"): n for level, n in bands.items()}
    counts = counts_of(
        {(level,): n for level, n in values.items()},
        name="ages",
        unit="media",
        coverage="items 2026-01",
        names=["age"],
        levels=[list(values)],
    )
    return Release(cut, cut, (entry(protect(counts, rule), rule, coarser=finer),))


def test_bands_that_were_merged_are_held_against_their_parts():
    fine = _bands("2026-02-01", _0_2=2, _3_6=50, _14_15=40, _16_17=9)
    wide = _bands("2026-02-01", _0_6=52, _14_17=49)
    assert fine.entries[0].published.withheld == (("0-2",), ("16-17",))
    for new, before in ((wide, fine), (fine, wide)):
        (verdict,) = weigh(new, [before])
        assert verdict.outcome is Outcome.FAIL
        assert "0-2: 2-2 media counted" in verdict.reason
        again = release_from(release_json(before))
        assert weigh(release_from(release_json(new)), [again])[0] == verdict


def test_a_level_that_was_merged_in_two_ways_is_for_review():
    one = _bands("2026-02-01", _0_6=52, _14_17=49)
    other = _bands("2026-03-01", finer={"0-6": ("0-3", "4-6")}, _0_6=52)
    (verdict,) = weigh(other, [one])

    assert verdict.outcome is Outcome.REVIEW
    assert "'0-6' is made of other levels elsewhere" in verdict.reason


def _fell(cut, a, *, coverage):
    return _made([[a, 30], [40, 50]], cut, coverage=coverage)


def test_a_contradiction_that_left_does_not_stop_what_has_nothing_to_do_with_it():
    """x fell under an exception; y is weighed as before, and x from there on."""
    left = [
        _fell("2026-01-31", 20, coverage="x"),
        _fell("2026-02-28", 12, coverage="x"),
    ]
    assert weigh(left[1], left[:1])[0].outcome is Outcome.REVIEW
    left.append(_fell("2026-02-28", 20, coverage="y"))
    assert weigh(left[2], left[:2])[0].outcome is Outcome.PASS

    (told,) = weigh(_fell("2026-03-31", 22, coverage="y"), left)
    assert told.outcome is Outcome.FAIL
    assert "2-2 media added" in told.reason
    (told,) = weigh(_fell("2026-03-31", 14, coverage="x"), left)
    assert told.outcome is Outcome.FAIL
    assert "2-2 media added" in told.reason
    assert weigh(_fell("2026-03-31", 21, coverage="x"), left)[0].outcome is Outcome.PASS
    assert (
        weigh(_fell("2026-03-31", 3, coverage="x"), left)[0].outcome is Outcome.REVIEW
    )


def test_a_contradiction_says_what_it_would_tell_as_a_revision():
    left = [_fell("2026-01-31", 20, coverage="x")]
    (verdict,) = weigh(_fell("2026-02-28", 18, coverage="x"), left)

    assert verdict.outcome is Outcome.REVIEW
    assert "revised, it would tell" in verdict.reason
    assert "-2--2 media" in verdict.reason


def test_a_release_whose_own_tables_disagree_is_left_out_of_what_follows():
    twice = _fell("2026-01-31", 20, coverage="x")
    other = protect(table_of([[21, 30], [40, 50]], name="n", coverage="x"), PARTNER)
    twice = replace(twice, entries=(*twice.entries, entry(other, PARTNER)))
    assert [one.outcome for one in weigh(twice, [])] == [Outcome.REVIEW] * 2

    later = _fell("2026-02-28", 22, coverage="x")
    assert weigh(later, [twice])[0].outcome is Outcome.PASS
    (told,) = weigh(_fell("2026-03-31", 25, coverage="x"), [twice, later])
    assert told.outcome is Outcome.FAIL


def test_a_count_that_fell_is_for_review_where_it_fell():
    before = _made([[20, 30], [40, 50]])
    other = protect(table_of([[60, 70], [80, 90]], name="b", coverage="y"), PARTNER)
    after = _made([[20, 30], [40, 41]], "2026-02-28")
    release = replace(after, entries=(*after.entries, entry(other, PARTNER)))

    fell, safe = weigh(release, [before])
    assert (fell.outcome, safe.outcome) == (Outcome.REVIEW, Outcome.PASS)
    fell, safe = weigh(replace(release, grows=False), [before])
    assert (fell.outcome, safe.outcome) == (Outcome.PASS, Outcome.PASS)
