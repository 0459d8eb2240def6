"""Categories are derived: published rules turn elements into a grade, with reasons.

Rules are ordered; the first that holds gives the class.  Where an element was not
answered, or answered as uncertain, every answer to it is gone through: one class left
is a grade, several are ``undetermined``, with the classes that remain and the
questions that would settle it.  So nothing is ever rounded down, and a sure worst
case is not held up by an unanswered milder one.  ``undetermined`` is exact: it is
given if, and only if, two completions of what is open have different classes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from iwflab.domain.conditions import Condition
from iwflab.domain.diagrams import Diagram, diagram, relabelled
from iwflab.domain.records import Child, Record
from iwflab.errors import BadScheme

UNDETERMINED = "undetermined"
NONE = "none"
IN_FORCE = "in force"
STANDINGS = (IN_FORCE, "legacy", "research")


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
    have no place on it (where the law names no class and a person reviews it),
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

    ``codes`` names the leaves of ``by_code``; ``elements`` and ``fields`` of children
    are what the scheme reads.
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
    codes = tuple(dict.fromkeys(rule.code for rule in scheme.rules))
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
    if record.segments:
        return _most_severe(scheme, [_whole(scheme, one) for one in _parts(record)])
    return _whole(scheme, record)


def _parts(record: Record) -> Iterator[Record]:
    yield Record(record.elements, record.children)
    for segment in record.segments:
        yield Record({**record.elements, **segment.elements}, record.children)


def _most_severe(scheme: Scheme, grades: Sequence[Grade]) -> Grade:
    """Join the grades of parts: their worst is sure, or lies between sure bounds."""
    top = scheme.order[-1]
    open_ = [set(g.possible) if g.code == UNDETERMINED else {g.code} for g in grades]
    beside = {code for codes in open_ for code in codes} - set(scheme.order)
    if beside and {top} not in open_:
        # What a person has to review decides, unless a part is the highest for sure.
        sure = [codes for codes in open_ if codes <= beside and len(codes) == 1]
        left = sure[0] if sure else set().union(*open_)
    else:
        places = [sorted(rank(scheme, c) for c in codes - beside) for codes in open_]
        least = max(place[0] for place in places if place)
        left = {scheme.order[at] for place in places for at in place if at >= least}
    deciding = [
        grade
        for grade, codes in zip(grades, open_, strict=True)
        if codes & left and (len(left) > 1 or codes == left)
    ]
    return _joined(scheme, left, deciding or list(grades))


def _joined(scheme: Scheme, left: set[str], deciding: Sequence[Grade]) -> Grade:
    (code,) = left if len(left) == 1 else (UNDETERMINED,)
    first = deciding[0]

    def every(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(x for g in deciding for x in getattr(g, name)))

    sure = code != UNDETERMINED
    return replace(
        first,
        code=code,
        label=scheme.labels.get(code, "Not determined"),
        rules=every("rules"),
        cites=every("cites"),
        possible=()
        if sure
        else tuple(c for c in (*scheme.order, *scheme.beside) if c in left),
        missing=() if sure else every("missing"),
        because=every("because"),
        reviewers=(scheme.reviewers or {}).get(code, 1),
    )


def _whole(scheme: Scheme, record: Record) -> Grade:
    ready = compiled(scheme)
    given = record.elements
    fields = ready.fields
    return _derived(
        scheme,
        tuple([given.get(name, "") for name in ready.elements]),
        tuple([tuple([getattr(c, name) for name in fields]) for c in record.children])
        if fields
        else (),
    )


@lru_cache(maxsize=100_000)  # what a scheme does not read makes no new record to it
def _derived(
    scheme: Scheme, elements: tuple[str, ...], children: tuple[tuple[str, ...], ...]
) -> Grade:
    ready = compiled(scheme)
    record = Record(
        dict(zip(ready.elements, elements, strict=True)),
        tuple(
            Child(number, **dict(zip(ready.fields, child, strict=True)))  # type: ignore[arg-type]
            for number, child in enumerate(children, start=1)
        ),
    )
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
