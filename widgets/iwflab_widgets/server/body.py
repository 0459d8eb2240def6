"""What a page sent: a JSON object, of which each reading names what is wrong."""

import json
import uuid
from typing import Any

from iwflab.errors import BadInput

WORD_MOST = 40


def _no_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are not JSON


class Body:
    """A JSON object from a page; each reading names what is wrong."""

    def __init__(self, plain: dict[str, Any]) -> None:
        """Hold what was sent."""
        self._plain = plain

    @classmethod
    def read(cls, raw: bytes) -> "Body":
        """Parse bytes."""
        try:
            plain = json.loads(raw or b"{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise BadInput(
                "the request is no valid JSON", advice="reload the page"
            ) from error
        if not isinstance(plain, dict):
            raise BadInput("the request is no JSON object", advice="reload the page")
        return cls(plain)

    def has(self, name: str) -> bool:
        """Tell whether something was sent under a name."""
        return name in self._plain

    def text(self, name: str, *, most: int = 4_000, default: str | None = None) -> str:
        """Return a text; without ``default`` it must be there and not empty."""
        value = self._plain.get(name, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or len(value) > most:
            raise self._wrong(name, f"a text of at most {most} characters")
        if default is None and not value.strip():
            raise self._wrong(name, "a text that is not empty")
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """Return a text out of a few."""
        value = self.text(name)
        if value not in choices:
            raise self._wrong(name, f"one of {', '.join(choices)}")
        return value

    def request_id(self) -> str:
        """Return the request id: a retry carries the same, so nothing is done twice."""
        try:
            return str(uuid.UUID(self.text("request", most=64)))
        except ValueError as error:
            raise self._wrong("request", "a UUID") from error

    def over(self) -> str | None:
        """Return the assessment that the page showed; none; or "*": it does not say."""
        value = self._plain.get("over", "*")
        if value is not None and not isinstance(value, str):
            raise self._wrong("over", "an assessment's id, or null")
        return value

    def number(self, name: str, *, least: float, most: float) -> float:
        """Return a finite number within bounds."""
        value = self._plain.get(name)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not least <= value <= most  # of no-number and infinity, too
        ):
            raise self._wrong(name, f"a number from {least:g} to {most:g}")
        return value

    def mapping(
        self, name: str, *, default: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a JSON object; without ``default`` it must be there."""
        value = self._plain.get(name, default)
        if not isinstance(value, dict):
            raise self._wrong(name, "a JSON object")
        return value

    def is_mapping(self, name: str) -> bool:
        """Tell whether a JSON object was sent under a name."""
        return isinstance(self._plain.get(name), dict)

    def within(self, name: str) -> "Body":
        """Return a JSON object, to be read the same way."""
        return Body(self.mapping(name))

    def bodies(self, name: str, *, most: int) -> list["Body"]:
        """Return a list of JSON objects."""
        value = self._plain.get(name)
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(item, dict) for item in value)
        ):
            raise self._wrong(name, f"a list of at most {most} JSON objects")
        return [Body(item) for item in value]

    def texts(self, name: str, *, most: int) -> list[str]:
        """Return a list of texts."""
        value = self._plain.get(name)
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(item, str) for item in value)
        ):
            raise self._wrong(name, f"a list of at most {most} texts")
        return value

    def words(self, name: str, *, most: int) -> dict[str, str]:
        """Return a JSON object of short texts."""
        value = self.mapping(name)
        if len(value) > most or not all(
            isinstance(text, str) and len(text) <= WORD_MOST for text in value.values()
        ):
            raise self._wrong(name, f"a JSON object of at most {most} words")
        return value

    @staticmethod
    def _wrong(name: str, wanted: str) -> BadInput:
        return BadInput(f"{name} is not {wanted}", advice="reload the page")
