"""What begins like a picture is a picture, whatever lies in its comments."""

import struct

import pytest

from iwflab.domain.media import DecoderState
from iwflab.media.containers import container, structure
from iwflab.workflow import examination
from tests import films, pictures


def jpeg_with(comment):
    """Give a JPEG whose first segment is a comment."""
    data = pictures.jpeg()
    return data[:2] + struct.pack(">HH", 0xFFFE, len(comment) + 2) + comment + data[2:]


def gif_with(comment):
    """Give a GIF with a comment before its first picture."""
    data = pictures.encoded(pictures.pattern().quantize(16), "GIF")
    at = 13 + 3 * (2 << (data[10] & 7))
    parts = [comment[n : n + 255] for n in range(0, len(comment), 255)]
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    return data[:at] + b"!\xfe" + blocks + b"\0" + data[at:]


DISGUISED = {
    # The length of its comment begins with a G, four bytes after the start.
    "JPEG": lambda: jpeg_with(b"G" * 0x4780),
    "GIF": lambda: gif_with((b"G" * 254 + b"G") * 40),
    "GIF, one comment": lambda: gif_with(b"G" * 600),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_a_picture_with_packets_in_a_comment_is_still_a_picture(name):
    data = DISGUISED[name]()
    assert any(
        all(data[start + n * step] == ord("G") for n in range(3))
        for start, step in ((0, 188), (4, 192))
    )  # it is a true temptation
    assert container(memoryview(data)) is None
    examined = examination.examine(memoryview(data), with_previews=False)
    assert examined.state is DecoderState.COMPLETE, examined.reason
    assert "pdq" in {one.algorithm for one in examined.hashes}


def test_a_picture_is_no_film_because_of_a_box_in_its_header():
    """The length of the file and two bytes that nobody reads, named like a box."""
    for name in (b"moov", b"mdat", b"pnot"):
        data = pictures.bmp()
        data = data[:4] + name + data[8:]
        assert container(memoryview(data)) is None
        examined = examination.examine(memoryview(data), with_previews=False)
        assert examined.format == "BMP", name
        assert examined.hashes


def test_a_few_bytes_make_no_stream():
    packet = b"G" + bytes(187)
    timed = bytes(4) + packet
    for count in (3, 4):
        assert container(memoryview(packet * count)) is None
        assert container(memoryview(timed * count)) is None
    broken = bytearray(packet * 40)
    assert container(memoryview(broken)).demuxer == "mpegts"
    broken[188 * 6] = 0
    assert container(memoryview(broken)) is None


def test_streams_are_told_by_their_packets_also_with_times_that_begin_with_a_g():
    timed = (b"GGGG" + b"G" + bytes(187)) * 40
    kind = container(memoryview(timed))
    assert kind.demuxer == "mpegts"
    assert not structure(kind, memoryview(timed)).missing
    assert structure(kind, memoryview(timed[:-1])).missing


def test_all_true_films_and_pictures_are_what_they_are():
    for kind in films.KINDS:
        assert container(memoryview(films.of_kind(kind))), kind
    for form, data in pictures.nine_formats().items():
        assert container(memoryview(data)) is None, form
