"""What would leave: every signed-off medium that a scheme calls criminal."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from iwflab.domain.categories import Scheme, derive
from iwflab.errors import BadInput, NotAllowed
from iwflab.exchange.folder import check_name
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.store.reading import overview, records
from iwflab.store.stacks import carried_over


def asked(
    store: Store, *, name: str, scheme: str, recipient: str, purpose: str
) -> dict[str, Any]:
    """Give exactly what a release with this name would be, as plain JSON.

    This is what a second person agrees to: the name, who receives it and why, the
    scheme with the version of its rules, and every medium with its sign-off and code.
    """
    check_name(name)
    if not recipient.strip() or not purpose.strip():
        raise BadInput(
            "a release names who receives it and why",
            advice="give the recipient and the purpose; both are recorded",
        )
    law = scheme_named(scheme)
    chosen, _ = choose(store, overview(store), law)
    return {
        "name": name,
        "recipient": recipient.strip(),
        "purpose": purpose.strip(),
        "scheme": law.name,
        "scheme_version": law.version,
        "media": listed(chosen, law),
    }


def listed(chosen: Sequence[Mapping[str, Any]], law: Scheme) -> list[list[str]]:
    """Give the exact list: SHA-256, medium, sign-off and code of each."""
    return [
        [row["sha256"], row["medium"], row["sign_off"], signed(row, law)["code"]]
        for row in chosen
    ]


def asked_now(store: Store, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an earlier request would be now; nothing, where nothing can leave."""
    names = ("name", "scheme", "recipient", "purpose")
    try:
        return asked(store, **{name: payload[name] for name in names})
    except NotAllowed as fault:
        return {"nothing": fault.message}


def changes(payload: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say in words what changed between what was asked and what there is now."""
    if "nothing" in now:
        return [str(now["nothing"])]
    before, after = ({tuple(row) for row in one["media"]} for one in (payload, now))
    counted = (
        (len(after - before), "signed off since, or signed off anew"),
        (len(before - after), "no longer signed off as it was"),
    )
    said = [f"{number} {words}" for number, words in counted if number]
    if payload["scheme_version"] != now["scheme_version"]:
        said.append("other rules of the scheme")
    return said


def signed(row: Mapping[str, Any], law: Scheme) -> dict[str, Any]:
    """Give code and version under which a medium was signed off."""
    grades: dict[str, dict[str, Any]] = json.loads(row["signed_grades"])
    return grades.get(law.name, {"code": "", "version": ""})


def _people(row: Mapping[str, Any], unseen: Mapping[str, Any]) -> int:
    """Count who stands behind a class: who carried it over saw another medium."""
    graders = set() if row["assessment"] in unseen else {row["grader"]}
    return len(graders | {row["signed_by"]})


def choose(
    store: Store, rows: Sequence[dict[str, Any]], law: Scheme
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Split the media into those that leave and those that stay, with the reason."""
    standing = records(store, rows)
    unseen = carried_over(store, [r["assessment"] for r in rows if r["assessment"]])
    chosen, left_out, changed = [], Counter[str](), []
    for row in rows:
        if row["sign_off"] is None:
            left_out["not signed off"] += 1
            continue
        agreed = signed(row, law)
        now = derive(law, standing[row["medium"]])
        if (now.code, now.version) != (agreed["code"], agreed["version"]):
            changed.append(row["sha256"][:12])
        elif row["size"] == 0:
            # The digests of nothing match every empty file in the world.
            left_out["empty (no bytes)"] += 1
        elif now.reviewers > _people(row, unseen):
            left_out[f"{now.code}: confirmed by one person only"] += 1
        elif now.code in law.criminal:
            chosen.append(row)
        else:
            left_out[now.code] += 1
    if changed:
        raise NotAllowed(
            f"the rules of {law.name} changed since the sign-off of "
            f"{', '.join(changed[:5])}{' and others' if len(changed) > 5 else ''}",  # noqa: PLR2004 - five are enough to read
            advice="take back those sign-offs and have them looked at again",
        )
    if not chosen:
        raise NotAllowed(
            "nothing can leave: no medium is signed off as criminal",
            advice="grade and sign off media first",
        )
    return sorted(chosen, key=lambda row: row["sha256"]), left_out
