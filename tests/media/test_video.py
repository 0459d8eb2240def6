"""Videos behind the walls: every container, honest states, nothing else opened."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageStat

from iwflab.domain.media import DecoderState
from iwflab.hashing.frames import hash_luma, hash_rgb
from iwflab.media import clips, hourglass
from iwflab.media.containers import container
from iwflab.media.pool import DecodePool
from iwflab.media.reading import seal
from iwflab.workflow import EXAMINE, examination
from tests import films, pictures
from tests.media.ordinary import decoded_as_nobody

COMPLETE, TRUNCATED = DecoderState.COMPLETE, DecoderState.TRUNCATED
DAMAGED, REFUSED = DecoderState.DAMAGED, DecoderState.REFUSED


@pytest.fixture(scope="module")
def pool():
    with DecodePool(EXAMINE) as opened:
        yield opened


@pytest.fixture(scope="module")
def examine(pool):
    def ask(data):
        with seal([data]) as sealed:
            return pool.examine(sealed)

    return ask


def tiles(examined):
    return [(frame, us) for frame, us, _ in examined.metadata["sheet"]]


def picture(examined, variant="full"):
    shown = Image.open(io.BytesIO(examined.previews[variant]), formats=["JPEG"])
    shown.load()
    return shown


def box(data, *path):
    """Give start and end of a nested box of an ISO file."""
    at, end = 0, len(data)
    for name in path:
        while data[at + 4 : at + 8] != name:
            at += int.from_bytes(data[at : at + 4])
        end = at + int.from_bytes(data[at : at + 4])
        found, at = at, at + 8
    return found, end


@pytest.mark.parametrize("kind", films.KINDS)
def test_every_container_and_codec_decodes(examine, kind):
    codec = films.KINDS[kind][1]
    rate = films.RATES.get(codec, 10)
    examined = examine(films.of_kind(kind))
    assert (examined.state, examined.reason) == (COMPLETE, "")
    assert examined.format == kind.split()[0]
    assert (examined.width, examined.height) == films.SIZES.get(codec, (160, 120))
    assert examined.frames == 2 * rate
    assert examined.metadata["container"] == examined.format
    assert examined.metadata["shots"] == 2
    assert tiles(examined) == [(0, 0), (rate, 1_000_000)]
    assert set(examined.previews) == {"full", "shielded"}
    assert examined.hashes == ()  # it has those of its frames only
    found = examined.frame_hashes
    assert (found.algorithm, found.variant) == ("pdq", "vpdq 1/s")
    assert [(one.frame, one.microseconds) for one in found.frames] == tiles(examined)
    assert all(one.quality >= 90 for one in found.frames)
    assert "libavcodec" in examined.decoder
    assert "trailing" not in examined.metadata


def report(pool):
    states = {}
    for kind in films.KINDS:
        with seal([films.of_kind(kind)]) as sealed:
            states[kind] = str(pool.examine(sealed).state)
    return states


def test_videos_decode_as_an_ordinary_user():
    states = decoded_as_nobody()["test_video"]
    assert states == dict.fromkeys(films.KINDS, "complete")


def test_frames_of_record_are_what_any_other_program_decodes(examine):
    """Held against the drawn frames themselves, encoded without any loss."""
    drawn = films.frames((1, 10), (2, 10), (3, 10))
    found = examine(films.film(drawn, "AVI raw")).frame_hashes
    assert [one.frame for one in found.frames] == [0, 10, 20]
    assert [(one.value, one.quality) for one in found.frames] == [
        hash_rgb(drawn[number]) for number in (0, 10, 20)
    ]


def test_a_steady_shot_is_one_tile_and_a_travelling_one_shows_its_end(examine):
    steady = examine(films.film(films.frames((1, 30))))
    assert (steady.metadata["shots"], tiles(steady)) == (1, [(0, 0)])
    moving = examine(films.film(films.frames((1, 11), step=3)))
    assert moving.metadata["shots"] == 1
    assert tiles(moving) == [(0, 0), (10, 1_000_000)]
    longer = examine(films.film(films.frames((1, 32), step=1)))
    assert longer.metadata["shots"] == 1
    assert 2 <= len(tiles(longer)) <= 3


def test_equal_and_flat_frames_stay_off_the_sheet(examine):
    black = [np.zeros((120, 160, 3), np.uint8)] * 5
    one, other = films.frames((1, 5)), films.frames((2, 5))
    examined = examine(films.film([*black, *one, *other, *one, *black]))
    assert [frame for frame, _ in tiles(examined)] == [5, 10]
    assert examined.metadata["shots"] >= 4


def test_one_inserted_frame_is_on_the_sheet(examine):
    drawn = films.frames((1, 60))
    drawn[31] = next(films.shot(2, 1))
    assert tiles(examine(films.film(drawn))) == [(0, 0), (31, 3_100_000)]


def test_a_clip_without_any_contrast_still_shows_a_tile(examine):
    examined = examine(films.film([np.full((120, 160, 3), 90, np.uint8)] * 5))
    assert (examined.state, len(tiles(examined))) == (COMPLETE, 1)
    assert examined.frame_hashes.frames[0].quality == 0


def test_a_sheet_has_at_most_24_tiles_in_order_of_time(examine):
    cuts = films.frames(*((seed, 3) for seed in range(40)))
    examined = examine(films.film(cuts))
    assert examined.metadata["shots"] == 40
    assert len(tiles(examined)) == 24
    assert tiles(examined) == sorted(tiles(examined))
    full, shielded = picture(examined), picture(examined, "shielded")
    assert max(full.size) <= 1600
    assert shielded.mode == "L"
    assert max(shielded.size) <= 480


def test_a_turned_video_is_shown_upright_and_hashed_as_stored(examine):
    drawn = films.frames((1, 10))
    for part in drawn:
        part[:, :40] = (250, 20, 20)  # red at the left edge
    plain = examine(films.film(drawn, rotation=0))
    turned = examine(films.film(drawn, rotation=90))
    assert turned.metadata["rotation"] == 90
    assert (turned.width, turned.height) == (160, 120)
    assert turned.frame_hashes.frames == plain.frame_hashes.frames
    shown = picture(turned)
    assert shown.width < shown.height
    # Turned counter-clockwise, the left edge is at the bottom.
    foot = shown.crop((20, shown.height - 60, shown.width - 20, shown.height - 40))
    red, green, _ = ImageStat.Stat(foot).mean
    assert red > 2 * green


def test_times_that_are_not_even_choose_by_the_clock(examine):
    times = [0, 40, 80, 1500, 1540, 4000, 4040, 9000]
    drawn = films.frames((1, 8), step=2)
    examined = examine(films.film(drawn, "Matroska ffv1", times=times))
    assert examined.state is COMPLETE
    found = [one.microseconds for one in examined.frame_hashes.frames]
    assert found == [0, 1_500_000, 4_000_000, 9_000_000]
    assert examined.metadata["last_frame_us"] == 9_000_000


def test_one_frame_without_a_duration_is_a_video(examine):
    examined = examine(films.film(films.frames((1, 1)), "MOV mjpeg"))
    assert (examined.state, examined.frames) == (COMPLETE, 1)
    assert tiles(examined) == [(0, 0)]
    data = bytearray(films.film(films.frames((1, 5))))
    at, _ = box(data, b"moov", b"mvhd")
    data[at + 24 : at + 28] = bytes(4)  # the duration of the whole
    assert examine(bytes(data)).frames == 5


def test_sound_is_counted_and_never_decoded(examine):
    examined = examine(films.film(films.frames((1, 10)), sound=True))
    assert (examined.state, examined.reason) == (COMPLETE, "")
    assert examined.metadata["audio_streams"] == 1
    alone = examine(films.spoken())
    assert alone.state is REFUSED
    assert "no pictures" in alone.reason
    assert alone.metadata["audio_streams"] == 1


def test_a_second_track_of_pictures_hides_nothing(examine):
    examined = examine(films.tracks([(1, "mpeg4"), (2, "mpeg4")]))
    assert (examined.state, examined.reason) == (COMPLETE, "")
    assert examined.metadata["video_streams"] == 2
    assert tiles(examined) == [(0, 0), (10, 1_000_000)]
    assert [one.frame for one in examined.frame_hashes.frames] == [0, 10]


def test_tracks_that_are_not_looked_at_are_told(examine):
    many = examine(films.tracks([(seed, "mpeg4") for seed in range(6)]))
    assert (many.state, len(tiles(many))) == (TRUNCATED, 4)
    assert "only 4 of its 6 tracks" in many.reason
    odd = examine(films.tracks([(1, "mpeg4"), (2, "asv1")], "avi"))
    assert (odd.state, len(tiles(odd))) == (TRUNCATED, 1)
    assert "a further track (asv1)" in odd.reason


def test_the_cover_of_a_sound_is_shown(examine):
    examined = examine(films.spoken(cover=True))
    assert (examined.state, examined.frames) == (COMPLETE, 1)
    assert tiles(examined) == [(0, 0)]


def test_metadata_are_told_and_cleaned(examine):
    tags = {
        "creation_time": "2024-05-06T07:08:09.000000Z",
        "location": "+48.1374+011.5755/",
        "make": "Drawn \u202e& Co",
        "model": "Pattern\x1b[31m One",
        "title": "x" * 5000,
    }
    data = films.film(
        films.frames((1, 10)),
        "MOV mjpeg",
        tags=tags,
        options={"movflags": "use_metadata_tags"},
    )
    told = examine(data).metadata
    assert told["created"].startswith("2024-05-06T07:08:09")
    assert told["gps"] == {"latitude": 48.1374, "longitude": 11.5755}
    assert told["make"] == "Drawn \N{REPLACEMENT CHARACTER}& Co"
    assert told["model"] == "Pattern\N{REPLACEMENT CHARACTER}[31m One"
    assert len(told["title"]) <= 401
    (stream,) = told["streams"]
    assert (stream["kind"], stream["codec"]) == ("video", "mjpeg")
    assert (stream["width"], stream["height"], stream["rate"]) == (160, 120, 10.0)


@pytest.mark.parametrize("kind", ["AVI mjpeg", "Matroska h264", "WebM vp9", "FLV flv1"])
def test_a_cut_video_keeps_what_is_there(examine, kind):
    whole = films.of_kind(kind)
    examined = examine(whole[: len(whole) * 3 // 4])
    assert examined.state is TRUNCATED
    assert 10 <= examined.frames < 20
    assert examined.previews
    assert examined.frame_hashes.frames[0].frame == 0


def test_a_video_without_its_index_says_what_is_missing(examine):
    whole = films.of_kind("MP4 h264")
    examined = examine(whole[: len(whole) // 2])
    assert (examined.state, examined.frames) == (DAMAGED, 0)
    assert "past the end of the file" in examined.reason
    index, _ = box(whole, b"moov")
    assert "'moov'" in examine(whole[:index]).reason


def test_broken_packets_are_damage_that_is_counted(examine):
    data = bytearray(films.of_kind("MP4 h264"))
    start, end = box(data, b"mdat")
    for at in range(start + 4000, end - 100, 600):
        data[at : at + 8] = b"\xff" * 8
    examined = examine(bytes(data))
    assert examined.state is DAMAGED
    assert examined.frames > 10
    assert "faults, the first: " in examined.reason
    assert examined.metadata["decoder_faults"] > 0


def test_huge_declared_sizes_are_refused_before_any_pixel(examine):
    data = bytearray(films.of_kind("MOV mjpeg"))
    at, _ = box(data, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    data[at + 16 + 32 : at + 16 + 36] = b"\xff\xff\xff\xff"  # width and height
    while (found := data.find(b"\xff\xc0\x00\x11\x08")) >= 0:
        data[found : found + 9] = b"\xff\xc0\x00\x11\x09\xff\xff\xff\xff"
    examined = examine(bytes(data))
    assert examined.state in {REFUSED, DAMAGED}, examined
    assert examined.previews == {}
    raw = bytearray(films.of_kind("AVI raw"))
    at = raw.find(b"vidsstrf") if b"vidsstrf" in raw else raw.find(b"strf")
    raw[at + 12 : at + 20] = (9_000).to_bytes(4, "little") * 2
    assert "million pixels" in examine(bytes(raw)).reason


def test_a_codec_that_is_not_listed_is_refused_by_name(examine):
    data = films.of_kind("AVI mjpeg").replace(b"MJPG", b"snow")
    examined = examine(data)
    assert examined.state is REFUSED
    assert "its codec (snow)" in examined.reason


def test_time_that_runs_out_keeps_what_was_seen(monkeypatch):
    """The worker stops itself before it is killed, and says so."""
    examination.prepare_video()
    left = iter([False] * 12)
    monkeypatch.setattr(hourglass, "is_empty", lambda: next(left, True))
    data = films.film(films.frames((1, 30), (2, 30)), "Matroska ffv1")
    examined = examination.examine(memoryview(data))
    assert examined.state is TRUNCATED
    assert "took too long" in examined.reason
    assert 0 < examined.frames < 60
    assert examined.previews
    assert examined.frame_hashes.frames


@pytest.mark.parametrize("form", ["MP4", "GIF"])
def test_what_is_longer_than_its_hashes_may_be_says_so(monkeypatch, form):
    examination.prepare_video()
    monkeypatch.setattr(clips, "RECORDS", 3)
    drawn = films.frames((1, 60), step=1)
    data = films.film(drawn)
    if form == "GIF":
        shots = [Image.fromarray(frame) for frame in drawn]
        more = {"append_images": shots[1:], "duration": 100}
        data = pictures.encoded(shots[0], "GIF", save_all=True, **more)
    examined = examination.examine(memoryview(data))
    assert examined.state is TRUNCATED
    assert "only the first 3 seconds" in examined.reason
    assert len(examined.frame_hashes.frames) == 3
    assert examined.previews


@pytest.mark.parametrize(("good", "state"), [(0, DAMAGED), (12, TRUNCATED)])
def test_a_frame_that_cannot_be_converted_ends_it_honestly(monkeypatch, good, state):
    examination.prepare_video()
    seen = iter([True] * good)

    def luma(plane, *, limited):
        if not next(seen, False):
            raise ValueError("on purpose")
        return hash_luma(plane, limited=limited)

    broken = clips.Hashing(rgb=hash_rgb, luma=luma)
    monkeypatch.setattr(examination, "FRAME_HASHING", broken)
    examined = examination.examine(memoryview(films.film(films.frames((1, 20)))))
    assert examined.state is state
    assert (
        f"frame {good} cannot be converted: ValueError: on purpose" in examined.reason
    )
    assert bool(examined.previews) == bool(good)


def test_only_hashes_are_made_where_no_preview_is_wanted(pool):
    data = films.film(films.frames((1, 10), (2, 10)))
    with seal([data]) as sealed:
        examined = pool.examine(sealed, previews=False)
        whole = pool.examine(sealed)
    assert examined.previews == {}
    assert "sheet" not in examined.metadata
    assert examined.frame_hashes == whole.frame_hashes


def test_pictures_are_no_videos_and_videos_no_pictures():
    for name, data in pictures.nine_formats().items():
        assert container(memoryview(data)) is None, name
    for form in ("GIF", "WEBP", "PNG", "AVIF"):
        assert container(memoryview(pictures.animated(form))) is None, form
    for name in films.KINDS:
        assert container(memoryview(films.of_kind(name))).name == name.split()[0]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animated_picture_has_both_kinds_of_hashes(examine, form):
    shots = [Image.fromarray(f) for f in films.frames((1, 12), (2, 12), (1, 6))]
    data = pictures.encoded(
        shots[0], form, save_all=True, append_images=shots[1:], duration=100
    )
    examined = examine(data)
    assert (examined.state, examined.reason) == (COMPLETE, "")
    # Encoders join equal frames into one that stands longer.
    assert examined.metadata["animated"]
    assert {h.algorithm for h in examined.hashes} >= {"pdq", "phash"}
    assert [us for _, us in tiles(examined)] == [0, 1_200_000]
    seen = [one.microseconds for one in examined.frame_hashes.frames]
    assert seen[0] == 0
    assert all(later > sooner for sooner, later in itertools.pairwise(seen))
    still = {h.algorithm: h.value for h in examined.hashes}["pdq"]
    assert still == examined.frame_hashes.frames[0].value


def test_a_gif_that_ends_early_keeps_the_frames_before(examine):
    shots = [Image.fromarray(f) for f in films.frames(*((s, 1) for s in range(12)))]
    whole = pictures.encoded(
        shots[0], "GIF", save_all=True, append_images=shots[1:], duration=500
    )
    examined = examine(whole[: len(whole) // 2])
    assert examined.state is TRUNCATED
    assert examined.reason
    assert 1 < len(tiles(examined)) < 12


def check_mutants(pool, count, seed):
    states = dict.fromkeys(DecoderState, 0)
    for name, data in films.mutants(count, seed).items():
        with seal([data]) as sealed:
            examined = pool.examine(sealed)
        assert not examined.stopped, (name, examined.reason)
        assert bool(examined.reason) != (examined.state is COMPLETE), (name, examined)
        assert bool(examined.previews) == (examined.frames > 0), (name, examined)
        states[examined.state] += 1
    assert sum(states.values()) == count
    return states


def test_mutated_videos_all_have_a_state(pool):
    states = check_mutants(pool, 25, seed=3)
    assert states[COMPLETE] < 25


@pytest.mark.soak
def test_three_hundred_mutated_videos(pool, request, figure):
    if "soak" not in request.config.option.markexpr:
        pytest.skip("the long form: make soak, or -m soak")
    states = check_mutants(pool, 300, seed=20_241_122)
    told = ", ".join(f"{number} {state}" for state, number in states.items())
    figure("mutated videos", f"300 clips: {told}, 0 dead workers, 0 hangs")
    assert states[COMPLETE] < 200
