"""What is refused of a scheme when its file is loaded, with an example of the fault."""

from iwflab.domain.categories import (
    STANDINGS,
    UNDETERMINED,
    Compiled,
    Rule,
    Scheme,
    compiled,
)
from iwflab.domain.conditions import AGE, Condition, answers_in_words, atoms
from iwflab.domain.diagrams import diagram, way_to
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS, OLDEST_CHILD
from iwflab.errors import BadScheme


def check_scheme(scheme: Scheme) -> None:
    """Refuse a scheme whose codes, rules, law or order are at odds with each other."""
    _check_codes(scheme)
    for rule in scheme.rules:
        if not rule.cites:
            raise BadScheme(
                f"{scheme.name}: rule {rule.name} cites no law",
                advice="add 'cites' with the section of the law",
            )
        for test in atoms(rule.when):
            _check_test(scheme, test)
    ready = compiled(scheme)
    _check_cover(scheme, ready)
    _check_shadows(scheme, ready)
    _check_contradictions(scheme)
    _check_children(scheme, ready)


def _check_codes(scheme: Scheme) -> None:
    given = {rule.code for rule in scheme.rules}
    named = {*scheme.order, *scheme.beside}
    if given != named or UNDETERMINED in given:
        odd = ", ".join(sorted((given ^ named) | (given & {UNDETERMINED})))
        raise BadScheme(
            f"{scheme.name}: codes and rules disagree about {odd}",
            advice="every code needs a rule, every rule a code of 'order' or 'beside'",
        )
    known = {*named, *scheme.carried}
    for what, codes in (
        ("criminal", scheme.criminal),
        ("reviewers", set(scheme.reviewers or {})),
        ("labels", set(scheme.labels)),
    ):
        if not codes <= known:
            raise BadScheme(
                f"{scheme.name}: '{what}' names an unknown code", advice="see 'order'"
            )
    if not set((scheme.reviewers or {}).values()) <= {1, 2}:
        raise BadScheme(
            f"{scheme.name}: 'reviewers' is 1 or 2",
            advice="the grader is one, who signs off another",
        )
    if missing := sorted(known - set(scheme.labels)):
        raise BadScheme(
            f"{scheme.name}: no label for {', '.join(missing)}",
            advice="say what each code means under [labels]",
        )
    if scheme.standing not in STANDINGS:
        raise BadScheme(
            f"{scheme.name}: a scheme is not {scheme.standing!r}",
            advice=f"'standing' is one of: {', '.join(STANDINGS)}",
        )


def _check_test(scheme: Scheme, test: Condition) -> None:
    if test.kind == "child" and test.element == AGE:
        good = all(age.isdigit() and int(age) < OLDEST_CHILD for age in test.values)
    else:
        kind = (ELEMENTS if test.kind == "is" else CHILD_FIELDS).get(test.element)
        good = kind is not None and test.values <= set(kind.values)
    if not good:
        raise BadScheme(
            f"{scheme.name}: {test.element} is never {', '.join(sorted(test.values))}",
            advice="use the elements and values of iwflab.domain.elements",
        )


def _check_cover(scheme: Scheme, ready: Compiled) -> None:
    way = way_to(ready.by_rule, len(scheme.rules))
    if way is not None:
        raise BadScheme(
            f"{scheme.name}: no rule holds for "
            f"{answers_in_words(ready.by_rule.variables, way) or 'anything'}",
            advice="every full set of sure answers needs a rule",
        )


def _check_shadows(scheme: Scheme, ready: Compiled) -> None:
    for place, rule in enumerate(scheme.rules):
        if way_to(ready.by_rule, place) is None:
            raise BadScheme(
                f"{scheme.name}: rule {rule.name} can never decide",
                advice="the rules before it hold whenever it does; move or mend it",
            )


def _check_contradictions(scheme: Scheme) -> None:
    for place, rule in enumerate(scheme.rules):
        if rule.precedes or rule.code not in scheme.order:
            continue
        for later in scheme.rules[place + 1 :]:
            if later.code in scheme.order and _milder(scheme, rule, later):
                _refuse_both(scheme, place, later)


def _milder(scheme: Scheme, rule: Rule, later: Rule) -> bool:
    return scheme.order.index(rule.code) < scheme.order.index(later.code)


def _refuse_both(scheme: Scheme, place: int, later: Rule) -> None:
    """Refuse where a rule decides although a later, more severe one holds as well."""
    rule = scheme.rules[place]
    earlier = [Condition("not", parts=(r.when,)) for r in scheme.rules[:place]]
    both = diagram([Condition("all", parts=(*earlier, rule.when, later.when))])
    way = way_to(both, 0)
    if way is not None:
        raise BadScheme(
            f"{scheme.name}: {rule.name} ({rule.code}) and {later.name} ({later.code})"
            f" both hold for {answers_in_words(both.variables, way)}",
            advice="put the more severe first, or say why not with 'precedes'",
        )


def _check_children(scheme: Scheme, ready: Compiled) -> None:
    """Refuse rules that ask what a child is like where none is depicted."""
    found = ready.by_code
    places = {one.name: at for at, one in enumerate(found.variables)}
    of_child = {at for at, one in enumerate(found.variables) if one.of_child}
    if not of_child:
        return
    gate = places.get("child_present")
    ahead, seen = [found.top], set[int]()
    while ahead:
        at = ahead.pop()
        if at < 0 or at in seen:
            continue
        seen.add(at)
        place, following = found.nodes[at]
        if place in of_child:
            raise BadScheme(
                f"{scheme.name}: a rule asks about children where there is none",
                advice="let a rule for child_present=no stand before it",
            )
        if place == gate:
            no = found.variables[place].answers.index("no")
            ahead.append(following[no])
        else:
            ahead.extend(following)
