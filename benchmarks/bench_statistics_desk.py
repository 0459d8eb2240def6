"""The statistics desk in Chromium: from a changed filter to the new table on the page.

20,000 child appearances, drawn, in the memory of the desk's kernel; served and asked
as people do.  The table is one message; its chart and what disclosure control makes of
it come after, and are reported apart.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from measuring import p50, p95, row, workshop
from serving import PASSWORDS, chromium, free_port, until
from viewing import log_in

from iwflab.lab import Lab

ROOT = Path(__file__).parents[1]
APPEARANCES, MEDIA, SERIES = 20_000, 15_000, 2_000
CHANGES = 60
LEAST = 300  # milliseconds, median
DOOR = """import sys
sys.path.append({tests!r})
from drawn_frames import frames
from iwflab import Lab
from iwflab.workflow import exploring
from iwflab_widgets import StatisticsDesk
lab, drawn = Lab.open(), frames({media}, series={series})
drawn["children"] = drawn["children"].iloc[:{appearances}]
lab.explore = lambda scheme: exploring.begin(drawn, scheme=scheme, read_us=2 * 10**15)
StatisticsDesk(lab)
"""
# From the event that a person causes to the first frame with another table on it.
CHANGE = """([testid, act]) => new Promise((done) => {
  const input = document.querySelector(`[data-testid="${testid}"]`);
  const place = document.querySelector(".iwf-counted");
  const start = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  });
  seen.observe(place, { childList: true });
  if (act === null) input.click();
  else Object.assign(input, { value: act }).dispatchEvent(new Event("change"));
})"""
STATE = "root => root.iwflab.state()"


def rows():
    with served() as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        log_in(page, url)
        page.goto(f"{url}/voila/render/statistics.ipynb")
        desk = page.get_by_test_id("statistics-desk")
        until(lambda: desk.count() and desk.evaluate(STATE)["ready"], 60, "the desk")
        page.get_by_test_id("unit").select_option("child_appearance")
        until(lambda: desk.evaluate(STATE)["shown"], 20, "the first table")
        one, drawn_one = changed(page, desk, "", cluster=False)
        two, drawn_two = changed(page, desk, "code", cluster=True)
        hidden = protected(page, desk)
    name = f"{APPEARANCES:,} child appearances"
    told = {"other_name": "none", "unit": "ms"}
    return [
        row(f"{name}: filter to table, one side, median", p50(one), None, **told),
        row(
            f"{name}: filter to table, two sides with intervals, median",
            p50(two),
            None,
            **told,
            goal=f"ours <= {LEAST}",
        ),
        row(f"{name}: the same, p95", p95(two), None, **told),
        row(f"{name}: chart after it, one side", p50(drawn_one), None, **told),
        row(f"{name}: chart after it, two sides", p50(drawn_two), None, **told),
        row(f"{name}: what may leave of it, median", p50(hidden), None, **told),
    ]


def changed(page, desk, cols, *, cluster):
    """Change filters over and over; give milliseconds to the table, and to a chart."""
    page.get_by_test_id("cols").select_option(cols)
    page.get_by_test_id("cluster").set_checked(cluster)
    settled(desk)
    if not page.get_by_test_id("keep-sex-girl").is_visible():
        page.get_by_test_id("filters").click()
    boxes = [
        "keep-sex-girl",
        "keep-kind-picture",
        "keep-sex-boy",
        "keep-pubertal-unclear",
    ]
    times, charts = [], []
    for number in range(CHANGES):
        times.append(page.evaluate(CHANGE, [boxes[number % len(boxes)], None]))
        if number % 10 == 0:
            settled(desk)
            charts.append(desk.evaluate(STATE)["drawn"])
    settled(desk)
    return times, charts


def settled(desk):
    until(lambda: desk.evaluate(STATE)["chart"], 20, "the chart")


def protected(page, desk):
    """Show a table as it may leave, and back; another profile each time."""
    times = []
    for profile in ("cautious", "partner", "public_national") * 2:
        page.get_by_test_id("profile").select_option(profile)
        settled(desk)
        times.append(page.evaluate(CHANGE, ["leaving", None]))
        page.get_by_test_id("inside").click()
        settled(desk)
    return times


@contextlib.contextmanager
def served():
    """Serve a door of the bench's own, over an empty lab, with the frames drawn."""
    base = workshop() / f"statistics-{free_port()}"
    root = base / "apps"
    root.mkdir(parents=True)
    door = json.loads((ROOT / "notebooks" / "apps" / "statistics.ipynb").read_text())
    tests = str(ROOT / "tests" / "statistics")
    numbers = {"media": MEDIA, "series": SERIES, "appearances": APPEARANCES}
    door["cells"][-1]["source"] = DOOR.format(tests=tests, **numbers)
    (root / "statistics.ipynb").write_text(json.dumps(door))
    with Lab.create(base / "lab", head_folder=str(base / "heads")) as lab:
        lab.account_add("ann", PASSWORDS["ann"], roles=["statistician"], os_user=True)
    port = free_port()
    start = ROOT / "tests" / "server" / "start.py"
    command = [sys.executable, start, base / "lab", str(port), root, base / "routes"]
    with (base / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until((base / "routes").exists, 60, "the server")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
