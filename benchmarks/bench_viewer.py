"""From the key to the next picture on the screen: the desk against a plain notebook."""

from measuring import p50, p95, row
from serving import chromium
from viewing import ours, plain

TURNS, SAVES, REVEALS, BLOCK = 40, 20, 20, 5
PAUSE = 350  # milliseconds between keys: somebody who pages quickly
OTHER = "ipywidgets.Image and buttons in stock Voila, the same pictures"
GOAL = "ratio <= 0.5"


def rows():
    with chromium() as browser, ours(browser) as desk, plain(browser) as other:
        for viewer in (desk, other):  # what is done only once is not measured
            for _ in range(3):
                viewer.latency(viewer.turn)
                viewer.page.wait_for_timeout(PAUSE)
        turns = alternate(TURNS, desk, other, turn)
        reveals = [reveal(desk) for _ in range(REVEALS)]
        saves = alternate(SAVES, desk, other, save)
    return [
        *pair("viewer: page turned", *turns, GOAL),
        *pair("viewer: saved, next medium", *saves, GOAL),
        *pair("viewer: full preview revealed, on record", reveals, turns[1], None),
    ]


def pair(name, mine, theirs, goal):
    told = {"other_name": OTHER, "unit": "ms"}
    return [
        row(f"{name}, p50", p50(mine), p50(theirs), **told),
        row(f"{name}, p95", p95(mine), p95(theirs), **told, goal=goal),
    ]


def alternate(count, desk, other, act):
    """A block here, a block there: noise of the machine meets both."""
    found = {desk: [], other: []}
    for _ in range(count // BLOCK):
        for viewer, times in found.items():
            viewer.page.bring_to_front()
            viewer.page.wait_for_timeout(PAUSE)
            times += [act(viewer) for _ in range(BLOCK)]
    return tuple(found.values())


def turn(viewer):
    taken = viewer.latency(viewer.turn)
    viewer.page.wait_for_timeout(PAUSE)
    return taken


def save(viewer):
    viewer.answer()
    viewer.page.wait_for_timeout(PAUSE)
    return viewer.latency(viewer.save)


def reveal(desk):
    taken = desk.reveal()
    desk.page.wait_for_timeout(PAUSE)
    desk.latency(lambda: desk.page.keyboard.press("ArrowLeft"))
    desk.page.wait_for_timeout(PAUSE)
    return taken
