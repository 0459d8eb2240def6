"""Grades of others: stored beside a medium, reviewed by eyes, nothing converted."""

import hashlib
import json

import pytest
from given import CUSTODY, seen

from iwflab.domain.queueing import Sought
from iwflab.errors import BadInput, NotAllowed
from iwflab.workflow import carrying
from tests.cli.here import here

SAP = {"scheme": "uk_sap_2007", "to": "uk_2014", "source": "a partner"}


@pytest.fixture
def media(lab):
    return lab.overview()


@pytest.fixture
def bring(lab, tmp_path):
    """Bring these lines as ann, a senior analyst."""

    def brought(*lines, **stated):
        file = tmp_path / "partner.csv"
        file.write_text("\n".join(lines) + "\n")
        return lab.seat("ann").bring_grades(file, **{**SAP, **stated})

    return brought


def only(frame):
    (row,) = frame.to_dict("records")
    return row


def test_the_report_adds_up_and_nothing_is_graded(lab, media, bring):
    one, two, three = media[:3]
    report = bring(
        "sha256;sha1;md5;medium;code;flags;source",
        f"{one['sha256'].upper()};;;;3;;Force X",
        f";{two['sha1']};;;3;animal;",
        f";;{three['md5']};;4;;",
        f";;{three['md5']};;4;;",
        f"{'0' * 64};;;;1;;",
        f";;;{one['medium']};9;;",
        ";;;;1;;",
        f"{one['sha256']};;{two['md5']};;1;;",
        f"{one['sha256']};;;;1",
        "",
    )
    counts = (report.certain, report.review.total(), report.unknown, report.repeated)
    assert counts == (2, 1, 1, 1)
    assert report.lines == sum(counts) + report.refused == 9
    assert (report.new, report.refused) == (3, 4)
    assert [line["line"] for line in report.refused_lines] == [7, 8, 9, 10]
    assert "'9' is no code of uk_sap_2007" in report.refused_lines[0]["why"]
    assert "do not name one medium" in report.refused_lines[2]["why"]
    (reason,) = report.review
    assert "animal scope widened in 2014" in reason
    assert report.warnings == []

    frame = lab.carried_grades().set_index("medium")
    assert frame.loc[one["medium"], "to"] == "B"
    assert frame.loc[one["medium"], "source"] == "Force X"
    assert (frame["version"] == "2007-05-14").all()
    assert frame.loc[two["medium"], ["to", "possible", "flags"]].tolist() == [
        *("", "B A", "animal")
    ]
    # What others said is not what is recorded here.
    assert {row["stage"] for row in lab.overview()} == {"waiting"}
    assert lab.assessments().empty
    assert lab.grades().empty
    assert lab.hits().empty
    assert lab.verify() == []


def test_the_same_file_again_stores_nothing_and_leaves_no_entry(lab, media, bring):
    lines = ("md5,code", f"{media[0]['md5']},2", f"{media[1]['md5']},1")
    bring(*lines)
    before = len(lab.trail())
    again = bring(*lines)
    assert (again.new, again.certain, len(lab.trail())) == (0, 2, before)
    assert len(lab.carried_grades()) == 2
    assert "rests on that it does not" in again.warnings[0]  # no flags in the file


def test_a_killed_import_is_gone_on_with(lab, media, bring, monkeypatch):
    monkeypatch.setattr(carrying, "_AT_ONCE", 2)
    enter, left = carrying.enter_carried, [3]

    def fails(act, one):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        enter(act, one)

    monkeypatch.setattr(carrying, "enter_carried", fails)
    lines = ["md5,code,flags", *(f"{row['md5']},2," for row in media[:5])]
    with pytest.raises(KeyboardInterrupt):
        bring(*lines)
    assert len(lab.carried_grades()) == 2  # whole acts only
    monkeypatch.setattr(carrying, "enter_carried", enter)
    assert bring(*lines).new == 3
    assert len(lab.carried_grades()) == 5
    assert lab.verify() == []


