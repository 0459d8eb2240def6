"""Every trap that section 2 of the domain reference names, one test each.

Each runs the real derivation, mapping or lab: nothing stands in for anything.
"""

import itertools
import json

import pytest
from given import FOR, GATES, approved, seen

from iwflab.domain.carried import Carried, edition, suggested
from iwflab.domain.categories import UNDETERMINED, derive, rank
from iwflab.domain.contradictions import contradictions
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import Record, record_from
from iwflab.errors import BadInput, NotAllowed
from iwflab.schemes import schemes, templates
from iwflab.schemes.mappings import mapping_between, mapping_from, mappings
from iwflab.statistics.reports import counting
from iwflab.statistics.victims import compute

SURE = {"sadism": "no", "animal": "no"}
S62 = {
    "form": "non_photographic",
    "child_present": "yes",
    "pornographic": "yes",
    "obscene": "yes",
    "focus_genital": "yes",
    "listed_act": "no",
}


def code(scheme, children=(), **elements):
    record = record_from({"elements": elements, "children": list(children)})
    return derive(schemes()[scheme], record).code


def carried(scheme, number, flags="", medium="m"):
    version = edition(schemes()[scheme].version)
    one = Carried(medium, scheme, version, number, flags, "a partner")
    (said,) = suggested([one], mappings())
    return said


def records_of(*names):
    """Every record of sure answers to what the schemes read, without contradiction."""
    read = {
        test.element
        for name in names
        for rule in schemes()[name].rules
        for test in _tests(rule.when)
        if test.kind == "is"
    } - {"comparison", "real_child"}
    kinds = [
        (name, [v for v in ELEMENTS[name].values if v not in ELEMENTS[name].unknown])
        for name in sorted(read)
    ]
    for answers in itertools.product(*(values for _, values in kinds)):
        record = Record(dict(zip((n for n, _ in kinds), answers, strict=True)))
        if not list(contradictions(record)):
            yield record


def _tests(when):
    yield when
    for part in when.parts:
        yield from _tests(part)


# -- 2.1: the gates, and A, B, C -----------------------------------------------------
@pytest.mark.parametrize("gate", ["form", "child_present", "indecent"])
def test_the_gates_are_questions_of_their_own_decided_before_the_letter(gate):
    """No letter follows while one of them is open, and a closed one ends the matter."""
    worst = {**GATES, "activity": "penetrative", "sadism": "yes", "animal": "no"}
    shut = {"form": "non_photographic"}.get(gate, "no")

    assert code("uk_2014", **worst) == "A"
    assert code("uk_2014", **{k: v for k, v in worst.items() if k != gate}) == (
        UNDETERMINED
    )
    assert code("uk_2014", **{**worst, gate: "uncertain"}) == UNDETERMINED
    assert code("uk_2014", **{**worst, gate: shut}) == "none"
    assert ELEMENTS[gate].gate


def test_the_category_does_not_decide_indecency():
    """CPS 2020: whatever is seen, indecency is answered by itself."""
    for activity in ("none", "posing", "non_penetrative", "penetrative"):
        rest = {"form": "photograph", "child_present": "yes", "activity": activity}
        assert code("uk_2014", **rest, **SURE) == UNDETERMINED
        assert code("uk_2014", **rest, **SURE, indecent="no") == "none"


def test_the_photograph_test_parts_the_1978_act_from_section_62():
    """If printed, would it look like a photograph? Otherwise section 62 is considered."""
    both = {**S62, "indecent": "yes", "activity": "posing", **SURE}
    for form in ("photograph", "pseudo_photograph", "tracing"):
        assert code("uk_2014", **{**both, "form": form}) == "C"
        assert code("uk_s62", **{**both, "form": form}) == "none"
    assert code("uk_2014", **both) == "none"
    assert code("uk_s62", **both) == "prohibited"
    assert code("uk_2014", **{**both, "form": "uncertain"}) == UNDETERMINED
    assert code("uk_s62", **{**both, "form": "uncertain"}) == UNDETERMINED


# -- 2.2: older scales ---------------------------------------------------------------
def test_level_2_of_2002_may_be_a_or_b_and_is_never_converted():
    children = {**GATES, **SURE, "participants": "children_only"}
    now = {
        code("uk_2014", **children, activity=activity)
        for activity in ("non_penetrative", "penetrative")
        if code("uk_sap_2002", **children, activity=activity) == "2"
    }
    assert now == {"A", "B"}
    of_2002, of_2007 = carried("uk_sap_2002", "2"), carried("uk_sap_2007", "2")
    assert (of_2002.to, set(of_2002.possible)) == ("", {"A", "B"})
    assert "did not say non-penetrative" in of_2002.review
    assert of_2007.to == "B"
    assert "consultation" in of_2007.cites


