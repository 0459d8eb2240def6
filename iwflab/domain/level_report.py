"""What may be told when start levels are compared: never of few people, or of one.

A level is told of when at least five people stand behind a number and none of them for
more than half of it.  What is left out must not follow from the rest either: where the
people left out are still too few together, another level goes with them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Statistics reference, sections 3 and 9: five clusters at least, and a number of which
# one contributor makes more than half describes that contributor.
LEAST_PEOPLE = 5
MOST_OF_ONE = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """One allotted medium of one person, and what became of it.

    ``level`` was allotted; ``shown`` is the most that was shown until the decision,
    empty where there was none by a look of its own.  ``agrees`` is None where there is
    no accepted class to agree with.  ``answer``: None where the person was not asked.
    """

    person: str
    medium: str
    level: str
    shown: str = ""
    seconds: float = 0.0
    went_higher: bool = False
    agrees: bool | None = None
    own_stands: bool = False
    answer: int | None = None


def is_telling(people: Sequence[str]) -> bool:
    """Tell whether a number of these people's items may be told; none always may."""
    counted = Counter(people)
    if not counted:
        return True
    enough = len(counted) >= LEAST_PEOPLE
    return enough and max(counted.values()) <= MOST_OF_ONE * len(people)


def withheld(people: Mapping[str, Sequence[str]]) -> set[str]:
    """Give the levels of which nothing may be told, by who stands behind each.

    The smallest of the others is added until those left out could be told of as one:
    then nothing new follows from a total less the rest.
    """
    hidden = {level for level, who in people.items() if not is_telling(who)}
    left = sorted(
        (level for level, who in people.items() if who and level not in hidden),
        key=lambda level: (len(set(people[level])), len(people[level]), level),
    )
    while hidden and left and not is_telling(_together(people, hidden)):
        hidden.add(left.pop(0))
    return hidden


def _together(people: Mapping[str, Sequence[str]], levels: set[str]) -> list[str]:
    return [one for level in levels for one in people[level]]
