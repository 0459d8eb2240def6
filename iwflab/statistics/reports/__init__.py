"""Reports: frames in, bytes out; nothing here reads a store or writes a file.

REPORTS    the reports that can be asked for (one file a report)
written    a report as the bytes of one form
FORMS      those forms: html, pdf, xlsx, ods, csv, and json for what the CSV means
unwritable the forms that cannot be written on this machine, each with the reason
manifest   what was made from what: cut, version, profile, digest of each file
"""

from iwflab.registry import Registry
from iwflab.statistics.reports.forms import FORMS
from iwflab.statistics.reports.manifests import manifest
from iwflab.statistics.reports.model import (
    Chart,
    Report,
    ReportKind,
    Section,
    Table,
)

__all__ = [
    "FORMS",
    "REPORTS",
    "Chart",
    "Report",
    "ReportKind",
    "Section",
    "Table",
    "manifest",
    "unwritable",
    "written",
]

REPORTS = Registry(__name__, ReportKind)


def written(report: Report, form: str) -> bytes:
    """Write a report as one of :data:`FORMS`; the same report gives the same bytes.

    Raises NotFound for an unknown form, MissingExtra where a library of the system is
    missing (pdf).
    """
    return FORMS[form].write(report)


def unwritable() -> dict[str, str]:
    """Name the forms that cannot be written here, each with the reason."""
    found = {name: form.lacking() for name, form in FORMS.items()}
    return {name: why for name, why in found.items() if why}
