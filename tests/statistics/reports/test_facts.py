"""What a report says of itself: its days, scheme, corrections, reserves; and bounds."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from iwflab.domain.counting import half_up, whole_percent
from iwflab.errors import BadInput
from iwflab.statistics.disclosure import Published, profile
from iwflab.statistics.disclosure.tables import Shown
from iwflab.statistics.reports import manifest, tabling
from iwflab.statistics.reports.model import SYMBOLS
from iwflab.statistics.reports.monthly import compose, protected
from iwflab.statistics.reports.periods import period_of
from iwflab.statistics.reports.tabling import About

MONTH = period_of("2026-10", "2026-10")


@pytest.fixture
def told(example):
    """Compose the example inside, with some words changed."""
    frames, asked = example

    def make(**words):
        facts = {**asked["told"], **words}
        return compose(frames, **{**asked, "profile": "internal", "told": facts})

    return make


def shown(total, **cells):
    made = {(key,): Shown(n, n or 0, n) for key, n in {**cells, "all": total}.items()}
    levels = (tuple(cells),)
    return Published("n", "content", "c", "internal", ("x",), levels, made)


# -- the day of the data -------------------------------------------------------------
def test_a_cut_before_what_was_counted_is_refused(told):
    with pytest.raises(BadInput, match="later than the cut"):
        told(cut="2026-10-03")


def test_a_month_that_is_not_over_says_so_in_title_facts_and_findings(example):
    frames, asked = example
    early = {
        name: frame[pd.to_datetime(frame[column]) <= pd.Timestamp("2026-10-20")]
        for name, column in (("media", "signed_on"), ("released", "released_on"))
        for frame in [frames[name]]
    }
    facts = {**asked["told"], "cut": "2026-10-20"}
    report = compose(
        {**frames, **early}, **{**asked, "profile": "internal", "told": facts}
    )
    label = "unfinished month, to 20 October 2026"

    assert label in report.title
    said = dict(report.facts)
    assert label in said["Period"]
    assert "1 October 2026 to 20 October 2026; the last month" in said["Coverage"]
    assert all(label in t.title for t in report.tables if t.name == "severity")
    assert report.described["unfinished"] is True
    # The ledger holds it against the whole month: to it both are one population.
    assert any(e.published.coverage.endswith(" 2026-10") for e in report.entries)


def test_a_month_that_is_over_or_has_not_begun():
    from datetime import date

    assert MONTH.read_on(date(2026, 11, 1)) == MONTH
    assert "unfinished" in MONTH.read_on(date(2026, 10, 31)).text
    with pytest.raises(BadInput, match="begins after"):
        MONTH.read_on(date(2026, 9, 30))


# -- the scheme ----------------------------------------------------------------------
def test_a_report_names_its_scheme_everywhere(told):
    report = told()

    assert dict(report.facts)["Categories"] == "uk_2014, version 2014-04-01.2"
    methods = dict(report.standards)["Methods"]
    assert any("uk_2014, version 2014-04-01.2" in text for text in methods)
    plain = json.loads(manifest(report, {}))
    assert plain["scheme"] == {"name": "uk_2014", "version": "2014-04-01.2"}
    by_name = {one.published.name: one.published for one in report.entries}
    assert by_name["severity 2026-10"].coverage == "items under uk_2014 2026-10"
    assert by_name["age 2026-10"].coverage == "items under uk_2014 2026-10"
    assert by_name["arrived 2026-10"].coverage == "arrived 2026-10"


def test_another_scheme_is_another_population(example):
    frames, _ = example
    one, other = (
        protected(frames, MONTH, profile("internal"), scheme=name)["severity"].published
        for name in ("uk_2014", "iccam")
    )
    assert one.coverage != other.coverage


# -- corrections, profile, manifest ---------------------------------------------------
def test_a_correction_prints_its_reason_and_nothing_promises_marks(told):
    report = told(revised="A source was counted twice.")

    assert dict(report.facts)["Corrects"] == "A source was counted twice."
    revisions = dict(report.standards)["Revisions and corrections"]
    assert any("A source was counted twice." in text for text in revisions)
    assert report.described["revised"] == "A source was counted twice."
    assert "Corrects" not in dict(told().facts)
    assert "[r]" not in str(told().standards)


def test_an_open_profile_does_not_say_that_tables_were_protected_together(told):
    said = dict(told().standards)["Disclosure control"]

    assert any("Nothing is withheld" in text for text in said)
    assert not any("checked together" in text for text in said)


def test_the_manifest_holds_what_the_report_was_made_from(told):
    plain = told().described

    assert plain["period"] == ["2026-10-01", "2026-10-31"]
    assert plain["provisional"] is True
    assert plain["profile"]["method"] == "open"
    assert {"cut", "code_version", "seed", "scheme", "revised"} <= set(plain)


# -- reserves and bounds -------------------------------------------------------------
def test_limits_of_few_events_are_of_low_reliability_or_not_there():
    def rows(*totals):
        pairs = [(MONTH, shown(n, a=n)) for n in totals]
        return tabling.rates(pairs, About("t", "T", "media"))

    few = rows(19, 2, 20)
    assert few.columns[-1] == "caution"
    assert [row[-1] for row in few.rows] == ["[u]", "[x]", "[z]"]
    assert few.rows[1][2:4] == ("[x]", "[x]")
    assert SYMBOLS["[u]"] in few.explained
    assert "caution" not in rows(20, 331).columns
    hidden = replace(shown(1, a=1), cells={("all",): Shown(None, 1, 4)})
    table = tabling.rates([(MONTH, hidden)], About("t", "T", "media"))
    assert table.rows[0][1:] == ("[c]", "[c]", "[c]")


def test_the_known_base_and_the_bounds_are_made_of_what_is_shown():
    about = About("t", "T", "age")
    table = tabling.of_known(shown(10, a=6, b=2, unknown=2), "unknown", about)

    assert table.rows == (("a", 75, 60, 80), ("b", 25, 20, 40))
    hidden = tabling.of_known(shown(10, a=6, b=None, unknown=None), "unknown", about)
    assert hidden.rows == (("a", "[c]", 60, "[c]"), ("b", "[c]", "[c]", "[c]"))
    nobody = tabling.of_known(shown(2, a=0, unknown=2), "unknown", about)
    assert nobody.rows == (("a", "[z]", 0, 100),)


def test_the_ages_of_a_report_come_with_their_bounds(made):
    report = made("internal")
    section = next(one for one in report.sections if one.name == "age")
    told, known = section.tables
    unknown = next(row for row in told.rows if row[0] == "not known")[1]
    total = told.rows[-1][1]

    assert known.name == "age_known"
    for (band, number, *_), (same, share, least, most) in zip(
        told.rows[:-2], known.rows, strict=True
    ):
        assert band == same
        assert share == whole_percent(number, total - unknown)
        assert least == whole_percent(number, total)
        assert most == whole_percent(number + unknown, total)


# -- one way to round ----------------------------------------------------------------
def test_halves_are_rounded_one_way():
    values = (0.5, 1.5, 2.5, -0.5, -2.5, 14.499999999999998, 14.4)

    assert [half_up(one) for one in values] == [1, 2, 3, -1, -3, 15, 14]
    assert [whole_percent(n, 8) for n in (1, 3, 5)] == [13, 38, 63]
