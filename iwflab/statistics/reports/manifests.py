"""The manifest of a report: what was made from what, and the digest of each file."""

import hashlib
import json
from collections.abc import Mapping

from iwflab.statistics.reports.model import Report


def manifest(report: Report, files: Mapping[str, bytes]) -> bytes:
    """Give the manifest as JSON; ``files`` maps each file's name to its bytes.

    That of a release that left says the same of its report (``Report.described``), and
    under which name it left.
    """
    told = {
        **report.described,
        "release_digest": report.release.digest,
        "tables": [
            {"name": table.name, "title": table.title, "unit": table.unit}
            for table in report.tables
        ],
        "files": {
            name: {"sha256": hashlib.sha256(held).hexdigest(), "bytes": len(held)}
            for name, held in sorted(files.items())
        },
    }
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
