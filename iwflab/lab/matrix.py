"""Reads the role matrix; gives methods and routes a way to name what they need."""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from iwflab.domain.roles import Matrix, Need, Operation, Role, Row, Scope, need
from iwflab.errors import BadInput, StoreError

FILE = Path(__file__).with_name("matrix.toml")

_WORDS = {"title", "source", "note"}
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Any = TypeVar("_Any", bound=Callable[..., Any])


class _Person(Protocol):
    def must_be_allowed(self, wanted: Need) -> None: ...
    def _at_once(self) -> AbstractContextManager[None]: ...


_Who = TypeVar("_Who", bound=_Person)


@cache
def matrix() -> Matrix:
    """Give the matrix of this release."""
    return matrix_from(tomllib.loads(FILE.read_text("utf-8")))


def matrix_from(plain: Mapping[str, Mapping[str, str]]) -> Matrix:
    """Read a matrix; refuse one with a missing or unknown row, cell or word."""
    if set(plain) != set(Operation):
        odd = ", ".join(sorted(set(plain) ^ set(Operation)))
        raise _wrong(f"missing or unknown rows: {odd}")
    return Matrix({Operation(name): _row(name, row) for name, row in plain.items()})


def _row(name: str, plain: Mapping[str, str]) -> Row:
    if set(plain) - _WORDS != set(Role):
        raise _wrong(f"{name} needs one cell for each of: {', '.join(Role)}")
    if not plain.get("source", "").strip() or not plain.get("title", "").strip():
        raise _wrong(f"{name} names no source or no title")
    try:
        cells = {role: Scope(plain[role]) for role in Role}
    except ValueError as fault:
        raise _wrong(f"{name}: {fault}") from fault
    return Row(plain["title"], cells, plain["source"], plain.get("note", ""))


def _wrong(problem: str) -> BadInput:
    return BadInput(
        f"the role matrix cannot be used: {problem}",
        advice=f"mend {FILE.name}; nobody may do anything before",
    )


def needs(
    operation: str, *scopes: str, at_once: bool = False
) -> Callable[
    [Callable[Concatenate[_Who, _Given], _Result]],
    Callable[Concatenate[_Who, _Given], _Result],
]:
    """Declare what a method of the lab needs; it is refused to everyone else.

    ``at_once``: it is asked in the very transaction of the method's one act.
    """
    wanted = need(operation, *scopes)

    def declared(
        method: Callable[Concatenate[_Who, _Given], _Result],
    ) -> Callable[Concatenate[_Who, _Given], _Result]:
        @wraps(method)
        def checked(
            self: _Who, /, *args: _Given.args, **kwargs: _Given.kwargs
        ) -> _Result:
            if not at_once:
                self.must_be_allowed(wanted)
                return method(self, *args, **kwargs)
            try:
                with self._at_once():
                    self.must_be_allowed(wanted)
                    return method(self, *args, **kwargs)
            except StoreError:
                self.must_be_allowed(wanted)  # who may not is told that, not to wait
                raise

        checked.need = wanted  # type: ignore[attr-defined]
        return checked

    return declared


def free(why: str) -> Callable[[_Any], _Any]:
    """Declare a method that asks for no role, and why that is right."""

    def declared(method: _Any) -> _Any:
        method.free = why  # type: ignore[attr-defined]
        return method

    return declared
