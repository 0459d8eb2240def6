"""How the files of schemes write conditions and records."""

from collections.abc import Callable, Iterable
from typing import Any

from iwflab.domain.categories import Scheme, gives
from iwflab.domain.conditions import ALWAYS, Condition
from iwflab.domain.records import Record, check, record_from
from iwflab.errors import BadScheme


def condition(plain: Any, others: Callable[[str], Scheme]) -> Condition:
    """Read ``"element=value|value"``, ``"child.field=value"`` or a combination."""
    if plain == "always":
        return ALWAYS
    if isinstance(plain, str) and "=" in plain:
        return _test(plain, others)
    if isinstance(plain, dict) and len(plain) == 1:
        ((kind, parts),) = plain.items()
        if kind in {"all", "any"} and isinstance(parts, list):
            return Condition(kind, parts=tuple(condition(p, others) for p in parts))
        if kind == "not":
            return Condition(kind, parts=(condition(parts, others),))
    raise BadScheme(
        f"a condition cannot be read: {plain!r}",
        advice='write "element=value|value", {all=[...]}, {any=[...]} or {not=...}',
    )


def _test(plain: str, others: Callable[[str], Scheme]) -> Condition:
    asked, values = plain.split("=", 1)
    kind, dot, name = asked.partition(".")
    wanted = frozenset(values.split("|"))
    if not dot:
        return Condition("is", asked, wanted)
    if kind == "grade":
        other = others(name)
        if not wanted <= {*other.order, *other.beside}:
            raise BadScheme(
                f"{name} never gives {values}", advice="see: iwflab schemes show"
            )
        return gives(other, wanted)
    if kind == "child" and (name == "age<") == name.startswith("age"):
        # "<" belongs to "child.age<=13": some child is that old at most.
        return Condition("child", name.removesuffix("<"), wanted)
    raise BadScheme(
        f"a condition cannot be read: {plain!r}",
        advice='write "element=value", "child.field=value" or "grade.scheme=code"',
    )


def record_in_words(seen: str, children: Iterable[str] = ()) -> Record:
    """Read a record from ``"form=photograph activity=posing"`` and one line a child."""
    found = record_from(
        {"elements": _answers(seen), "children": [_child(line) for line in children]}
    )
    check(found, {})  # a slip of the pen would be "not answered"
    return found


def _answers(line: str) -> dict[str, str]:
    try:
        return dict(part.split("=", 1) for part in line.split())
    except ValueError as fault:
        raise BadScheme(
            f"an example cannot be read: {line!r}", advice='write "element=value ..."'
        ) from fault


def _child(line: str) -> dict[str, str | int]:
    ages = {"age_min", "age_max"}
    return {k: int(v) if k in ages else v for k, v in _answers(line).items()}
