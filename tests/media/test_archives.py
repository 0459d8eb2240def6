"""Archives of strangers: bounded, in memory only, every member accounted for."""

import json
import random
import subprocess
import sys
from collections import Counter

import pytest

from iwflab.errors import Unreadable
from iwflab.media.archives import Archive, Limits, is_archive
from iwflab.media.reading import seal
from tests import zips

CASES = zips.refused_ones()


def members(data, limits=None):
    """Name, content and refusal of every member; or of the archive as a whole."""
    with seal([data]) as sealed:
        assert is_archive(sealed)
        try:
            with Archive(sealed, limits) as archive:
                return [
                    (m.name, m.sealed and m.sealed.bytes(), m.refused)
                    for m in archive.members()
                ]
        except Unreadable as fault:
            return [(b"", None, fault.message)]


def test_members_come_with_their_bytes_in_the_order_of_the_directory():
    told = [("b.png", b"bb"), ("folder/", b""), ("folder/a.png", b"aaa"), ("z", b"")]
    found = members(zips.packed(told))

    assert [name for name, _, _ in found] == [b"b.png", b"folder/a.png", b"z"]
    assert [content for _, content, _ in found] == [b"bb", b"aaa", b""]
    assert {why for _, _, why in found} == {""}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_says_why_and_the_rest_comes_through(case):
    data, words, good = CASES[case]
    found = members(data)

    assert sum(content is not None for _, content, _ in found) == good
    refused = [why for _, content, why in found if content is None]
    assert refused
    assert all(words in why for why in refused), refused
    assert all((content is None) == bool(why) for _, content, why in found)


def test_a_name_is_only_a_name():
    assert [name for name, _, why in members(zips.traversing()) if not why] == [
        b"../../up.png",
        b"/abs/olute.png",
        b"C:\\drive.png",
        b"a/../../b.png",
    ]


def test_names_come_back_as_the_raw_bytes_that_stood_there():
    data = zips.packed([("X" * 6, b"1"), ("naïve.png", b"2")])
    raw = b"\x82\xff\x00.pg"
    found = members(data.replace(b"X" * 6, raw))

    assert [name for name, _, _ in found] == [raw, "naïve.png".encode()]


def test_all_members_together_have_a_limit_too():
    one = bytes(900)
    data = zips.packed([(f"{n}.bmp", one) for n in range(40)])
    limits = Limits(free=1000, free_total=len(one) * 10, ratio=2)
    found = members(data, limits)

    assert len(found) == 40
    good = [content for _, content, _ in found if content is not None]
    assert 9 <= len(good) < 30
    assert {why for _, _, why in found} == {"", "the archive unpacks to too much"}


def test_one_member_has_a_limit_of_its_own():
    data = zips.packed([("large.bmp", bytes(5000)), ("small.bmp", bytes(10))])
    found = members(data, Limits(member=4000))

    assert "more than 4,000 bytes" in found[0][2]
    assert found[1][1] == bytes(10)


def test_broken_archives_raise_nothing_but_what_is_ours():
    chance = random.Random(20_241_122)
    good = zips.packed([(f"p{n}.png", bytes([n]) * (50 * n)) for n in range(9)])
    ends = Counter()
    for _ in range(1500):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(4, len(data))] = chance.choice((0, 255, 128, 7))
        if chance.random() < 0.2:
            data = data[: chance.randrange(4, len(data))]
        for _, content, why in members(bytes(data)):
            assert (content is None) == bool(why)
            ends["refused" if why else "read"] += 1
    assert min(ends["refused"], ends["read"]) > 1000


BOMB = """
import json, resource, sys, time
from tests import zips
from iwflab.errors import Unreadable
from iwflab.media.archives import Archive
from iwflab.media.reading import seal
data = getattr(zips, sys.argv[1])(int(sys.argv[2]))
import gc; gc.collect()
room = 700 << 20
began, told = time.monotonic(), []
import re
now = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10
resource.setrlimit(resource.RLIMIT_AS, (now + room, now + room))
with seal([data]) as sealed:
    try:
        with Archive(sealed) as archive:
            told = [member.refused for member in archive.members()]
    except Unreadable as fault:
        told = [fault.message]
print(json.dumps([time.monotonic() - began, sorted(set(told))]))
"""


@pytest.mark.parametrize(
    ("kind", "size", "words"),
    [
        ("bomb", 512 << 20, "times its packed size"),
        ("many", 350_000, "more than 100,000"),
        ("many", 3_000_000, "directory is larger"),
        ("overlapping", 9_000, "shares bytes"),
        ("long_directory", 0xFFFFFFF0, ""),
    ],
)
def test_a_bomb_costs_little_memory_and_time(kind, size, words):
    """700 MiB beyond the start are all it gets, and it is done in seconds."""
    done = subprocess.run(
        [sys.executable, "-c", BOMB, kind, str(size)],
        env={"PYTHONPATH": ":".join(filter(None, sys.path)) + ":."},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seconds, told = json.loads(done.stdout)
    assert seconds < 20
    assert any(words in why and why for why in told)
