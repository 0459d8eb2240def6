"""The headers of every reply, set in one place that no handler can slip past.

A tornado output transform sees the first chunk of each reply, whichever handler wrote
it: Voila's, jupyter_server's, tornado's own error pages, or ours.
"""

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

# Nothing but what the package ships: Voila's scripts, styles, fonts, widgets.
STATIC: tuple[str, ...] = (
    "/voila/static/",
    "/voila/templates/",
    "/voila/labextensions/",
    "/voila/api/themes/",
)
NO_STORE = "no-store, private"
# For replies that are not pages: pictures, JSON, errors of any handler.
CLOSED = "default-src 'none'; frame-ancestors 'none'; sandbox"
# For our own pages, which have no script at all.
PLAIN_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
}


def app_page(host: str, *, secure: bool) -> str:
    """Return the policy of a Voila page: everything from this server, no eval.

    Voila has scripts inside the page, and anywidget imports its module from a blob:
    address; neither works without these two exceptions.
    """
    socket = f"{'wss' if secure else 'ws'}://{host}"
    return (
        "default-src 'none'; script-src 'self' 'unsafe-inline' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'; "
        f"font-src 'self' data:; connect-src 'self' {socket}; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def lab_page(host: str) -> str:
    """Return the policy of JupyterLab's page: nothing from elsewhere, either.

    JupyterLab compiles the schemas of its settings in the page, which needs eval; who
    is logged in there may run code anyway.  Charts in outputs are data: pictures.
    """
    return (
        "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self'; "
        f"font-src 'self' data:; connect-src 'self' ws://{host}; "
        "worker-src 'self' blob:; frame-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class Sealed(OutputTransform):
    """Set the headers of one reply."""

    static = STATIC

    def __init__(self, request: HTTPServerRequest) -> None:
        """Remember which address was asked for."""
        super().__init__(request)
        self._static = request.path.startswith(self.static)

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, _last: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Seal the reply; what a handler said stricter (its policy) stays."""
        for name, value in ALWAYS.items():
            headers[name] = value
        if headers.get("Content-Type", "").startswith("text/html"):
            # Under no-referrer a browser sends "Origin: null" with a page's form and
            # with the beacon of its closing tab, and the origin check refuses both.
            headers["Referrer-Policy"] = "same-origin"
        headers.pop("Server", None)
        if "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = CLOSED
        if not self._static or status_code >= 400:  # noqa: PLR2004 (HTTP errors)
            headers["Cache-Control"] = NO_STORE
            for name in ("Etag", "Last-Modified", "Expires", "Pragma"):
                headers.pop(name, None)
        return status_code, headers, chunk


class SealedLab(Sealed):
    """Set the headers of one reply of a research server."""

    # What the package ships: JupyterLab's scripts, its extensions, its themes.
    static = ("/static/", "/lab/extensions/", "/lab/api/themes/")

    def __init__(self, request: HTTPServerRequest) -> None:
        """Remember who was asked, and whether for JupyterLab's own page."""
        super().__init__(request)
        self._host = request.host
        self._lab = request.path.startswith(("/lab", "/doc"))

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, last: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Seal the reply; Jupyter's own policies are wider than any here."""
        html = headers.get("Content-Type", "").startswith("text/html")
        if self._lab and html and status_code < 400:  # noqa: PLR2004 (HTTP errors)
            headers["Content-Security-Policy"] = lab_page(self._host)
        elif "default-src 'none'" not in headers.get("Content-Security-Policy", ""):
            headers["Content-Security-Policy"] = CLOSED
        return super().transform_first_chunk(status_code, headers, chunk, last)
