"""Stacks of pictures that may lie turned, and tallies, against plain counting."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import binom

from iwflab.cli import commands
from iwflab.demo.drawing import picture
from iwflab.domain.hashes import ORIENTATIONS
from iwflab.errors import BadInput
from iwflab.hashing.stacking import gathered, labelled, measured, words_of
from iwflab.hashing.tallying import tally
from iwflab.workflow.calibration import (
    calibrate,
    families_in,
    pairs_needed,
    upper_bound,
)

INVERSE = (0, 3, 2, 1, 4, 5, 6, 7)


def pictures(count, seed, copies=0.5):
    """Hashes in eight orientations; some pictures are near others, turned."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(count):
        laid = [int.from_bytes(chance.bytes(32)) for _ in ORIENTATIONS]
        if number and chance.random() < copies:
            other = found[int(chance.integers(number))]
            way, bits = int(chance.integers(8)), 1 + int(chance.integers(44))
            near = other[way]
            for bit in chance.choice(256, bits, replace=False).tolist():
                near ^= 1 << bit
            laid[int(chance.integers(2)) * INVERSE[way]] = near
        found.append(laid)
    return found


def hexes(laid):
    return [[f"{value:064x}" for value in one] for one in laid]


def plainly(one, other):
    """The distance of two pictures: either, turned, to the other as stored."""
    pairs = [(one[way] ^ other[0]).bit_count() for way in range(8)]
    return min(pairs + [(other[way] ^ one[0]).bit_count() for way in range(8)])


def components(laid, radius):
    labels = list(range(len(laid)))
    for one in range(len(laid)):
        for other in range(one):
            if plainly(laid[one], laid[other]) <= radius:
                low, high = sorted((labels[one], labels[other]))
                labels = [low if label == high else label for label in labels]
    return labels


@pytest.mark.parametrize("radius", [0, 20, 31, 32, 45])
@pytest.mark.parametrize("size", [0, 1, 2, 150])
def test_stacks_are_what_hangs_together_in_any_orientation(size, radius):
    laid = pictures(size, seed=size + radius)
    found = labelled(words_of(hexes(laid)), size, radius)

    assert found.tolist() == components(laid, radius)


def test_the_join_and_the_scan_agree_on_many():
    laid = pictures(3000, seed=8)
    words = words_of(hexes(laid))
    from iwflab.hashing.search import stacks_within

    columns = [tuple(words[way * 3000 : (way + 1) * 3000].T) for way in range(8)]
    scanned = stacks_within(columns[0], 31, turned=columns[1:], method="scan")

    assert labelled(words, 3000, 31).tolist() == scanned.tolist()


def test_thousands_of_near_equal_pictures_are_one_stack_at_once():
    base = pictures(1, seed=3)[0]
    laid = [[value ^ (number * 3) for value in base] for number in range(4000)]
    labels = labelled(words_of(hexes(laid)), 4000, 31)

    assert set(labels.tolist()) == {0}


def test_equal_hashes_are_one_stack():
    laid = pictures(1, seed=5) * 500
    assert set(labelled(words_of(hexes(laid)), 500, 0).tolist()) == {0}


def test_a_hash_without_turned_values_is_looked_at_as_it_is():
    laid = pictures(2, seed=1, copies=0)
    near = f"{laid[0][0] ^ 7:064x}"

    assert labelled(words_of([*hexes(laid), [near]]), 3, 31).tolist() == [0, 1, 0]


def test_distances_to_the_exemplar_are_the_least_and_say_how_it_lies():
    laid = pictures(60, seed=4)
    labels = labelled(words_of(hexes(laid)), 60, 40)
    order, every = np.arange(60), np.ones(60, np.int64)
    stacks = gathered(labels, words_of(hexes(laid)), 40, order, every)

    assert stacks
    for stack in stacks:
        lead = laid[stack.exemplar]
        reach = {
            one: sum(plainly(laid[one], laid[m]) <= 40 for m in stack.members)
            for one in stack.members
        }
        assert reach[stack.exemplar] == max(reach.values())
        for member, bits, way in zip(
            stack.members, stack.distances, stack.orientations, strict=True
        ):
            turn = ORIENTATIONS.index(way)
            assert bits == plainly(lead, laid[member])
            assert bits in {
                (laid[member][turn] ^ lead[0]).bit_count(),
                (lead[INVERSE[turn]] ^ laid[member][0]).bit_count(),
            }
        one, *others = (hexes(laid)[m] for m in stack.members)
        told = [bits for bits, _ in measured(one, others)]
        assert told == [
            plainly(laid[stack.members[0]], laid[m]) for m in stack.members[1:]
        ]


def test_every_pair_is_tallied_once():
    laid = pictures(40, seed=6)
    families = [number % 7 for number in range(40)]
    found = tally("pdq", hexes(laid), families, limit=60)
    across, within, near = [0] * 257, [0] * 257, []
    for one in range(40):
        for other in range(one + 1, 40):
            bits = plainly(laid[one], laid[other])
            same = families[one] == families[other]
            (within if same else across)[bits] += 1
            near += [(one, other, bits)] * (not same and bits <= 60)

    assert (list(found.across), list(found.within)) == (across, within)
    assert list(found.near) == near
    short = tally("phash", [[f"{n:016x}"] for n in (0, 1, 3)], [0, 1, 2], limit=1)
    assert short.across[:3] == (0, 2, 1)
    assert len(short.across) == 65


