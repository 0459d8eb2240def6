"""More of a medium is made on demand: kept, on record, and never the original."""

import io
import json
from dataclasses import replace
from uuid import uuid4

import av
import pytest
import sqlalchemy as sa
from given import CUSTODY
from PIL import Image

from iwflab.domain.media import DecoderState, Examined
from iwflab.errors import BadInput, DecodeError, NotFound, NotYours, Tampered
from iwflab.media import wire
from tests import films, pictures


@pytest.fixture
def ann(new_lab, tmp_path):
    place = tmp_path / "taken"
    place.mkdir()
    (place / "turned.mp4").write_bytes(films.of_kind("MP4 h264"))
    wide = Image.effect_noise((4200, 700), 60).convert("RGB")
    (place / "wide.png").write_bytes(pictures.encoded(wide, "PNG"))
    shots = [Image.fromarray(frame) for frame in films.frames((1, 3), (2, 3))]
    moving = pictures.encoded(
        shots[0], "GIF", save_all=True, append_images=shots[1:], duration=600
    )
    (place / "moving.gif").write_bytes(moving)
    lab = new_lab(intake_roots=["/"])
    lab.intake([str(place)], **CUSTODY)
    ann = lab.seat("ann")
    for medium in lab.media()["medium"]:
        ann.take(medium)
    return ann


def medium_of(ann, name):
    found = ann.media()
    return found[found["name"].str.endswith(name)]["medium"].iloc[0]


def test_a_clip_is_a_preview_more_and_the_rest_stands(ann):
    video = medium_of(ann, "turned.mp4")
    before = ann.item(video)
    assert ann.rendition(video, "clip") is None
    with pytest.raises(NotFound):
        ann.deliver(video, "clip")
    ann.enlarge(video, "clip")
    told = ann.rendition(video, "clip")
    assert told == {"rate": 10.0, "note": "", "times": []}
    assert "clip" not in ann.item(video)["metadata"]
    item = ann.item(video)
    # Who grades blind is not told that somebody looked closer.
    assert item["previews"] == ["full", "outlines", "shielded"]
    for name in ("state", "format", "width", "height", "frames"):
        assert item[name] == before[name]
    with av.open(io.BytesIO(ann.deliver(video, "clip"))) as clip:
        assert sum(1 for _ in clip.decode(video=0)) == 20
    ann.enlarge(video, "clip")  # it is there: nothing is made or entered
    assert ann.verify() == []
    ann.examine([video])  # the newest examination stands, and it knows of no clip
    assert ann.rendition(video, "clip") is None


def test_an_animated_picture_is_a_clip_as_well(ann):
    medium = medium_of(ann, "moving.gif")
    ann.enlarge(medium, "clip")  # frames that are alike are one in a GIF
    assert ann.rendition(medium, "clip")["rate"] == pytest.approx(1 / 1.8, abs=0.01)
    assert ann.deliver(medium, "clip").startswith(b"\x1a\x45\xdf\xa3")


def test_a_larger_preview_is_bounded(ann):
    medium = medium_of(ann, "wide.png")
    ann.enlarge(medium, "large")
    made = Image.open(io.BytesIO(ann.deliver(medium, "large")))
    assert (made.format, made.size) == ("JPEG", (3840, 640))


def test_made_twice_at_once_it_is_the_one_that_was_entered(ann, monkeypatch):
    """Another process makes it as well, and is quicker; encoders may differ."""
    video, pool = medium_of(ann, "turned.mp4"), ann._bench.renditions
    examine, raced = pool.examine, []

    def slower(sealed, wanted):
        found = examine(sealed, wanted)
        if not raced:
            raced.append(1)
            ann.enlarge(video, "clip")
            piece = found.previews["clip_0"] + b" otherwise"
            return replace(found, previews={"clip_0": piece})
        return found

    monkeypatch.setattr(pool, "examine", slower)
    ann.enlarge(video, "clip")
    assert not ann.deliver(video, "clip").endswith(b" otherwise")
    entered = sa.text("SELECT COUNT(*) AS n FROM examination WHERE medium = :m")
    assert ann._store.rows(entered, m=video)[0]["n"] == 2
    assert ann.verify() == []


