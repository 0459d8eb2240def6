"""From the key to the next picture on the screen: the desk, its limit, its peers."""

import contextlib

import pictures
from measuring import p50, p95, row
from peers import failed
from serving import chromium
from viewing import ours, plain
from viewing_label_studio import label_studio
from viewing_limit import limit

TURNS, SAVES, REVEALS, BLOCK, WARM = 40, 40, 20, 5, 5
PAUSE = 350  # milliseconds between keys: somebody who pages quickly
LIMIT = "a static page that swaps pictures decoded ahead"
PLAIN = "ipywidgets.Image and buttons in stock Voila, the same pictures"
STUDIO = "Label Studio community, submit and next task, the same pictures"
GOALS = {LIMIT: "ratio <= 3", PLAIN: "ratio <= 0.35", STUDIO: "ratio <= 0.35"}


def rows():
    pictures.lab(pictures.WIDE)  # drawn before anything runs that is measured
    with chromium() as browser, ours(browser) as desk, contextlib.ExitStack() as stack:
        still, other, studio = (
            begun(stack, open_, browser) for open_ in (limit, plain, label_studio)
        )
        turns = alternate(TURNS, turn, desk, still, other)
        desk.page.bring_to_front()
        reveals = [reveal(desk) for _ in range(REVEALS)]
        rewind(desk)
        saves = alternate(SAVES, save, desk, other, studio)
        if not isinstance(saves[studio], str) and studio.saved() != SAVES + WARM:
            saves[studio] = f"it has {studio.saved()} of {SAVES + WARM} annotations"
    return [
        *against("page turned", turns[desk], LIMIT, turns[still]),
        *against("page turned", turns[desk], PLAIN, turns[other]),
        *against("saved, next medium", saves[desk], LIMIT, turns[still]),
        *against("saved, next medium", saves[desk], PLAIN, saves[other]),
        *against("saved, next medium", saves[desk], STUDIO, saves[studio]),
        *against("full preview revealed, on record", reveals, PLAIN, turns[other], {}),
    ]


def begun(stack, open_, browser):
    """Give the viewer, or in words why there is none: its rows fail, and it alone."""
    try:
        return stack.enter_context(open_(browser))
    except Exception as error:  # noqa: BLE001 - whatever stops a peer
        return reason(error)


def reason(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def against(name, mine, other_name, theirs, goals=GOALS):
    goal = goals.get(other_name)
    told = {"other_name": other_name, "unit": "ms"}
    names = [f"viewer: {name}, {part}" for part in ("p50", "p95")]
    if isinstance(theirs, str):
        told["goal"] = goal
        return [failed(one, theirs, **told) for one in names]
    return [
        row(names[0], p50(mine), p50(theirs), **told),
        row(names[1], p95(mine), p95(theirs), **told, goal=goal),
    ]


def alternate(count, act, desk, *others):
    """A block here, a block there: noise of the machine meets all of them.

    Each gets a list of milliseconds, or the reason why it fell out.  What is done only
    once is done in the blocks before these, which are not measured.
    """
    found = {one: one if isinstance(one, str) else [] for one in (desk, *others)}
    for block in range(-WARM // BLOCK, count // BLOCK):
        for viewer, times in found.items():
            if isinstance(times, str):
                continue
            try:
                taken = blocked(viewer, act)
            except Exception as error:
                if viewer is desk:
                    raise
                found[viewer] = reason(error)
            else:
                times.extend(taken if block >= 0 else [])
    return found


def blocked(viewer, act):
    viewer.page.bring_to_front()
    viewer.page.wait_for_timeout(PAUSE)
    return [act(viewer) for _ in range(BLOCK)]


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
    desk.latency(desk.back)
    desk.page.wait_for_timeout(PAUSE)
    return taken


def rewind(desk):
    """Back to the first medium: each is still there to be decided."""
    for _ in range(TURNS + WARM - REVEALS):
        desk.latency(desk.back)
