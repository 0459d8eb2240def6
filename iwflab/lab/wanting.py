"""What lab.toml asks for is there: said when the lab is opened, not by its pages."""

from difflib import get_close_matches

from iwflab.domain.settings import ASKED_SCHEMES, Settings
from iwflab.errors import ConfigError
from iwflab.schemes import schemes, templates

_NEAR = 0.4  # of 1: how like a name has to be to be offered


def must_know_schemes(settings: Settings) -> None:
    """Refuse a name in ``asked_schemes`` that no scheme has; offer the nearest."""
    # Ours are there: who asks for them alone does not wait until all are read.
    named = [name for name in settings.asked_schemes if name not in ASKED_SCHEMES]
    unknown = [name for name in named if name not in schemes()]
    if not unknown:
        return
    name = str(unknown[0])
    if name in templates():
        advice = f"{name} is a template: its authority's codes have to be filled in"
    else:
        near = get_close_matches(name, list(schemes()), cutoff=_NEAR)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        advice = f"{meant}there are: {', '.join(schemes())}"
    raise ConfigError(
        f"lab.toml: asked_schemes names {name!r}, and no scheme is called that",
        advice=advice,
    )
