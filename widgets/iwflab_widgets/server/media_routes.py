"""Pictures: one grant, one person, one preview, never kept by a browser."""

import re

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from iwflab.domain.roles import need
from iwflab.errors import EvidenceError, LabError, NotAllowed, Presenting
from iwflab_widgets.server.api import ApiHandler
from iwflab_widgets.server.grants import CLIP, COMPARED, FULL, LARGE, Grant

RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")  # one part, from a place on
CHUNK = 256 * 1024  # bytes of a clip that are on their way at once
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
        if grant.variant == CLIP:
            await self._play(token, grant)
            return
        if grant.variant == COMPARED:
            preview = await self.service.run(self.seat.compare, grant.medium)
        else:
            given = (grant.medium, grant.variant)
            preview = await self.service.run(self.seat.deliver, *given)
        self.set_header("Content-Type", picture_type(preview))
        self.set_header("Content-Security-Policy", MEDIA_POLICY)
        self.finish(preview)

    async def _play(self, token: str, grant: Grant) -> None:
        """Send a part of a clip; its delivery is on record before the first byte.

        A player asks for many parts: one grant is one delivery, but each part is
        refused once the medium is no longer the person's, or no pixels are to be sent
        (``prepare`` asks before each part; a long part is broken off).
        """
        renditions = self.service.renditions
        clip = renditions.clip(token)
        if clip is None:
            given = (grant.medium, CLIP)
            clip = await self.service.run(self.seat.deliver, *given)
            renditions.keep(token, clip)
        else:  # raises when role or medium are no longer theirs
            await self.service.run(self.seat.rendition, grant.medium, CLIP)
        first, end = self._part(len(clip))
        self.set_header("Content-Type", "video/webm")
        self.set_header("Content-Security-Policy", MEDIA_POLICY)
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Content-Length", str(end - first))
        try:
            for at in range(first, end, CHUNK):
                if at > first and not await self._may_go_on(grant):
                    self.detach().close()
                    return
                self.write(clip[at : min(end, at + CHUNK)])
                await self.flush()  # waits for the browser: it may want no more
            self.finish()
        except StreamClosedError:
            return

    async def _may_go_on(self, grant: Grant) -> bool:
        """Tell whether the rest may follow: what held at the first byte may not now."""
        if self.service.sessions.is_ended(self.session) or await self.presents():
            return False
        try:
            await self.service.run(self.seat.rendition, grant.medium, CLIP)
        except LabError:
            return False
        return True

    def _part(self, size: int) -> tuple[int, int]:
        """Read which bytes are asked for: from the first to before the end."""
        asked = RANGE.fullmatch(self.request.headers.get("Range", "").strip())
        if asked is None:  # as RFC 9110 has it: what is not understood is ignored
            return 0, size
        first = int(asked[1])
        end = min(int(asked[2]) + 1, size) if asked[2] else size
        if first >= end:
            self.set_header("Content-Range", f"bytes */{size}")
            raise HTTPError(416)
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {first}-{end - 1}/{size}")
        return first, end


class RenditionHandler(ApiHandler):
    """More of a medium to be seen: a larger preview, or a clip to play."""

    needs = need("view_full")

    async def post(self) -> None:
        """Give a grant if it is there; else see to it that it is being made."""
        body = self.body()
        medium, variant = (
            body.text("medium", most=200),
            body.one_of("variant", (LARGE, CLIP)),
        )
        # It raises when the medium is not mine; a page asks again and again.
        told = await self.service.run(self.seat.rendition, medium, variant)
        if not self.service.grants.may_renew(self.session, medium, FULL):
            raise NotAllowed(
                "this medium was not revealed in this session",
                advice="reveal it first; the reveal is recorded",
            )
        if told is None:
            seat = self.seat
            self.reply(self.service.renditions.ask(seat, medium, variant))
            return
        mint = self.service.grants.mint
        grant = mint(self.analyst, self.session, medium, variant)
        self.reply({"state": "done", "grant": grant, **told})


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
