"""Real, benign media for measuring, where ``IWFLAB_MEDIA`` names their folder.

It may hold ``pictures/``, ``videos/`` and ``reference/fixtures/``; the benchmarks run
on drawn media without it, and say so in the names of their rows.
"""

import os
from pathlib import Path


def media_folder(name):
    """Give a folder of the media at hand, or None."""
    root = os.environ.get("IWFLAB_MEDIA", "")
    found = Path(root) / name
    return found if root and found.is_dir() else None
