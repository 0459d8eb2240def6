"""A report as a tagged PDF (PDF/UA-1), made of the same page by WeasyPrint."""

from typing import TYPE_CHECKING, Any

from iwflab.errors import BadInput, MissingExtra
from iwflab.statistics.reports.drawing import drawn
from iwflab.statistics.reports.forms import Form
from iwflab.statistics.reports.forms.page import page
from iwflab.statistics.reports.model import Report

if TYPE_CHECKING:
    from types import ModuleType

VARIANT = "pdf/ua-1"
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def weasyprint() -> "ModuleType":
    """Give WeasyPrint, or say which libraries of the system it lacks.

    Raises :class:`~iwflab.errors.MissingExtra`.
    """
    try:
        import weasyprint as found
    except (ImportError, OSError) as fault:
        raise MissingExtra(
            "PDF cannot be written here: Pango, which sets the text, cannot be loaded",
            advice=f"install it (Debian, Ubuntu: apt install {LIBRARIES}), or write"
            " html, xlsx, ods or csv",
        ) from fault
    return found  # type: ignore[no-any-return, unused-ignore]


def lacking() -> str:
    """Say in a few words why there can be no PDF on this machine; empty: there can."""
    try:
        weasyprint()
    except MissingExtra:
        return "Pango, which sets the text, is missing here"
    return ""


def _pdf(report: Report) -> bytes:
    """Print the page; the only addresses that are opened are those of its charts."""
    made = weasyprint()
    charts = {
        f"chart:{chart.name}": drawn(chart)
        for section in report.sections
        for chart in section.charts
    }

    class Charts(made.URLFetcher):  # type: ignore[name-defined, misc, unused-ignore]
        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            if url not in charts:
                raise BadInput(f"{url!r} is no chart", advice="nothing else is opened")
            about = {"Content-Type": "image/svg+xml"}
            return made.urls.URLFetcherResponse(url, charts[url].encode(), about)

    # The page is escaped by its template; this name is WeasyPrint's, not a widget's.
    document = made.HTML
    printing = document(
        string=page(report, printed=True), url_fetcher=Charts(fail_on_errors=True)
    )
    return bytes(printing.write_pdf(pdf_variant=VARIANT, custom_metadata=False))


PDF = Form("pdf", "Tagged PDF (PDF/UA-1)", ".pdf", "application/pdf", _pdf, lacking)
