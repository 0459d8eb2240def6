"""An intake: whose evidence it is, and what was found; every file in one count."""

from collections import Counter
from dataclasses import dataclass, field

from iwflab.errors import BadInput


@dataclass(slots=True)
class IntakeReport:
    """What one intake found and did; every file found is in exactly one count.

    ``found`` = ``new_copies`` + ``known_copies`` + ``len(refused)``; an archive counts
    as its members, and ``archives`` names it with its SHA-256.  ``states``
    counts the media newly examined by decoder state; ``unmatched`` names lines of
    the sidecar that no file answered to; ``routes`` names sightings whose route was
    said otherwise before, with both; ``problems`` says what was kept and hashed,
    yet could not be examined now: the next intake tries again.  ``known`` counts
    media that a list or an own grade settled, ``known_why`` by reason: they need no
    eyes.
    """

    intake: str
    found: int = 0
    new_media: int = 0
    new_copies: int = 0
    known_copies: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    archives: list[tuple[str, str]] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    unmatched: list[str] = field(default_factory=list)
    routes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    known: int = 0
    known_why: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Custody:
    """Whose evidence it is, and why and on what authority it is taken in."""

    case: str
    exhibit: str
    purpose: str
    authority: str

    def check(self) -> None:
        """Refuse an intake without case, exhibit, purpose or authority."""
        for name in ("case", "exhibit", "purpose", "authority"):
            if not getattr(self, name).strip():
                raise BadInput(
                    f"the intake names no {name}",
                    advice=f"give --{name}; it is recorded with every medium",
                )
