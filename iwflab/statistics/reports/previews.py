"""A report to look at: what nobody has approved says so in every form."""

from dataclasses import replace

from iwflab.statistics.reports.model import Report, Section

MARK = "Preview, not released"
NAME = "preview-"  # before the name of its files


def preview_of(report: Report) -> Report:
    """Give a report as a preview: its name, title, parts and tables say so.

    A part's name stands in the CSV, which has no titles; a table's title stands over
    it on each page and sheet.
    """
    return replace(
        report,
        name=f"{NAME}{report.name}",
        title=f"{MARK}: {report.title}",
        sections=tuple(_marked(one) for one in report.sections),
    )


def _marked(section: Section) -> Section:
    tables = tuple(
        replace(table, title=f"{MARK}: {table.title}") for table in section.tables
    )
    return replace(section, name=f"{MARK}: {section.name}", tables=tables)
