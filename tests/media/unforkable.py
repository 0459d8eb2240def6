"""A task in whose process the system gives no other process, twice."""

import errno
import os

from tests.media.tasks import examine

__all__ = ["examine"]

_fork = os.fork
_refusals = [errno.ENOMEM, errno.EAGAIN]


def _refused():
    if _refusals:
        number = _refusals.pop()
        raise OSError(number, os.strerror(number))
    return _fork()


os.fork = _refused
