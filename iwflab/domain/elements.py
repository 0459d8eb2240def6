"""What is seen: elements of a medium and one row per child, never a category.

The values are those of section 2.5 of the domain reference.  Where a value says
that the grader could not tell, it is listed in ``unknown``; rules treat it as
unknown, never as the mildest case.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElementKind:
    """One question about a medium or a child, and its permitted answers."""

    name: str
    question: str
    values: tuple[str, ...]
    unknown: frozenset[str] = frozenset()
    gate: bool = False  # decided before any category letter
    assumed: str = ""  # stands where nobody answered; for what is not seen but told
    # Wanted for the record once this was answered so, though no class may need it.
    wanted: tuple[str, tuple[str, ...]] = ("", ())


def _kind(
    name: str,
    question: str,
    values: str,
    *,
    unknown: str = "",
    gate: bool = False,
    assumed: str = "",
    wanted: str = "",
) -> ElementKind:
    told_not = frozenset(unknown.split())
    other, _, answers = wanted.partition("=")
    return ElementKind(
        *(name, question, tuple(values.split()), told_not, gate, assumed),
        wanted=(other, tuple(answers.split("|"))),
    )


ELEMENTS: Mapping[str, ElementKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "form",
            "Form of the medium",
            "photograph pseudo_photograph non_photographic text_only uncertain tracing",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "child_present",
            "A child is depicted",
            "yes no uncertain",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "child_basis",
            "Basis for taking a person as a child",
            "apparent_age identified context",
            wanted="child_present=yes",
        ),
        _kind(
            "indecent",
            "Indecent (objective test, the child's age is relevant)",
            "yes no uncertain",
            unknown="uncertain",
            gate=True,
        ),
        _kind(
            "activity",
            "Activity",
            "none posing non_penetrative penetrative uncertain",
            unknown="uncertain",
        ),
        _kind(
            "participants",
            "Participants",
            "child_alone children_only adult_and_child no_child_contact unknown",
            unknown="unknown",
            wanted="activity=non_penetrative|penetrative",
        ),
        _kind("sadism", "Sadism", "no yes uncertain", unknown="uncertain"),
        _kind(
            "animal",
            "Activity with an animal",
            "no yes_non_penetrative yes_penetrative uncertain",
            unknown="uncertain",
        ),
        _kind("nudity", "Nudity", "none partial full uncertain", unknown="uncertain"),
        _kind(
            "focus_genital",
            "Focus solely or principally on the genital or anal region",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind(
            "lascivious",
            "Lascivious exhibition of the genital or pubic area",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind(
            "pornographic",
            "Must reasonably be assumed to be made for sexual arousal",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind(
            "pornographic_context",
            "What that rests on",
            "itself series",
            wanted="pornographic=yes",
        ),
        _kind(
            "obscene",
            "Grossly offensive, disgusting or otherwise obscene",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind(
            "listed_act",
            "An act listed in s.62(7) is portrayed",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind(
            "surreptitious",
            "Taken without the child knowing",
            "no yes uncertain",
            unknown="uncertain",
        ),
        _kind("comparison", "Kept for comparison only", "no yes", assumed="no"),
        _kind(
            "ai_generated",
            "Generated or altered by AI",
            "no suspected confirmed",
            unknown="suspected",
            wanted="form=pseudo_photograph",
        ),
        _kind("real_child", "A real child", "yes no unknown", unknown="unknown"),
    )
}

CHILD_FIELDS: Mapping[str, ElementKind] = {
    kind.name: kind
    for kind in (
        _kind(
            "age_band",
            "Age band in years",
            "0-2 3-6 7-10 11-13 14-15 16-17 unknown",
            unknown="unknown",
        ),
        _kind("sex", "Sex", "girl boy unidentified", unknown="unidentified"),
        _kind(
            "pubertal",
            "Pubertal stage",
            "prepubescent pubescent unclear",
            unknown="unclear",
        ),
        _kind("face_visible", "Face visible", "yes no partly"),
        _kind(
            "skin_tone",
            "Skin tone, in groups of the Monk scale",
            "1-3 4-7 8-10 unclear",
            unknown="unclear",
        ),
        _kind(
            "identified_status",
            "What is known of the child's identity",
            "unidentified enquiry_open referred identified_safeguarded"
            " identified_adult_now not_a_real_child unknown",
            unknown="unknown",
        ),
    )
}
# Recorded only where the organisation's policy says so (lab.toml, child_policy).
POLICY_FIELDS = ("skin_tone", "identified_status")
OLDEST_CHILD = 17  # years; Protection of Children Act 1978 s.7(6): under 18

AGE_BANDS = CHILD_FIELDS["age_band"].values
SEXES = CHILD_FIELDS["sex"].values
