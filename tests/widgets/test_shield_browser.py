"""The shield holds: whatever keys come in whatever order, nothing unasked is painted.

The check knows what a canvas shows from the grant that its bytes came by, and what a
person wanted from their keys: it takes the desk's word for neither.
"""

import random
from pathlib import Path

import pytest
from fake_server import FakeServer, item

from iwflab_widgets.grading_desk import GradingDesk

pytestmark = pytest.mark.browser

HOOK = (Path(__file__).parent / "shield_hook.js").read_text("utf-8")
SIZES = ((1280, 800), (620, 900), (1000, 700))
SEE = """() => {
  const hidden = !document.hidden;
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
  dispatchEvent(new Event(hidden ? 'blur' : 'focus'));
}"""
MOVES = {
    "next": 14,
    "previous": 8,
    "save": 10,
    "full": 12,
    "greyscale": 8,
    "lens": 8,
    "lens moves": 3,
    "shield": 8,
    "outlines": 4,
    "metadata": 3,
    "blank": 5,
    "any key": 5,
    "undo": 4,
    "resize": 1,
    "window": 3,
    "slow": 6,
    "answer": 8,
}
KEYS = {
    "next": ["ArrowRight"],
    "previous": ["ArrowLeft"],
    "save": ["4", "2", "Enter"],
    "full": [" "],
    "greyscale": ["g"],
    "lens": ["l"],
    "lens moves": ["Shift+ArrowRight", "Shift+ArrowDown"],
    "shield": ["s"],
    "outlines": ["b"],
    "metadata": ["a"],
    "blank": ["Escape"],
    "any key": ["8"],
    "undo": ["z"],
}


# A canvas of the picture area is in colour and larger than a lens.
FULL = """() => [...document.querySelectorAll('[data-testid="picture"] canvas')].some(
  (one) => one.getAttribute("aria-label").endsWith(": Full") && !one.matches(".iwf-grey"),
)"""
EVERY = (
    *(("b", "outlines"), ("l", "lens"), ("g", "greyscale"), (" ", "full")),
    ("s", "shielded"),
)


class SlowServer(FakeServer):
    """Keeps pictures and reveals back for a while, so that they come too late."""

    slow = False

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.late = []

    def take(self, route, path, body, made_for):
        if self.slow and (path.startswith("media/") or path == "api/reveal"):
            self.late.append((route, path, body, made_for))
        else:
            super().take(route, path, body, made_for)

    def answer(self, route, path, body):
        if path == "api/undo" and body.get("medium") not in self.order:
            told = {"error": "nothing to undo", "advice": "", "kind": "NotAllowed"}
            route.fulfill(status=403, json=told)
        else:
            super().answer(route, path, body)

    def hurry(self, chance):
        self.slow = False
        late, self.late = self.late, []
        chance.shuffle(late)
        for one in late:
            super().take(*one)


@pytest.fixture
def hooked(open_desk, monkeypatch):
    """Open the desk with the hook below it; ``changed`` is a test's own damage."""

    def open_(server, damage=()):
        script = str(GradingDesk._esm)
        for whole, damaged in damage:
            assert script.count(whole) == 1, whole
            script = script.replace(whole, damaged)
        hook = HOOK + "\n" + script
        monkeypatch.setattr(GradingDesk, "_esm", hook)
        desk = open_desk(GradingDesk, server)
        desk.until("s.ready && s.medium")
        return desk

    return open_


def walk(desk, server, moves, seed, *, to_the_end=True):
    """Do seeded random moves, or those until the check fails; give what it saw."""
    chance = random.Random(seed)
    for key, level in EVERY:  # a short walk may pass some of them by
        desk.press(key)
        desk.until(f"s.painted && s.painted.variant === '{level}'")
        desk.page.evaluate("new Promise(requestAnimationFrame)")
    desk.press(" ")  # and blanks while all of it is shown
    desk.until("s.painted && s.painted.variant === 'full'")
    desk.press("Escape")
    desk.page.evaluate("new Promise(requestAnimationFrame)")
    desk.press("8")  # any key goes on
    names = chance.choices(list(MOVES), list(MOVES.values()), k=moves)
    for number, name in enumerate(names):
        if not to_the_end and number % 10 == 0 and seen(desk)["broken"]:
            break
        move(desk, server, name, chance)
        if chance.random() < 0.3:  # let what was asked for come and be painted
            desk.page.evaluate("new Promise(requestAnimationFrame)")
        if chance.random() < 0.05:
            _again(desk, server)
    server.hurry(chance)
    desk.until("s.waiting === 0")
    return seen(desk)


