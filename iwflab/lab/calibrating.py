"""Calibration for research and the command line: no lab is needed, nothing is kept."""

import os
from collections.abc import Sequence
from pathlib import Path

from iwflab.workflow import calibration
from iwflab.workflow.calibration import Calibration
from iwflab.workflow.hashing import hash_files

__all__ = ["Calibration", "calibrate"]


def calibrate(
    paths: Sequence[str | os.PathLike[str]],
    *,
    families: str | os.PathLike[str] | None = None,
    trusted: bool = False,
) -> list[Calibration]:
    """Measure distances of PDQ, pHash, dHash and aHash on one's own benign pictures.

    ``paths`` are files and folders.  A picture's family is its folder, or what the CSV
    ``families`` (``file,family``) says; false matches are counted across families.
    ``trusted`` files are decoded outside the sandbox, faster.
    """
    named = calibration.families_in(Path(families)) if families else None
    records = hash_files([os.fspath(path) for path in paths], trusted=trusted)
    return calibration.calibrate(records, named)
