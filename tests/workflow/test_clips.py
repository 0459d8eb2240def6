"""A video goes the way of a medium: entered once, shown as a sheet, told as frames."""

import json

from given import CUSTODY, released, seen
from PIL import Image

from tests import films, pictures


def take_in(lab, tmp_path):
    place = tmp_path / "clips"
    place.mkdir()
    (place / "two shots.mp4").write_bytes(films.of_kind("MP4 h264"))
    (place / "still.png").write_bytes(pictures.png())
    shots = [Image.fromarray(frame) for frame in films.frames((1, 3), (2, 3))]
    moving = pictures.encoded(
        shots[0], "GIF", save_all=True, append_images=shots[1:], duration=600
    )
    (place / "moving.gif").write_bytes(moving)
    lab.intake([str(place)], **CUSTODY)
    media = lab.media().set_index("name")
    return {name.rsplit("/", 1)[-1]: row for name, row in media.iterrows()}


def test_frames_are_in_the_lab_and_in_its_tables(new_lab, tmp_path):
    lab = new_lab(intake_roots=["/"])
    media = take_in(lab, tmp_path)
    video = media["two shots.mp4"]
    assert (video["state"], video["format"], video["frames"]) == ("complete", "MP4", 20)

    found = lab.frames()
    of_video = found[found["medium"] == video["medium"]]
    assert list(of_video["frame"]) == [0, 10]
    assert list(of_video["microseconds"]) == [0, 1_000_000]
    assert (of_video["quality"] >= 50).all()
    assert of_video["value"].str.fullmatch("[0-9a-f]{64}").all()
    assert set(of_video["variant"]) == {"vpdq 1/s"}
    assert set(found["medium"]) == {video["medium"], media["moving.gif"]["medium"]}
    hashes = lab.hashes()
    own = hashes[hashes["medium"] == video["medium"]]
    assert set(own["algorithm"]) == {"md5", "sha1", "sha256"}

    told = lab.show(video["medium"])
    assert len(told["frame_hashes"]["frames"]) == 2
    assert json.loads(told["metadata"])["shots"] == 2
    assert "frame_hashes" not in lab.show(media["still.png"]["medium"])


def test_what_is_examined_again_stands_in_the_place_of_the_old(new_lab, tmp_path):
    lab = new_lab(intake_roots=["/"])
    video = take_in(lab, tmp_path)["two shots.mp4"]["medium"]
    before = lab.frames()
    lab.examine([video])
    assert lab.frames().equals(before)
    assert lab.verify() == []


def test_a_grader_is_shown_the_sheet(new_lab, tmp_path):
    lab = new_lab(intake_roots=["/"])
    video = take_in(lab, tmp_path)["two shots.mp4"]["medium"]
    ann = lab.seat("ann")
    ann.take(video)
    item = ann.item(video)
    assert item["previews"] == ["full", "outlines", "shielded"]
    assert [frame for frame, _, _ in item["metadata"]["sheet"]] == [0, 10]
    assert ann.deliver(video, "shielded").startswith(b"\xff\xd8\xff")


def test_a_video_leaves_by_its_exact_digests(new_lab, tmp_path):
    lab = new_lab(intake_roots=["/"])
    video = take_in(lab, tmp_path)["two shots.mp4"]
    ann, ben = lab.seat("ann"), lab.seat("ben")
    ann.take(video["medium"])
    ann.grade(video["medium"], seen("posing"), seconds=2.5)
    ben.sign_off([row for row in ben.to_sign_off() if not row["against"]])
    made = released(lab)
    assert made.items == 1
    assert video["sha256"] in (made.folder / "hashes.csv").read_text()
