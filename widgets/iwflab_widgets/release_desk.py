"""The release desk: a second person signs off; what is criminal leaves by four eyes.

One table, however many media: a row is a line of a message, not a widget.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from iwflab.domain.roles import need
from iwflab.lab import Lab
from iwflab_widgets.desk import Act, Desk, joined, text, texts

SHOWN = 12  # signs of a SHA-256 that tell media apart for the eye
MAY = {
    "sign_off": need("sign_off"),
    "ask": need("export_hashes", "request"),
    "approve": need("export_hashes", "approve"),
}
OWN_WORK = "graded by you; another person signs it off"


class ReleaseDesk(Desk):
    """Graded media without pictures: sign off, take back, release."""

    _esm = joined(
        "desk/dom.js",
        "desk/server.js",
        "desk/kernel.js",
        "desk/fields.js",
        "release_desk/four_eyes.js",
        "release_desk/release.js",
    )
    _css = joined("desk/desk.css")

    def __init__(self, lab: Lab) -> None:
        """Show what stands in the lab; acts are those of the lab's analyst."""
        super().__init__()
        self.lab = lab
        self._shown: dict[str, str] = {}  # medium -> the assessment on the page

    def acts(self) -> Mapping[str, Act]:
        """Name what the page may ask for."""
        return {
            "look": lambda _: self._answer(),
            "sign_off": self._sign_off,
            "take_back": self._take_back,
            "ask": self._ask,
            "asked": lambda c: {"asked": asked(self.lab, text(c, "id"))},
            "approve": self._approve,
            "refuse": self._refuse,
            "withdraw": self._withdraw,
            "release": self._release,
        }

    def _answer(self, **more: Any) -> dict[str, Any]:
        waiting = self.lab.to_sign_off()
        self._shown = {row["medium"]: row["assessment"] for row in waiting}
        return {"standing": standing(self.lab, waiting), **more}

    def _sign_off(self, content: Mapping[str, Any]) -> dict[str, Any]:
        # What is signed is what the page showed, not what stands by now.
        shown = [
            {"medium": medium, "assessment": self._shown.get(medium, "")}
            for medium in texts(content, "media")
        ]
        self.lab.sign_off(shown, request=text(content, "request"))
        return self._answer()

    def _take_back(self, content: Mapping[str, Any]) -> dict[str, Any]:
        for medium in texts(content, "media"):
            # One act a medium, each under an id of its own that a retry finds again.
            name = f"{text(content, 'request')} {medium}"
            request = str(uuid5(NAMESPACE_OID, name))
            self.lab.take_back(medium, reason=text(content, "reason"), request=request)
        return self._answer()

    def _ask(self, content: Mapping[str, Any]) -> dict[str, Any]:
        self.lab.release_request(
            text(content, "name"),
            recipient=text(content, "recipient"),
            purpose=text(content, "purpose"),
            scheme=text(content, "scheme") or "uk_2014",
            request=text(content, "request"),
        )
        return self._answer()

    def _approve(self, content: Mapping[str, Any]) -> dict[str, Any]:
        # The digest comes back from the page: it is the one of the list shown there.
        key, digest = text(content, "id"), text(content, "digest")
        self.lab.release_approve(key, digest=digest, request=text(content, "request"))
        return self._answer()

    def _refuse(self, content: Mapping[str, Any]) -> dict[str, Any]:
        key, reason = text(content, "id"), text(content, "reason")
        self.lab.release_refuse(key, reason=reason, request=text(content, "request"))
        return self._answer()

    def _withdraw(self, content: Mapping[str, Any]) -> dict[str, Any]:
        request = text(content, "request")
        self.lab.release_withdraw(text(content, "id"), request=request)
        return self._answer()

    def _release(self, content: Mapping[str, Any]) -> dict[str, Any]:
        done = self.lab.release(text(content, "id"), request=text(content, "request"))
        return self._answer(released=_release_row(done))


def standing(lab: Lab, waiting: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give what the table shows: rows, schemes, earlier releases; no picture."""
    graded = [_graded_row(lab, row) for row in waiting]
    signed = [
        _row(row, _codes(json.loads(row["signed_grades"])), [])
        for row in lab.overview()
        if row["stage"] in {"signed_off", "released"}
    ]
    return {
        "rows": [*graded, *signed],
        "schemes": [
            {"name": one["name"], "title": one["title"]}
            for one in lab.desk()["schemes"]
        ],
        "requests": [_request_row(lab, one) for one in lab.release_requests()],
        "releases": [_release_row(one) for one in lab.releases()],
        "may": {name: lab.may(wanted) for name, wanted in MAY.items()},
    }


def asked(lab: Lab, key: str) -> dict[str, Any]:
    """Give one request with the whole list that would leave, and its digest."""
    found = lab.release_asked(key)
    rows = [[row[0], row[3]] for row in found["media"]]
    return {**_request_row(lab, found), "media": rows}


def _request_row(lab: Lab, one: Mapping[str, Any]) -> dict[str, Any]:
    until = datetime.fromtimestamp(one["expires_us"] / 1e6, UTC)
    plain = {n: one[n] for n in one if n not in {"media", "asked_us", "expires_us"}}
    own = one["asked_by"] == lab.analyst
    return {**plain, "until": f"{until:%d %B %Y %H:%M} UTC", "own": own}


def _graded_row(lab: Lab, row: Mapping[str, Any]) -> dict[str, Any]:
    own = lab.settings.sign_off_by_another and row["grader"] == lab.analyst
    against = [*([OWN_WORK] if own else []), *row["against"]]
    told = [*([row["carried"]] if row["carried"] else []), *row["differs"]]
    grades = {g.scheme: g.code for g in row["grades"]}
    return _row(row, grades, against, told)


def _codes(signed: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {scheme: str(grade["code"]) for scheme, grade in signed.items()}


def _row(
    row: Mapping[str, Any],
    grades: Mapping[str, str],
    against: list[str],
    told: Sequence[str] = (),
) -> dict[str, Any]:
    shown = {
        "sha256": row["sha256"][:SHOWN],
        "name": (row["name"] or "").rsplit("/", 1)[-1],
        "grader": row["grader"] or "",
        "signed_by": row["signed_by"] or "",
    }
    words = [*shown.values(), *grades.values(), *against, *told, row["sha256"]]
    return {
        **shown,
        "medium": row["medium"],
        "stage": row["stage"],
        "grades": dict(grades),
        "against": against,
        "told": list(told),
        "search": " ".join(words).lower(),
    }


def _release_row(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "folder": one.problem or str(one.folder),
        "items": one.items,
        "counts": dict(one.counts),
        "left_out": dict(one.left_out),
        "manifest_sha256": one.manifest_sha256,
    }
