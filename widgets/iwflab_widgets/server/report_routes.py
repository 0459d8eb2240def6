"""The route of statistical reports: the very bytes that would leave, or that left."""

from typing import Any

from iwflab.domain.roles import need
from iwflab_widgets.server.api import ApiHandler

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReportFileHandler(ApiHandler):
    """One file of a request to publish; each is checked against its digest first."""

    needs = need("publish_statistics")

    async def get(self, key: str, name: str) -> None:
        """Send it to be saved: nothing of it is shown or run as a page of ours."""
        content = await self.service.run(self.seat.report_file, key, name)
        saved = await self.service.run(self.seat.report_file_name, key, name)
        kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{saved}"')
        self.finish(content)


ROUTES: tuple[tuple[str, Any], ...] = (
    (r"/iwflab/api/reports/(\w{1,64})/([\w.-]{1,100})", ReportFileHandler),
)