@pytest.mark.parametrize("level", ["1", "2", "3", "4"])
def test_the_animal_scope_widened_in_2014(level):
    any_activity = {**GATES, "sadism": "no", "animal": "yes_non_penetrative"}
    assert code("uk_2014", **any_activity, activity="posing") == "A"
    assert code("uk_sap_2007", **any_activity, activity="posing") == "review"
    for scale in ("uk_sap_2007", "uk_sap_2002"):
        said = carried(scale, level, "animal")
        assert said.to == ""
        assert "animal scope widened" in said.review
        assert "A" in said.possible
    assert carried("uk_sap_2007", "5", "animal").to == "A"  # then and now


def test_c_of_2014_is_wider_than_level_1():
    bare = {**GATES, **SURE, "activity": "none"}
    assert code("uk_2014", **bare) == "C"
    assert code("uk_sap_2007", **bare) == "none"
    said = carried("uk_2014", "C")
    assert (said.to, said.possible[0]) == ("", "1")
    assert "best guess only" in said.review
    assert carried("uk_sap_2007", "none").to == ""  # no level then may be C now


@pytest.mark.parametrize(("letter", "levels"), [("A", "45"), ("B", "23"), ("C", "1")])
def test_old_levels_are_derived_from_elements_never_from_a_letter(letter, levels):
    said = carried("uk_2014", letter)
    assert said.to == ""
    assert {*levels} <= {*said.possible}
    asked = {
        test.kind
        for rule in schemes()["uk_sap_2007"].rules
        for test in _tests(rule.when)
    }
    assert asked <= {"is", "all", "any", "not"}  # elements; no other scheme's grade


def test_copine_is_research_and_decides_nothing():
    copine = schemes()["copine"]
    assert (copine.standing, copine.criminal) == ("research", frozenset())
    for level in copine.order:
        said = carried("copine", level)
        assert said.to == ""
        assert said.review
    for level in ("1", "2", "3"):
        assert "disputed" in carried("copine", level).review


def test_copine_never_leaves(lab):
    """Signed off at its highest level, and there is still nothing to ask for."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    (item,) = ann.open_set(1)["items"]
    ann.grade(item["medium"], seen("penetrative", sadism="yes"))
    ben.sign_off(ben.to_sign_off())
    assert set(lab.grades("copine")["code"]) == {"10"}
    with pytest.raises(NotAllowed, match="nothing can leave"):
        ann.release_request("R1", scheme="copine", **FOR)
    assert ann.release_request("R2", scheme="uk_2014", **FOR)["id"]


@pytest.mark.parametrize("pair", mappings(), ids="-".join)
def test_a_mapping_says_no_more_than_the_rules_of_both_scales_allow(pair):
    """On every record: what is certain always holds, what is possible leaves none out."""
    origin, target = (schemes()[name] for name in pair)
    seen_codes = {}
    for record in records_of(*pair):
        old, now = (derive(scheme, record).code for scheme in (origin, target))
        if UNDETERMINED not in {old, now}:
            seen_codes.setdefault(old, set()).add(now)
    lines = {
        code: ln for (code, flag), ln in mappings()[pair].lines.items() if not flag
    }
    assert {*origin.order} <= {*lines}
    for old, line in lines.items():
        found = seen_codes.get(old, set())
        if line.to:
            assert found == {line.to}, old
        else:
            assert found <= {*line.possible}, old
    uk = {name.startswith("uk_") for name in pair} == {True}
    if uk:  # the same elements on both sides: what is possible is what there is
        assert all(
            seen_codes[old] == {*line.possible}
            for old, line in lines.items()
            if line.review
        )


# -- 2.3: prohibited images ----------------------------------------------------------
def test_a_series_may_be_the_context_and_a_derivative_is_excluded():
    """Section 62(4)-(5), section 65(3)."""
    for context in ("itself", "series"):
        assert code("uk_s62", **S62, pornographic_context=context) == "prohibited"
    for answer in ("no", "uncertain"):
        wanted = {"no": "none", "uncertain": UNDETERMINED}[answer]
        assert code("uk_s62", **{**S62, "pornographic": answer}) == wanted
    for form in ("photograph", "pseudo_photograph", "tracing"):
        assert code("uk_s62", **{**S62, "form": form}) == "none"
    assert "series" in ELEMENTS["pornographic_context"].values


def test_no_record_is_prohibited_and_a_b_or_c_at_once():
    """The IWF counts them apart; here no answer whatever gives both."""
    seen_pairs = set()
    for record in records_of("uk_2014", "uk_s62"):
        pair = tuple(derive(schemes()[n], record).code for n in ("uk_2014", "uk_s62"))
        seen_pairs.add(pair)
    assert {one for one in seen_pairs if one[1] == "prohibited"} == {
        ("none", "prohibited")
    }
    assert {letter for letter, _ in seen_pairs} == {"none", "A", "B", "C"}


# -- 2.4 and 2.5: ages, stages, two children -----------------------------------------
SEVERE = {"form": "photograph", "child_present": "yes", "real_child": "yes"}
SEVERE |= {"activity": "penetrative"}


@pytest.mark.parametrize(
    ("child", "of_13_and_under"),
    [
        ({"age_band": "11-13"}, "candidate"),
        ({"age_band": "14-15"}, "none"),
        ({"age_band": "unknown"}, UNDETERMINED),
        ({"age_band": "11-13", "age_max": 12}, "candidate"),
    ],
)
def test_the_bands_cut_at_13_derive_13_and_under(child, of_13_and_under):
    pubescent = {**child, "pubertal": "pubescent"}
    assert code("interpol_baseline", [pubescent], **SEVERE) == of_13_and_under


@pytest.mark.parametrize(
    ("child", "younger_than_13"),
    [
        ({"age_band": "7-10"}, "candidate"),
        ({"age_band": "11-13"}, UNDETERMINED),  # the band straddles the edge
        ({"age_band": "11-13", "age_max": 12}, "candidate"),
        ({"age_band": "11-13", "age_min": 13}, "none"),
        ({"age_band": "14-15"}, "none"),
    ],
)
def test_younger_than_13_needs_ages_where_the_band_straddles_it(
    tmp_path, child, younger_than_13
):
    """The same rules with INTERPOL's other edge (domains), tried from a file."""
    from importlib.resources import files

    from iwflab.schemes import proposed_schemes

    text = (files("iwflab.schemes") / "interpol_baseline.toml").read_text("utf-8")
    place = tmp_path / "interpol_domains.toml"
    place.write_text(text.replace("child.age<=13", "child.age<=12"))
    (law,) = proposed_schemes([place]).values()
    record = record_from(
        {"elements": SEVERE, "children": [{**child, "pubertal": "pubescent"}]}
    )
    assert derive(law, record).code == younger_than_13


