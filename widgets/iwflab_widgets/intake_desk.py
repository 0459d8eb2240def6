"""The intake desk: media arrive from a folder on the server, or as a streamed upload.

The job runs on the server's side and goes on when this page or its kernel ends.
"""

from iwflab.lab import Lab
from iwflab_widgets.desk import Desk, joined


class IntakeDesk(Desk):
    """Custody, a source, and a report that adds up."""

    _esm = joined(
        "desk/dom.js", "desk/server.js", "desk/fields.js", "intake_desk/intake.js"
    )
    _css = joined("desk/desk.css", "intake_desk/intake_desk.css")

    def __init__(self, lab: Lab) -> None:
        """Show the desk; as with grading, the server knows who asks."""
        super().__init__()
        self.lab = lab
