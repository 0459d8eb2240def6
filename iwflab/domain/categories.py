"""Categories are derived: published rules turn elements into a grade, with reasons.

Rules are ordered and three-valued.  A condition over an element that was not
answered, or answered as uncertain, is *unknown*.  Going down the rules, every rule
that holds or may hold is a possible outcome, and the first that surely holds ends
the walk.  One possible code is a grade; several are ``undetermined``, with the
codes that remain and the questions that would settle it.  So nothing is ever
rounded down, and a sure worst case is not held up by an unanswered milder one.
A rule may itself give ``undetermined``: where the law names no class, people decide.
(Strong Kleene logic: S. C. Kleene, Introduction to Metamathematics, 1952, s.64.)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS, Record
from iwflab.errors import BadScheme

UNDETERMINED = "undetermined"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over a record: a test of one element, or a combination.

    ``kind`` is ``is``, ``child`` (true if any child row passes), ``all``, ``any``
    or ``not``.
    """

    kind: str
    element: str = ""
    values: frozenset[str] = frozenset()
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a scheme: if the condition holds, this code, by this law."""

    name: str
    code: str
    when: Condition
    cites: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A category scheme: versioned rules with citations, from one TOML file.

    ``order`` lists the codes from the least to the most severe; ``criminal`` those
    that may leave on a hash list.
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


@dataclass(frozen=True, slots=True)
class Grade:
    """A derived category: scheme, version, code, the rules behind it, their law.

    ``possible`` holds the codes that remain where the code is ``undetermined``;
    ``missing`` the elements whose answers would settle it.
    """

    scheme: str
    version: str
    code: str
    label: str
    rules: tuple[str, ...]
    cites: tuple[str, ...]
    possible: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    possible: dict[str, list[Rule]] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)


def derive(scheme: Scheme, record: Record) -> Grade:
    """Derive the grade of one record under one scheme."""
    walk = _Walk()
    for rule in scheme.rules:
        gaps: dict[str, None] = {}
        verdict = _holds(rule.when, record, gaps)
        if verdict is False:
            continue
        walk.possible.setdefault(rule.code, []).append(rule)
        if verdict is True:
            break
        walk.missing.update(gaps)
    else:
        # No rule surely holds: what may be, may also be nothing that was named.
        walk.possible.setdefault(UNDETERMINED, [])
    if len(walk.possible) == 1:
        ((code, rules),) = walk.possible.items()
        return _grade(scheme, code, rules)
    rules = [rule for found in walk.possible.values() for rule in found]
    return _grade(
        scheme,
        UNDETERMINED,
        rules,
        possible=tuple(code for code in scheme.order if code in walk.possible),
        missing=tuple(walk.missing),
    )


def _grade(
    scheme: Scheme,
    code: str,
    rules: Iterable[Rule],
    *,
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
    )


def _holds(when: Condition, record: Record, gaps: dict[str, None]) -> bool | None:
    if when.kind == "is":
        return _test(when, record.elements.get(when.element), gaps)
    if when.kind == "child":
        found = [
            _test(when, getattr(child, when.element), gaps) for child in record.children
        ]
        return _any(found) if found else False
    found = [_holds(part, record, gaps) for part in when.parts]
    if when.kind == "not":
        return None if found[0] is None else not found[0]
    return _any(found) if when.kind == "any" else _all(found)


def _test(when: Condition, value: str | None, gaps: dict[str, None]) -> bool | None:
    kind = ELEMENTS.get(when.element) or CHILD_FIELDS[when.element]
    if value in when.values:
        return True  # a rule may ask for the uncertain answer itself
    if not value or value in kind.unknown:
        gaps[when.element] = None
        return None
    return False


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def rank(scheme: Scheme, code: str) -> int:
    """Place a code on the scheme's own scale; ``undetermined`` has no place."""
    if code not in scheme.order:
        raise BadScheme(
            f"{scheme.name} has no place for {code!r}",
            advice="only determined codes can be compared for severity",
        )
    return scheme.order.index(code)


def check_scheme(scheme: Scheme) -> None:
    """Refuse a scheme with codes nobody can reach, rules without law, or no end."""
    given = {rule.code for rule in scheme.rules} - {UNDETERMINED}
    if given != set(scheme.order):
        odd = ", ".join(sorted(given ^ set(scheme.order)))
        raise BadScheme(
            f"{scheme.name}: codes and rules disagree about {odd}",
            advice="every code needs a rule, every rule a listed code",
        )
    if not scheme.criminal <= given:
        raise BadScheme(
            f"{scheme.name}: 'criminal' names an unknown code", advice="see 'order'"
        )
    for rule in scheme.rules:
        if not rule.cites:
            raise BadScheme(
                f"{scheme.name}: rule {rule.name} cites no law",
                advice="add 'cites' with the section of the law",
            )
        _check_condition(scheme, rule.when)
    gap = next(_uncovered(scheme), None)
    if gap is not None:
        answers = ", ".join(f"{name}={value}" for name, value in gap.items())
        raise BadScheme(
            f"{scheme.name}: no rule holds for {answers}",
            advice="every full set of sure answers needs a rule",
        )


def _uncovered(scheme: Scheme) -> Iterator[Mapping[str, str]]:
    """Give full sets of sure answers under which no rule holds.

    Only elements that rules ask for are tried; rules over child rows never cover.
    """
    asked = sorted({e for rule in scheme.rules for e in _asked(rule.when)})
    sure = [
        [v for v in ELEMENTS[e].values if v not in ELEMENTS[e].unknown] for e in asked
    ]
    for values in product(*sure):
        answers = dict(zip(asked, values, strict=True))
        record = Record(answers)
        if not any(_holds(rule.when, record, {}) for rule in scheme.rules):
            yield answers


def _asked(when: Condition) -> Iterator[str]:
    if when.kind == "is":
        yield when.element
    for part in when.parts:
        yield from _asked(part)


ALWAYS = Condition("all")


def _check_condition(scheme: Scheme, when: Condition) -> None:
    if when.kind in {"is", "child"}:
        kinds = ELEMENTS if when.kind == "is" else CHILD_FIELDS
        kind = kinds.get(when.element)
        if kind is None or not when.values <= set(kind.values):
            raise BadScheme(
                f"{scheme.name}: {when.element} is never {', '.join(when.values)}",
                advice="use the elements and values of iwflab.domain.elements",
            )
    for part in when.parts:
        _check_condition(scheme, part)
