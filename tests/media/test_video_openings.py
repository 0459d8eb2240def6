"""A video cannot make the demuxer open anything else: proved without the walls, too."""

import struct

import pytest

from iwflab.domain.media import DecoderState
from iwflab.media.containers import container
from iwflab.media.pool import DecodePool
from iwflab.media.reading import seal
from iwflab.workflow import EXAMINE, examination
from tests import films
from tests.media.test_video import box


@pytest.fixture(scope="module")
def sandboxed():
    with DecodePool(EXAMINE, workers=1) as pool:

        def ask(data):
            with seal([data]) as sealed:
                return pool.examine(sealed)

        yield ask


@pytest.fixture
def both(sandboxed):
    """Examine behind the walls and without any: neither may find a frame."""
    examination.prepare_video()

    def ask(data):
        return sandboxed(data), examination.examine(memoryview(data))

    return ask


@pytest.fixture
def neighbour(tmp_path):
    """A whole video that lies beside the hostile one."""
    place = tmp_path / "neighbour.mov"
    place.write_bytes(films.of_kind("MOV mjpeg"))
    return place


def scripts(neighbour):
    """Lists of other files, as themselves and behind the first bytes of videos."""
    lists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{neighbour}\n",
        "concat": f"ffconcat version 1.0\nfile '{neighbour}'\n",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "dash": f"<?xml version='1.0'?><MPD><BaseURL>{neighbour}</BaseURL></MPD>",
    }
    fronts = {
        "plain": b"",
        "mov": b"\0\0\0\x14ftypisom\0\0\0\0isom",
        "matroska": b"\x1a\x45\xdf\xa3",
        "ts": (b"G" + bytes(187)) * 3,
        "ps": b"\0\0\x01\xba",
        "ogg": b"OggS\0",
        "flv": b"FLV\x01\x05\0\0\0\x09\0\0\0\0",
    }
    for name, text in lists.items():
        for front, sign in fronts.items():
            yield f"{name} {front}", sign + text.encode()


def test_lists_of_other_files_open_nothing(both, neighbour):
    for name, data in scripts(neighbour):
        for examined in both(data):
            assert examined.frames == 0, name
            assert examined.previews == {}, name
            assert examined.reason, name
            refused = examined.state is DecoderState.REFUSED
            assert refused or container(memoryview(data)), name


def pointing_to(whole, place):
    """Turn a MOV into one whose pictures lie in another file (a Macintosh alias)."""
    data, path = bytearray(whole), str(place).encode()
    nested = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
    start, end = box(data, *nested)
    volume = b"/".ljust(27, b"\0")
    name = place.name.encode().ljust(63, b"\0")
    record = bytes(10) + b"\0" + volume + bytes(12) + bytes([len(place.name)]) + name
    record += bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    record += struct.pack(">HH", 2, len(path)) + path + b"\0" * (len(path) % 2)
    record += struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
    fresh = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    for depth in range(1, len(nested)):
        at, _ = box(data, *nested[:depth])
        length = int.from_bytes(data[at : at + 4]) + len(fresh) - (end - start)
        data[at : at + 4] = length.to_bytes(4)
    data[start:end] = fresh
    first, last = box(data, b"mdat")
    data[first + 8 : last] = bytes(last - first - 8)  # nothing of it in this file
    return bytes(data)


def test_pictures_in_another_file_are_not_fetched(both, neighbour, tmp_path):
    data = pointing_to(neighbour.read_bytes(), neighbour)
    import av

    # FFmpeg, allowed to, does follow the alias: the file is a true temptation.
    tempting = tmp_path / "tempting.mov"
    tempting.write_bytes(data)
    allowed = {"enable_drefs": "1", "use_absolute_path": "1"}
    with av.open(str(tempting), options=allowed) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 20

    for examined in both(data):
        assert examined.frames == 0
        assert examined.state is DecoderState.DAMAGED
        assert examined.previews == {}


def test_no_demuxer_of_ours_is_one_that_opens_files():
    named = {container(memoryview(films.of_kind(kind))).demuxer for kind in films.KINDS}
    opening = {"hls", "concat", "dash", "sdp", "rtsp", "image2", "lavfi", "tty"}
    assert named == {"mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg"}
    assert not named & opening
