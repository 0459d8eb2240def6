"""The page asks what the schemes need: its walk of the diagrams equals the domain's."""

import random
from dataclasses import asdict

import pytest

from iwflab.domain.categories import compiled
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS
from iwflab.domain.records import record_from
from iwflab.schemes import schemes
from iwflab.workflow.presenting import asked
from iwflab_widgets.desk import joined

pytestmark = pytest.mark.browser


def _records(number):
    rng = random.Random(20261122)
    for _ in range(number):
        elements = {
            name: rng.choice(kind.values)
            for name, kind in ELEMENTS.items()
            if rng.random() < rng.choice((0.3, 0.9))
        }
        children = [
            {
                "age_band": rng.choice(CHILD_FIELDS["age_band"].values),
                "pubertal": rng.choice(CHILD_FIELDS["pubertal"].values),
                **({"age_min": rng.randrange(18)} if rng.random() < 0.3 else {}),
                **({"age_max": rng.randrange(18)} if rng.random() < 0.3 else {}),
            }
            for _ in range(rng.choice((0, 0, 1, 2, 3)))
        ]
        yield {"elements": elements, "children": children}


def test_the_page_and_the_domain_name_the_same_questions(chromium):
    page = chromium.new_page()
    plain = list(_records(1500))
    diagrams = [asked(scheme) for scheme in schemes().values()]
    found = page.evaluate(
        f"([records, diagrams]) => {{ {joined('grading_desk/asked.js')};"
        " return records.map((record) => diagrams.map("
        "(one) => [...mattering(one, record)].sort())); }",
        [plain, diagrams],
    )
    wrong = []
    for one, names in zip(plain, found, strict=True):
        record = record_from(one)
        for scheme, asked_names in zip(schemes().values(), names, strict=True):
            ready = compiled(scheme).by_code
            expected = {ready.variables[at].asked for at in ready.matter(record)}
            if expected != set(asked_names):
                wrong.append((scheme.name, asdict(record), expected, asked_names))

    assert wrong == []
    assert any(names for row in found for names in row)