@pytest.mark.parametrize(("found", "pairs"), [(0, 10), (0, 300_000), (3, 500), (7, 8)])
def test_the_bound_is_exact(found, pairs):
    """At the bound, so few false matches would be seen once in twenty times."""
    bound = upper_bound(found, pairs)

    assert binom.cdf(found, pairs, bound) == pytest.approx(0.05, rel=1e-6)


def test_what_few_pairs_cannot_say_is_not_said():
    assert upper_bound(0, 0) == upper_bound(5, 5) == 1.0
    needed = pairs_needed(1e-5)
    assert upper_bound(0, needed) < 1e-5 <= upper_bound(0, needed - 1)
    with pytest.raises(BadInput):
        upper_bound(2, 1)


def record(name, value, quality=100, sha256=None, algorithm="pdq"):
    hashed = {"algorithm": algorithm, "value": value, "library": "x", "version": "1"}
    more = {"variant": "full", "quality": quality}
    return {"file": name, "sha256": sha256 or name, "hashes": [hashed | more]}


def test_families_are_folders_or_what_the_csv_says(tmp_path):
    values = ["0" * 64, "0" * 63 + "1", "f" * 32 + "0" * 32]
    records = [record(f"{tmp_path}/{n % 2}/{n}.png", v) for n, v in enumerate(values)]
    (pdq, *_) = calibrate(records)
    assert (pdq.files, pdq.families, pdq.pairs) == (3, 2, 2)
    assert (pdq.false_matches(31), pdq.nearest, sum(pdq.within)) == (1, 1, 1)
    assert [row["distance"] for row in pdq.rows()] == [1, 31, 128, 129]

    manifest = tmp_path / "families.csv"
    manifest.write_text("file,family\n0/0.png,sea\n1/1.png,sea\n0/2.png,hill\n")
    (pdq, *_) = calibrate([*records, record("x.png", "0" * 64)], families_in(manifest))
    assert (pdq.pairs, pdq.false_matches(31), pdq.nearest) == (2, 0, 128)
    assert pdq.left_out == {"of no family": 1}
    assert pdq.absent == ()
    with manifest.open("a") as lines:
        lines.write("0/9.png,sea\n")
    (pdq, *_) = calibrate(records, families_in(manifest))
    assert pdq.absent == (str(tmp_path / "0" / "9.png"),)
    manifest.write_text("name,kind\n")
    with pytest.raises(BadInput, match="file and family"):
        families_in(manifest)


def test_what_is_left_out_is_counted():
    records = [
        record("a/1", "0" * 64),
        record("b/1", "0" * 64, sha256="a/1"),
        record("b/2", "0" * 64, quality=49),
        {"file": "b/3", "refused": "a link"},
        record("b/4", "0" * 16, algorithm="phash"),
    ]
    pdq, phash, *_ = calibrate(records)

    assert pdq.left_out == {
        "the same bytes again": 1, "of a quality below 50": 1, "not decoded": 1,
        "without this hash": 1,
    }  # fmt: skip
    assert (pdq.files, pdq.pairs, pdq.bound(31), pdq.largest(1e-5)) == (1, 0, 1.0, None)
    assert phash.files == 1


def test_the_largest_threshold_keeps_the_bound_below_the_rate():
    from iwflab.workflow.calibration import Calibration

    across = [0] * 257
    across[40], across[90] = 1, 10**6
    found = Calibration("pdq", 256, 1500, 1500, {}, tuple(across), (0,) * 257, ())

    assert found.largest(1e-5) == 89
    assert found.largest(4e-6) == 39
    assert found.largest(1e-6) is None


def test_the_command_tells_pairs_bounds_and_what_cannot_be_said(tmp_path):
    for number in (2, 3, 6):
        (tmp_path / f"{number}").mkdir()
        picture(number).resize((160, 120)).save(tmp_path / f"{number}" / "a.png")
    run = CliRunner()
    text = run.invoke(commands, ["calibrate", str(tmp_path), "--trusted"]).output
    assert "pdq: 3 files of 3 families, 3 pairs across families" in text
    assert "at 31 bits: 0 false matches, at most 0.63 of all pairs" in text
    assert "below 1e-05 of all pairs: cannot be stated: 299572 pairs" in text
    told = run.invoke(commands, ["calibrate", str(tmp_path), "--trusted", "--json"])
    pdq = json.loads(told.output)[0]
    assert (pdq["pairs"], pdq["false_matches"], pdq["threshold"]) == (3, 0, 31)
    assert pdq["largest_threshold"] == {"1e-05": None, "1e-06": None}
    pairs = run.invoke(
        commands, ["calibrate", str(tmp_path), "--trusted", "--pairs-as", "csv"]
    )
    assert pairs.output.splitlines()[0] == "algorithm,one,other,distance"


def test_what_cannot_be_compared_is_said_and_ends_with_1(tmp_path):
    picture(2).resize((160, 120)).save(tmp_path / "a.png")
    (tmp_path / "f.csv").write_text("file,family\na.png,sea\nb.png,sea\nc.png,x\n")
    families = ("--families", str(tmp_path / "f.csv"))
    for more in ((), ("--json",), ("--pairs-as", "json")):
        done = CliRunner().invoke(
            commands,
            ["calibrate", str(tmp_path / "a.png"), "--trusted", *families, *more],
        )
        assert done.exit_code == 1
        assert "2 files of --families not among the given paths:" in done.stderr
        assert f"  {tmp_path / 'b.png'}\n" in done.stderr
        assert ("nothing to compare" in done.stdout) == (not more)
