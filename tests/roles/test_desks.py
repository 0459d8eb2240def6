"""Every act of every desk that works in a kernel, for every role, over a real lab."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from expected import LETTERS, may

from iwflab_widgets import IntakeDesk, MatchingDesk, ReleaseDesk, StatisticsDesk

ROLES = list(LETTERS.values())
NOBODYS = "ffffffffffff"
QUERY = {"unit": "medium", "rows": "code"}
# Told to everybody who gets this far: nothing, where one may not; and a report that
# was not made cannot be asked for, whoever asks.
NO_ROLE_ASKED = {"reports", "ask"}
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
    (StatisticsDesk, "warm", {}, "sqt"),
    (StatisticsDesk, "sides", {"unit": "medium"}, "sqt"),
    (StatisticsDesk, "read", {}, "sqt"),
    (StatisticsDesk, "table", {"query": QUERY}, "sqt"),
    (StatisticsDesk, "protected", {"query": QUERY}, "sqt"),
    (StatisticsDesk, "chart", {"query": QUERY}, "sqt"),
    (StatisticsDesk, "save", {"name": " ", "query": QUERY}, "sqt"),
    (StatisticsDesk, "drop", {"name": "no such query"}, "sqt"),
    (StatisticsDesk, "ready", {"statistic": "victims", "unit": "medium"}, "sqt"),
    (StatisticsDesk, "compose", {"kind": "monthly"}, "sqt"),
    (StatisticsDesk, "asked", {"id": NOBODYS}, "sqt"),
    (StatisticsDesk, "approve", {"id": NOBODYS, "digest": "x"}, "sq"),
    (StatisticsDesk, "refuse", {"id": NOBODYS, "reason": "x"}, "sq"),
    (StatisticsDesk, "withdraw", {"id": NOBODYS}, "t"),
    (StatisticsDesk, "publish", {"id": NOBODYS}, "t"),
]


def test_every_act_of_the_desks_is_tried(lab):
    for desk in (IntakeDesk, MatchingDesk, ReleaseDesk, StatisticsDesk):
        tried = {act for kind, act, _, _ in ACTS if kind is desk}
        free = NO_ROLE_ASKED if desk is StatisticsDesk else set()
        assert tried == set(desk(lab).acts()) - free


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
