"""Which media are one series, which child appearances one victim: said by a person.

A reference is one of the organisation (a case or file number).  It never is a person's
name: nothing here can tell, and so the person who types it has to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iwflab.domain.media import display_text, quoted
from iwflab.errors import BadInput

SERIES, VICTIM = "series", "victim"
LONGEST_REFERENCE = 80  # characters
LONGEST_REASON = 400

Subject = tuple[str, int]  # a medium, and the number of a child on it (0: none)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One medium (or child on it) and where it is to belong; "" takes it out.

    ``medium`` is its id, its SHA-256 or the start of one; ``line`` is where that stands
    in a file, 0 where a person typed it.
    """

    medium: str
    number: int
    reference: str
    reason: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one medium (or child): the reference before, and after."""

    medium: str
    number: int
    before: str
    after: str
    line: int


@dataclass(frozen=True, slots=True)
class Linked:
    """What was done, or would be: the moves, what stayed, which references are new.

    ``alike`` names new references that differ from one there is by case and spaces
    only, each with that one.
    """

    kind: str
    request: str
    dry_run: bool
    moves: tuple[Move, ...] = ()
    unchanged: int = 0
    new: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = field(default=())


def place(line: int) -> str:
    """Name a line where there is one: "line 4: "."""
    return f"line {line}: " if line else ""


def must_be_kind(kind: str) -> None:
    """Refuse what neither media nor children are put together by."""
    if kind not in {SERIES, VICTIM}:
        raise BadInput(f"{kind!r} puts nothing together", advice="series or victim")


def checked(one: Wanted, kind: str) -> Wanted:
    """Give it with outer spaces gone; refuse a reference or reason that misleads."""
    reference, reason = one.reference.strip(), one.reason.strip()
    limits = ((reference, LONGEST_REFERENCE, kind), (reason, LONGEST_REASON, "reason"))
    for text, limit, what in limits:
        if len(text) > limit:
            raise BadInput(
                f"{place(one.line)}the {what} has {len(text)} characters",
                advice=f"at most {limit}",
            )
        if display_text(text) != text:
            raise BadInput(
                f"{place(one.line)}the {what} {quoted(text, 40)} has characters that"
                " cannot be seen",
                advice="type it anew: what is shown must be what is stored",
            )
    if reference and not any(sign.isalnum() for sign in reference):
        raise BadInput(
            f"{place(one.line)}no letter and no digit in {quoted(reference, 40)}",
            advice="give a reference of your organisation, never a name",
        )
    return Wanted(one.medium, one.number, reference, reason, one.line)


def must_have_reference(wanted: Sequence[Wanted], kind: str) -> None:
    """Refuse an empty reference: to take out is an act of its own, with its reason."""
    for one in wanted:
        if not one.reference.strip():
            raise BadInput(
                f"{place(one.line)}no {kind} is named",
                advice=f"name one; what belongs to none: iwflab {kind} take-out",
            )
