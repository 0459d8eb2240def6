"""Nine formats decode behind the walls; every other medium gets an honest state."""

import io

import pytest
from PIL import Image, ImageFilter, ImageStat

from iwflab.domain.media import DecoderState
from iwflab.media import sandbox
from iwflab.media.outlines import outlined
from iwflab.media.pool import DecodePool
from iwflab.media.reading import seal
from tests import pictures
from tests.media.ordinary import decoded_as_nobody

TASK = "iwflab.workflow.examination:examine"


@pytest.fixture(scope="module")
def pool():
    with DecodePool(TASK) as opened:
        yield opened


@pytest.fixture(scope="module")
def examine(pool):
    def ask(data, *algorithms):
        with seal([data]) as sealed:
            return pool.examine(sealed, algorithms)

    return ask


def shown(examined, variant):
    picture = Image.open(io.BytesIO(examined.previews[variant]), formats=["JPEG"])
    picture.load()
    return picture


@pytest.mark.parametrize("form", sorted(pictures.nine_formats()))
def test_every_format_decodes(examine, form):
    examined = examine(pictures.nine_formats()[form])
    assert (examined.state, examined.reason) == (DecoderState.COMPLETE, "")
    assert examined.format == form
    assert (examined.width, examined.height, examined.frames) == (160, 120, 1)
    assert {value.algorithm for value in examined.hashes} == {
        "ahash",
        "dhash",
        "pdq",
        "phash",
    }
    assert set(examined.previews) == {"full", "shielded", "outlines"}
    assert "Pillow" in examined.decoder
    assert "trailing" not in examined.metadata


def report(pool):
    states = {}
    for form, data in pictures.nine_formats().items():
        with seal([data]) as sealed:
            examined = pool.examine(sealed)
        states[form] = [str(examined.state), len(examined.hashes)]
    return states


def test_every_format_decodes_as_an_ordinary_user():
    """Threads are needed for HEIF and AVIF, and only root ignores limits on them."""
    states = decoded_as_nobody()["test_decoding"]
    assert states == {form: ["complete", 5] for form in pictures.nine_formats()}


def test_the_true_worker_has_one_thread_when_it_locks_down():
    layers = {layer.name: layer for layer in sandbox.layers(TASK)}
    assert layers["single thread"].active, layers["single thread"].why


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animated_picture_the_first_frame_is_taken(examine, form):
    examined = examine(pictures.animated(form))
    assert (examined.state, examined.frames) == (DecoderState.COMPLETE, 5)
    assert "first of 5 frames" in examined.hashes[0].conversion


def test_metadata_is_selected_and_clean(examine):
    evil = "Make\u202e\x1b<script>\n" + "x" * 9000
    exif = examine(pictures.with_exif(make=evil)).metadata
    assert exif["exif"]["body_serial"] == "SN-0042"
    assert exif["exif"]["datetime_original"] == "2021:03:04 05:06:07"
    assert exif["exif"]["lens_model"] == "35mm F2"
    assert exif["orientation"] == 6
    assert exif["gps"] == {"latitude": -33.86, "longitude": 151.2}
    make = exif["exif"]["make"]
    assert len(make) < 500
    assert not set(make) & {"\u202e", "\x1b", "\n"}
    assert len(exif["quantisation"]) == 64


