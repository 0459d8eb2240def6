"""Near-duplicate stacks beside Perception and an ImageHash loop, on the same hashes."""

import time

import numpy as np
import peers
from measuring import row, workshop
from searching import as_bytes, drawn, planted

from iwflab.hashing.search import pairs_within, stacks_within

RADIUS = 31
FEW, MANY = 10_000, 100_000
PART = 60  # hashes of the ImageHash loop, each against all after it
LIMITS = {FEW: ("ms", 1e3, 20.0), MANY: ("s", 1.0, 1.5)}


def rows():
    stacks_within(hashes(500), RADIUS)  # compiled and loaded
    answer = [of_size(size) for size in (FEW, MANY)]
    return answer + beside_peers()


def hashes(count):
    """Give so many hashes, a fifth of them within 0 to 40 bits of another."""
    first = drawn(count - count // 5, seed=count)
    _, near = planted(first, [n % 41 for n in range(count // 5)], seed=7)
    return tuple(np.concatenate(pair) for pair in zip(near, first, strict=True))


def of_size(size):
    unit, scale, most = LIMITS[size]
    spent = fastest(lambda: stacks_within(columns, RADIUS), columns := hashes(size))
    return row(
        f"stacks of {size:,} media",
        spent * scale,
        most,
        other_name="(the goal)",
        unit=unit,
        goal=f"ours <= {most}",
    )


def fastest(call, _columns):
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def beside_peers():
    columns = hashes(FEW)
    place = workshop() / "stacks.npy"
    np.save(place, as_bytes(columns))
    pairs = pairs_within(columns, RADIUS)
    mine = set(zip(pairs.query.tolist(), pairs.entry.tolist(), strict=True))
    speed = FEW * (FEW - 1) / 2 / fastest(lambda: stacks_within(columns, RADIUS), 0)
    question = {"hashes": str(place), "radius": RADIUS, "part": PART}
    answer = []
    for name, title, script, least, shown in (
        ("perception", "Perception deduplicate_hashes", "perception", 500, ""),
        ("imagehash", "ImageHash a - b loop", "imagehash", 1000, f"first {PART} of "),
    ):
        pace = f"stacks of {FEW:,}: pairs looked at ({title}: {shown}{FEW:,})"
        same = f"stacks of {FEW:,}: pairs that differ from {title}"
        text = {"other_name": title, "unit": "Mpair/s", "goal": f"ratio >= {least}"}
        try:
            told = peers.ask(name, f"stacks_{script}.py", question)
        except peers.PeerMissing as error:
            answer += [peers.failed(each, str(error), **text) for each in (pace, same)]
            continue
        looked = told.get("looked", FEW * (FEW - 1) / 2)
        answer.append(row(pace, speed / 1e6, looked / told["seconds"] / 1e6, **text))
        theirs = {tuple(pair) for pair in told["pairs"]}
        ours = {pair for pair in mine if "looked" not in told or pair[0] < PART}
        text = {"other_name": f"{title}'s pairs", "unit": "pairs"}
        differ = len(ours ^ theirs)
        answer.append(row(same, differ, len(theirs), **text, goal="ours <= 0"))
    return answer
