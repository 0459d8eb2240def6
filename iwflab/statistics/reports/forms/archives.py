"""Zip archives whose bytes depend on what is in them only."""

import io
import zipfile
from collections.abc import Mapping

# The earliest time that a zip can say; that of the data stands inside the files.
NO_TIME = (1980, 1, 1, 0, 0, 0)
FIRST = "mimetype"  # OpenDocument 1.3, part 2, 3.3: first, and not compressed


def members(archive: bytes) -> dict[str, bytes]:
    """Give the files of a zip archive by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Write files as a zip archive: same files, same bytes."""
    out = io.BytesIO()
    names = sorted(files, key=lambda name: (name != FIRST, name))
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            about = zipfile.ZipInfo(name, NO_TIME)
            about.compress_type = (
                zipfile.ZIP_STORED if name == FIRST else zipfile.ZIP_DEFLATED
            )
            about.create_system = 3
            about.external_attr = 0o600 << 16
            archive.writestr(about, files[name])
    return out.getvalue()
