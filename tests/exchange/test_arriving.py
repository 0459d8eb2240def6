"""Lists that arrive: anybody's CSV and JSON lines, by line, whole or not at all."""

import io
import json
import random
import time
import tracemalloc

import pytest

from iwflab.domain.lists import ListedHash
from iwflab.errors import BadInput
from iwflab.exchange import FORMATS
from iwflab.hashing import column_files, list_columns
from iwflab.hashing.lists import build

MD5, PDQ = "0cc175b9c0f1b6a831c399e269772661", "0f" * 32
READERS = [name for name, form in FORMATS.items() if form.read]


def read(name, text):
    data = text if isinstance(text, bytes) else text.encode()
    return list(FORMATS[name].read(io.BytesIO(data)))


@pytest.mark.parametrize("name", READERS)
def test_what_we_release_can_be_read(name):
    form = FORMATS[name]
    lines = read(name, form.dump(form.example))

    assert [line.line for line in lines] == ([2, 3] if name == "csv" else [1, 2])
    first = {one.algorithm: (one.value, one.quality) for one in lines[0].hashes}
    entry = form.example[0]
    assert first == {
        "sha256": (entry.sha256, None),
        "sha1": (entry.sha1, None),
        "md5": (entry.md5, None),
        "ahash": (entry.hashes["ahash"], None),
        "dhash": (entry.hashes["dhash"], None),
        "phash": (entry.hashes["phash"], None),
        "pdq": (entry.hashes["pdq"], 100),
    }
    assert [line.label for line in lines] == ["uk_2014 C", "=cmd @A"]


@pytest.mark.parametrize("name", READERS)
def test_what_we_release_can_be_built(name, tmp_path):
    form = FORMATS[name]
    built = build(tmp_path / "list", read(name, form.dump(form.example)))

    assert built.items == len(form.example)
    assert built.values["sha256.any.same"] == 2


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_anybodys_csv(sign, end):
    text = end.join(
        [
            sign.join(["\ufeffMD5", "pdq", "pdq_quality", "Label", "note"]),
            sign.join([MD5, "", "", "A", '"two']) + "\n" + f'lines"{sign}'.rstrip(sign),
            "",
            sign.join(["", PDQ, "77", "", ""]),
        ]
    )
    first, second = read("csv", text)

    assert (first.line, first.label, first.note) == (2, "A", "two\nlines")
    assert first.hashes == (ListedHash("md5", MD5),)
    assert (second.line, second.hashes) == (5, (ListedHash("pdq", PDQ, "", 77),))


def test_anybodys_json_lines():
    text = "\n".join(
        [
            json.dumps({"md5": MD5, "label": "A", "note": "n"}),
            "",
            json.dumps(
                {
                    "hashes": [
                        {"algorithm": "pdq", "value": PDQ, "variant": "512nn"},
                        {"algorithm": "pdq", "value": PDQ, "quality": 66},
                    ],
                    "sha1": None,
                    "category": "B",
                    "scheme": "uk_2014",
                }
            ),
        ]
    )
    first, second = read("json_lines", text)

    assert (first.line, first.label, first.note) == (1, "A", "n")
    assert (second.line, second.label) == (3, "uk_2014 B")
    assert second.hashes == (
        ListedHash("pdq", PDQ, "512nn"),
        ListedHash("pdq", PDQ, "", 66),
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("label,note\nA,b", 1),
        ("md5,md5\na,b", 1),
        ("md5,\na,b", 1),
        (f"md5,label\n{MD5}", 2),
        (f"md5,label\n{MD5},A\n{MD5},A,b", 3),
        (f"md5,label\n{MD5},A\n,A", 3),
        (f"md5,label\n{MD5},A\n{MD5},\xff".encode("latin-1"), 3),
        (f"md5,label\n{MD5},A\0", 2),
        (f'md5,label\n{MD5},A\n{MD5},"never closed\n{MD5},A', 3),
        (f'md5,label\n{MD5},"A"b', 2),
        (f"pdq,pdq_quality\n{PDQ},101", 2),
        (f"pdq,pdq_quality\n{PDQ},good", 2),
        (f"pdq,pdq_quality\n{PDQ},-1", 2),
        (f"md5\n{MD5}\n" + "a" * (1 << 20) + "b", 3),
    ],
)
def test_a_csv_line_that_does_not_fit_is_named(text, line):
    with pytest.raises(BadInput, match=f"line {line} ") as refused:
        read("csv", text)

    assert refused.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "1",
        "{}",
        '{"label": "A"}',
        '{"md5": 1}',
        '{"md5": ["a"]}',
        '{"hashes": 3}',
        '{"hashes": [3]}',
        '{"hashes": [{"algorithm": "md5", "value": "a", "colour": "b"}]}',
        '{"pdq": "a", "pdq_quality": 101}',
        '{"pdq": "a", "pdq_quality": true}',
        '{"pdq": "a", "pdq_quality": 1.5}',
        "[" * 100_000,
        '{"md5": "a"',
    ],
)
def test_a_json_line_that_does_not_fit_is_named(text):
    with pytest.raises(BadInput, match="line 2 ") as refused:
        read("json_lines", json.dumps({"md5": MD5}) + "\n" + text)

    assert refused.value.advice


def test_an_unknown_column_is_refused_by_name_and_nothing_is_imported(tmp_path):
    lines = FORMATS["csv"].read(io.BytesIO(f"md5,colour\n{MD5},blue\n".encode()))
    with pytest.raises(BadInput, match=r"line 1.*colour") as refused:
        build(tmp_path / "list", lines)

    assert "photodna" in refused.value.advice
    assert list(tmp_path.iterdir()) == []


class Endless(io.RawIOBase):
    """A list of so many lines that is nowhere as a whole."""

    def __init__(self, name, count):
        super().__init__()
        self.left, self.drawn = count, random.Random(5)
        self.plain = name == "csv"
        self.head = b"md5,pdq,pdq_quality,label\n" if self.plain else b""

    def readline(self, size=-1):
        if self.head:
            head, self.head = self.head, b""
            return head
        if not self.left:
            return b""
        self.left -= 1
        md5, pdq = self.drawn.randbytes(16).hex(), self.drawn.randbytes(32).hex()
        if self.plain:
            return f"{md5},{pdq},80,A\n".encode()
        return f'{{"md5":"{md5}","pdq":"{pdq}","pdq_quality":80}}\n'.encode()


@pytest.mark.parametrize("name", READERS)
def test_a_long_list_is_read_quickly(name):
    started = time.process_time()
    count = sum(1 for _ in FORMATS[name].read(Endless(name, 30_000)))

    assert count == 30_000
    assert time.process_time() - started < 30 * 0.03 * 2  # a million in half a minute


def test_a_long_list_is_built_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(list_columns, "_AT_ONCE", 2000)
    monkeypatch.setattr(column_files, "_SORTED", 2000)
    peaks = []
    for count in (3000, 12_000):
        tracemalloc.start()
        build(tmp_path / str(count), FORMATS["csv"].read(Endless("csv", count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    # Batches of 2,000 values fill both; what grows is 8 bytes of order a value.
    assert peaks[1] - peaks[0] < 12_000 * 50


@pytest.mark.soak
@pytest.mark.parametrize("name", READERS)
def test_a_million_lines_are_built_well_under_a_minute(name, tmp_path):
    started = time.process_time()
    built = build(tmp_path / "list", FORMATS[name].read(Endless(name, 1_000_000)))

    assert built.items == 1_000_000
    assert time.process_time() - started < 40