@pytest.mark.parametrize(
    ("stated", "said", "advice"),
    [
        ({"scheme": ""}, "not stated", "ask the sender"),
        ({"scheme": "vic_us"}, "edition of the scale is not stated", "0 and 5"),
        ({"scheme": "vic_us_legacy"}, "edition of the scale is not stated", "0 and 5"),
        ({"scheme": "vic_us", "version": "legacy"}, "not 'legacy'", "edition"),
        ({"version": "2002"}, "edition 2007-05-14, not '2002'", "edition"),
        ({"scheme": "uk_vics"}, "before its codes", "Supply from your authority"),
        ({"scheme": "canada_vic"}, "before its codes", "Supply from your authority"),
        ({"scheme": "anvil"}, "before its codes", "Supply from your authority"),
        ({"scheme": "ncmec"}, "no mapping from ncmec to uk_2014", "there are"),
        ({"scheme": "x"}, "no mapping from x", "there are"),
        ({"to": "uk_vics"}, "before its codes", "Supply from your authority"),
    ],
)
def test_a_file_whose_scale_is_not_sure_is_refused(
    *, lab, media, bring, stated, said, advice
):
    with pytest.raises(BadInput, match=said) as refused:
        bring("md5,code", f"{media[0]['md5']},0", **stated)
    assert advice in refused.value.advice
    assert lab.carried_grades().empty


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("code,flags", "does not name the columns"),
        ("md5,flags", "does not name the columns"),
        ("md5,md5,code", "does not name the columns"),
        ("md5,code,level", "'level' is not one of this form"),
        ("md5,code\0", "null byte"),
        ("", "does not name|is not one"),
    ],
)
def test_a_file_with_other_columns_is_refused(lab, bring, header, said):
    with pytest.raises(BadInput, match=said):
        bring(header, "x,1")
    assert lab.carried_grades().empty


def test_a_line_of_another_scale_or_edition_is_refused(media, bring):
    md5 = [row["md5"] for row in media]
    report = bring(
        "md5,code,scheme,version",
        f"{md5[0]},2,uk_sap_2007,2007",
        f"{md5[1]},2,uk_sap_2002,",
        f"{md5[2]},2,,2002-11-21",
    )
    assert (report.certain, report.refused) == (1, 2)
    assert "of the scheme 'uk_sap_2002'" in report.refused_lines[0]["why"]
    assert "not '2002-11-21'" in report.refused_lines[1]["why"]


def test_flags_come_in_words_or_as_a_column(lab, media, bring):
    bring(
        "md5,code,flags,animal",
        f"{media[0]['md5']},3,,yes",
        f"{media[1]['md5']},3,Animal,no",
        f"{media[2]['md5']},3,odd,0",
        f"{media[3]['md5']},3,,maybe",
    )
    frame = lab.carried_grades().set_index("medium")
    for row in media[:2]:
        assert frame.loc[row["medium"], "flags"] == "animal"
        assert frame.loc[row["medium"], "to"] == ""
    # A flag that nobody mapped may move the class: it is never passed over.
    assert "the flag odd may alter the class" in frame.loc[media[2]["medium"], "review"]
    assert len(frame) == 3


def test_two_who_do_not_agree_are_for_review(lab, media, bring):
    md5 = media[0]["md5"]
    assert bring("md5,code,source", f"{md5},1,X").certain == 1
    report = bring("md5,code,source", f"{md5},4,Y")
    assert (report.certain, dict(report.review)) == (
        0,
        {"others do not agree: A, C": 1},
    )
    frame = lab.carried_grades()
    assert frame["to"].tolist() == ["", ""]
    assert frame["possible"].tolist() == ["A C", "A C"]


