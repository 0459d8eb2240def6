"""Four schemes against the wording of their law, put down a second time by hand.

Nothing here reads the scheme files.  Each function follows its source sentence by
sentence on a record in which everything was answered.
"""

import itertools

import pytest

from iwflab.domain.categories import derive
from iwflab.domain.records import Child, Record
from iwflab.schemes import schemes

PHOTOGRAPHIC = ("photograph", "pseudo_photograph", "tracing")


def uk_2014(seen, children):
    """PCA 1978 s.1 and s.7; Sentencing Council, definitive guideline 2014."""
    an_offence = (
        seen["form"] in PHOTOGRAPHIC
        and seen["child_present"] == "yes"
        and seen["indecent"] == "yes"
    )
    if not an_offence:
        return "none"
    if (
        seen["activity"] == "penetrative"  # images involving penetrative activity
        or seen["animal"] != "no"  # images involving sexual activity with an animal
        or seen["sadism"] == "yes"  # or sadism
    ):
        return "A"
    return "B" if seen["activity"] == "non_penetrative" else "C"


def uk_sap_2007(seen, children):
    """Sentencing Guidelines Council 2007, levels 1 to 5."""
    if uk_2014(seen, children) == "none":
        return "none"
    if seen["sadism"] == "yes" or seen["animal"] == "yes_penetrative":
        return "5"  # sadism or penetration of, or by, an animal
    if seen["activity"] == "penetrative":
        return "4"  # penetrative activity involving a child or children
    if seen["animal"] == "yes_non_penetrative":
        return "review"  # the scale is silent
    if seen["activity"] == "non_penetrative":
        # between adults and children; between children, or solo by a child
        levels = {"adult_and_child": "3", "children_only": "2", "child_alone": "2"}
        return levels.get(seen["participants"], "review")
    return "1" if seen["activity"] == "posing" else "none"


def uk_s62(seen, children):
    """Coroners and Justice Act 2009 ss.62 and 65."""
    is_an_image = seen["form"] == "non_photographic"  # s.65(2)-(3)
    of_a_child = seen["child_present"] == "yes"
    falls_within_6 = seen["focus_genital"] == "yes" or seen["listed_act"] == "yes"
    tests = (
        seen["pornographic"] == "yes",  # s.62(2)(a)
        falls_within_6,  # s.62(2)(b)
        seen["obscene"] == "yes",  # s.62(2)(c)
    )
    return "prohibited" if is_an_image and of_a_child and all(tests) else "none"


def ncmec(seen, children):
    """Tech Coalition table: rows A and B by development, columns 1 and 2 by content."""
    if seen["form"] not in PHOTOGRAPHIC or seen["child_present"] == "no":
        return "none"
    row = "A" if "prepubescent" in [c.pubertal for c in children] else "B"
    sex_act = (
        seen["activity"] in {"non_penetrative", "penetrative"}
        or seen["animal"] != "no"
        or seen["sadism"] == "yes"
    )
    if sex_act:
        return row + "1"
    shown = seen["focus_genital"] == "yes"
    lascivious = seen["lascivious"] == "yes"
    return row + "2" if shown or lascivious else "none"


FORMS = (*PHOTOGRAPHIC, "non_photographic", "text_only")
YES_NO = ("yes", "no")
ACTIVITY = ("none", "posing", "non_penetrative", "penetrative")
ANIMAL = ("no", "yes_non_penetrative", "yes_penetrative")
READS = {
    uk_2014: {
        "form": FORMS,
        "child_present": YES_NO,
        "indecent": YES_NO,
        "activity": ACTIVITY,
        "animal": ANIMAL,
        "sadism": YES_NO,
    },
    uk_sap_2007: {
        "form": FORMS,
        "child_present": YES_NO,
        "indecent": YES_NO,
        "activity": ACTIVITY,
        "animal": ANIMAL,
        "sadism": YES_NO,
        "participants": (
            *("child_alone", "children_only", "adult_and_child"),
            "no_child_contact",
        ),
    },
    uk_s62: {
        "form": FORMS,
        "child_present": YES_NO,
        "pornographic": YES_NO,
        "obscene": YES_NO,
        "focus_genital": YES_NO,
        "listed_act": YES_NO,
    },
    ncmec: {
        "form": FORMS,
        "child_present": YES_NO,
        "activity": ACTIVITY,
        "animal": ANIMAL,
        "sadism": YES_NO,
        "focus_genital": YES_NO,
        "lascivious": YES_NO,
    },
}
STAGES = ("prepubescent", "pubescent")
ROWS = [(), *((s,) for s in STAGES), *itertools.product(STAGES, repeat=2)]


@pytest.mark.parametrize("oracle", list(READS), ids=lambda one: one.__name__)
def test_a_scheme_equals_the_wording_of_its_law_on_every_complete_record(oracle):
    scheme = schemes()[oracle.__name__]
    reads = READS[oracle]
    tried = 0
    for values in itertools.product(*reads.values()):
        seen = dict(zip(reads, values, strict=True))
        for row in ROWS:
            if seen["child_present"] == "yes" and not row:
                continue
            children = tuple(Child(n, pubertal=p) for n, p in enumerate(row, start=1))
            found = derive(scheme, Record(seen, children)).code
            assert found == oracle(seen, children), (seen, row)
            tried += 1

    assert tried > 500
