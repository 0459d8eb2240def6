"""Grades of others on other scales: carried beside a medium, never taken for its own.

A scale of before is brought to one of now only where the law makes one class certain.
Everything else is for a person to review; and what is certain, too, is no more than
what another organisation said until somebody here graded the medium.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from iwflab.domain.categories import UNDETERMINED, Grade
from iwflab.errors import BadInput

AGREE, DIFFER, NOT_DETERMINED = "agree", "differ", "not determined"


@dataclass(frozen=True, slots=True)
class MappingLine:
    """What a code of one scale is on another: ``to``, or ``review`` with the reason.

    ``flag`` is what the sender has to have flagged for the line to apply.  ``possible``
    are the codes that the law leaves open.
    """

    code: str
    to: str
    review: str
    possible: tuple[str, ...]
    cites: str
    flag: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ScaleMapping:
    """The way from one scale to another, from one TOML file.

    ``called`` names a code of ``origin`` in words ("SAP 2002 level").  Where ``ask`` is
    not empty the edition has to be stated, and it says why.
    """

    name: str
    origin: str
    target: str
    called: str
    source: str
    lines: Mapping[tuple[str, str], MappingLine]
    ask: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """Name the flags that it knows."""
        return tuple(dict.fromkeys(flag for _, flag in self.lines if flag))


@dataclass(frozen=True, slots=True)
class Carried:
    """What another organisation said of a medium: its scale, edition, code, flags."""

    medium: str
    scheme: str
    version: str
    code: str
    flags: str
    source: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """What follows from one carried grade on one scale.

    ``to`` is the class that the law makes certain; it is empty where a person has to
    ``review`` it, for that reason, among what is ``possible``.
    """

    carried: Carried
    called: str
    target: str = ""
    to: str = ""
    review: str = ""
    possible: tuple[str, ...] = ()
    cites: str = ""

    @property
    def in_words(self) -> str:
        """Say it in a line: ``SAP 2002 level 2 (for review: ...)``."""
        flags = f", flagged {self.carried.flags}" if self.carried.flags else ""
        open_ = f"for review: {self.review}"
        then = f"to {self.target} {self.to}" if self.to else open_
        source = f", said by {self.carried.source}" if self.carried.source else ""
        return f"{self.called} {self.carried.code}{flags}{source} ({then})"


def edition(version: str) -> str:
    """Give the edition of a scale: its version without the number of our revision."""
    return version.rpartition(".")[0] or version


def must_be_edition(scheme: str, version: str, stated: str) -> str:
    """Give the edition of a scale; refuse another one than it is of.

    ``2002`` names the edition ``2002-11-21``; nothing stated names what there is.
    """
    ours = edition(version)
    if stated and stated != ours and edition(stated) != ours:
        named = stated.split("-")
        if ours.split("-")[: len(named)] != named:
            raise BadInput(
                f"{scheme} is the edition {ours}, not {stated!r}",
                advice="the same code means other things in other editions: name the"
                " scheme of that edition (iwflab schemes show)",
            )
    return ours


def suggested(
    carried: Iterable[Carried], mappings: Mapping[tuple[str, str], ScaleMapping]
) -> list[Suggested]:
    """Say what each carried grade is on other scales; one line a grade and scale.

    Where two of one medium are certain and do not agree, neither is.
    """
    by_origin: dict[str, list[ScaleMapping]] = defaultdict(list)
    for mapping in mappings.values():
        by_origin[mapping.origin].append(mapping)
    found = []
    for one in carried:
        found += [_suggested(one, mapping) for mapping in by_origin[one.scheme]]
        if not by_origin[one.scheme]:
            reason = "no mapping of this scale is installed"
            found.append(Suggested(one, f"{one.scheme} {one.version}", review=reason))
    sure: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in found:
        if said.to:
            sure[said.carried.medium, said.target].add(said.to)
    return [
        _open(said, "others do not agree", sure[said.carried.medium, said.target])
        if said.to and len(sure[said.carried.medium, said.target]) > 1
        else said
        for said in found
    ]


def _suggested(one: Carried, mapping: ScaleMapping) -> Suggested:
    bare = Suggested(one, mapping.called, mapping.target)
    plain = mapping.lines.get((one.code, ""))
    if plain is None:
        return replace(bare, review="the mapping has no line for this code")
    flagged = [
        mapping.lines.get((one.code, flag)) or _unmapped(plain, flag)
        for flag in one.flags.split()
    ]
    bare = replace(bare, cites=(flagged or [plain])[0].cites)
    reviews = [line for line in (plain, *flagged) if line.review]
    if reviews:
        return replace(
            bare,
            review="; ".join(dict.fromkeys(line.review for line in reviews)),
            possible=tuple(dict.fromkeys(c for ln in reviews for c in ln.possible)),
            cites=reviews[0].cites,
        )
    classes = {line.to for line in flagged or [plain]}
    if len(classes) > 1:
        return _open(bare, "its flags do not agree", classes)
    return replace(bare, to=classes.pop())


def _unmapped(plain: MappingLine, flag: str) -> MappingLine:
    # What a flag means that nobody mapped may well move the class.
    reason = f"the flag {flag} may alter the class"
    return replace(plain, to="", review=reason, possible=(), flag=flag)


def _open(said: Suggested, why: str, classes: Iterable[str]) -> Suggested:
    left = tuple(sorted(classes))
    return replace(said, to="", review=f"{why}: {', '.join(left)}", possible=left)


def compared(said: Suggested, grade: Grade) -> str:
    """Say whether what was recorded here agrees with what was carried."""
    left = (said.to,) if said.to else said.possible
    sure = grade.code != UNDETERMINED
    if left and not set(left) & ({grade.code} if sure else set(grade.possible)):
        return DIFFER
    return AGREE if left and sure else NOT_DETERMINED
