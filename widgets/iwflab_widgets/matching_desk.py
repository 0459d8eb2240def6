"""The matching desk: media come in, what is known of them is settled, or asked.

The intake is that of the intake desk.  Pictures, answers and decisions go between
browser and server, which knows who is logged in; none of it passes through the kernel.
"""

from iwflab_widgets.desk import joined
from iwflab_widgets.intake_desk import IntakeDesk

SHARED = ("dom", "refill", "server", "kernel", "fields")
OF_GRADING = (
    *("asked", "record", "answers", "ladder", "look", "pictures", "panels", "segments"),
    *("form", "keys"),
)
PARTS = (
    *("compared", "words", "answering", "hits", "hit_view", "settled", "stacks"),
    *("deciding", "stack_form", "lists", "hearing", "desk", "main"),
)


class MatchingDesk(IntakeDesk):
    """Bring in, what was settled without a look, hits, stacks and hash lists."""

    _esm = joined(
        *(f"desk/{part}.js" for part in SHARED),
        "intake_desk/intake.js",
        *(f"grading_desk/{part}.js" for part in OF_GRADING),
        *(f"matching_desk/{part}.js" for part in PARTS),
    )
    _css = joined(
        *("desk/desk.css", "intake_desk/intake_desk.css"),
        *("grading_desk/grading_desk.css", "matching_desk/matching_desk.css"),
    )