def test_a_review_ends_when_a_person_grades_and_says_what_was_recorded(
    lab, media, bring
):
    md5 = {row["medium"]: row["md5"] for row in media}
    ann = lab.seat("ann")
    mine = [item["medium"] for item in ann.open_set(4)["items"]]
    lines = [f"{md5[medium]},2" for medium in mine]
    stated = {"scheme": "uk_sap_2002", "version": "2002"}
    assert bring("md5,code", *lines, **stated).review.total() == 4
    assert [row["open"] for row in lab.carried_review()] == [True] * 4

    ann.grade(mine[0], seen("penetrative"))
    ann.grade(mine[1], seen("posing"))
    ann.grade(mine[2], seen("uncertain"))
    rows = {row["medium"]: row for row in lab.carried_review()}
    told = [(rows[m]["open"], rows[m]["recorded"], rows[m]["outcome"]) for m in mine]
    assert told == [
        (False, "A", "agree"),
        (False, "C", "differ"),
        (False, "undetermined", "not determined"),
        (True, "", ""),
    ]
    assert lab.carried_review()[0]["open"]  # the open ones first
    again = bring("md5,code", *lines, **stated)
    assert again.outcomes == {"agree": 1, "differ": 1, "not determined": 1}
    ann.undo(medium=mine[0])
    rows = {row["medium"]: row for row in lab.carried_review()}
    assert rows[mine[0]]["open"]


def test_what_was_certain_and_differs_stands_among_the_ended(lab, media, bring):
    ann = lab.seat("ann")
    agrees, differs = (item["medium"] for item in ann.open_set(2)["items"])
    md5 = {row["medium"]: row["md5"] for row in media}
    bring("md5,code", f"{md5[agrees]},1", f"{md5[differs]},1")
    assert lab.carried_review() == []
    ann.grade(agrees, seen("posing"))
    ann.grade(differs, seen("penetrative"))
    (row,) = lab.carried_review()
    assert (row["medium"], row["open"], row["outcome"]) == (differs, False, "differ")


def test_the_desk_says_what_others_said_unless_the_look_must_be_blind(
    lab, media, bring
):
    lab.account_role("ben", ["assessor"])
    ann, ben = lab.seat("ann"), lab.seat("ben")
    bring("md5,code", *(f"{row['md5']},2" for row in media), scheme="uk_sap_2002")
    (his,) = ben.open_set(1)["items"]
    (hers,) = ann.open_set(1)["items"]
    words = "SAP 2002 level 2, said by a partner (for review: level 2 of 2002 did not"
    assert hers["known"]["carried"].startswith(words)
    assert "carried" in lab.show(hers["medium"])
    # Ben grades only his own queue: neither desk, frame nor review tells him.
    told = json.dumps(his) + json.dumps(ben.item(his["medium"]))
    told += str(ben.show(his["medium"]))
    assert "SAP" not in told
    row = only(ben.carried_grades())
    assert row["medium"] == his["medium"]
    blind = (
        "code",
        "flags",
        "to",
        "review",
        "possible",
        "cites",
        "recorded",
        "outcome",
    )
    assert {row[name] for name in blind} == {""}
    assert ben.carried_review() == []

    ben.grade(his["medium"], seen("penetrative"))
    assert only(ben.carried_grades())["outcome"] == "agree"
    assert "SAP 2002 level 2" in ben.item(his["medium"])["known"]["carried"]
    assert "SAP" not in json.dumps(ben.undo(medium=his["medium"]))  # blind again


def test_a_medium_that_nobody_spoke_of_has_no_such_line(lab):
    (item,) = lab.seat("ann").open_set(1)["items"]
    assert "carried" not in (item["known"] or {})
    assert "carried" not in lab.show(item["medium"])
    assert lab.carried_grades().empty
    assert lab.carried_review() == []