def test_the_letter_of_ncmec_needs_the_pubertal_stage_which_no_band_gives():
    for band in ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17"):
        child = {"age_band": band}
        assert code("ncmec", [{**child, "pubertal": "unclear"}], **SEVERE) == (
            UNDETERMINED
        )
        assert code("ncmec", [{**child, "pubertal": "prepubescent"}], **SEVERE) == "A1"
        assert code("ncmec", [{**child, "pubertal": "pubescent"}], **SEVERE) == "B1"


def test_the_youngest_and_the_most_severe_are_independent():
    """Changing one child's age moves no category, changing the act moves no age."""
    import pandas as pd

    rows = {}
    for activity, bands in itertools.product(
        ("posing", "penetrative"), (("3-6", "16-17"), ("14-15", "16-17"))
    ):
        record = seen(activity)
        letter = derive(schemes()["uk_2014"], record).code
        table = compute(
            {
                "media": pd.DataFrame([{"medium": "m", "stage": "signed_off"}]),
                "grades": pd.DataFrame([{"medium": "m", "code": letter}]),
                "children": pd.DataFrame(
                    [{"medium": "m", "age_band": b, "sex": "girl"} for b in bands]
                ),
            },
            unit="medium",
            scheme=schemes()["uk_2014"],
        )
        rows[activity, bands[0]] = [
            (cell.row[0], cell.column) for cell in table.cells if cell.numerator
        ]
    assert rows == {
        ("posing", "3-6"): [("3-6", "C")],
        ("posing", "14-15"): [("14-15", "C")],
        ("penetrative", "3-6"): [("3-6", "A")],
        ("penetrative", "14-15"): [("14-15", "A")],
    }


@pytest.mark.parametrize(
    ("sexes", "stands"),
    [
        (["girl"], "girl"),
        (["girl", "unidentified"], "girl"),
        (["boy", "unidentified", "boy"], "boy"),
        (["girl", "boy", "unidentified"], "both"),
        (["unidentified"], "unidentified"),
    ],
)
def test_a_medium_stands_under_the_sexes_that_are_known(sexes, stands):
    """The desk's table and the report count by one rule."""
    import pandas as pd

    children = [{"medium": "m", "age_band": "3-6", "sex": sex} for sex in sexes]
    frames = {
        "media": pd.DataFrame([{"medium": "m", "stage": "signed_off"}]),
        "grades": pd.DataFrame([{"medium": "m", "code": "C"}]),
        "children": pd.DataFrame(children),
    }
    table = compute(frames, unit="medium", scheme=schemes()["uk_2014"])
    said = counting._sexes(frames["children"].rename(columns={"medium": "content"}))

    (row,) = [cell.row for cell in table.cells if cell.numerator]
    assert row[1] == stands
    assert said["m"] == {"girl": "girls", "boy": "boys", "both": "both"}.get(
        stands, counting.UNKNOWN
    )


