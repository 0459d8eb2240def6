"""Categories are derived: published rules turn elements into a grade, with reasons.

Rules are ordered; the first that holds gives the class.  Where an element was not
answered, or answered as uncertain, every answer to it is gone through: one class left
is a grade, several are ``undetermined``, with the classes that remain and the
questions that would settle it.  So nothing is ever rounded down, and a sure worst
case is not held up by an unanswered milder one.  ``undetermined`` is exact: it is
given if, and only if, two completions of what is open have different classes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iwflab.domain.conditions import Condition
from iwflab.domain.diagrams import Diagram, diagram, relabelled
from iwflab.domain.joining import highest
from iwflab.domain.records import Child, Record
from iwflab.errors import BadScheme

UNDETERMINED = "undetermined"
NONE = "none"
IN_FORCE = "in force"
STANDINGS = (IN_FORCE, "legacy", "research")
Seen = tuple[str, ...]  # the answers to what a scheme reads, in its order
Part = tuple[str | None, ...]  # the same of a segment; None where it leaves one out


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a scheme: if the condition holds, this code, by this law.

    ``precedes`` says why a rule stands before one with a more severe code.
    """

    name: str
    code: str
    when: Condition
    cites: str
    precedes: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A category scheme: versioned rules with citations, from one TOML file.

    ``order`` lists the codes from the least to the most severe, ``beside`` codes that
    have no place on it (where the law names no class and a person reviews it; of those
    of several parts of a video the one listed last stands),
    ``carried`` codes that only imports bring.  ``criminal`` may leave on a hash list;
    ``reviewers`` says how many people a code needs.
    """

    name: str
    version: str
    title: str
    source: str
    order: tuple[str, ...]
    criminal: frozenset[str]
    labels: Mapping[str, str]
    rules: tuple[Rule, ...]
    examples: tuple[tuple[str, Record, str], ...] = ()
    notice: str = ""
    standing: str = IN_FORCE
    beside: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    reviewers: Mapping[str, int] | None = None
    place: int = 100  # among the schemes, where they are listed


@dataclass(frozen=True, slots=True)
class Grade:
    """A derived category: scheme, version, code, the rules behind it, their law.

    ``possible`` holds the codes that remain where the code is ``undetermined``;
    ``missing`` the questions whose answers would settle it; ``because`` the answers
    that it rests on.  ``reviewers`` is how many people the code needs.
    """

    scheme: str
    version: str
    code: str
    label: str
    rules: tuple[str, ...]
    cites: tuple[str, ...]
    possible: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    reviewers: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A scheme as two diagrams: to the rule that decides, and to its code.

    ``codes`` names the leaves of ``by_code`` as parts of a video are joined: from the
    least to the most severe, and what a person has to review right below the highest.
    ``elements`` and ``fields`` of children are what the scheme reads.
    """

    by_rule: Diagram
    by_code: Diagram
    codes: tuple[str, ...]
    elements: tuple[str, ...]
    fields: tuple[str, ...]


@lru_cache(maxsize=64)
def compiled(scheme: Scheme) -> Compiled:
    """Bring the rules of a scheme to diagrams, once."""
    by_rule = diagram([rule.when for rule in scheme.rules])
    codes = (*scheme.order[:-1], *scheme.beside, *scheme.order[-1:])
    leaf = [codes.index(rule.code) for rule in scheme.rules] + [len(codes)]
    by_code = relabelled(by_rule, leaf.__getitem__)
    read = by_rule.variables
    elements = tuple(one.name for one in read if not one.of_child)
    asked = [one.asked for one in read if one.of_child]
    ages = ("age_min", "age_max") if "age_band" in asked else ()
    return Compiled(by_rule, by_code, codes, elements, (*asked, *ages))


def derive(scheme: Scheme, record: Record) -> Grade:
    """Derive the grade of one record under one scheme.

    Of a video with segments it is the most severe part; what the record answers for
    the whole stands for the rest of the video, and for what a segment leaves out.
    """
    ready = compiled(scheme)
    given, fields = record.elements, ready.fields
    elements = tuple([given.get(name, "") for name in ready.elements])
    children = tuple([tuple([getattr(c, f) for f in fields]) for c in record.children])
    if not fields:
        children = ()
    if not record.segments:
        return _derived(scheme, elements, children)
    said = {
        tuple([one.elements.get(name) for name in ready.elements])
        for one in record.segments
    }
    rest = (None,) * len(elements)
    parts = (rest, *sorted(said - {rest}, key=lambda part: [x or "" for x in part]))
    return _most_severe(scheme, elements, children, parts)


