"""What each role may, written down by hand: the tests compare the lab with this.

Letters: a assessor, s senior analyst, q QA officer, t statistician, m administrator.
"""

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
    "sign_off": ("none", "none", "all", "none", "none"),
    "vouch": ("none", "all", "all", "none", "all"),
    "keep": ("none", "none", "none", "none", "all"),
    "research": ("none", "all", "none", "none", "none"),
}
NOBODYS = "ffffffffffff"  # an id that no medium and no request has
_RELEASE = {"recipient": "x", "purpose": "y"}
_CUSTODY = dict.fromkeys(("case", "exhibit", "purpose", "authority"), "x")
# Method -> who may, and what it is called with: never enough to change anything.
METHODS = {
    "intake": ("s", (["no/such/folder"],), _CUSTODY),
    "examine": ("s", ([NOBODYS],), {}),
    "desk": ("asqtm", (), {}),
    "open_set": ("as", (0,), {}),
    "item": ("asq", (NOBODYS,), {}),
    "progress": ("asqtm", (), {}),
    "hand_back": ("as", (), {}),
    "deliver": ("asq", (NOBODYS, "shielded"), {}),
    "reveal": ("asq", (NOBODYS, "full"), {}),
    "shown": ("asq", ([],), {}),
    "grade": ("as", (NOBODYS, None), {}),
    "take": ("as", (NOBODYS,), {}),
    "derive": ("asqtm", (None,), {}),
    "undo": ("as", (), {"medium": NOBODYS}),
    "to_sign_off": ("sq", (), {}),
    "sign_off": ("q", ([],), {}),
    "take_back": ("q", (NOBODYS,), {"reason": "x"}),
    "table": ("sqt", ("victims",), {"unit": "medium"}),
    "frame": ("sqt", (None,), {}),
    "statistics": ("sqt", (), {}),
    "chart": ("sqt", (None,), {}),
    "show": ("asq", (NOBODYS,), {}),
    "overview": ("asq", (), {}),
    "media": ("asq", (), {}),
    "copies": ("asq", (), {}),
    "assessments": ("asq", (), {}),
    "children": ("asq", (), {}),
    "grades": ("asq", (), {}),
    "hashes": ("asq", (), {}),
    "links": ("asq", (), {}),
    "trail": ("asq", (), {}),
    "release_request": ("s", ("R9",), _RELEASE),
    "release_requests": ("sq", (), {}),
    "release_asked": ("sq", (NOBODYS,), {}),
    "release_approve": ("q", (NOBODYS,), {"digest": "x"}),
    "release_refuse": ("q", (NOBODYS,), {"reason": "x"}),
    "release_withdraw": ("s", (NOBODYS,), {}),
    "release": ("s", (NOBODYS,), {}),
    "releases": ("sq", (), {}),
    "vouch": ("sqm", (), {}),
    "backup": ("m", ("/",), {}),
    "account_add": ("m", ("x",), {}),
    "account_role": ("m", ("nobody", ["assessor"]), {}),
    "account_disable": ("m", ("nobody",), {}),
    "accounts": ("m", (), {}),
    "account_history": ("m", (), {}),
}
# Methods that ask for no role, each with its reason in the code.
FREE = {
    *("create", "open", "seat", "close", "may", "must_be_allowed", "verify"),
    *("must_go_on", "must_be_whole", "account_check", "logins"),
    *("restore", "upgrade", "warnings"),
}
DOORS = {"intake": "s", "grading": "as", "release": "sq", "statistics": "sqt"}


def may(letters, role):
    return role in {LETTERS[letter] for letter in letters}