@pytest.mark.parametrize(
    "name", ["uk_2014", "uk_sap_2007", "ncmec", "uk_s62", "vic_us"]
)
def test_undetermined_is_never_rounded_down(name):
    """An uncertain answer never gives the mildest class that a sure one could."""
    law = schemes()[name]
    for record in itertools.islice(records_of(name), 0, None, 7):
        sure = derive(law, record)
        for asked, kind in ELEMENTS.items():
            if asked not in record.elements or not kind.unknown:
                continue
            (unknown,) = kind.unknown
            open_ = derive(law, Record({**record.elements, asked: unknown}))
            named = open_.possible or (open_.code,)
            by_rule = any(
                t.element == asked and unknown in {*t.values}  # noqa: PD011 - a set
                for rule in law.rules
                for t in _tests(rule.when)
            )
            assert by_rule or sure.code in {*named, UNDETERMINED}
            if open_.code in law.order and sure.code in law.order and not by_rule:
                assert rank(law, open_.code) >= rank(law, sure.code)


# -- 2.6: numbers --------------------------------------------------------------------
def test_0_and_5_mean_different_things_in_different_editions():
    now, before = schemes()["vic_us"], schemes()["vic_us_legacy"]
    assert now.labels["0"] == "Non-pertinent"
    assert before.labels["5"] == "Non-pertinent"
    assert before.labels["0"].startswith("Uncategorized")
    assert "5" not in now.labels
    assert "0" not in before.order  # carried by imports, never derived
    harmless = {"form": "photograph", "child_present": "no"}
    assert (code("vic_us", **harmless), code("vic_us_legacy", **harmless)) == ("0", "5")
    zeros = [carried(name, "0") for name in ("vic_us", "vic_us_legacy")]
    assert zeros[0].review != zeros[1].review
    assert set(zeros[0].possible) < set(zeros[1].possible)  # not graded: anything


@pytest.mark.parametrize("name", ["uk_vics", "canada_vic", "anvil"])
def test_numbers_that_no_authority_supplied_are_refused(name):
    assert name in templates()
    with pytest.raises(BadInput, match="before its codes are there") as refused:
        mapping_between(name, "uk_2014")
    assert "Supply from your authority" in refused.value.advice


def test_scheme_version_and_code_are_always_together_in_what_leaves(lab):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    for item in ann.open_set(3)["items"]:
        ann.grade(item["medium"], seen("posing"))
    ben.sign_off(ben.to_sign_off())
    made = ann.release(approved(lab))

    lines = [
        json.loads(line)
        for line in (made.folder / "hashes.jsonl").read_text().splitlines()
    ]
    law = schemes()["uk_2014"]
    told = {(ln["scheme"], ln["scheme_version"], ln["code"]) for ln in lines}
    assert told == {("uk_2014", law.version, "C")}
    for scheme in schemes():
        frame = lab.grades(scheme)
        assert {"scheme", "version", "code"} <= {*frame.columns}
        assert set(frame["scheme"]) == {scheme}
        assert set(frame["version"]) == {schemes()[scheme].version}


# -- the files of mappings -----------------------------------------------------------
def plain_mapping():
    lines = [
        {"code": old, "to": "B", "cites": "x"} for old in schemes()["uk_sap_2007"].order
    ]
    head = {"from": "uk_sap_2007", "to": "uk_2014", "called": "x", "source": "x"}
    return {"mapping": head, "line": lines}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda p: p["line"].pop(), "has no plain line"),
        (lambda p: p["line"].append(p["line"][0]), "says two things"),
        (lambda p: p["line"][0].update(cites=" "), "cites no source"),
        (lambda p: p["line"][0].update(to="D"), "names a code"),
        (lambda p: p["line"][0].update(review="x"), "either certain"),
        (lambda p: p["line"][0].update(to="", review="x"), "says what is possible"),
        (lambda p: p["line"][0].update(flag="An Animal"), "one word"),
        (lambda p: p["line"][0].update(codes="1"), "cannot be read"),
        (lambda p: p["mapping"].pop("source"), "lacks 'source'"),
        (lambda p: p["mapping"].update(to="nowhere"), "lacks 'nowhere'"),
    ],
)
def test_a_broken_mapping_is_refused_and_the_fault_is_named(fault, said):
    plain = plain_mapping()
    assert mapping_from("x", plain).lines
    fault(plain)
    with pytest.raises(BadInput, match=said) as refused:
        mapping_from("x", plain)
    assert refused.value.advice
