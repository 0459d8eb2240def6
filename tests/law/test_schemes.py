"""Every scheme file: loads, cites its law, keeps its own examples."""

import pytest

from iwflab.domain.categories import UNDETERMINED, derive
from iwflab.domain.contradictions import contradictions
from iwflab.domain.elements import ELEMENTS
from iwflab.domain.records import Record, record_from
from iwflab.errors import BadInput, BadScheme, UnknownCode
from iwflab.schemes import read_schemes, schemes, tag_sets, tags, templates

EXAMPLES = [
    pytest.param(s, record, code, id=f"{s.name}: {name}")
    for s in schemes().values()
    for name, record, code in s.examples
]


@pytest.mark.parametrize(("scheme", "record", "code"), EXAMPLES)
def test_a_scheme_keeps_its_examples(scheme, record, code):
    grade = derive(scheme, record)

    assert grade.code == code
    assert grade.version == scheme.version
    assert grade.rules
    assert all(grade.cites)


@pytest.mark.parametrize("scheme", list(schemes().values()), ids=lambda s: s.name)
def test_nothing_answered_is_undetermined(scheme):
    grade = derive(scheme, Record())

    assert grade.code == UNDETERMINED
    kept_apart = {rule.code for rule in scheme.rules if "comparison" in rule.name}
    assert set(grade.possible) == {*scheme.order, *scheme.beside} - kept_apart
    assert grade.missing


@pytest.mark.parametrize(
    ("seen", "possible"),
    [
        ({"child_present": "uncertain", "activity": "penetrative"}, ("none", "A")),
        ({"indecent": "uncertain", "activity": "non_penetrative"}, ("none", "B")),
        ({"activity": "uncertain"}, ("C", "B", "A")),
    ],
)
def test_the_possible_codes_are_those_that_an_answer_could_still_give(seen, possible):
    sure = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
    rest = {"activity": "none", "sadism": "no", "animal": "no"}
    grade = derive(schemes()["uk_2014"], Record({**sure, **rest, **seen}))

    assert grade.code == UNDETERMINED
    assert grade.possible == possible


@pytest.mark.parametrize("scheme", list(schemes().values()), ids=lambda s: s.name)
def test_every_code_is_reached_by_an_example(scheme):
    reached = {code for _, _, code in scheme.examples}

    assert {*scheme.order, *scheme.beside} <= reached


@pytest.mark.parametrize("scheme", list(schemes().values()), ids=lambda s: s.name)
def test_every_rule_fires_in_an_example(scheme):
    """A rule fires where it alone may decide."""
    found = [derive(scheme, record).rules for _, record, _ in scheme.examples]
    fired = {rules[0] for rules in found if len(rules) == 1}

    assert fired == {rule.name for rule in scheme.rules}


def test_a_template_says_that_its_authority_supplies_it():
    assert set(templates()) == {"anvil", "canada_vic", "uk_vics"}
    for template in templates().values():
        assert "Supply from your authority" in template.notice
        assert template.name not in schemes()


@pytest.mark.parametrize("scheme", list(schemes().values()), ids=lambda s: s.name)
def test_an_answer_more_never_contradicts_a_determined_grade(scheme):
    """What was sure stays sure: a further answer narrows, it does not overturn."""
    base = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
    for activity in ELEMENTS["activity"].values:
        for sadism in ELEMENTS["sadism"].values:
            some = {**base, "activity": activity, "sadism": sadism}
            before = derive(scheme, Record(some))
            for animal in ("no", "yes_penetrative"):
                after = derive(scheme, Record({**some, "animal": animal}))
                if before.code != UNDETERMINED:
                    assert after.code == before.code
                elif after.code != UNDETERMINED:
                    assert after.code in before.possible


def test_the_old_levels_are_derived_from_elements_not_from_categories():
    """A covers levels 4 and 5: the letter alone could not tell."""
    seen = {"form": "photograph", "child_present": "yes", "indecent": "yes"}
    four = Record({**seen, "activity": "penetrative", "sadism": "no", "animal": "no"})
    five = Record({**seen, "activity": "penetrative", "sadism": "yes", "animal": "no"})

    letters = [derive(schemes()["uk_2014"], r).code for r in (four, five)]
    levels = [derive(schemes()["uk_sap_2007"], r).code for r in (four, five)]

    assert letters == ["A", "A"]
    assert levels == ["4", "5"]


def test_every_tag_has_a_definition_a_source_and_a_key_of_its_own():
    keys = [tag.key for tag in tags().values()]

    assert tag_sets()
    assert all(tag.definition and tag.source for tag in tags().values())
    assert len(set(keys)) == len(keys)


GOOD = {
    "version": "1",
    "title": "t",
    "source": "s",
    "order": ["none", "X"],
    "criminal": ["X"],
    "labels": {"none": "n", "X": "x"},
    "rule": [
        {"name": "a", "code": "X", "when": "activity=posing", "cites": "law"},
        {"name": "b", "code": "none", "when": "always", "cites": "law"},
    ],
}