def test_outlines_hold_no_more_than_the_shielded_preview(examine):
    """They are drawn from it alone: few tones, and what it hides they hide."""
    quiet = Image.linear_gradient("L").resize((400, 300)).point(lambda v: 120 + v // 20)
    fine = quiet.copy()
    for x in range(2, 398, 4):  # lines that the blur takes away
        fine.paste(90, (x, 0, x + 1, 300))
    assert outlined(quiet).getcolors() == [(120_000, 202)]
    found = shown(examine(pictures.encoded(fine.convert("RGB"), "PNG")), "outlines")
    assert (found.mode, found.size) == ("L", (400, 300))
    assert sum(found.histogram()[:190]) == 0  # not a single line
    strong = Image.new("L", (400, 300))
    strong.paste(255, (0, 0, 200, 300))
    tones = {value for _, value in outlined(strong).getcolors()}
    assert tones == {70, 168, 236}  # two tones, and the line between them


def test_previews_are_turned_and_hashes_are_not(examine):
    upright, turned = (
        examine(pictures.with_exif(orientation=orientation)) for orientation in (1, 6)
    )
    assert upright.hashes == turned.hashes
    assert (turned.width, turned.height) == (160, 120)
    assert shown(upright, "full").size == (160, 120)
    assert shown(turned, "full").size == (120, 160)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(examine, orientation):
    from PIL import ImageChops, ImageOps

    data = pictures.with_exif(orientation=orientation)
    ours = shown(examine(data), "full")
    theirs = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    difference = ImageStat.Stat(ImageChops.difference(ours, theirs)).mean
    assert max(difference) < 12


def test_the_shielded_preview_is_small_grey_and_holds_no_detail(examine):
    big = pictures.encoded(pictures.pattern(3000, 2000), "JPEG")
    examined = examine(big)
    assert shown(examined, "full").size == (1600, 1067)
    shielded = shown(examined, "shielded")
    assert shielded.size == (480, 320)
    assert shielded.mode == "L"
    edges = ImageStat.Stat(
        shielded.filter(ImageFilter.FIND_EDGES).crop((4, 4, 476, 316))
    )
    assert edges.mean[0] < 6
    assert b"Exif" not in examined.previews["full"]


@pytest.mark.parametrize("form", ["JPEG", "GIF"])
def test_a_comment_of_the_original_is_in_no_preview(examine, form):
    said = b"a comment that names somebody"
    original = io.BytesIO()
    pictures.pattern(320, 240).save(original, form, comment=said)
    examined = examine(original.getvalue())

    assert said in original.getvalue()
    assert set(examined.previews) == {"full", "shielded", "outlines"}
    for preview in examined.previews.values():
        assert said not in preview
        assert b"\xff\xfe" not in preview[: preview.index(b"\xff\xda")]


def test_transparency_is_shown_over_mid_grey(examine):
    picture = shown(examine(pictures.transparent()), "full")
    assert all(abs(value - 128) < 6 for value in picture.getpixel((80, 1)))


def test_sixteen_bit_grey_keeps_its_shades(examine):
    assert examine(pictures.grey16()).metadata["bits"] == 16
    low, high = shown(examine(pictures.grey16()), "full").convert("L").getextrema()
    assert high - low < 10 or high > 240


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_a_truncated_picture_is_never_called_complete(examine, form):
    whole = pictures.nine_formats()[form]
    for part in (0.95, 0.7, 0.5, 0.2):
        examined = examine(whole[: int(len(whole) * part)])
        assert examined.state in {DecoderState.TRUNCATED, DecoderState.DAMAGED}
        assert examined.reason
        if examined.previews:
            assert examined.hashes


def test_half_a_jpeg_is_shown_as_far_as_it_goes(examine):
    whole = pictures.jpeg()
    examined = examine(whole[: len(whole) // 2])
    assert examined.state is DecoderState.TRUNCATED
    assert "partly decoded" in examined.hashes[0].conversion
    assert shown(examined, "full").size == (160, 120)


def test_a_missing_end_marker_and_a_wrong_checksum_are_seen(examine):
    assert examine(pictures.jpeg()[:-2]).state is DecoderState.TRUNCATED
    assert examine(pictures.png()[:-12]).state is DecoderState.TRUNCATED
    assert examine(pictures.gif()[:-1]).state is DecoderState.TRUNCATED
    broken = bytearray(pictures.png())
    broken[-20] ^= 1
    examined = examine(bytes(broken))
    assert examined.state is DecoderState.DAMAGED
    assert "checksum" in examined.reason or examined.reason


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("jpeg+zip", "zip"),
        ("jpeg+html", "html"),
        ("png+html", "html"),
        ("gif+zip", "zip"),
        ("webp+zip", "zip"),
    ],
)
def test_what_follows_a_picture_is_flagged(examine, name, kind):
    examined = examine(pictures.polyglots()[name])
    assert examined.state is DecoderState.COMPLETE
    assert examined.metadata["trailing"]["kind"] == kind


@pytest.mark.parametrize("name", ["html", "eps", "svg", "nothing", "one byte"])
def test_what_is_no_picture_of_the_list_is_refused(examine, name):
    assert examine(pictures.polyglots()[name]).state is DecoderState.REFUSED


@pytest.mark.parametrize("name", sorted(pictures.bombs()))
def test_a_bomb_is_bounded_and_accounted_for(examine, name):
    examined = examine(pictures.bombs()[name])
    if name in {"png huge area", "png 144 megapixels", "bmp huge"}:
        assert examined.state is DecoderState.REFUSED
        assert "pixels" in examined.reason
    # 20,000 frames of one pixel are a short walk, not a bomb.
    assert examined.state is not DecoderState.COMPLETE or name == "gif frames"


def test_asked_for_algorithms_come_on_top(examine):
    names = {
        value.algorithm for value in examine(pictures.png(), "whash", "md5").hashes
    }
    assert names == {"ahash", "dhash", "pdq", "phash", "whash"}


def test_hashes_of_a_fresh_worker_agree(pool, examine):
    data = pictures.jpeg(shift=3)
    with pool.fresh() as fresh, seal([data]) as sealed:
        assert fresh.examine(sealed).hashes == examine(data).hashes


def test_hashes_of_a_heif_say_that_its_own_turn_was_applied(examine):
    conversions = {value.conversion for value in examine(pictures.heif()).hashes}
    assert conversions
    assert all("as the HEIF says" in conversion for conversion in conversions)
