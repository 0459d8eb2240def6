"""The contact sheet's pages, larger previews and clips, over the real server."""

import io
import time
import uuid

import av
import pytest
from PIL import Image

from iwflab.lab import Lab
from tests import films, pictures
from tests.server.visiting import Visitor, make_lab, server_for, until

LARGE = (2600, 1300)


@pytest.fixture(scope="module")
def served(tmp_path_factory, root):
    folder = make_lab(tmp_path_factory.mktemp("looking") / "lab", pictures=6)
    more = folder.parent / "more"
    more.mkdir()
    shots = films.frames((1, 30), (2, 30))
    (more / "two shots.mp4").write_bytes(
        films.film(shots, "MP4 h264", rate=10, sound=True, tags={"title": "canary-t"})
    )
    wide = Image.effect_noise(LARGE, 60).convert("RGB")
    (more / "wide.jpg").write_bytes(pictures.encoded(wide, "JPEG"))
    with Lab.open(folder, analyst="ann") as lab:
        lab.intake([more], case="C", exhibit="E", purpose="test", authority="test")
    running = server_for(folder, root).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def looker(served):
    ann = Visitor(served).login("ann")
    status, told = ann.post("/iwflab/api/set", {"n": 12})
    assert status == 200, told
    return ann


def medium_of(looker, format_):
    found = looker.read("/iwflab/api/sheet?at=0&n=500")["items"]
    return next(one["medium"] for one in found if one["format"] == format_)


def wide_one(looker, served):
    with Lab.open(served.folder, analyst="ann") as lab:
        media = lab.media()
    return media[media["width"] == LARGE[0]]["medium"].iloc[0]


def made(looker, medium, variant):
    """Ask until it is there, as the page does."""

    def there():
        asked = {"medium": medium, "variant": variant}
        status, told = looker.post("/iwflab/api/rendition", asked)
        assert status == 200, told
        assert told["state"] in {"running", "done"}, told
        return told.get("grant") and told

    return until(there, 30, "the rendition")


def reveal(looker, medium):
    body = {"medium": medium, "level": "full", "request": str(uuid.uuid4())}
    assert looker.post("/iwflab/api/reveal", body)[0] == 200


def test_the_sheet_comes_in_pages_of_one_order(looker, served):
    first = looker.read("/iwflab/api/sheet?at=0&n=3")
    rest = looker.read(f"/iwflab/api/sheet?at=3&n=500&order={first['order']}")
    assert (first["total"], rest["order"]) == (8, first["order"])
    media = [one["medium"] for one in (*first["items"], *rest["items"])]
    assert len(set(media)) == 8
    assert set(first["items"][0]) == {
        *("medium", "stack", "stage", "state", "format", "frames", "preview")
    }
    place = looker.read(f"/iwflab/api/sheet?at=0&n=3&mark={media[6]}")["marked"]
    assert (place, first["marked"]) == (6, None)  # where it lies on a later page, too
    assert looker.get("/iwflab/api/sheet?at=-1&n=3")[0] == 400
    assert looker.get("/iwflab/api/sheet?at=0&n=501")[0] == 400
    ben = Visitor(served).login("ben")
    others = ben.read(f"/iwflab/api/sheet?at=0&n=500&order={first['order']}")
    assert (others["total"], others["items"]) == (0, [])
    not_bens = ben.read(f"/iwflab/api/sheet?at=0&n=3&mark={media[0]}")
    assert not_bens["marked"] is None


def test_pixels_come_by_grants_for_ones_own_media_alone(looker, served):
    page = looker.read("/iwflab/api/sheet?at=0&n=500")
    media = [one["medium"] for one in page["items"]]
    asked = {"media": [*media, "fff"], "variant": "shielded"}
    status, told = looker.post("/iwflab/api/sheet/grants", asked)
    assert (status, set(told["grants"])) == (200, set(media))
    status, headers, content = looker.get(f"/iwflab/media/{told['grants'][media[0]]}")
    assert (status, headers["Cache-Control"]) == (200, "no-store, private")
    assert Image.open(io.BytesIO(content)).mode == "L"  # shielded
    ben = Visitor(served).login("ben")
    more = {"media": media, "variant": "full"}  # that needs a reveal
    assert looker.post("/iwflab/api/sheet/grants", more)[0] == 400
    asked = {"media": media, "variant": "shielded"}
    status, theirs = ben.post("/iwflab/api/sheet/grants", asked)
    assert (status, theirs["grants"]) == (200, {})
    assert ben.get(f"/iwflab/api/sheet/item?medium={media[0]}")[0] == 403
    assert ben.get(f"/iwflab/api/beside?medium={media[0]}")[0] == 403
    item = looker.read(f"/iwflab/api/sheet/item?medium={media[0]}")
    assert item["grants"]["shielded"]


def test_nothing_more_is_made_before_a_reveal_is_on_record(looker):
    medium = medium_of(looker, "MP4")
    for variant in ("clip", "large"):
        asked = {"medium": medium, "variant": variant}
        status, told = looker.post("/iwflab/api/rendition", asked)
        assert (status, told["kind"]) == (403, "NotAllowed")
        status, told = looker.post("/iwflab/api/grant", asked)
        assert (status, told["kind"]) == (403, "NotAllowed")


