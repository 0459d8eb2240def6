"""The grading desk: pictures and decisions go between browser and server.

The kernel only hands the page over: it may be busy or dead afterwards, and no picture
or decision ever passes through it.
"""

from iwflab.lab import Lab
from iwflab_widgets.desk import Desk, joined

SHARED = ("dom", "refill", "line", "server")
PARTS = (
    *("outbox", "asked", "record", "answers", "ladder", "look", "pictures", "panels"),
    *("lens", "comparison", "looking", "exposure", "screen"),
    *("zoom", "larger", "beside", "player"),
    *("sheet_pages", "thumbs", "sheet", "sheet_cells", "sheet_keys", "views"),
    *("segments", "form", "keys", "own_keys", "palette", "layout"),
    *("watch", "saving", "filter", "selecting", "acts", "desk"),
    *("commanding", "main"),
)


class GradingDesk(Desk):
    """One medium after the other: what is seen is recorded, grades are derived."""

    _esm = joined(
        *(f"desk/{part}.js" for part in SHARED),
        *(f"grading_desk/{part}.js" for part in PARTS),
    )
    _css = joined("desk/desk.css", "grading_desk/grading_desk.css")

    def __init__(self, lab: Lab) -> None:
        """Show the desk of the person who is logged in.

        ``lab`` is what every desk takes.  The page asks the server, which knows who
        is logged in; nothing that this kernel says could change it.
        """
        super().__init__()
        self.lab = lab
