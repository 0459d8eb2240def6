"""The disclosure profiles of a lab: those of this release, and its organisation's."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from iwflab.errors import ConfigError

if TYPE_CHECKING:
    from iwflab.domain.settings import Settings
    from iwflab.statistics.disclosure import Profile


def profiles_of(folder: Path, settings: "Settings") -> Mapping[str, "Profile"]:
    """Give the profiles that a lab offers, by name; its own file is read each time.

    Raises BadInput for a file that cannot be read or contradicts itself, ConfigError
    for one that gives another meaning to a name of this release.
    """
    from iwflab.statistics.disclosure import load, profiles

    shipped = profiles()
    if not settings.profiles:
        return shipped
    own = load(folder / Path(settings.profiles).expanduser())
    if taken := sorted(set(own) & set(shipped)):
        raise ConfigError(
            f"{settings.profiles} renames what {', '.join(taken)} means",
            advice="give each profile of the organisation a name of its own: the"
            " ledger of earlier releases knows the others by theirs",
        )
    return {**shipped, **own}
