"""Keys of one person at the grading desk, kept like the level they start with."""

import json
from collections.abc import Mapping
from dataclasses import replace

from iwflab.domain.own_keys import check_own, with_own
from iwflab.domain.settings import Settings
from iwflab.errors import ChangedMeanwhile
from iwflab.store import Store
from iwflab.store.looking import prefer, preferred

_KEYS = "keys"


def own_keys(store: Store, settings: Settings, analyst: str) -> dict[str, str]:
    """Give the keys that a person chose and that hold, by act; "" is none."""
    chosen: dict[str, str] = json.loads(preferred(store, analyst, _KEYS) or "{}")
    held = with_own(settings.keys, chosen)
    return {act: key for act, key in chosen.items() if held.get(act) == key}


def settings_of(store: Store, settings: Settings, analyst: str) -> Settings:
    """Give the lab's settings with the keys of one person."""
    own = own_keys(store, settings, analyst)
    return replace(settings, keys=with_own(settings.keys, own))


def choose_keys(
    store: Store,
    settings: Settings,
    own: Mapping[str, str],
    *,
    analyst: str,
    request: str,
    over: Mapping[str, str] | None = None,
) -> None:
    """Keep a person's keys, all of them at once; none goes back to the lab's.

    ``over`` are those that the change was made from: where others stand by now, another
    window changed them, and :class:`~iwflab.errors.ChangedMeanwhile` says so.
    """
    check_own(settings.keys, own)

    def unchanged() -> None:
        stands = own_keys(store, settings, analyst)
        if over is not None and stands not in (dict(over), dict(own)):
            raise ChangedMeanwhile(
                "your keys were changed in another window meanwhile",
                advice="look at what stands now, then change them again",
            )

    told = json.dumps(dict(sorted(own.items())))
    prefer(store, analyst, _KEYS, told, request=request, check=unchanged)
