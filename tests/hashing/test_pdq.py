"""PDQ, held against a slow and literal transcription of the reference."""

import numpy as np
import pytest
from PIL import Image

from iwflab.hashing.examples import example
from iwflab.hashing.pdq import PDQ

F = np.float32


def box(line, window):
    """box1DFloat of downscaling.cpp, in its own order of additions."""
    half = (window + 2) // 2
    out = np.empty_like(line)
    total, count, left, right, at = F(0), 0, 0, 0, 0
    phases = (
        [(True, False, False)] * (half - 1)
        + [(True, False, True)] * (window - half + 1)
        + [(True, True, True)] * (len(line) - window)
        + [(False, True, True)] * (half - 1)
    )
    for add, subtract, write in phases:
        if add:
            total, right, count = total + line[right], right + 1, count + 1
        if subtract:
            total, left, count = total - line[left], left + 1, count - 1
        if write:
            out[at], at = total / F(count), at + 1
    return out


def reference(picture):
    """pdqHash256FromFloatLuma, line by line: (hex, quality)."""
    rgb = np.asarray(picture.convert("RGB")).astype(F)
    luma = F(0.299) * rgb[..., 0] + F(0.587) * rgb[..., 1] + F(0.114) * rgb[..., 2]
    rows, columns = luma.shape
    for _ in range(2):
        luma = np.stack([box(line, (columns + 127) // 128) for line in luma])
        luma = np.stack([box(line, (rows + 127) // 128) for line in luma.T]).T
    down = [int((i + 0.5) * rows / 64) for i in range(64)]
    across = [int((i + 0.5) * columns / 64) for i in range(64)]
    small = luma[np.ix_(down, across)]
    gradients = 0
    for u, v in ((small[:-1], small[1:]), (small[:, :-1], small[:, 1:])):
        gradients += int(np.abs(np.trunc((u - v) * F(100) / F(255))).sum())
    k, n = np.mgrid[1:17, 0:64]
    transform = (np.sqrt(2 / 64) * np.cos(np.pi / 128 * k * (2 * n + 1))).astype(F)
    spectrum = (transform @ small @ transform.T).ravel()
    median = np.sort(spectrum)[127]
    bits = sum(1 << i for i in range(256) if spectrum[i] > median)
    return f"{bits:064x}", min(gradients // 90, 100)


@pytest.mark.parametrize(
    "size", [(320, 240), (240, 320), (129, 127), (500, 61), (63, 200), (1000, 700)]
)
def test_it_agrees_with_the_reference_bit_for_bit(size):
    picture = example("rings").resize(size, Image.Resampling.BILINEAR)
    value = PDQ.compute(picture)
    assert (value.value, value.quality) == reference(picture)


def test_a_picture_of_64_by_64_is_not_filtered():
    """The reference skips the filter there; the window of 1 changes nothing."""
    picture = example("rings").resize((64, 64))
    assert PDQ.compute(picture).value == reference(picture)[0]


def test_little_content_gives_a_quality_that_is_never_matched():
    assert PDQ.compute(example("slope")).quality < PDQ.least_quality
    assert PDQ.compute(Image.new("RGB", (90, 90), (9, 9, 9))).quality == 0


def test_a_tiny_picture_hashes_to_zero_as_in_the_reference():
    value = PDQ.compute(Image.new("RGB", (4, 300)))
    assert (value.value, value.quality) == ("0" * 64, 0)


def test_half_of_the_bits_are_set():
    bits = int(PDQ.compute(example("rings")).value, 16).bit_count()
    assert bits == 128


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "I;16", "1"])
def test_every_mode_is_hashed_and_its_conversion_recorded(mode):
    rings = example("rings")
    if mode == "I;16":
        wide = np.asarray(rings.convert("L")).astype(np.uint16) << 8
        picture = Image.fromarray(wide)
    else:
        source = rings.convert("L") if mode == "LA" else rings
        picture = source.convert(mode)
    value = PDQ.compute(picture)
    assert f"{mode} to RGB" in value.conversion
    same = PDQ.compute(rings)
    far = (int(value.value, 16) ^ int(same.value, 16)).bit_count()
    assert far <= (60 if mode in {"1", "P", "CMYK"} else 2)
