"""How kernels are compiled: ahead for one signature, cached where that can be.

With a stated signature a kernel is compiled when its module is imported, never later:
a worker that has locked itself down could not.  Kernels release the GIL.

numba keeps a kernel as long as the file stays as it is that the kernel stands in.  Ours
call kernels of other files, which are compiled into them: they are kept as long as all
files of this folder stay as they are.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# Bytes that are only read: pictures of a decoder, memory-mapped files.
LINE, PLANE, PICTURE = (
    types.Array(types.uint8, number, "C", readonly=True) for number in (1, 2, 3)
)


def stamp_of(folder: Path) -> str:
    """Give the SHA-256 (hex) of names and contents of the Python files of a folder."""
    told = sha256()
    for file in sorted(folder.glob("*.py")):
        told.update(f"{file.name} {sha256(file.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()


@cache
def _stamp() -> str:
    return stamp_of(Path(__file__).parent)


class KernelCache(FunctionCache):  # type: ignore[misc]
    """numba's cache of one kernel, stamped with all kernels."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Find a place; RuntimeError where nothing can be written."""
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=_stamp(),
        )


def kernel(signature: object, *, loose: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a function of arrays and numbers for one numba signature.

    ``loose`` lets additions of floats be reordered, so that they run side by side.
    """

    def compiled(function: Kernel) -> Kernel:
        made = numba.njit(nogil=True, fastmath=loose)(function)
        # Neither the package nor a home can be written to: every start compiles.
        with suppress(RuntimeError):
            made._cache = KernelCache(function)  # noqa: SLF001 - there is no other way
        made.compile(signature)
        made.disable_compile()
        return cast("Kernel", made)

    return compiled
