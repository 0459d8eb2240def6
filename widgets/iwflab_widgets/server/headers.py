"""The headers of every reply, set in one place that no handler can slip past.

A tornado output transform sees the first chunk of each reply, whichever handler wrote
it: Voila's, jupyter_server's, tornado's own error pages, or ours.
"""

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

# Nothing but what the package ships: Voila's scripts, styles, fonts, widgets.
STATIC = (
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
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"font-src 'self' data:; connect-src 'self' {socket}; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class Sealed(OutputTransform):
    """Set the headers of one reply."""

    def __init__(self, request: HTTPServerRequest) -> None:
        """Remember which address was asked for."""
        super().__init__(request)
        self._static = request.path.startswith(STATIC)

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
