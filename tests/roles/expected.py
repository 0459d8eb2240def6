"""What each role may, written down by hand: the tests compare the lab with this.

Letters: a assessor, s senior analyst, q QA officer, t statistician, m administrator.
"""

from iwflab.domain.counting import Cell, Table
from iwflab.domain.queueing import Sought
from iwflab.domain.records import record_from
from iwflab.errors import BadInput, NotAllowed, NotFound, NotYours, Unreadable

LETTERS = {
    "a": "assessor",
    "s": "senior_analyst",
    "q": "qa_officer",
    "t": "statistician",
    "m": "administrator",
}
# The role matrix of the security reference, section 6, cell by cell, in that order.
SECTION_6 = {
    "list_media": ("own", "series", "sample", "counts", "none"),
    "view_shielded": ("own", "series", "sample", "none", "none"),
    "view_full": ("own", "series", "sample", "none", "none"),
    "grade": ("own", "all", "second", "none", "none"),
    "change_anothers_grade": ("none", "new_version", "dispute", "none", "none"),
    "export_hashes": ("none", "request", "approve", "none", "none"),
    "export_media": ("none", "request", "approve", "none", "none"),
    "statistics": ("own", "all", "all", "all", "none"),
    "read_trail": ("own", "series", "all", "none", "verify"),
    "erase": ("none", "request", "approve", "none", "execute"),
    "manage_users": ("none", "none", "none", "none", "all"),
}
OURS = {  # rows that the reference does not have
    "use_lab": ("all",) * 5,
    "take_in": ("none", "all", "none", "none", "none"),
    "link": ("none", "all", "none", "none", "none"),
    "sign_off": ("none", "none", "all", "none", "none"),
    "vouch": ("none", "all", "all", "none", "all"),
    "keep": ("none", "none", "none", "none", "all"),
    "research": ("none", "all", "none", "none", "none"),
    "compare_levels": ("none", "none", "none", "none", "all"),
    "manage_lists": ("none", "all", "none", "none", "none"),
    "answer_matches": ("none", "all", "all", "none", "none"),
    "publish_statistics": ("none", "approve", "approve", "request", "none"),
}
NOBODYS = "ffffffffffff"  # an id that no medium and no request has
_LIST = {"name": "x", "source": "y"}
_SCALE = {"scheme": "uk_sap_2002", "to": "uk_2014"}
_COMPOSED = {"period": ("2026-10", "2026-10"), "told": {}}
_RELEASE = {"recipient": "x", "purpose": "y"}
_CUSTODY = dict.fromkeys(("case", "exhibit", "purpose", "authority"), "x")
RECORD = record_from({"elements": {}})
TABLE = Table("x", "x", "medium", ("x",), "x", ("n",), (Cell(("x",), "n", 1, 1),), 1)
# Method -> who may, what it is called with (never enough to change anything), and the
# error that whoever may then gets; where it depends on the role, one for each letter.
METHODS = {
    "intake": ("s", (["no/such/folder"],), _CUSTODY, None),
    "examine": ("s", ([NOBODYS],), {}, NotFound),
    "lacking": ("s", ("outlines",), {}, None),
    "desk": ("asqtm", (), {}, None),
    "open_set": ("as", (0,), {}, None),
    "item": ("asq", (NOBODYS,), {}, NotYours),
    "progress": ("asqtm", (), {}, None),
    "counts": ("asqtm", (), {}, None),
    "hand_back": ("as", (), {}, None),
    "deliver": ("asq", (NOBODYS, "shielded"), {}, NotYours),
    "reveal": ("asq", (NOBODYS, "full"), {}, NotYours),
    "shown": ("asq", ([],), {}, None),
    "choose_keys": ("asqtm", ({"no_such_act": "q"},), {}, BadInput),
    "choose_start": ("asq", ("colour",), {}, BadInput),
    "presents": ("asqtm", (), {}, None),
    "present": ("asqtm", (), {"active": False}, None),
    "exposure": ("asqtm", ("another",), {}, NotAllowed),
    "signs": ("asqtm", (), {}, None),
    "comparison_switch": ("m", (), {"active": False}, NotAllowed),
    "comparison_part": ("as", ("perhaps",), {}, BadInput),
    "comparison_answer": ("as", (NOBODYS, 1), {}, NotAllowed),
    "level_comparison": ("sqt", (), {}, NotFound),
    "grade": ("as", (NOBODYS, RECORD), {}, NotYours),
    "take": ("as", (NOBODYS,), {}, {"a": NotYours, "s": NotFound}),
    "derive": ("asqtm", (RECORD,), {}, None),
    "undo": ("as", (), {"medium": NOBODYS}, NotAllowed),
    "list_add": ("s", ("/no/file",), {"form": "csv", **_LIST}, Unreadable),
    "list_withdraw": ("s", ("no list",), {"reason": "x"}, NotFound),
    "lists": ("asq", (), {}, None),
    "match": ("s", ([],), {}, None),
    "match_files": ("s", ([],), {}, None),
    "hits": ("asq", (), {}, None),
    "answer_hit": ("sq", (NOBODYS, "same"), {}, NotFound),
    "answer_hits": ("sq", ([NOBODYS], "same"), {}, NotFound),
    "hit_rows": ("asq", (), {}, None),
    "list_forms": ("asq", (), {}, None),
    "explain": ("asq", (NOBODYS,), {}, NotFound),
    "hashes_of": ("asq", (NOBODYS,), {}, {"a": NotYours, "s": NotFound, "q": NotYours}),
    "compare": ("sq", (NOBODYS,), {}, {"s": NotFound, "q": NotYours}),
    "compared": ("sq", ([],), {}, None),
    "avoided": ("asq", (), {}, None),
    "rehash": ("s", ([NOBODYS],), {}, NotFound),
    "stacks": ("asq", (), {}, None),
    "stack_sample": ("asq", (NOBODYS,), {}, NotFound),
    "grade_stack": ("as", (NOBODYS, RECORD), {"members": []}, NotYours),
    "find": ("asq", (Sought(),), {}, None),
    "found": ("asq", (Sought(),), {}, None),
    "grade_selection": (
        *("as", ([NOBODYS], RECORD), {}),
        {"a": NotAllowed, "s": NotFound},
    ),
    "undo_stack": ("as", (NOBODYS,), {}, NotAllowed),
    "sheet_order": ("as", (), {}, None),
    "sheet": ("as", ([],), {}, None),
    "mine_among": ("as", ([NOBODYS],), {}, None),
    "take_more": ("as", (0,), {}, None),
    "exemplar_of": ("as", (NOBODYS,), {}, NotYours),
    "rendition": ("asq", (NOBODYS, "large"), {}, NotYours),
    "enlarge": ("asq", (NOBODYS, "clip"), {}, NotYours),
    "why": ("asq", (NOBODYS,), {}, {"a": NotYours, "s": NotFound, "q": NotYours}),
    "rederive": ("s", (), {}, None),
    "bring_grades": ("s", ("/no/file",), _SCALE, Unreadable),
    "carried_grades": ("asq", (), {}, None),
    "carried_review": ("asq", (), {}, None),
    "series": ("asq", (), {}, None),
    "victims": ("asq", (), {}, None),
    "series_assign": ("s", ([NOBODYS], "x"), {}, NotFound),
    "series_assign_from": ("s", ("/no/file",), {}, Unreadable),
    "series_take_out": ("s", ([NOBODYS],), {"reason": "x"}, NotFound),
    "victim_assign": ("s", ([(NOBODYS, 1)], "x"), {}, NotFound),
    "victim_assign_from": ("s", ("/no/file",), {}, Unreadable),
    "victim_take_out": ("s", ([(NOBODYS, 1)],), {"reason": "x"}, NotFound),
    "counted": ("asq", (), {}, None),
    "tags": ("asq", (), {}, None),
    "sightings": ("asq", (), {}, None),
    "units": ("sqt", (), {}, None),
    "to_sign_off": ("sq", (), {}, None),
    "sign_off": ("q", ([],), {}, BadInput),
    "take_back": ("q", (NOBODYS,), {"reason": "x"}, NotFound),
    "table": ("sqt", ("victims",), {"unit": "medium"}, None),
    "frame": ("sqt", (TABLE,), {}, None),
    "statistics": ("sqt", (), {}, None),
    "counted_by": ("sqt", (), {}, None),
    "explore": ("sqt", (), {}, None),
    "chart": ("sqt", (TABLE,), {}, None),
    "show": ("asq", (NOBODYS,), {}, {"a": NotYours, "s": NotFound, "q": NotYours}),
    "overview": ("asq", (), {}, None),
    "media": ("asq", (), {}, None),
    "copies": ("asq", (), {}, None),
    "assessments": ("asq", (), {}, None),
    "segments": ("asq", (), {}, None),
    "children": ("asq", (), {}, None),
    "grades": ("asq", (), {}, None),
    "hashes": ("asq", (), {}, None),
    "frames": ("asq", (), {}, None),
    "links": ("asq", (), {}, None),
    "trail": ("asq", (), {}, None),
    "release_request": ("s", ("R9",), _RELEASE, NotAllowed),
    "release_requests": ("sq", (), {}, None),
    "release_asked": ("sq", (NOBODYS,), {}, NotFound),
    "release_approve": ("q", (NOBODYS,), {"digest": "x"}, NotFound),
    "release_refuse": ("q", (NOBODYS,), {"reason": "x"}, NotFound),
    "release_withdraw": ("s", (NOBODYS,), {}, NotFound),
    "release": ("s", (NOBODYS,), {}, NotFound),
    "releases": ("sq", (), {}, None),
    "report_ask": ("t", ("../R9", None, {}), {}, BadInput),
    "report_kinds": ("sqt", (), {}, None),
    "report_composed": ("sqt", ("no such report",), _COMPOSED, NotFound),
    "report_files": ("sqt", (None, ["no such form"]), {}, NotFound),
    "report_preview": ("sqt", (None, ["no such form"]), {}, NotFound),
    "report_requests": ("sqt", (), {}, None),
    "report_asked": ("sqt", (NOBODYS,), {}, NotFound),
    "report_file": ("sqt", (NOBODYS, "x"), {}, NotFound),
    "report_file_name": ("sqt", (NOBODYS, "x"), {}, NotFound),
    "report_approve": ("sq", (NOBODYS,), {"digest": "x"}, NotFound),
    "report_refuse": ("sq", (NOBODYS,), {"reason": "x"}, NotFound),
    "report_withdraw": ("t", (NOBODYS,), {}, NotFound),
    "report_publish": ("t", (NOBODYS,), {}, NotFound),
    "reports": ("sqt", (), {}, None),
    "save_query": ("sqt", (" ", {}), {}, BadInput),
    "drop_query": ("sqt", ("no such query",), {}, NotFound),
    "queries": ("sqt", (), {}, None),
    "vouch": ("sqm", (), {}, None),
    "backup": ("m", ("/",), {}, BadInput),
    "account_add": ("m", ("x",), {}, BadInput),
    "account_role": ("m", ("nobody", ["assessor"]), {}, NotFound),
    "account_disable": ("m", ("nobody",), {}, NotFound),
    "accounts": ("m", (), {}, None),
    "account_history": ("m", (), {}, None),
}
# Methods that ask for no role, each with its reason in the code.
FREE = {
    *("create", "open", "seat", "close", "may", "must_be_allowed", "verify"),
    *("must_go_on", "must_be_whole", "account_check", "logins"),
    *("restore", "upgrade", "warnings", "check_backup", "warm_up"),
}
DOORS = {
    "intake": "s",
    "matching": "sq",
    "grading": "as",
    "release": "sq",
    "statistics": "sqt",
}


def may(letters, role):
    return role in {LETTERS[letter] for letter in letters}


def ends_with(wanted, role):
    """The error that a call ends with for a role that may; None where it succeeds."""
    return wanted[letter_of(role)] if isinstance(wanted, dict) else wanted


def letter_of(role):
    return next(letter for letter, name in LETTERS.items() if name == role)
