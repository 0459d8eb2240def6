"""Every act of every desk that works in a kernel, for every role, over a real lab."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from expected import LETTERS, may

from iwflab_widgets import IntakeDesk, MatchingDesk, ReleaseDesk, StatisticsDesk

ROLES = list(LETTERS.values())
NOBODYS = "ffffffffffff"
RELEASE = {"name": "R1", "recipient": "x", "purpose": "y"}
ACTS = [
    (IntakeDesk, "proposals", {}, "s"),
    (MatchingDesk, "proposals", {}, "s"),
    (ReleaseDesk, "look", {}, "sq"),
    (ReleaseDesk, "sign_off", {"media": [NOBODYS]}, "q"),
    (ReleaseDesk, "take_back", {"media": [NOBODYS], "reason": "x"}, "q"),
    (ReleaseDesk, "ask", RELEASE, "s"),
    (ReleaseDesk, "asked", {"id": NOBODYS}, "sq"),
    (ReleaseDesk, "approve", {"id": NOBODYS, "digest": "x"}, "q"),
    (ReleaseDesk, "refuse", {"id": NOBODYS, "reason": "x"}, "q"),
    (ReleaseDesk, "withdraw", {"id": NOBODYS}, "s"),
    (ReleaseDesk, "release", {"id": NOBODYS}, "s"),
    (StatisticsDesk, "choices", {}, "sqt"),
    (StatisticsDesk, "table", {"statistic": "victims", "unit": "medium"}, "sqt"),
]


def test_every_act_of_the_desks_is_tried(lab):
    for desk in (IntakeDesk, MatchingDesk, ReleaseDesk, StatisticsDesk):
        tried = {act for kind, act, _, _ in ACTS if kind is desk}
        assert tried == set(desk(lab).acts())


@pytest.mark.parametrize("role", ROLES)
def test_a_desk_does_what_the_role_of_its_analyst_allows_and_no_more(lab, role):
    lab.account_add(role, roles=[role], os_user=True)
    for kind, act, body, letters in ACTS:
        asked = {"act": act, "request": f"{act}-{role}", "scheme": "uk_2014", **body}
        told = kind(lab.seat(role)).answer(asked)
        refused = "your roles do not let you" in told.get("error", "")
        assert refused != may(letters, role), (act, told)
        if refused:
            assert "ask a person who may" in told["advice"]
