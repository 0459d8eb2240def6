"""The drawn month: the same for a seed, skewed in its series, and sound in itself."""

import pandas as pd

from .drawn_month import BANDS, CODES, drawn_frames, in_month


def test_a_seed_gives_the_same_month_and_nobody_can_spoil_it():
    one = drawn_frames(3)
    one["media"].loc[0, "series"] = "spoilt"
    other = drawn_frames(3)

    assert other["media"].loc[0, "series"] != "spoilt"
    assert not other["media"].equals(drawn_frames(4)["media"])


def test_the_frames_agree_with_each_other():
    frames = drawn_frames(1)
    media, children = frames["media"], frames["children"]
    rows = children.groupby("medium").size()

    assert media["medium"].is_unique
    assert (media.set_index("medium")["children"].drop(rows.index) == 0).all()
    assert (rows == media.set_index("medium")["children"].loc[rows.index]).all()
    assert media.loc[media["counted"], "code"].notna().all()
    assert media.loc[~media["counted"], ["code", "signed_on"]].isna().all(axis=None)
    assert (frames["copies"].groupby("medium").size() >= 1).all()
    assert set(media["stage"]) == {"signed_off", "released", "waiting", "graded"}


def test_the_month_is_skewed_and_has_small_cells_and_empty_levels():
    frames = drawn_frames(1)
    sizes = frames["media"].query("series != ''").groupby("series").size()
    children = in_month(frames["children"])
    table = pd.crosstab(children["age_band"], children["code"], dropna=False)

    assert [*table.index.drop("unknown"), "unknown"] == list(BANDS)
    assert [code for code in table.columns if pd.notna(code)] == list(CODES)
    assert sizes.max() > 20 * sizes.median()
    assert table.isin([1, 2, 3, 4]).any(axis=None)
