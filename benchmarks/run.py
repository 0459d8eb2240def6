"""``make bench``: ratios against named peers, each pair measured in one run.

Finds every ``bench_*.py`` beside it, prints a table, writes ``build/bench.json``, and
ends with 1 when a goal does not hold.  Names on the command line choose among them.
"""

import importlib
import json
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"
MARKED = re.compile(
    r"(?P<begin><!-- bench: (?P<parts>[\w ]*) -->)\n(?:\|.*\n)*(?P<end><!-- end -->)"
)
HEADS = ("", "benchmark", "ours", "other", "unit", "ratio", "goal", "the other is")


def main() -> int:
    sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "walk")]
    wanted = sys.argv[1:]
    names = [place.stem for place in sorted(HERE.glob("bench_*.py"))]
    rows = []
    for name in names:
        if wanted and name.removeprefix("bench_") not in wanted:
            continue
        started = time.monotonic()
        part = name.removeprefix("bench_")
        rows += [one | {"part": part} for one in importlib.import_module(name).rows()]
        seconds = time.monotonic() - started
        print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(table(rows))
    tables(rows)
    return 0 if all(row["holds"] for row in rows) else 1


def tables(rows):
    """Put the rows into the tables of the docs that name their parts.

    ``<!-- bench: hashing fidelity -->`` begins such a table, ``<!-- end -->`` ends it.
    A table is left as it is where one of its parts was not measured in this run.
    """
    measured = {row["part"] for row in rows}
    for place in sorted((HERE.parent / "docs").glob("*.md")):
        text = place.read_text("utf-8")
        made = MARKED.sub(lambda found: filled(found, rows, measured), text)
        if made != text:
            place.write_text(made, "utf-8")


def filled(found, rows, measured):
    parts = found["parts"].split() or sorted(measured)
    if not set(parts) <= measured:
        return found[0]
    lines = [cells[1:] for cells in map(line, rows)]
    chosen = [c for c, row in zip(lines, rows, strict=True) if row["part"] in parts]
    heads = [HEADS[1:], ["---"] * len(HEADS[1:]), *chosen]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in heads)
    return f"{found['begin']}\n{body}\n{found['end']}"


def table(rows):
    lines = [HEADS, *(line(row) for row in rows)]
    widths = [max(len(cells[place]) for cells in lines) for place in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        for cells in lines
    )


def line(row):
    mark = "ok" if row["holds"] else "NO"
    return (
        mark if row["goal"] else "-",
        row["name"],
        number(row["ours"]),
        number(row["other"]),
        row["unit"],
        number(row["ratio"]),
        row["goal"] or "none",
        row["other_name"],
    )


def number(value):
    return "" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
