"""Which media hang together, for the order of the queue: worked out seldom, kept."""

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from iwflab.domain.hashes import MATCH_DISTANCE
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.stacking import labelled, words_of
from iwflab.store import Store
from iwflab.store.lining import newest_hash
from iwflab.store.stacks import laid_values

_ALGORITHM, _VARIANT = "pdq", "full"
_GROWN = 1.1  # so many times the hashes: then it is worth working out anew at once


@dataclass(slots=True)
class _Known:
    """The stacks as they were, of so many hashes, and what was asked about last."""

    at: tuple[int, int]  # newest entry, number of hashes
    asked: tuple[int, int]
    stack: dict[str, str] = field(default_factory=dict)


_KEPT: "WeakKeyDictionary[Store, _Known]" = WeakKeyDictionary()


def stack_of_each(store: Store) -> tuple[tuple[int, int], dict[str, str]]:
    """Give the stack of each medium that is in one, and of which hashes that is.

    While media arrive, those before stand as they stood: anew it is worked out when
    nothing came between two askings, or when there are a tenth more.
    """
    now = newest_hash(store)
    known = _KEPT.get(store)
    if known is not None:
        paused, known.asked = known.asked == now, now
        if known.at == now or not (paused or now[1] >= _GROWN * known.at[1]):
            return known.at, known.stack
    _KEPT[store] = _Known(now, now, _stacked(store))
    return now, _KEPT[store].stack


def _stacked(store: Store) -> dict[str, str]:
    least = ALGORITHMS[_ALGORITHM].least_quality or 0
    values = laid_values(store, _ALGORITHM, _VARIANT, least=least)
    media = list(values)
    words = words_of(list(values.values()))
    found = labelled(words, len(media), MATCH_DISTANCE).tolist()
    sizes: dict[int, int] = {}
    for label in found:
        sizes[label] = sizes.get(label, 0) + 1
    return {
        medium: media[label]
        for medium, label in zip(media, found, strict=True)
        if sizes[label] > 1
    }
