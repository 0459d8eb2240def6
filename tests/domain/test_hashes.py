"""What is a value, what a match is: said once, in the domain."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from iwflab.domain import hashes, settings
from iwflab.domain.hashes import HashValue, well_formed
from iwflab.domain.media import DecoderState, Examined, without_malformed
from iwflab.hashing import ALGORITHMS, lists, pdq
from iwflab.hashing.kernels import join
from iwflab.workflow import comparable

ROOT = Path(hashes.__file__).parents[2]
PDQ = HashValue("pdq", "a" * 64, "l", "1", "", "full", 90, ("b" * 64,) * 7)


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, True),
        ({"turned": ()}, True),
        ({"value": "a" * 63}, False),
        ({"value": "a" * 65}, False),
        ({"value": "A" * 64}, False),
        ({"value": "g" * 64}, False),
        ({"value": ""}, False),
        ({"turned": ("b" * 64,) * 6}, False),
        ({"turned": ("b" * 64,) * 8}, False),
        ({"turned": ("b" * 64,) * 6 + ("b" * 63,)}, False),
        ({"turned": ("b" * 64,) * 6 + ("b" * 63 + " ",)}, False),
    ],
)
def test_a_value_is_well_formed_or_not(changed, right):
    assert well_formed(replace(PDQ, **changed), 256) is right
    assert not well_formed(replace(PDQ, **changed), None)


def test_the_examples_of_all_algorithms_are_well_formed():
    for one in ALGORITHMS.values():
        value = HashValue(one.algorithm or one.name, one.example[1], "l", "1")
        assert well_formed(value, one.bits), one.name


def test_what_is_malformed_is_left_out_and_named():
    right = HashValue("colorhash", "0123456789a", "l", "1")
    wrong = [
        replace(PDQ, value="a" * 63),
        replace(PDQ, variant="512nn", turned=("b" * 64,)),
        HashValue("dhash", "0" * 15, "l", "1"),
        HashValue("sha256", "0" * 64, "l", "1"),  # of bytes: none of a decoder's
        HashValue("telex", "00", "l", "1"),
    ]
    said = Examined(
        DecoderState.COMPLETE,
        metadata={"hashes_missing": {"phash": "it was too small"}, "animated": False},
        hashes=(PDQ, *wrong, right),
    )
    taken = comparable(said)
    assert taken.hashes == (PDQ, right)
    missing = taken.metadata["hashes_missing"]
    assert set(missing) == {"phash", "pdq", "dhash", "sha256", "telex"}
    assert missing["phash"] == "it was too small"
    assert taken.metadata["animated"] is False
    assert comparable(taken) is taken
    odd = replace(said, metadata={"hashes_missing": ["no mapping"]})
    assert set(comparable(odd).metadata["hashes_missing"]) == set(missing) - {"phash"}
    assert without_malformed(said, {}).hashes == ()


def test_tiers_and_distances_are_said_in_one_place():
    assert (hashes.MATCH_DISTANCE, hashes.FARTHEST_CANDIDATE) == (31, 60)
    assert hashes.TIERS == (lists.EXACT, lists.MATCH, lists.CANDIDATE)
    assert pdq.PDQ.match_distance == hashes.MATCH_DISTANCE
    assert settings.Settings("x").candidate_distance == hashes.FARTHEST_CANDIDATE
    assert join.REACH >= hashes.MATCH_DISTANCE
    names = {"MATCH_DISTANCE", "FARTHEST_CANDIDATE", "NEAREST_CANDIDATE", "DISTANCE"}
    names |= {"EXACT", "MATCH", "CANDIDATE", "FARTHEST", "TIERS"}
    # PhotoDNA has a distance of its own; the store names tiers without the adapters.
    others = {"domain/hashes.py", "hashing/photodna.py", "store/known.py"}
    for folder in (ROOT / "iwflab", ROOT / "widgets/iwflab_widgets"):
        for file in folder.rglob("*.py"):
            if file.relative_to(folder).as_posix() in others:
                continue
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.Assign):
                    said = {
                        one.id
                        for target in node.targets
                        for one in ast.walk(target)
                        if isinstance(one, ast.Name)
                    }
                    assert not said & names, file
