"""The manifest of a report: what was made from what, and the digest of each file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from iwflab.statistics.reports.model import Report


def manifest(report: Report, files: Mapping[str, bytes]) -> bytes:
    """Give the manifest as JSON; ``files`` maps each file's name to its bytes.

    Nothing in it says more than the report shows: no verdict, no bound, no hidden cell.
    """
    rule = {k: v for k, v in asdict(report.profile).items() if v not in (0, None, "")}
    told = {
        "report": report.name,
        "title": report.title,
        "period": [report.period.first.isoformat(), report.period.last.isoformat()],
        "cut": report.told.cut.isoformat(),
        "code_version": report.told.code_version,
        "provisional": report.told.provisional,
        "seed": report.seed,
        "profile": rule,
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
