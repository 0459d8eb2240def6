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
def new_file(
    lab: Lab, to: Path, noun: str, *, keep: bool = False
) -> Iterator[BinaryIO]:
    """Hold a new file open, so that a long job knows at its start that it may write.

    It is removed again where the job fails, unless it is to ``keep`` what it has, to
    be gone on with.  BadInput if there is one already, if it
    would lie inside the lab, or if it cannot be written.
    """
    out = _open(lab, to, noun)
    try:
        with out:
            yield out
    except BaseException as fault:
        if not keep:
            to.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise _cannot(noun, fault) from fault
        raise


def _open(lab: Lab, to: Path, noun: str) -> BinaryIO:
    try:
        inside = to.absolute().parent.resolve()
        if inside.is_relative_to(lab.folder.resolve()):
            raise BadInput(
                f"the {noun} would lie inside the lab",
                advice="name a file outside the lab folder",
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(to, flags, 0o600), "wb")
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
