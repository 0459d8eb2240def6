"""PDQ, held against a slow and literal transcription of the reference."""

import numpy as np
import pytest
from PIL import Image

from iwflab.domain.hashes import ORIENTATIONS
from iwflab.hashing.examples import example
from iwflab.hashing.pdq import PDQ, PDQ_SAMPLED

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


TURNS = {
    "as stored": lambda a: a,
    "turned 90": np.rot90,
    "turned 180": lambda a: np.rot90(a, 2),
    "turned 270": lambda a: np.rot90(a, 3),
    "flipped": np.flipud,
    "mirrored": np.fliplr,
    "transposed": lambda a: a.transpose(1, 0, 2),
    "transversed": lambda a: np.rot90(a, 2).transpose(1, 0, 2),
}


@pytest.mark.parametrize("variant", [PDQ, PDQ_SAMPLED])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_turned_values_are_those_of_the_turned_picture(orientation, variant):
    """Near, not equal: where 64 places are picked is not symmetrical."""
    picture = example("rings").resize((640, 512), Image.Resampling.BILINEAR)
    turned = Image.fromarray(
        np.ascontiguousarray(TURNS[orientation](np.asarray(picture)))
    )
    value = variant.compute(picture)
    others = (value.value, *value.turned)
    distances = [
        (int(variant.compute(turned).value, 16) ^ int(other, 16)).bit_count()
        for other in others
    ]
    place = ORIENTATIONS.index(orientation)
    assert distances[place] <= 16
    assert min(d for n, d in enumerate(distances) if n != place) > 60


def test_the_sampled_variant_takes_the_nearest_pixels():
    picture = example("rings").resize((1301, 700), Image.Resampling.BILINEAR)
    rgb = np.asarray(picture)
    rows, columns = np.arange(512) * 700 // 512, np.arange(512) * 1301 // 512
    small = Image.fromarray(np.ascontiguousarray(rgb[rows][:, columns]))
    value = PDQ_SAMPLED.compute(picture)
    assert (value.value, value.quality) == reference(small)
    assert value.variant == "512nn"


def test_sides_up_to_512_are_not_sampled():
    picture = example("rings").resize((512, 300))
    full, sampled = PDQ.compute(picture), PDQ_SAMPLED.compute(picture)
    assert (full.value, full.turned) == (sampled.value, sampled.turned)


def test_16_bits_are_read_by_the_sampled_variant_as_by_the_tool():
    noise = np.random.default_rng(5).integers(0, 1 << 16, (90, 130)).astype(np.uint16)
    low = Image.fromarray((noise & 255).astype(np.uint8)).convert("RGB")
    value = PDQ_SAMPLED.compute(Image.fromarray(noise))
    assert value.value == reference(low)[0]
    assert "low byte" in value.conversion
