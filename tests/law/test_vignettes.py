"""The worked cases of vignettes.toml: the class that the cited law gives."""

import tomllib
from pathlib import Path

import pytest

from iwflab.domain.categories import UNDETERMINED, derive
from iwflab.schemes import schemes
from iwflab.schemes.words import record_in_words

CASES = tomllib.loads(Path(__file__).with_name("vignettes.toml").read_text("utf-8"))[
    "case"
]


def test_there_are_enough_cases_and_each_cites_its_law():
    assert len(CASES) >= 60
    assert all(case["law"] and case["classes"] for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_every_scheme_and_every_class_has_a_case():
    said = {(name, code) for case in CASES for name, code in case["classes"].items()}

    for scheme in schemes().values():
        unsaid = {
            code
            for code in (*scheme.order, *scheme.beside)
            if (scheme.name, code) not in said
        }
        assert not unsaid, (scheme.name, unsaid)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_has_the_class_that_its_law_gives(case):
    record = record_in_words(case["seen"], case.get("children", ()))

    for name, code in case["classes"].items():
        grade = derive(schemes()[name], record)
        assert grade.code == code, (name, grade)
        assert grade.rules
        assert all(grade.cites)
        assert (grade.code == UNDETERMINED) == bool(grade.possible)
        assert (grade.code == UNDETERMINED) == bool(grade.missing)
