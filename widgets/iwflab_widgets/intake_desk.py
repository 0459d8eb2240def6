"""The intake desk: media arrive from a folder on the server, or as a streamed upload.

The job runs on the server's side and goes on when this page or its kernel ends.
"""

from collections.abc import Mapping
from typing import Any

from iwflab.domain.roles import need
from iwflab.lab import Lab
from iwflab_widgets.desk import Act, Desk, joined

PROPOSED = ("case", "exhibit")


class IntakeDesk(Desk):
    """Custody, a source, and a report that adds up."""

    _esm = joined(
        *(f"desk/{part}.js" for part in ("dom", "server", "kernel", "fields")),
        "intake_desk/intake.js",
        "intake_desk/main.js",
    )
    _css = joined("desk/desk.css", "intake_desk/intake_desk.css")

    def __init__(self, lab: Lab) -> None:
        """Show the desk; as with grading, the server knows who asks."""
        super().__init__()
        self.lab = lab

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for: only what the form could begin with."""
        return {"proposals": lambda _: self._told()}

    def _told(self) -> dict[str, Any]:
        self.lab.must_be_allowed(need("take_in"))
        roots = list(self.lab.settings.intake_roots)
        return {"proposals": self._proposals(), "roots": roots}

    def _proposals(self) -> dict[str, str]:
        return {name: getattr(self.lab.settings, name) for name in PROPOSED}
