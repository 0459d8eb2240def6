"""Payloads at every place that shows text from outside: all are seen, none does a thing.

A pair (payload, sink) counts when the page shows the payload as text.  Nothing may be
executed, fetched from elsewhere, or made an element of.
"""

import csv
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import pytest
from given import seen

from iwflab.domain.media import display_text
from iwflab.lab import Lab
from tests import pictures, zips
from tests.walk.serving import Person, Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("warm")]
FAR = "http://far.invalid"
DRAWN = "new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
# (payload, whether it acts by itself where it is put raw into a page)
PAYLOADS = [
    ("p00<script>window.__hit=1</script>", True),
    ("p01<img src=x onerror=window.__hit=1>", True),
    ("p02<svg onload=window.__hit=1>", True),
    (f'p03"><img src="{FAR}/a.png" onerror="window.__hit=1">', True),
    ("p04' autofocus onfocus='window.__hit=1' x='", False),
    ('p05" style="background:url(//far.invalid/b.png)" x="', False),
    ("p06 javascript:window.__hit=1", False),
    ("p07{{constructor.constructor('window.__hit=1')()}}${window.__hit=1}", False),
    ("p08</td></p></span></title></textarea><script>window.__hit=1</script>", True),
    ("p09\u202egnp.exe\u2066<b>\u200bbold</b>", False),
    (f"p10[x](javascript:window.__hit=1) ![y]({FAR}/c.png)", False),
    ("p11$$\\href{javascript:window.__hit=1}{x}$$ \\(\\style{x}{y}\\)", False),
    (f"p12\x1b]8;;{FAR}\x07x\x1b]8;;\x07\x1b[31mred\x1b[0m", False),
    (f'p13<base href="{FAR}/"><img src=d.png>', True),
    (f'p14<meta http-equiv=refresh content="0;url={FAR}/e">', True),
    (f"p15<style>@import url({FAR}/f.css)</style>", True),
    ("p16<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>", True),
    (f"p17<link rel=stylesheet href={FAR}/g.css>", True),
    ("p18<details open ontoggle=window.__hit=1>d</details>", True),
    ("p19<input autofocus onfocus=window.__hit=1>", True),
    ("p20&lt;img src=x onerror=window.__hit=1&gt;&#60;b&#62;", False),
    ("p21<math><mtext><img src=x onerror=window.__hit=1></math>", True),
]
ALL = [text for text, _ in PAYLOADS]
SAID = "iwflab-test-hit"
DETECTOR = f"""Object.defineProperty(window, "__hit", {{
  configurable: true, set() {{ console.log("{SAID}"); }} }});
for (const name of ["alert", "confirm", "prompt"])
  window[name] = () => console.log("{SAID}");"""
MADE = """[onerror], [onload], [onfocus], [ontoggle], base[href*="far.invalid"],
  iframe[srcdoc], meta[http-equiv="refresh" i], [src*="far.invalid"],
  [href*="far.invalid"], [href^="javascript:"], [style*="far.invalid"], details[ontoggle]"""


def in_a_name(text):
    """The payload as one part of a path can hold it."""
    return text.replace("/", "\N{DIVISION SLASH}")


def as_shown(text):
    return display_text(text)


class Watched(Person):
    """A person whose browser notes whatever a payload does."""

    def __init__(self, browser, served, name):
        self.hits, self.pairs, self.missing = [], set(), []
        super().__init__(browser, served, name)
        self.context.add_init_script(DETECTOR)
        self.page = self.new_page()  # the first one came before the detector

    def new_page(self):
        page = super().new_page()
        page.on("console", lambda m: SAID in m.text and self.hits.append(page.url))
        page.on("dialog", lambda d: (self.hits.append(d.message), d.dismiss()))
        return page

    def see(self, sink, payloads, where="body", shape=as_shown):
        """Count the payloads that stand as text in a place of the page."""
        found = " ".join(
            self.page.locator(where).evaluate_all(
                """places => places.map(place => place.textContent + " " +
                  [...place.querySelectorAll("input, textarea")].map(i => i.value))"""
            )
        )
        for text in payloads:
            if shape(text) in found:
                self.pairs.add((text[:3], sink))
            else:
                self.missing.append((text[:3], sink, shape(text)))

    def made(self):
        return self.page.locator(MADE).evaluate_all("all => all.map(e => e.outerHTML)")


