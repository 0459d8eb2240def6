"""In what order media are handed out: whose turn it is, and that nobody waits forever.

Media that wait are stood in *lines*, each in order of arrival; an order says which line
is next.  One place in five is for the medium that has waited longest, whatever the
order: so none starves while others keep coming.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count

from iwflab.errors import BadInput

OLDEST, KNOWN_FIRST, STACKS, ROTATING = "oldest", "known_first", "stacks", "rotating"
ORDERS = (OLDEST, KNOWN_FIRST, STACKS, ROTATING)
AGED = 5  # of so many places one is for the medium that has waited longest


@dataclass(frozen=True, slots=True)
class Line:
    """Media that belong together, the oldest first; ``waiting`` may be more of them."""

    key: str
    waiting: int
    media: Sequence[str]


@dataclass(slots=True)
class _Places:
    """What was given out so far, and the places of the lines."""

    lines: Mapping[str, Line]
    at: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def head(self, key: str) -> str | None:
        """Give the next medium of a line, or None where none is left."""
        line = self.lines.get(key)
        at = self.at.get(key, 0)
        while line and at < len(line.media) and line.media[at] in self.taken:
            at += 1
        self.at[key] = at
        return line.media[at] if line and at < len(line.media) else None

    def left(self, key: str) -> int:
        """Count what waits in a line."""
        return self.lines[key].waiting - self.at.get(key, 0)


def in_turn(
    lines: Sequence[Line],
    arrivals: Sequence[tuple[str, str]],
    *,
    rotate: bool,
    place: int = 0,
    tail: Sequence[str] = (),
) -> Iterator[str]:
    """Give media one after the other, until the lines are empty.

    ``arrivals`` are media with the keys of their lines, the oldest first; ``place`` is
    how many were handed out before; ``tail`` the keys of the last ones that the same
    person got.  With ``rotate`` the fullest line is next, but no line has a longer run
    than what waits makes necessary; else the lines come as they are ranked.
    """
    places = _Places({line.key: line for line in lines})
    turns = _Rotation(places, tail) if rotate else _Ranked(places, lines)
    oldest = iter(arrivals)
    waiting: list[tuple[str, str]] = []  # arrivals that were passed over
    for number in count(place):
        chosen = None
        if number % AGED == AGED - 1:
            chosen = _longest(places, turns, waiting, oldest)
        chosen = chosen or turns.next()
        if chosen is None:
            return
        medium, key = chosen
        places.taken.add(medium)
        turns.gave(key)
        yield medium


def _longest(
    places: _Places,
    turns: "_Rotation | _Ranked",
    passed: list[tuple[str, str]],
    oldest: Iterator[tuple[str, str]],
) -> tuple[str, str] | None:
    """Give who waited longest of those whose line may have this place."""
    passed[:] = [one for one in passed if one[0] not in places.taken]
    for one in passed:
        if turns.may(one[1]):
            return one
    for one in oldest:
        if one[0] in places.taken:
            continue
        passed.append(one)
        if turns.may(one[1]):
            return one
    return None


class _Ranked:
    """The first line until it is empty, then the next."""

    def __init__(self, places: _Places, lines: Sequence[Line]) -> None:
        self._places, self._keys = places, [line.key for line in lines]

    def may(self, key: str) -> bool:  # noqa: ARG002 - as in a rotation
        return True

    def gave(self, key: str) -> None:
        """Nothing follows from it."""

    def next(self) -> tuple[str, str] | None:
        while self._keys:
            head = self._places.head(self._keys[0])
            if head is not None:
                return head, self._keys[0]
            self._keys.pop(0)
        return None


class _Rotation:
    """The fullest line that did not have its run."""

    def __init__(self, places: _Places, tail: Sequence[str]) -> None:
        self._places = places
        self._rank = {key: n for n, key in enumerate(places.lines)}
        self._all = sum(line.waiting for line in places.lines.values())
        self._heap = [
            (-line.waiting, n, k)
            for k, n in self._rank.items()
            for line in (places.lines[k],)
        ]
        heapify(self._heap)
        self._last, self._run = "", 0
        for key in tail:
            self._count(key)

    def _count(self, key: str) -> None:
        self._run = self._run + 1 if key == self._last else 1
        self._last = key

    def may(self, key: str) -> bool:
        """Say whether a line may have the next place: its run is not over."""
        if key != self._last:
            return True
        here = self._places.left(key) if key in self._places.lines else 0
        others = self._all - here
        return others <= 0 or self._run < -(-(here + self._run) // (others + 1))

    def gave(self, key: str) -> None:
        self._count(key)
        self._all -= 1
        self._places.head(key)  # moves on past what was taken
        if key in self._rank:
            heappush(self._heap, (-self._places.left(key), self._rank[key], key))

    def next(self) -> tuple[str, str] | None:
        held: list[tuple[int, int, str]] = []
        found = None
        while self._heap and found is None:
            entry = heappop(self._heap)
            left, _, key = entry
            head = self._places.head(key)
            if head is None or -left != self._places.left(key):
                continue  # empty, or an older entry of the same line
            held.append(entry)
            if self.may(key):
                found = head, key
        for entry in held:
            heappush(self._heap, entry)
        if found is None and held:
            key = held[0][2]
            head = self._places.head(key)
            found = (head, key) if head else None
        return found


# -- what one looks for ------------------------------------------------------------
STAGES = ("waiting", "graded", "not_sure", "needs_two", "second")
HITS = ("yes", "no")
KINDS = ("picture", "video")
CARRIED = ("review", "yes")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a person looks for in the queue; an empty word asks nothing.

    ``stage``: waiting; graded, not_sure or needs_two (graded by the person, and how it
    ended); second: it waits for another person.  ``hit``: "yes" or "no".  ``code``:
    scheme=code of the person's own grades.  ``carried``: a grade of others on an older
    scale, "review" for those that a person still has to review.
    """

    name: str = ""
    stage: str = ""
    hit: str = ""
    tag: str = ""
    code: str = ""
    kind: str = ""
    series: str = ""
    carried: str = ""

    def check(self) -> None:
        """Refuse a word that asks for nothing there is."""
        for name, choices in (
            *(("stage", STAGES), ("hit", HITS)),
            *(("kind", KINDS), ("carried", CARRIED)),
        ):
            given = getattr(self, name)
            if given and given not in choices:
                raise BadInput(
                    f"{name} is not {given!r}",
                    advice=f"it is one of: {', '.join(choices)}",
                )
        scheme, _, code = self.code.partition("=")
        if self.code and not (scheme and code):
            raise BadInput(
                f"{self.code!r} is no class", advice="write scheme=code: uk_2014=A"
            )

    @property
    def anything(self) -> bool:
        """Say whether it asks anything at all."""
        return self != Sought()
