"""Every state of the grading desk against axe-core, light and dark, wide and at 200%."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_server import FakeServer, item, refused_item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser
WIDE, ZOOMED = (1440, 900), (720, 450)  # a window of 1440 at 200% is 720 wide

STATES = {
    "opened": (),
    "gates answered": ("1", "1", "1"),
    "children and why": ("1", "1", "1", "c", "3", "1", "1", "c", "v"),
    "contradiction": ("1", "1", "2", "ArrowDown", "m", "v"),
    "not sure": ("1", "2", "d"),
    "folded questions": ("4", "m"),
    "unsaved, asked": ("1", "ArrowRight"),
    "palette": ("k",),
    "key card": ("?",),
    "revealed": (" ",),
    "blank": ("Escape",),
    "refused medium": ("1", "2", "Enter"),
    "greyscale": ("g",),
    "outlines": ("b",),
    "lens": ("l",),
    "metadata only": ("a",),
    "presentation": ("p",),
    "exposure": ("h",),
    "note": ("n", "x"),
    "filter": ("/", "m"),
    "selection": ("F2", " ", "ArrowDown", " ", "F2"),
    "contact sheet": ("F2",),
    "chosen on the sheet": ("F2", " "),
    "beside": ("F9",),
    "beside, revealed": ("F9", "F10"),
    "zoomed and turned": ("+", "+", "F4"),
}


@pytest.mark.parametrize(
    ("theme", "size"),
    [
        pytest.param("light", WIDE, id="light, wide"),
        pytest.param("dark", ZOOMED, id="dark, at 200%"),
        pytest.param("dark", WIDE, id="dark, wide", marks=pytest.mark.soak),
        pytest.param("light", ZOOMED, id="light, at 200%", marks=pytest.mark.soak),
    ],
)
def test_no_state_of_the_grading_desk_has_a_serious_fault(open_desk, theme, size):
    axe = Axe()
    wrong = []
    desk = None
    for state, keys in STATES.items():
        server = FakeServer([item(1), refused_item(2), item(3)])
        if desk is None:
            desk = open_desk(GradingDesk, server, theme=theme, size=size)
        else:
            desk.anew(server)
        desk.painted("m01")
        if state == "children and why":
            desk.page.evaluate(
                "document.querySelector('.iwf').iwflab.desk.answers.addSegment(0, 9000)"
            )
        desk.press(*keys)
        desk.page.wait_for_function("document.querySelectorAll('.iwf').length === 1")
        found = axe.run(desk.page).response["violations"]
        wrong += [
            (state, v["id"], v["nodes"][0]["html"][:150])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        # Nothing is cut off sideways.
        over = desk.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        wrong += [(state, "wider than the window", over)] if over > 0 else []

    assert wrong == []
