"""Pictures: one grant, one person, one preview, never kept by a browser."""

from tornado.web import HTTPError

from iwflab.domain.roles import need
from iwflab.errors import EvidenceError, Presenting
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.grants import COMPARED

DESTINATIONS = ("image", "video", "empty")
MEDIA_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"


class PixelHandler(ApiHandler):
    """The base of every route that sends pixels: none goes out in presentation mode."""

    async def prepare(self) -> None:
        """Refuse, whatever was granted before."""
        await super().prepare()
        if await self.presents():
            raise Presenting(
                "presentation mode is on: no picture is sent",
                advice="switch it off at the grading desk",
            )


class MediaHandler(PixelHandler):
    """The bytes behind a grant."""

    needs = need("view_shielded")  # the lab asks for more where the grant is for more

    async def get(self, token: str) -> None:
        """Log the delivery, then send the preview.

        ``deliver`` checks the assignment once more (it may have been withdrawn since
        the grant was given) and has the entry on disk before it returns a byte.
        ``compare`` likewise checks how far the person's roles reach now.
        """
        # An address typed or followed as a page, a frame or a script is refused.
        destination = self.request.headers.get("Sec-Fetch-Dest", "empty")
        if destination not in DESTINATIONS:
            raise HTTPError(403)
        grant = self.service.grants.redeem(token, self.analyst, self.session)
        if grant.variant == COMPARED:
            preview = await self.service.run(self.seat.compare, grant.medium)
        else:
            given = (grant.medium, grant.variant)
            preview = await self.service.run(self.seat.deliver, *given)
        self.set_header("Content-Type", picture_type(preview))
        self.set_header("Content-Security-Policy", MEDIA_POLICY)
        self.finish(preview)


def picture_type(preview: bytes) -> str:
    """Name the type by the bytes; only what our own previews are encoded as."""
    if preview[:4] == b"RIFF" and preview[8:12] == b"WEBP":
        return "image/webp"
    if preview[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if preview[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    raise EvidenceError(
        "the stored preview is no picture that this server sends",
        advice="run iwflab verify on the lab",
    )
