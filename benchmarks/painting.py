"""From a key to the picture on the screen, counted in the same way in every page."""

# One clock for all: from the `timeStamp` of the last keydown to the frame after the
# first one in which another picture is in the page, visible, and decoded.  A canvas is
# seen by an observer of its place; an <img> by its `load`, then its `decode()`.
LISTEN = """({ place, picture }) => {
  window.pressed = 0; window.painted = []; window.seen = new Set();
  let last = null;
  const named = (one) => one.getAttribute("aria-label") || one.src;
  const look = (one, name) => {
    if (!one.isConnected || named(one) !== name) return; // another came before it
    const full = { opacityProperty: true, visibilityProperty: true };
    if (!one.checkVisibility(full)) return requestAnimationFrame(() => look(one, name));
    requestAnimationFrame(() => {
      if (!one.isConnected || named(one) !== name || name === last) return;
      last = name;
      window.painted.push(performance.now()); window.seen.add(name);
    });
  };
  const came = (one) => requestAnimationFrame(() => look(one, named(one)));
  const found = document.querySelector(picture);
  if (found) last = named(found);
  addEventListener("keydown", (event) => { window.pressed = event.timeStamp; }, true);
  if (place) new MutationObserver(() => {
    const one = document.querySelector(picture);
    if (one) came(one);
  }).observe(document.querySelector(place), { childList: true });
  else document.addEventListener("load", ({ target }) => {
    if (target.matches?.(picture)) target.decode().then(() => came(target), () => {});
  }, true);
}"""
NEXT_PAINT = """count => new Promise((done) => {
  const end = performance.now() + 10000;
  const look = () => {
    if (window.painted.length > count) done(window.painted[count] - window.pressed);
    else if (performance.now() > end) done(null);
    else setTimeout(look, 4);
  };
  look();
})"""
WINDOW = {"width": 1440, "height": 900}


class Viewer:
    """A page that pages and saves; ``latency`` is key press to picture painted.

    ``picture`` selects what is shown; ``place`` is where canvases come and go, for the
    pages that change those.
    """

    place, picture = None, "img"

    def __init__(self, page):
        self.page = page
        page.evaluate(LISTEN, {"place": self.place, "picture": self.picture})

    def painted(self):
        return self.page.evaluate("window.painted.length")

    def seen(self):
        return self.page.evaluate("window.seen.size")

    def latency(self, press):
        before = self.painted()
        press()
        taken = self.page.evaluate(NEXT_PAINT, before)
        if taken is None:
            raise TimeoutError(f"no picture within 10 s of the key; {self.says()}")
        return taken

    def says(self):
        """Give what the page says about a key that brought nothing."""
        return "nothing is said"
