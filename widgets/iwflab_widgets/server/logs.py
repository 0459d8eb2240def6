"""What may stand in the log: what happened, never to which medium or by which words.

Log lines come from tornado, jupyter_server, Voila and nbclient, which all write
addresses and exception texts; a filter on the one handler covers them all.
"""

import logging
import re
import secrets
import traceback
from pathlib import Path

from tornado.web import RequestHandler

QUERY = re.compile(r"(/[^\s?'\"]*)\?[^\s'\")]*")
MEDIA = re.compile(r"(/iwflab/media/)[\w\-.%~]+")
QUIET_BELOW = 400
FRAMES = 6


class Redact(logging.Filter):
    """Take queries, media addresses, the lab's path and exception texts out."""

    def __init__(self, lab_folder: Path) -> None:
        """Know the path that must not stand in a log."""
        super().__init__()
        self._lab = str(lab_folder.resolve())

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record is kept."""
        if record.exc_info and record.exc_info[1] is not None:
            # The arguments of such a line are cells, requests and paths.
            record.msg = (
                f"{self._clean(str(record.msg))} [{_where(record.exc_info[1])}]"
            )
            record.args, record.exc_info, record.exc_text = (), None, None
        else:
            record.msg, record.args = self._clean(record.getMessage()), ()
        return True

    def _clean(self, text: str) -> str:
        text = MEDIA.sub(r"\1...", QUERY.sub(r"\1", text))
        return text.replace(self._lab, "<lab>")


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    steps = " < ".join(
        f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames)
    )
    name, error_id = type(error).__name__, secrets.token_hex(4)
    return f"error {error_id}: {name} at {steps or 'no frame'}"


def redact_all(log: logging.Logger, lab_folder: Path) -> None:
    """Send every log line of the process through one redacting handler."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    handler.addFilter(Redact(lab_folder))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    handler.setLevel(logging.INFO)  # traitlets sets its loggers to DEBUG
    root.setLevel(logging.INFO)
    for name in ("tornado", "tornado.access", "tornado.application", "tornado.general"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    log.handlers.clear()
    log.propagate = True
    log.setLevel(logging.INFO)


def log_request(handler: RequestHandler) -> None:
    """Log refused and failed requests: method, path without query, status, time."""
    request = handler.request
    what = f"{request.method} {request.path}"
    _log_answer(handler, what, handler.get_status(), request.request_time())


def log_act(handler: RequestHandler, act: str, status: int, seconds: float) -> None:
    """Log a refused or failed act of a line, like a request."""
    _log_answer(handler, f"LINE {act}", status, seconds)


def _log_answer(
    handler: RequestHandler, what: str, status: int, seconds: float
) -> None:
    if status < QUIET_BELOW:
        return
    logging.getLogger("tornado.access").log(
        logging.ERROR if status >= 500 else logging.WARNING,  # noqa: PLR2004
        "%d %s (%s) %.0f ms",
        status,
        what,
        handler.request.remote_ip,
        1000 * seconds,
    )
