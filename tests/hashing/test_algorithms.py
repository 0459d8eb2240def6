"""Every algorithm, the one that was added this morning included."""

import re

import pytest

from iwflab.domain.hashes import distance
from iwflab.errors import BadInput, LabError
from iwflab.hashing import ALGORITHMS
from iwflab.hashing.examples import example


@pytest.fixture(params=list(ALGORITHMS))
def algorithm(request):
    return ALGORITHMS[request.param]


def test_the_example_is_reproduced(algorithm):
    name, expected = algorithm.example
    value = algorithm.compute(example(name))
    assert value.value == expected
    assert algorithm.compute(example(name)) == value


def test_a_value_says_where_it_came_from(algorithm):
    value = algorithm.compute(example(algorithm.example[0]))
    assert value.algorithm == (algorithm.algorithm or algorithm.name)
    assert (value.algorithm == algorithm.name) or value.variant
    assert value.library
    assert value.version
    assert re.fullmatch(r"[0-9a-f]+", value.value)
    if algorithm.bits:
        assert len(value.value) == -(-algorithm.bits // 4)
    assert bool(value.conversion) == (algorithm.of == "pixels")


def test_the_distance_to_itself_is_nothing(algorithm):
    value = algorithm.compute(example(algorithm.example[0]))
    assert distance(value, value) == 0


def test_what_cannot_be_read_raises_our_error_or_a_type_error(algorithm):
    for wrong in (None, 7, object()):
        with pytest.raises((LabError, TypeError)):
            algorithm.compute(wrong)


def test_it_says_what_it_eats(algorithm):
    assert algorithm.of in {"bytes", "pixels"}
    assert algorithm.bits > 0 or not algorithm.by_default


def test_no_module_is_missing_its_library():
    assert list(ALGORITHMS)
    assert ALGORITHMS.unavailable == {}


def test_values_of_different_algorithms_cannot_be_compared():
    rings = example("rings")
    with pytest.raises(BadInput):
        distance(ALGORITHMS["phash"].compute(rings), ALGORITHMS["dhash"].compute(rings))


def test_exact_hashes_and_four_perceptual_ones_are_made_of_every_medium():
    always = {name for name, algorithm in ALGORITHMS.items() if algorithm.by_default}
    assert always >= {"md5", "sha1", "sha256", "pdq", "phash", "dhash", "ahash"}
    assert not {"whash", "colorhash"} & always
