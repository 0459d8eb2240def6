"""``make security-report``: makes every published security figure anew.

Runs the long forms of the tests that note a figure, and writes them as the table of
``docs/security-figures.md``.  Ends with 1 when a test fails or a figure is missing: a
number that cannot be made again is not published.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "build" / "figures.jsonl"
PAGE = ROOT / "docs" / "security-figures.md"
TESTS = (
    *("tests/store", "tests/media", "tests/leaks", "tests/exchange"),
    "tests/walk/test_payloads.py",
)
# Every figure that is published, with the goal that its test holds.
GOALS = {
    "writer killed": "0 lost, 0 doubled",
    "power cuts": "0 lost",
    "power cuts, control": "must lose: else the harness sees nothing",
    "server killed, PostgreSQL": "0 lost",
    "migration killed": "0 mixed",
    "leases, PostgreSQL": "0 taken twice, 0 left over",
    "backups during writes, sqlite": "all valid",
    "backups during writes, postgresql": "all valid",
    "tampering": "every kind seen with the signed head",
    "untampered labs": "0 alarms",
    "escapes as nobody": "0",
    "hostile media": "0 dead parents, 0 hangs, the set that plain Pillow decodes",
    "mutated videos": "0 dead workers, 0 hangs, every one with its state",
    "payloads in Chromium": "0",
    "hostile cells as formulas": "0",
    "leak scan after a browser and a research session": "0 hits",
    "leak scan, control without no-store": "must hit",
    "leak scan, control without the hook": "must hit",
}
HEAD = """# Security figures

Figures of {date}, noted by the tests that `make security-report` runs.
Goals are held by the tests; [SECURITY.md](../SECURITY.md) says what is not covered.

| figure | found | goal | test |
|---|---|---|---|
"""


def main() -> int:
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.unlink(missing_ok=True)
    places = [place for place in TESTS if (ROOT / place).exists()]
    # Both forms: the long one comes later, and its figure stands.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "soak or not soak", *places],
        check=False,
        cwd=ROOT,
        env={**os.environ, "IWFLAB_FIGURES": str(FIGURES)},
    )
    found = {}
    if FIGURES.exists():
        for line in FIGURES.read_text("utf-8").splitlines():
            one = json.loads(line)
            found[one["name"]] = one  # the long form comes after the short one
    missing = sorted(set(GOALS) - set(found))
    PAGE.write_text(page(found), "utf-8")
    for name in missing:
        print(f"no figure: {name}", file=sys.stderr)
    return done.returncode or bool(missing)


def page(found):
    date = dt.datetime.now(dt.UTC).date()
    lines = [
        f"| {name} | {one['found']} | {GOALS.get(name, '')} | `{one['test']}` |"
        for name, one in sorted(found.items())
    ]
    return HEAD.format(date=date) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
