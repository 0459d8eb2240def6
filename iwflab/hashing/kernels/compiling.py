"""How kernels are compiled: ahead for one signature, cached where that can be.

With a stated signature a kernel is compiled when its module is imported, never later:
a worker that has locked itself down could not.  Kernels release the GIL.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
from numba import types

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# Bytes that are only read: pictures of a decoder, memory-mapped files.
LINE, PLANE, PICTURE = (
    types.Array(types.uint8, number, "C", readonly=True) for number in (1, 2, 3)
)


def kernel(signature: object, *, loose: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a function of arrays and numbers for one numba signature.

    ``loose`` lets additions of floats be reordered, so that they run side by side.
    """

    def compiled(function: Kernel) -> Kernel:
        options = {"nogil": True, "fastmath": loose}
        try:
            made = numba.njit(signature, cache=True, **options)(function)
        except RuntimeError:
            # Neither the package nor a home can be written to: every start compiles.
            made = numba.njit(signature, cache=False, **options)(function)
        return cast("Kernel", made)

    return compiled