POSING, ALWAYS = GOOD["rule"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"order": ["none", "X", "Y"]}, "disagree about Y"),
        ({"criminal": ["Z"]}, "criminal"),
        ({"labels": {"none": "n"}}, "no label for X"),
        ({"standing": "old"}, "'old'"),
        ({"reviewers": {"Q": 2}}, "reviewers"),
        ({"rule": [{**POSING, "cites": ""}, ALWAYS]}, "cites no law"),
        ({"rule": [{**POSING, "when": "colour=red"}, ALWAYS]}, "colour"),
        ({"rule": [{**POSING, "when": "activity=red"}, ALWAYS]}, "never red"),
        ({"rule": [{**POSING, "when": "child.age<=17"}, ALWAYS]}, "age"),
        ({"rule": [{**POSING, "when": {"maybe": []}}, ALWAYS]}, "cannot be read"),
        ({"rule": [{**POSING, "when": "grade.good=X"}, ALWAYS]}, "good -> good"),
        ({"rule": [{**POSING, "when": "grade.other=X"}, ALWAYS]}, "other"),
        ({"rule": [{**POSING, "code": "undetermined"}, ALWAYS]}, "undetermined"),
        ({"rule": [POSING, {**ALWAYS, "when": "activity=none"}]}, "no rule holds for"),
        ({"rule": [POSING, {**POSING, "name": "c"}, ALWAYS]}, "c can never decide"),
        (
            {"rule": [{**ALWAYS, "when": "sadism=no"}, POSING, ALWAYS]},
            "both hold for activity=posing, sadism=no",
        ),
        (
            {"rule": [{**POSING, "when": "child.pubertal=pubescent"}, ALWAYS]},
            "where there is none",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_broken_scheme_is_refused_and_the_fault_is_named(fault, said):
    read_schemes({"good": GOOD})
    with pytest.raises(BadScheme) as refused:
        read_schemes({"good": {**GOOD, **fault}})

    assert said in str(refused.value)
    assert refused.value.advice


def test_a_rule_may_stand_before_a_more_severe_one_if_it_says_why():
    first = {**ALWAYS, "when": "sadism=no", "precedes": "a reason"}

    assert read_schemes({"good": {**GOOD, "rule": [first, POSING, ALWAYS]}})


def test_two_schemes_that_rest_on_each_other_are_refused():
    one = {**GOOD, "rule": [{**POSING, "when": "grade.b=X"}, ALWAYS]}
    other = {**GOOD, "rule": [{**POSING, "when": "grade.a=X"}, ALWAYS]}
    with pytest.raises(BadScheme, match="a -> b -> a"):
        read_schemes({"a": one, "b": other})


@pytest.mark.parametrize(
    ("plain", "error"),
    [
        ({"elements": {"colour": "red"}}, UnknownCode),
        ({"elements": {"form": "red"}}, UnknownCode),
        ({"elements": []}, None),
        ({"elements": "x"}, BadInput),
        ({"children": [{"shoe_size": 3}]}, UnknownCode),
        ({"children": [{"age_band": "17-18"}]}, UnknownCode),
        ({"children": [{"age_min": 18}]}, BadInput),
        ({"children": [{"age_band": "3-6"}] * 61}, BadInput),
        ({"tags": {"nonsense": "present"}}, UnknownCode),
        ({"tags": {"commercial": "perhaps"}}, UnknownCode),
        ({"note": "x" * 4001}, BadInput),
        ({"category": "A"}, BadInput),
        ({"ending": "perhaps"}, UnknownCode),
        ({"segments": [{"start_ms": 5, "end_ms": 5}]}, BadInput),
        ({"segments": [{"start_ms": 0}]}, BadInput),
        ({"segments": [{"start_ms": "0", "end_ms": 5}]}, BadInput),
        ({"segments": ["0-5"]}, BadInput),
        (
            {"segments": [{"start_ms": 0, "end_ms": 5, "elements": {"form": "text"}}]},
            UnknownCode,
        ),
        ({"children": [{"skin_tone": "blue"}]}, UnknownCode),
    ],
)
def test_a_record_with_codes_that_mean_nothing_is_refused(plain, error):
    from iwflab.domain.records import check

    if error is None:
        check(record_from(plain), tags())
        return
    with pytest.raises(error):
        check(record_from(plain), tags())


@pytest.mark.parametrize(
    "plain",
    [
        {"elements": {"child_present": "no"}, "children": [{"age_band": "3-6"}]},
        {"elements": {"indecent": "no", "activity": "penetrative"}},
        {"elements": {"indecent": "no", "sadism": "yes"}},
        {"elements": {"participants": "child_alone"}, "children": [{}, {}]},
        {"elements": {"participants": "children_only"}, "children": [{}]},
        {"elements": {"real_child": "yes", "form": "non_photographic"}},
        {"elements": {"activity": "none", "animal": "yes_penetrative"}},
        {"elements": {"activity": "none", "sadism": "yes"}},
        {"elements": {"activity": "penetrative", "listed_act": "no"}},
        {
            "elements": {"indecent": "no"},
            "segments": [
                {"start_ms": 0, "end_ms": 5, "elements": {"activity": "penetrative"}}
            ],
        },
        {"children": [{"age_min": 9, "age_max": 7}]},
        {"children": [{"age_band": "3-6", "age_max": 7}]},
    ],
)
def test_contradictions_are_named(plain):
    assert [c.rule for c in contradictions(record_from(plain))]


def test_a_plain_record_has_no_contradiction():
    plain = {
        "elements": {"form": "photograph", "child_present": "yes", "indecent": "yes"},
        "children": [{"age_band": "3-6", "age_min": 4, "age_max": 5}],
    }
    assert not list(contradictions(record_from(plain)))
