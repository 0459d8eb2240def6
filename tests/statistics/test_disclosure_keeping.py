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


def test_a_count_that_fell_is_for_review_where_it_fell():
    before = _made([[20, 30], [40, 50]])
    other = protect(table_of([[60, 70], [80, 90]], name="b", coverage="y"), PARTNER)
    after = _made([[20, 30], [40, 41]], "2026-02-28")
    release = replace(after, entries=(*after.entries, entry(other, PARTNER)))

    fell, safe = weigh(release, [before])
    assert (fell.outcome, safe.outcome) == (Outcome.REVIEW, Outcome.PASS)
    fell, safe = weigh(replace(release, grows=False), [before])
    assert (fell.outcome, safe.outcome) == (Outcome.PASS, Outcome.PASS)
