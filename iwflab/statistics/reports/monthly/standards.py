"""What the monthly report says about itself: methods, words, revisions, disclosure."""

from iwflab.statistics.disclosure import Profile
from iwflab.statistics.reports.model import Told

METHODS = (
    "All content that was signed off in the period is counted: a census, so that no share"
    " has an interval.  Limits beside a total describe how such a number varies from one"
    " period to another (exact Poisson limits, 95%).",
    "Content stands for its near-duplicates, which count once.  Its severity is the most"
    " severe of its media; its age band is that of the youngest child; its sex covers all"
    " of its children.  These need not belong to the same child or medium.",
    "Categories are derived by published rules from what was recorded.  Undetermined and"
    " not known are groups of their own: they are never dropped and never rounded down.",
    "Percentages are made from the numbers that are shown, and are whole.  A change in"
    " percentage points is the difference between two of them.",
)
DEFINITIONS = (
    "Medium: distinct bytes of a picture or a video.",
    "Content: a medium with its near-duplicates.",
    "Child appearance: one child on one medium; children are not linked to persons here.",
    "In a category: the law of the scheme gives the content one of its categories.",
    "Proactive: found by the hotline's own search.  External: reported to it.",
    "Picture, video: what the file holds; an animated picture is a picture.",
)
REVISIONS = (
    "A period is counted by the day of sign-off.  A sign-off that is taken back or made"
    " anew alters earlier periods; what was altered is marked [r] in the next release,"
    " and a correction is published with its reason.",
)
QUALITY = (
    "Each medium was graded and then signed off by another person.  How often two people"
    " agree, and the error rate of the quality sample, are not part of this release.",
)


def standards(
    profile: Profile, told: Told
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give the headed texts of the last part."""
    state = "provisional and may be revised" if told.provisional else "final"
    return (
        ("Methods", METHODS),
        ("Definitions", DEFINITIONS),
        ("Quality", QUALITY),
        ("Revisions and corrections", (f"These figures are {state}.", *REVISIONS)),
        ("Disclosure control", disclosure(profile)),
        (
            "Code of Practice",
            (
                "This release says its unit, coverage, day of data, method, quality,"
                " revisions, status, contact and next release, as the Code of Practice"
                " for Statistics asks; it is applied here by choice.",
            ),
        ),
    )


def disclosure(profile: Profile) -> tuple[str, ...]:
    """State the rule under which the tables leave, and what it does to them."""
    rule = {
        "withhold": f"Counts from 1 to {profile.threshold - 1} are withheld, and as few"
        " others as it takes that they cannot be worked out.  Every number that is shown"
        " is true.",
        "round": f"Counts from 1 to {profile.threshold - 1} are withheld; all others are"
        f" rounded to {profile.base}, each by itself, so that they need not add up.",
        "open": "Nothing is withheld: for use inside the organisation only.",
    }[profile.method]
    said = [f"Profile {profile.name}: {profile.title}.", rule]
    if profile.one_series_percent:
        said.append(
            "No number is shown that is mostly one series: it would describe a case."
            if profile.method == "withhold"
            else "Where one series is most of a number, people have looked at it."
        )
    said.append(
        "All tables of this release were checked together, so that none tells what"
        " another one hides.  Tables that cannot be shown safely are said to be withheld."
    )
    return tuple(said)