def move(desk, server, name, chance):
    if name == "resize":
        width, height = chance.choice(SIZES)
        desk.page.set_viewport_size({"width": width, "height": height})
    elif name == "window":
        desk.page.evaluate(SEE)
    elif name == "slow" and server.slow:
        server.hurry(chance)
    elif name == "slow":
        server.slow = True
    else:
        for key in KEYS.get(name) or [chance.choice("123")]:
            desk.page.keyboard.press(key)


def seen(desk):
    return desk.page.evaluate("(({ granted, ...told }) => told)(shieldHook)")


def _again(desk, server):
    """When all is graded, some media wait anew."""
    if not desk.state()["end"]:
        return
    server.hurry(random.Random(0))
    for one in server.items:
        one.update(record=None, stage="waiting", grades=[])
    server.order.clear()
    desk.press("Enter")


def a_server():
    limits = {"outbox": 1_000, "unacked_seconds": 60.0, "heartbeat_seconds": 0.5}
    return SlowServer([item(n) for n in range(1, 25)], limits=limits)


@pytest.mark.parametrize(
    "moves", [150, pytest.param(1000, marks=pytest.mark.soak)], ids=str
)
def test_no_frame_shows_what_nobody_revealed(hooked, moves):
    server = a_server()
    found = walk(hooked(server), server, moves, seed=20_261)

    assert found["broken"] == []
    assert found["checks"] > moves
    assert found["transfers"] > moves / 4
    assert set(found["levels"]) == {"0", "1", "2", "3"}  # the check saw every level
    revealed = {body["level"] for body in server.bodies("reveal")}
    assert revealed == {"lens", "greyscale", "full"}


@pytest.mark.parametrize("key", ["l", "g"])
def test_less_is_shown_at_once_also_before_the_first_frame_of_more(hooked, key):
    """A key that comes between a picture's place on the page and its first frame."""
    server = a_server()
    desk = hooked(server)
    desk.press(" ")
    desk.until("s.painted && s.painted.variant === 'full'")
    desk.press("s")
    desk.until("s.painted && s.painted.variant === 'shielded'")
    desk.page.evaluate(
        """() => {  // no frame comes until it is let through
          window.framed = window.requestAnimationFrame;
          window.requestAnimationFrame = (call) => (window.heldFrames ??= []).push(call);
        }"""
    )
    desk.press(" ")
    desk.page.wait_for_function(FULL)
    server.slow = True  # what is on record for less comes later
    desk.press(key)
    assert not desk.page.evaluate(FULL)
    desk.page.evaluate(
        """() => {
          window.requestAnimationFrame = window.framed;
          for (const call of window.heldFrames) window.requestAnimationFrame(call);
        }"""
    )
    server.hurry(random.Random(0))
    desk.until("s.waiting === 0")
    assert seen(desk)["broken"] == []


# Only here, never in the product: what the check must notice.
DAMAGES = {
    "the shield is taken off": (
        "this.draw(item, this.variant, item.grants?.[this.variant])",
        'this.draw(item, "full", null)',
    ),
    "a reveal that comes too late is painted": (
        "if (this.look !== look || !this.wants(level) || !this.full) return;",
        "if (!this.full || !this.look) return;",
    ),
    "greyscale is in colour": (
        'canvas.classList.toggle("iwf-grey", variant === "greyscale");',
        "",
    ),
    "the lens is as wide as the picture": (
        "const LENS_SIDE = 220;",
        "const LENS_SIDE = 900;",
    ),
    "a blank leaves the picture": (
        "    this.fill(content);\n    this.look?.rest();\n    if (this.look) this.report(this.look.take()); // nobody knows when somebody comes back\n    this.dropFull();\n    this.pictures.keep([]);\n    this.outlines.keep([]);\n",
        "    this.look?.rest();\n",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_check_fails_where_the_shield_does(hooked, damage):
    server = a_server()
    more = [("  sweep(this.root);\n", "")] if "blank" in damage else []
    desk = hooked(server, [DAMAGES[damage], *more])
    assert walk(desk, server, 800, seed=7, to_the_end=False)["broken"] != []