def test_a_larger_preview_is_made_once_and_is_no_original(looker, served):
    medium = wide_one(looker, served)
    reveal(looker, medium)
    told = made(looker, medium, "large")
    status, headers, content = looker.get(f"/iwflab/media/{told['grant']}")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(content)).size == LARGE
    with Lab.open(served.folder, analyst="ann") as lab:
        original = (served.folder.parent / "more" / "wide.jpg").read_bytes()
        assert content != original
        assert lab.verify() == []
    assert ("ann", medium, "large") in served.views("delivered")
    started = time.monotonic()
    assert made(looker, medium, "large")["state"] == "done"
    assert time.monotonic() - started < 5  # it was there


def test_a_clip_comes_in_parts_without_sound_or_words(looker, served):
    medium = medium_of(looker, "MP4")
    reveal(looker, medium)
    told = made(looker, medium, "clip")
    assert (told["rate"], told["note"], told["times"]) == (10.0, "", [])
    place = f"/iwflab/media/{told['grant']}"
    status, headers, whole = looker.get(place)
    assert (status, headers["Content-Type"]) == (200, "video/webm")
    assert headers["Cache-Control"] == "no-store, private"
    assert "Etag" not in headers
    status, headers, part = looker.get(place, headers={"Range": "bytes=100-299"})
    assert (status, part) == (206, whole[100:300])
    assert headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    status, headers, part = looker.get(place, headers={"Range": "bytes=500-"})
    assert (status, part) == (206, whole[500:])
    beyond = {"Range": f"bytes={len(whole)}-"}
    assert looker.get(place, headers=beyond)[0] == 416
    with av.open(io.BytesIO(whole)) as clip:
        assert [stream.type for stream in clip.streams] == ["video"]
        assert clip.streams[0].codec_context.name in {"vp8", "libvpx"}
        assert sum(1 for _ in clip.decode(video=0)) == 60
    assert b"canary-t" not in whole
    # Four parts were sent; it was delivered once.
    assert served.views("delivered").count(("ann", medium, "clip")) == 1


def test_a_clip_is_nobody_elses(looker, served):
    medium = medium_of(looker, "MP4")
    reveal(looker, medium)
    place = f"/iwflab/media/{made(looker, medium, 'clip')['grant']}"
    ben = Visitor(served).login("ben")
    assert ben.get(place)[0] == 403
    assert Visitor(served).get(place)[0] == 401
    page = {"Sec-Fetch-Dest": "document"}
    assert looker.get(place, headers=page)[0] == 403
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert looker.get(place, headers=cross)[0] == 403


def test_presentation_mode_refuses_every_further_part(looker, served):
    medium = medium_of(looker, "MP4")
    projector = Visitor(served).login("ann")
    reveal(projector, medium)
    places = [
        f"/iwflab/media/{made(projector, medium, variant)['grant']}"
        for variant in ("clip", "clip")
    ]
    part = {"Range": "bytes=0-99"}
    assert projector.get(places[0], headers=part)[0] == 206
    switch(projector, "on")
    for place in places:  # one that is being played, and one that was not yet
        status, _, content = projector.get(place, headers={"Range": "bytes=100-199"})
        assert (status, b"Presenting" in content) == (403, True)
    page = projector.read("/iwflab/api/sheet?at=0&n=1")
    asked = {"media": [page["items"][0]["medium"]], "variant": "shielded"}
    _, told = projector.post("/iwflab/api/sheet/grants", asked)
    (grant,) = told["grants"].values()
    assert projector.get(f"/iwflab/media/{grant}")[0] == 403
    switch(projector, "off")
    assert projector.get(places[0], headers=part)[0] == 206


def switch(visitor, active):
    body = {"active": active, "request": str(uuid.uuid4())}
    assert visitor.post("/iwflab/api/presentation", body)[0] == 200


def test_what_cannot_be_made_is_said_with_advice(looker):
    medium = medium_of(looker, "JPEG")
    reveal(looker, medium)

    def told():
        asked = {"medium": medium, "variant": "clip"}
        status, answer = looker.post("/iwflab/api/rendition", asked)
        assert status == 200
        return answer["state"] != "running" and answer

    answer = until(told, 20, "the failure")
    assert answer["state"] == "failed"
    assert "does not move" in answer["error"]
    assert answer["advice"]


def test_more_are_taken_onto_the_sheet(tmp_path, root):
    folder = make_lab(tmp_path / "lab", pictures=5)
    with Lab.open(folder, analyst="ann") as lab:
        assert lab.sheet_order() == []
        assert lab.take_more(3) == 3
        assert lab.take_more(9) == 2
        assert len(lab.sheet_order()) == 5


def test_keys_are_changed_from_those_that_stand_and_once_under_a_request(looker):
    def ask(own, over, request=""):
        body = {"keys": own, "request": request or uuid.uuid4().hex}
        more = {} if over is None else {"over": over}
        return looker.post("/iwflab/api/keys", body | more)

    first, request = {"undo": "q"}, uuid.uuid4().hex
    assert ask(first, {}, request)[0] == 200
    status, told = ask({"note": "w"}, {})
    assert (status, told["kind"]) == (403, "ChangedMeanwhile")
    assert ask({"note": "w"}, first)[1]["own_keys"] == {"note": "w"}
    # A retry of what was done is no change, whatever stands by now.
    status, told = ask(first, {}, request)
    assert (status, told["own_keys"]) == (200, {"note": "w"})
    assert ask({}, "all of them")[0] == 400
    assert ask({}, None)[1]["own_keys"] == {}
