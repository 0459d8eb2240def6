"""A whole monthly report under attack: every table, share, label and note at once."""

from dataclasses import replace

import pytest

from iwflab.statistics.disclosure import (
    Outcome,
    Release,
    check_release,
    entry,
    profile,
    protect,
    protect_together,
)

from .month_tables import month_counts
from .report_attack import WITHHELD, from_published, loose_numbers, recovered

PARTNER = profile("partner")


def _printed(done, *, careless=False):
    """Print tables as a report does: with shares, labels, a title and a note."""
    tables, widths = [], {}
    for one in done:
        shown = one.published
        if shown is None:
            continue
        total = shown.cells[("all",) * len(shown.names)].text
        inner = {k: c.value for k, c in shown.cells.items() if "all" not in k}
        most = max(
            (k for k in inner if inner[k] is not None), key=inner.get, default=""
        )
        title = f"Most are {' / '.join(most)}: {inner[most]} of {total}" if most else ""
        note = f"{len(shown.withheld)} cells withheld (1-4, or beside such a cell)."
        note = note if careless else "Counts of 1-4 and cells beside them are [c]."
        told = from_published(shown, texts=[title, note])
        tables.append(told)
        for key, width in one.widths.items():
            at = (told.unit, told.coverage, told.place(key))
            widths[at] = max(width, widths.get(at, 0))
    return tables, widths


def _attacked(seed, rule):
    counts = month_counts(seed)
    done = protect_together(counts, rule)
    tables, widths = _printed(done)
    assert len(tables) == len(counts)
    assert any(WITHHELD in table.cells.values() for table in tables)
    assert loose_numbers(tables, known=["1-4"]) == []
    assert recovered(tables, widths) == {}
    release = Release("March", "2026-03-31", tuple(entry(one, rule) for one in done))
    assert check_release(release, [], rule)[0].outcome is Outcome.PASS
    return len(widths)


def test_nothing_is_recovered_from_a_month_that_was_protected_together():
    assert _attacked(1, PARTNER) >= 40


@pytest.mark.soak
@pytest.mark.parametrize("name", ["partner", "cautious"])
def test_nothing_is_recovered_from_twenty_months(name):
    hidden = [_attacked(seed, profile(name)) for seed in range(1, 21)]
    print(f"{name}: {sum(hidden)} hidden cells in 20 months, none recovered")


def test_tables_that_were_protected_one_by_one_tell_each_others_cells():
    """The attack works: what one table hides another shows; the ledger says so too."""
    done = [protect(one, PARTNER) for one in month_counts(1)]
    tables, widths = _printed(done)
    told = recovered(tables, widths)

    assert len(told) >= 5
    entries = tuple(entry(one, PARTNER) for one in done if one.published)
    release = Release("March", "2026-03-31", entries)
    verdict, leaks = check_release(release, [], PARTNER)
    assert verdict.outcome is Outcome.FAIL
    assert {leak.cell[2] for leak in leaks} >= {tuple(sorted(p)) for _, _, p in told}


def test_a_number_in_a_text_that_nothing_explains_is_found():
    done = [protect(one, PARTNER) for one in month_counts(1)[:3]]
    tables, _ = _printed(done)
    assert loose_numbers(tables, known=["1-4"]) == []
    tables[0].texts.append("Of 0-2 there were 7,777 (31.4%), up from March 2026.")
    loose = [number for _, number in loose_numbers(tables, known=["1-4", "March 2026"])]
    assert loose == ["7777", "31.4%"]


def test_a_label_at_a_mark_of_a_chart_is_read():
    """A withheld number that a chart labels is recovered."""
    done = protect_together(month_counts(1), replace(PARTNER, one_series_percent=0))
    tables, widths = _printed(done)
    counts = month_counts(1)
    at = next(i for i, one in enumerate(done) if one.small)
    key = done[at].small[0]
    tables[at].labels[key] = str(counts[at].cells[key])
    told = recovered(tables, widths)

    assert (
        counts[at].cells[key] in told[counts[at].unit, "2026-03", tables[at].place(key)]
    )