def test_who_may_bring_is_who_may_add_lists(lab, media, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text(f"md5,code\n{media[0]['md5']},1\n")
    with pytest.raises(NotAllowed):
        lab.seat("ben").bring_grades(file, **SAP)
    lab.seat("ann").bring_grades(file, **SAP)
    entry = lab.trail().iloc[-1]
    assert (entry["verb"], entry["analyst"]) == ("bring grades", "ann")
    assert entry["tables"] == "carried_grade"


# -- on the command line -------------------------------------------------------------
def test_the_commands_bring_and_review(lab, media, tmp_path):
    where = ("--lab", lab.folder)
    file = tmp_path / "old.csv"
    file.write_text(
        f"md5,code,animal\n{media[0]['md5']},2,\n{media[1]['md5']},5,\nx,1,\n"
    )
    to = ("--to", "uk_2014")
    refused = here("schemes", "bring", file, *to, *where, fails=1).stderr
    assert "not stated what scale" in refused
    vic = ("--scheme", "vic_us")
    refused = here("schemes", "bring", file, *vic, *to, *where, fails=1).stderr
    assert "--scheme vic_us_legacy --version legacy" in refused

    sap = ("--scheme", "uk_sap_2002", "--version", "2002", "--source", "Force X")
    told = here("schemes", "bring", file, *sap, *to, *where).stdout
    assert "uk_sap_2002 2002-11-21 to uk_2014, Force X: 3 lines, 2 new" in told
    assert "nothing was graded" in told
    assert "  1 certain" in told
    assert "    1: level 2 of 2002 did not say non-penetrative" in told
    assert "  0 unknown media" in told
    assert "  1 refused line\n    line 4: 'x' is no md5" in told
    plain = here("schemes", "bring", file, *sap, *to, *where, "--json").stdout
    assert json.loads(plain)["review"].popitem()[1] == 1

    listed = here("schemes", "review", *where).stdout
    assert media[0]["medium"] in listed
    assert media[1]["medium"] not in listed
    assert listed.endswith("1 review open\n")
    (row,) = json.loads(here("schemes", "review", *where, "--json").stdout)
    assert (row["scheme"], row["version"], row["code"]) == (
        *("uk_sap_2002", "2002-11-21"),
        "2",
    )
    lab.take(media[0]["medium"])
    lab.grade(media[0]["medium"], seen("penetrative"))
    ended = here("schemes", "review", "--ended", *where).stdout
    assert "agree" in ended
    assert ended.endswith("0 reviews open, 1 ended: agree\n")
    assert "level 2 of 2002" in here("export", "carried_grades", *where).stdout


def test_media_that_come_later_are_unknown_until_the_file_is_brought_again(
    new_lab, drawn, tmp_path
):
    first, later = drawn / "picture0.jpeg", drawn / "picture1.png"
    lab = new_lab()
    ann = lab.seat("ann")
    ann.intake([first], **CUSTODY)
    digests = [one.read_bytes() for one in (first, later)]
    file = tmp_path / "x.csv"
    lines = [f"{hashlib.sha256(one).hexdigest()},1" for one in digests]
    file.write_text("sha256,code\n" + "\n".join(lines))
    one = ann.bring_grades(file, **SAP)
    ann.intake([later], **CUSTODY)
    two = ann.bring_grades(file, **SAP)
    assert (one.new, one.unknown, two.new, two.unknown) == (1, 1, 1, 0)


def test_what_is_to_be_reviewed_is_found_and_taken_by_the_filter(lab, media, bring):
    ann, ben = lab.seat("ann"), lab.seat("ben")
    lab.account_add("cam", roles=("assessor",), os_user=True)
    certain, doubtful, graded = (row["medium"] for row in media[:3])
    bring(f"medium,code,flags\n{certain},3,\n{doubtful},3,animal\n{graded},2,animal")
    ann.take(graded)
    ann.grade(graded, seen("posing"))
    wanted = Sought(carried="review")
    on_the_list = [r["medium"] for r in lab.carried_review() if r["open"]]
    assert ann.found(wanted) == on_the_list == [doubtful]
    assert set(ann.found(Sought(carried="yes"))) == {certain, doubtful, graded}
    (item,) = ann.open_set(5, sought=wanted)["items"]
    assert item["medium"] == doubtful
    assert "for review" in item["known"]["carried"]

    # Whoever still has to grade it is not told what others said, by no filter either.
    ann.hand_back()
    cam = lab.seat("cam")
    assert cam.open_set(5, sought=wanted)["items"] == []
    cam.take(doubtful)
    assert (cam.found(wanted), cam.found(Sought(carried="yes"))) == ([], [])
    assert ben.found(wanted) == []  # within the sample there is nothing ungraded
    cam.grade(doubtful, seen("posing"))
    assert cam.found(Sought(carried="yes")) == [doubtful]
    assert ann.found(wanted) == []
    with pytest.raises(BadInput, match="carried is not"):
        ann.find(Sought(carried="no"))