@lru_cache(maxsize=10_000)
def _most_severe(
    scheme: Scheme, elements: Seen, children: tuple[Seen, ...], parts: tuple[Part, ...]
) -> Grade:
    """Join the grades of the parts: what their completions leave as the most severe."""
    ready = compiled(scheme)
    own = [
        {n: x for n, x in zip(ready.elements, part, strict=True) if x is not None}
        for part in parts
    ]
    whole = _record(ready, elements, children)
    leaves = highest(ready.by_code, whole, own)
    seen = tuple(zip(ready.elements, elements, strict=True))
    said = [tuple([given.get(n, x) for n, x in seen]) for given in own]
    left = {ready.codes[leaf] for leaf in leaves}
    grades = [_derived(scheme, one, children) for one in said]
    if len(left) == 1:  # what surely has it says why, if anything does
        sure = [grade for grade in grades if _open(grade) == left]
        return _joined(scheme, left, sure or [g for g in grades if _open(g) & left])
    least = _from(ready, min(leaves))
    records = (_record(ready, one, children) for one in said)
    asked = (least.variables[at].asked for one in records for at in least.matter(one))
    deciding = [grade for grade in grades if _open(grade) & left]
    return _joined(scheme, left, deciding, tuple(dict.fromkeys(asked)))


@lru_cache(maxsize=512)
def _from(ready: Compiled, least: int) -> Diagram:
    """Give the diagram to the code where all below the least that remains are one."""
    return relabelled(ready.by_code, lambda leaf: max(leaf, least))


def _open(grade: Grade) -> set[str]:
    return set(grade.possible) if grade.code == UNDETERMINED else {grade.code}


def _joined(
    scheme: Scheme,
    left: set[str],
    deciding: Sequence[Grade],
    missing: tuple[str, ...] = (),
) -> Grade:
    def every(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(x for g in deciding for x in getattr(g, name)))

    sure = len(left) == 1
    (code,) = left if sure else (UNDETERMINED,)
    fired = every("rules")
    return _grade(
        scheme,
        code,
        [rule for rule in scheme.rules if rule.name in fired and rule.code in left],
        possible=()
        if sure
        else tuple(c for c in (*scheme.order, *scheme.beside) if c in left),
        missing=missing,
        because=every("because"),
    )


@lru_cache(maxsize=100_000)  # what a scheme does not read makes no new record to it
def _derived(scheme: Scheme, elements: Seen, children: tuple[Seen, ...]) -> Grade:
    ready = compiled(scheme)
    record = _record(ready, elements, children)
    deciding = sorted(ready.by_rule.leaves(record))
    rules = [scheme.rules[place] for place in deciding]
    codes = {rule.code for rule in rules}
    because = ready.by_code.read(record)
    if len(codes) == 1:
        return _grade(scheme, codes.pop(), rules, because=because)
    asked = (ready.by_code.variables[at].asked for at in ready.by_code.matter(record))
    return _grade(
        scheme,
        UNDETERMINED,
        rules,
        possible=tuple(c for c in (*scheme.order, *scheme.beside) if c in codes),
        missing=tuple(dict.fromkeys(asked)),
        because=because,
    )


def _record(ready: Compiled, elements: Seen, children: tuple[Seen, ...]) -> Record:
    return Record(
        dict(zip(ready.elements, elements, strict=True)),
        tuple(
            Child(number, **dict(zip(ready.fields, child, strict=True)))  # type: ignore[arg-type]
            for number, child in enumerate(children, start=1)
        ),
    )


def _grade(
    scheme: Scheme,
    code: str,
    rules: Iterable[Rule],
    *,
    because: tuple[str, ...],
    possible: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Grade:
    rules = tuple(rules)
    return Grade(
        scheme=scheme.name,
        version=scheme.version,
        code=code,
        label=scheme.labels.get(code, "Not determined"),
        rules=tuple(rule.name for rule in rules),
        cites=tuple(dict.fromkeys(rule.cites for rule in rules)),
        possible=possible,
        missing=missing,
        because=because,
        reviewers=(scheme.reviewers or {}).get(code, 1),
    )


def rank(scheme: Scheme, code: str) -> int:
    """Place a code on the scheme's own scale; ``undetermined`` has no place."""
    if code not in scheme.order:
        raise BadScheme(
            f"{scheme.name} has no place for {code!r}",
            advice="only determined codes can be compared for severity",
        )
    return scheme.order.index(code)


def gives(scheme: Scheme, codes: Iterable[str]) -> Condition:
    """Give the condition under which a scheme gives one of these codes.

    For schemes that rest on another's class, as a national one does.
    """
    wanted = set(codes)
    ways = []
    for place, rule in enumerate(scheme.rules):
        if rule.code in wanted:
            earlier = [Condition("not", parts=(r.when,)) for r in scheme.rules[:place]]
            ways.append(Condition("all", parts=(*earlier, rule.when)))
    return Condition("any", parts=tuple(ways))
