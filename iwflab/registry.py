"""Finds what was added in one file: sibling modules first, then entry points.

A package that holds one kind of thing (hash algorithms, exchange formats, ...)
makes a ``Registry`` of itself.  Every instance of the kind that stands at the top
of a module of that package is registered by being there; a package from outside
joins through the entry-point group of the same name (``iwflab.hashing``, ...).
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Generic, Protocol, TypeVar

from iwflab.errors import BadInput, MissingExtra, NotFound


class Named(Protocol):
    """Anything that carries its own name."""

    @property
    def name(self) -> str:
        """The name by which it is asked for."""


T = TypeVar("T", bound=Named)


class Registry(Mapping[str, T], Generic[T]):
    """A lazy, read-only mapping from name to thing, in order of name.

    ``unavailable`` maps the name of a module that could not be loaded to the
    advice of its :class:`~iwflab.errors.MissingExtra`: one absent library does not
    break the house.
    """

    def __init__(self, package: str, kind: type[T]) -> None:
        """Remember where to look; nothing is imported before the first use."""
        self._package = package
        self._kind = kind
        self._things: dict[str, T] | None = None
        self.unavailable: dict[str, str] = {}

    def __getitem__(self, name: str) -> T:
        """Give the thing of that name, or say which names there are."""
        things = self._found()
        if name not in things:
            known = ", ".join(things)
            raise NotFound(
                f"no {self._kind.__name__} is called {name!r}",
                advice=f"there are: {known}",
            )
        return things[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether the name is known, without raising."""
        return name in self._found()

    def __iter__(self) -> Iterator[str]:
        """Go through the names in alphabetical order."""
        return iter(self._found())

    def __len__(self) -> int:
        """Count the things."""
        return len(self._found())

    def _found(self) -> dict[str, T]:
        if self._things is None:
            found: dict[str, T] = {}
            for module in self._siblings():
                for thing in vars(module).values():
                    if isinstance(thing, self._kind):
                        self._enter(found, thing)
            for point in entry_points(group=self._package):
                self._enter(found, point.load())
            self._things = dict(sorted(found.items()))
        return self._things

    def _siblings(self) -> Iterator[ModuleType]:
        package = import_module(self._package)
        for sibling in iter_modules(package.__path__):
            try:
                yield import_module(f"{self._package}.{sibling.name}")
            except MissingExtra as missing:
                self.unavailable[sibling.name] = str(missing)

    @staticmethod
    def _enter(found: dict[str, T], thing: T) -> None:
        known = found.get(thing.name)
        if known is not None and known is not thing:
            raise BadInput(
                f"two things are called {thing.name!r}",
                advice="rename one of them; names are the keys of stored records",
            )
        found[thing.name] = thing