def test_what_cannot_be_made_or_is_not_theirs_is_refused(ann):
    picture, video = medium_of(ann, "wide.png"), medium_of(ann, "turned.mp4")
    with pytest.raises(DecodeError, match="does not move"):
        ann.enlarge(picture, "clip")
    with pytest.raises(DecodeError, match="no picture"):
        ann.enlarge(video, "large")
    with pytest.raises(BadInput):
        ann.rendition(video, "original")
    with pytest.raises(NotYours):
        ann.seat("ben").enlarge(video, "clip")
    with pytest.raises(NotYours):
        ann.seat("ben").rendition(video, "clip")


def test_a_clip_that_was_exchanged_is_not_sent(ann):
    video = medium_of(ann, "turned.mp4")
    ann.enlarge(video, "clip")
    sha256 = ann.show(video)["sha256"]
    assert json.loads(ann.show(video)["previews"])["clip"]
    ann._bench.previews.keep(sha256, "clip", b"\x1a\x45\xdf\xa3 another")
    with pytest.raises(Tampered):
        ann.deliver(video, "clip")


@pytest.mark.parametrize(
    ("name", "blob", "taken"),
    [
        ("clip_0", b"\x1a\x45\xdf\xa3 and so on", True),
        ("clip_1", b"any part of it", True),
        ("clip_0", b"<html>", False),
        ("clip_8", b"\x1a\x45\xdf\xa3", False),
        ("clip", b"\x1a\x45\xdf\xa3", False),
        ("full", b"\x1a\x45\xdf\xa3", False),
    ],
)
def test_a_worker_hands_over_clips_as_pieces_only(name, blob, taken):
    told = wire.pack(Examined(DecoderState.COMPLETE, previews={name: blob}))
    if taken:
        assert wire.unpack(told[0], list(told[1])).previews == {name: blob}
    else:
        with pytest.raises(wire.Garbled):
            wire.unpack(told[0], list(told[1]))


@pytest.mark.parametrize(("name", "carried"), [("turned", "clip"), ("wide", "large")])
def test_what_was_sent_on_demand_was_seen_in_full_whoever_has_it_now(
    ann, name, carried
):
    """The clip was open when its lease lapsed, or somebody else took the medium."""
    medium = medium_of(ann, f"{name}.{'mp4' if carried == 'clip' else 'png'}")
    ann.enlarge(medium, carried)
    ann.reveal(medium, "full")
    ann.deliver(medium, carried)
    ann.hand_back()
    ben, request = ann.seat("ben"), uuid4().hex
    seen = {"medium": medium, "variant": "full", "milliseconds": 4_000}
    with pytest.raises(NotYours):
        ben.shown([seen])
    ben.take(medium)

    for _ in range(2):  # the answer was lost: the same again
        assert ann.shown([seen], request=request) == {"saved": 1, "refused": []}
    (line,) = ann.exposure()["lines"]
    assert (line["level"], line["seconds"]) == ("full", 4.0)
    for level in ("outlines", "shielded", "lens", "greyscale"):  # not sent
        with pytest.raises(NotYours):
            ann.shown([{**seen, "variant": level}])


def test_stacks_lie_together_on_the_sheet(new_lab, tmp_path):
    place = tmp_path / "taken"
    place.mkdir()
    scene = Image.fromarray(films.scene(5, 300, 200))
    for number, name in enumerate(("a", "z")):
        scene.resize((300 + number, 200)).save(place / f"{name}.png")
    Image.fromarray(films.scene(9, 300, 200)).save(place / "m.png")
    lab = new_lab(intake_roots=["/"])
    lab.intake([str(place)], **CUSTODY)
    ann = lab.seat("ann")
    assert ann.take_more(9) == 3
    laid = ann.sheet_order()
    stacked = [medium for medium, exemplar in laid if exemplar]
    assert len(stacked) == 2
    places = [n for n, (_, exemplar) in enumerate(laid) if exemplar]
    assert places[1] == places[0] + 1
    exemplar = laid[places[0]][1]
    assert ann.exemplar_of(stacked[1]) == exemplar == stacked[0]
    assert ann.exemplar_of(exemplar) == ""
    assert [row["stage"] for row in ann.sheet(laid)] == ["waiting"] * 3
    assert ann.seat("ben").sheet(laid) == []