def hostile_media(folder):
    """A picture for each payload, in its name, its EXIF and its sidecar line."""
    folder.mkdir()
    with (folder / "sidecar.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(("file", "source", "url", "date", "series"))
        for number, text in enumerate(ALL):
            # Without a preview, so that the desk shows the metadata in its place.
            exif = {"make": f"make {text}", "model": text, "serial": text}
            data = pictures.with_exif(**exif) if number % 2 else b"no picture"
            name = f"{in_a_name(text)}.jpg"
            (folder / name).write_bytes(data + bytes([number]))
            write((name, f"source {text}", text, "", f"series {text}"))
    return folder


def hostile_arrivals(folder):
    """Links, archives and members with such names; a sidecar that names what is not."""
    folder.mkdir()
    for number, text in enumerate(ALL):
        (folder / f"{number} {in_a_name(text)}").symlink_to("nowhere")
        inside = zips.encrypted(f"member {text}".replace("\x07", "").replace("\0", ""))
        (folder / f"{in_a_name(text)}.zip").write_bytes(inside)
    with (folder / "sidecar.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["file"], *([f"absent {in_a_name(t)}"] for t in ALL)]
        )
    with (folder / "wrong.csv").open("w", newline="") as file:
        csv.writer(file).writerow(ALL)
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    base = tmp_path_factory.mktemp("payloads")
    settings = {
        "head_folder": str(base / "heads"),
        "intake_roots": [str(base)],
        "set_size": len(ALL),
        "name": " ".join(ALL),
    }
    first = hostile_media(base / "media")
    hostile_arrivals(base / "arrivals")
    with Lab.create(base / "lab", **settings) as lab:
        running = Served(base / "lab").accounts()
        custody = dict.fromkeys(("case", "exhibit", "purpose", "authority"), ALL[1])
        lab.intake([first], sidecar=first / "sidecar.csv", **custody)
        more = base / "more"
        more.mkdir()
        for number in range(7, 9):  # of other pictures: copies of them would be known
            (more / f"pattern {number}.png").write_bytes(pictures.png(number))
        lab.intake([more], **custody)
        asked_for(lab)
    running.start()
    yield running
    running.stop()


def at_the_pages(who):
    """Login, landing page and the server's own messages."""
    page, address = who.page, who.served.url
    page.goto(f"{address}/login?next={quote(ALL[0])}")
    for text in [text for text in ALL if len(text) <= 64 and text.isprintable()]:
        page.goto(f"{address}/login")
        page.get_by_label("Name").fill(text)
        page.get_by_label("Password").fill("wrong")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        who.see("name refused at the login", [text])
    yield "login"
    who.log_in()
    who.see("lab name at the landing page", ALL)
    yield "landing"
    for text in ALL:
        page.goto(f"{address}/voila/render/{quote(in_a_name(text), safe='')}.ipynb")
        yield f"absent app {text[:3]}"


def at_intake(who):
    who.open("intake")
    page = who.page
    for name in ("case", "exhibit", "purpose", "authority"):
        page.locator(f'[name="{name}"]').fill(ALL[2])
    folder = who.served.folder.parent / "arrivals"
    page.locator('[name="folder"]').fill(str(folder))
    for sidecar, state in (("sidecar.csv", "done"), ("wrong.csv", "failed")):
        page.locator('[name="sidecar"]').fill(str(folder / sidecar))
        page.get_by_test_id("start").click()
        page.locator(f'.iwf-job[data-state="{state}"]').wait_for()
    done, names = '.iwf-job[data-state="done"]', [in_a_name(text) for text in ALL]
    who.see("refused file name", names, done)
    who.see("archive name", names, f'{done} table:has-text("SHA-256")')
    who.see(
        "refused member of an archive",
        ALL,
        done,
        shape=lambda t: as_shown(f"!/member {t}".replace("\x07", "")),
    )
    who.see("unmatched line", names, done, shape=lambda t: as_shown(f"absent {t}"))
    who.see("error of a job", ALL, '.iwf-job[data-state="failed"]')
    yield "intake"


def at_grading(who):
    who.grading()
    first = who.painted()["medium"]
    who.press("ArrowLeft")  # back to what was graded before
    who.until(lambda s: s.medium != first)
    who.see("note", ALL)
    yield "note"
    who.press("ArrowRight")
    who.until(lambda s: s.medium == first)
    in_exif = [text for text in ALL[1::2] if text.isascii()]
    for number in range(len(ALL)):
        state = who.painted()
        name = who.page.get_by_test_id("name").text_content()
        (text,) = [t for t in ALL if name.startswith(as_shown(t)[:3])]
        who.see("file name", [in_a_name(text)], '[data-testid="name"]')
        known = '[data-testid="known"]'
        who.see("source", [text], known, shape=lambda t: as_shown(f"source {t}"))
        who.see("series", [text], known, shape=lambda t: as_shown(f"series {t}"))
        if text in in_exif:
            metadata = '[data-testid="metadata-card"], .iwf-metadata'
            who.see("EXIF", [text], metadata)
            who.see("EXIF", [text], metadata, shape=lambda t: as_shown(f"make {t}"))
        yield f"grading {number}"
        if number < len(ALL) - 1:
            who.page.keyboard.press("ArrowRight")
            who.until(lambda s, old=state["medium"]: s.medium != old)
            who.page.evaluate(DRAWN)  # what is open is written a frame later


def at_release(who):
    who.open("release")
    who.page.locator('[data-testid="asked-R0"]').wait_for()
    who.see("recipient of a release", ALL, shape=lambda t: as_shown(f"{t}: why {t}"))
    who.see("reason of a refusal", ALL, '[data-testid="asked-R0"]')
    who.page.get_by_label("Name of the release").fill(ALL[1])
    for name in ("recipient", "purpose"):
        who.page.locator(f'[name="{name}"]').fill(ALL[1])
    who.page.get_by_test_id("ask").click()
    who.page.get_by_test_id("notice").get_by_text("p01").wait_for()
    who.see("release name refused", ALL[1:2], '[data-testid="notice"]')
    yield "release"


def asked_for(lab):
    """A signed-off medium, and a request for its release for each payload."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium, noted = ann.media()["medium"].iloc[-2:]
    ann.grade(ann.take(medium), seen())
    ann.grade(ann.take(noted), replace(seen(), note=" ".join(ALL)))
    ben.sign_off([row for row in ben.to_sign_off() if row["medium"] == medium])
    for number, text in enumerate(ALL):
        more = {"recipient": text, "purpose": f"why {text}"}
        asked = ann.release_request(f"R{number}", **more)
        if not number:
            ben.release_refuse(asked["id"], reason=" ".join(ALL))


def test_every_payload_is_shown_and_none_does_anything(served, browser, figure):
    who = Watched(browser, served, "ann")
    for places in (at_the_pages, at_intake, at_grading, at_release):
        for place in places(who):
            assert who.made() == [], place
            assert who.hits == [], place
    for missed in who.missing:
        print(missed)
    assert who.missing == []
    assert who.outside == []
    assert len({sink for _, sink in who.pairs}) >= 8
    assert len(who.pairs) >= 60
    told = f"{len(who.pairs)} pairs of payload and place, 0 executed, 0 fetched"
    figure("payloads in Chromium", told)


def answer(route, *, page):
    route.fulfill(body=page, content_type="text/html; charset=utf-8")


def test_the_same_payloads_put_raw_into_a_page_are_noticed(served, browser):
    """Control: each that acts by itself is caught by the same detector."""
    who, noticed = Watched(browser, served, "ann"), set()
    for text, acts in PAYLOADS:
        page = who.new_page()  # a window of its own: nothing of it is left over
        who.hits.clear()
        who.outside.clear()
        raw = f"<!doctype html><title>t</title><p>{text}"
        page.route("**/raw", partial(answer, page=raw))
        page.goto(f"{served.url}/raw")
        page.wait_for_timeout(150)
        if who.hits or who.outside:
            noticed.add(text[:3])
        elif acts:
            pytest.fail(f"not noticed: {text}")
        page.close()
    assert len(noticed) >= 12
