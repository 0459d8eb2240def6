"""Files that a command writes: new ones, outside the lab, for their owner's eyes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from iwflab.errors import BadInput
from iwflab.lab import Lab


def write_new(lab: Lab, to: Path, content: bytes, noun: str) -> None:
    """Write a new file, for its owner's eyes; nothing that is there is replaced."""
    with new_file(lab, to, noun) as out:
        out.write(content)


@contextmanager
def new_file(lab: Lab, to: Path, noun: str) -> Iterator[BinaryIO]:
    """Hold a new file open, so that a long job knows at its start that it may write.

    It is removed again where the job fails.  BadInput if there is one already, if it
    would lie inside the lab, or if it cannot be written.
    """
    out = _open(lab, to, noun)
    try:
        with out:
            yield out
    except BaseException as fault:
        to.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise _cannot(noun, fault) from fault
        raise


@contextmanager
def kept_file(lab: Lab, to: Path, noun: str) -> Iterator[BinaryIO]:
    """Hold a file open that a stopped job goes on with: a new one, or its own.

    The caller makes sure that it is its own before it writes.  BadInput as for
    :func:`new_file`, and for a link.
    """
    with _open(lab, to, noun, again=True) as out:
        try:
            yield out
        except OSError as fault:
            raise _cannot(noun, fault) from fault


def _open(lab: Lab, to: Path, noun: str, *, again: bool = False) -> BinaryIO:
    try:
        inside = to.absolute().parent.resolve()
        if inside.is_relative_to(lab.folder.resolve()):
            raise BadInput(
                f"the {noun} would lie inside the lab",
                advice="name a file outside the lab folder",
            )
        flags = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        flags |= os.O_RDWR if again else os.O_WRONLY | os.O_EXCL
        return os.fdopen(os.open(to, flags, 0o600), "r+b" if again else "wb")
    except FileExistsError:
        raise BadInput(
            f"{to} is there already",
            advice="name a new file: what is there is never replaced",
        ) from None
    except OSError as fault:
        raise _cannot(noun, fault) from fault


def _cannot(noun: str, fault: OSError) -> BadInput:
    return BadInput(
        f"the {noun} cannot be written: {fault}",
        advice="name a file in a folder that you may write to",
    )
