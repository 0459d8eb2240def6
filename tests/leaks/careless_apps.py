"""The server of the apps with ``no-store`` taken away from the media: it must leak."""

import sys

from iwflab_widgets.server import app, headers

_seal = headers.Sealed.transform_first_chunk
_init = headers.Sealed.__init__


def remember(self, request):
    _init(self, request)
    self.is_media = request.path.startswith("/iwflab/media/")


def seal(self, status_code, sent, chunk, last):
    answer = _seal(self, status_code, sent, chunk, last)
    if self.is_media:
        sent["Cache-Control"] = "private, max-age=3600"
    return answer


headers.Sealed.__init__ = remember
headers.Sealed.transform_first_chunk = seal
sys.exit(app.launch(sys.argv[1:]))
