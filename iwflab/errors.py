"""Every error that iwflab raises on purpose, in one tree, each with advice.

    LabError
    +-- NotAllowed          the person, the stage or a rule forbids it
    |   +-- NotYours        it belongs to another analyst
    |   +-- RequestReused   a request id came again with another content
    |   +-- ChangedMeanwhile  something else stands than what was shown
    |   +-- Presenting      presentation mode: no picture is sent
    +-- NotFound            no such thing in this lab
    +-- BadInput            what was given cannot be used; nothing was changed
    |   +-- UnknownCode     a code that no scheme, tag set or element knows
    |   +-- BadScheme       a scheme or tag file contradicts itself
    |   +-- ConfigError     lab.toml asks for something that there is not
    |   +-- TooManyHits     more is that near than anybody could look at
    |   +-- Contradiction   numbers that were shown cannot all be true
    +-- EvidenceError       bytes are not what they were
    |   +-- Unreadable      the source could not be read, or is no regular file
    |   +-- Tampered        stored bytes, a row or the trail do not agree
    +-- DecodeError         a medium could not be decoded (it stays in the set)
    +-- WallMissing         a protection that was asked for is not active here
    +-- StoreError          the store could not be opened, read or written
    +-- MissingExtra        an optional library is not installed

An error's text says what happened; ``advice`` says what to do about it.
"""


class LabError(Exception):
    """The root of the tree; catch it to catch everything raised on purpose."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the message and the advice apart, so that a desk can show both."""
        super().__init__(message)
        self.advice = advice

    def __str__(self) -> str:
        """Say what happened, then what to do."""
        message = super().__str__()
        return f"{message} - {self.advice}" if self.advice else message

    @property
    def message(self) -> str:
        """What happened, without the advice."""
        return super().__str__()


class NotAllowed(LabError):
    """The person, the stage or a rule forbids it."""


class NotYours(NotAllowed):
    """It belongs to another analyst."""


class RequestReused(NotAllowed):
    """A request id came again with another content."""


class ChangedMeanwhile(NotAllowed):
    """Something else stands than what was shown: another window or person was there."""


class Presenting(NotAllowed):
    """Presentation mode is on: no picture is sent."""


class NotFound(LabError):
    """No such thing in this lab."""


class BadInput(LabError):
    """What was given cannot be used; nothing was changed."""


class UnknownCode(BadInput):
    """A code that no scheme, tag set or element knows."""


class BadScheme(BadInput):
    """A scheme or tag file contradicts itself."""


class ConfigError(BadInput):
    """What lab.toml asks for cannot work; the lab is not opened."""


class TooManyHits(BadInput):
    """More is that near than anybody could look at."""


class Contradiction(BadInput):
    """Numbers that were shown cannot all be true."""


class EvidenceError(LabError):
    """Bytes are not what they were."""


class Unreadable(EvidenceError):
    """The source could not be read, or is no regular file."""


class Tampered(EvidenceError):
    """Stored bytes, a row or the audit trail do not agree."""


class DecodeError(LabError):
    """A medium could not be decoded; it stays in the set, hashed."""


class WallMissing(LabError):
    """A protection that was asked for is not active here."""


class StoreError(LabError):
    """The store could not be opened, read or written."""


class MissingExtra(LabError):
    """An optional library is not installed."""
