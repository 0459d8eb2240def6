"""What the monthly report says about itself: methods, words, revisions, disclosure."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from iwflab.statistics.disclosure import Profile
from iwflab.statistics.reports.telling import Told


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "standards.toml").read_text("utf-8"))


def standards(profile: Profile, told: Told) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give the headed texts of the last part."""
    texts = _texts()
    status = [f"These figures are {told.state}."]
    if told.revised:
        status.append(f"They correct figures that left before: {told.revised}")
    law = f"Categories are those of the scheme {told.law}, as they were signed off."
    return (
        ("Methods", (*texts["methods"], law)),
        ("Definitions", tuple(texts["definitions"])),
        ("Quality", tuple(texts["quality"])),
        ("Revisions and corrections", (*status, *texts["revisions"])),
        ("Disclosure control", disclosure(profile)),
        ("Code of Practice", tuple(texts["practice"])),
    )


def disclosure(profile: Profile) -> tuple[str, ...]:
    """State the rule under which the tables leave, and what it does to them."""
    small = f"Counts from 1 to {profile.threshold - 1} are withheld"
    rule = {
        "withhold": f"{small}, and as few others as it takes to hide them.",
        "round": f"{small}; all others are rounded to {profile.base}, each by itself.",
        "open": "Nothing is withheld: for use inside the organisation only.",
    }[profile.method]
    said = [f"Profile {profile.name}: {profile.title}.", rule]
    if profile.one_series_percent and profile.method == "withhold":
        said.append(
            "No number is shown that is mostly one series: it would describe a case."
        )
    return tuple(said) if profile.method == "open" else (*said, _texts()["joint"])
