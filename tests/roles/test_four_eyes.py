"""One asks, another agrees to exactly that, it is done once: and every way around."""

import json

import pytest
import sqlalchemy as sa
from given import FOR, approved, released, seen

from iwflab.domain.roles import Role
from iwflab.errors import BadInput, NotAllowed, NotFound, RequestReused, StoreError
from iwflab.workflow import four_eyes, quality
from iwflab.workflow import release as leaving

HOUR = 3_600_000_000


@pytest.fixture
def signed(lab):
    """Two media signed off, one that is only graded; ann asks, ben answers."""
    ann, ben = lab.seat("ann"), lab.seat("ben")
    media = [item["medium"] for item in ann.open_set(3)["items"]]
    for medium in media:
        ann.grade(medium, seen("posing"))
    shown = {row["medium"]: row for row in lab.to_sign_off()}
    ben.sign_off([shown[medium] for medium in media[:2]])
    lab.media_ids = media
    return lab


def state(lab, key):
    return lab.seat("ben").release_asked(key)["state"]


def refused(call, words, *args, **more):
    with pytest.raises(NotAllowed, match=words) as fault:
        call(*args, **more)
    assert fault.value.advice


def allowed():
    """Refuse nobody."""


def test_an_approval_is_good_for_one_release(signed):
    ann = signed.seat("ann")
    key = approved(signed)
    assert state(signed, key) == "approved"
    done = ann.release(key)
    assert (done.items, state(signed, key)) == (2, "used")
    manifest = json.loads((done.folder / "manifest.json").read_text())
    asked = ann.release_asked(key)

    assert manifest["agreed"] == {
        "digest": asked["digest"],
        "requested_by": "ann",
        "approved_by": "ben",
    }
    assert manifest["recipient"] == FOR["recipient"]
    with pytest.raises(BadInput, match="exists"):  # the name is taken
        ann.release(key)
    # Also where the name would be free, the approval is used up.
    store = signed._store
    permit = four_eyes.Permit(
        store, four_eyes.one(store, "release", key), allowed, lambda _name: True
    )
    payload = dict(permit.asked.payload)
    refused(permit.check, "used already", payload)
    with (
        pytest.raises(NotAllowed, match="used already"),
        store.act("x", "y", analyst="ann") as act,
    ):
        permit.use(act, payload)
    assert signed.verify() == []


def test_nobody_approves_their_own_request_whatever_their_roles(signed):
    signed.account_role("ann", ["senior_analyst", "qa_officer", "administrator"])
    ann = signed.seat("ann")
    asked = ann.release_request("R1", **FOR)
    own = {"digest": asked["digest"]}
    refused(ann.release_approve, "your own request", asked["id"], **own)
    refused(ann.release_refuse, "your own request", asked["id"], reason="x")
    refused(ann.release, "nobody has approved", asked["id"])
    assert state(signed, asked["id"]) == "waiting"


def test_the_database_itself_refuses_a_self_approval(signed):
    store = signed._store
    asked = signed.seat("ann").release_request("R1", **FOR)
    right = {"request": asked["id"], "digest": asked["digest"], "asked_by": "ann"}
    for wrong in (
        {**right, "analyst": "ann"},
        {**right, "analyst": "ben", "asked_by": "ben"},
        {**right, "analyst": "ben", "digest": "0" * 64},
        {**right, "analyst": "ben", "verdict": "maybe"},
    ):
        told = {"verdict": "approved", "reason": "", **wrong}
        with pytest.raises(StoreError), store.act("x", "y", analyst="ann") as act:
            act.insert("four_eyes_answer", **told)
    assert state(signed, asked["id"]) == "waiting"


def test_another_medium_signed_off_voids_it(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    key = approved(signed)
    ben.sign_off(signed.to_sign_off())
    told = ben.release_asked(key)
    assert told["state"] == "void"
    assert told["why"] == ["1 signed off since, or signed off anew"]
    refused(ann.release, "the request is void", key)
    assert ann.releases() == []


def test_a_sign_off_taken_back_voids_it_also_when_signed_anew(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    key = approved(signed)
    medium = signed.media_ids[0]
    ben.take_back(medium, reason="looked at again")
    refused(ann.release, "the request is void", key)
    ben.sign_off([row for row in signed.to_sign_off() if row["medium"] == medium])
    refused(ann.release, "the request is void", key)
    assert len(ben.release_asked(key)["why"]) == 2
    assert released(signed, "R2").items == 2  # asked anew, it leaves


def test_other_rules_of_the_scheme_void_it(signed, monkeypatch):
    from dataclasses import replace

    from iwflab.workflow.release import choosing

    key = approved(signed)
    honest = choosing.scheme_named
    monkeypatch.setattr(
        choosing, "scheme_named", lambda name: replace(honest(name), version="9")
    )
    assert state(signed, key) == "void"
    refused(signed.seat("ann").release, "the request is void", key)


def test_a_request_that_changed_is_not_approved(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    asked = ann.release_request("R1", **FOR)
    ben.sign_off(signed.to_sign_off())
    digest = {"digest": asked["digest"]}
    refused(ben.release_approve, "the request is void", asked["id"], **digest)
    ben.release_refuse(asked["id"], reason="it changed; ask anew")
    assert state(signed, asked["id"]) == "refused"


def test_the_digest_of_something_else_approves_nothing(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    one = ann.release_request("R1", **FOR)
    two = ann.release_request("R2", **FOR)
    assert one["digest"] != two["digest"]
    for digest in (two["digest"], "", one["digest"][:11], one["digest"][::-1]):
        refused(ben.release_approve, "digest", one["id"], digest=digest)
    ben.release_approve(one["id"], digest=one["digest"][:12])
    assert (state(signed, one["id"]), state(signed, two["id"])) == (
        "approved",
        "waiting",
    )


def test_it_expires_before_and_after_the_approval(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    key = approved(signed)
    asked = ann.release_request("R2", **FOR)
    now = signed._store.clock
    signed._store.clock = lambda: now() + 25 * HOUR
    digest = {"digest": asked["digest"]}
    refused(ann.release, "expired", key)
    refused(ben.release_approve, "expired", asked["id"], **digest)
    assert state(signed, key) == state(signed, asked["id"]) == "expired"
    signed._store.clock = now
    assert ann.release(key).items == 2


@pytest.mark.parametrize("change", ["role", "closed"])
def test_an_approver_who_lost_the_role_permits_nothing_any_more(signed, change):
    key = approved(signed)
    if change == "role":
        signed.account_role("ben", ["assessor"])
    else:
        signed.account_disable("ben")
    refused(signed.seat("ann").release, "no role to do so any more", key)
    assert signed.releases() == []


@pytest.mark.parametrize("change", ["role", "closed"])
def test_who_lost_the_role_during_the_proofs_releases_nothing(signed, change):
    key = approved(signed)
    before = signed.vouch()

    def demoted(_done, _total):
        if signed.seat("ann").roles == {Role.ASSESSOR} or not signed.seat("ann").roles:
            return
        if change == "role":
            signed.account_role("ann", ["assessor"])
        else:
            signed.account_disable("ann")

    words = {"role": "your roles do not let you", "closed": "no open account"}[change]
    refused(signed.seat("ann").release, words, key, progress=demoted)
    assert (signed.releases(), state(signed, key)) == ([], "approved")
    assert signed.heads.read().size == before.size
    assert signed.verify() == []


def test_the_head_is_signed_after_whatever_was_entered(signed, monkeypatch):
    """A role that ends just after the release, or the sign-off, takes no head away."""
    key = approved(signed)
    honest = leaving.release

    def released_then_demoted(*args, **more):
        done = honest(*args, **more)
        signed.account_role("ann", ["assessor"])
        return done

    monkeypatch.setattr(leaving, "release", released_then_demoted)
    assert signed.seat("ann").release(key).items == 2
    entries = len(signed.trail())
    assert signed.heads.read().size == entries

    honest_sign_off = quality.sign_off

    def signed_then_demoted(*args, **more):
        honest_sign_off(*args, **more)
        signed.account_role("ben", ["assessor"])

    monkeypatch.setattr(quality, "sign_off", signed_then_demoted)
    signed.seat("ben").sign_off(signed.to_sign_off())
    assert signed.heads.read().size == len(signed.trail()) > entries


def test_what_was_refused_or_withdrawn_stays_so(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    one, two = (ann.release_request(name, **FOR) for name in ("R1", "R2"))
    with pytest.raises(BadInput, match="reason"):
        ben.release_refuse(one["id"], reason=" ")
    ben.release_refuse(one["id"], reason="the wrong recipient")
    ann.release_withdraw(two["id"])
    for asked, words in ((one, "was refused"), (two, "was withdrawn")):
        digest = {"digest": asked["digest"]}
        refused(ben.release_approve, words, asked["id"], **digest)
        refused(ann.release, words, asked["id"])
    assert ann.release_asked(one["id"])["reason"] == "the wrong recipient"
    ann.release_request("R3", **FOR)


def test_only_who_asked_withdraws(signed):
    signed.account_role("ben", ["senior_analyst", "qa_officer"])
    asked = signed.seat("ann").release_request("R1", **FOR)
    refused(signed.seat("ben").release_withdraw, "only who made", asked["id"])


def test_retries_do_nothing_twice(signed):
    ann, ben = signed.seat("ann"), signed.seat("ben")
    one = ann.release_request("R1", **FOR, request="a")
    assert ann.release_request("R1", **FOR, request="a")["id"] == one["id"]
    with pytest.raises(RequestReused):
        ann.release_request("R2", **FOR, request="a")
    digest = {"digest": one["digest"]}
    ben.release_approve(one["id"], **digest, request="b")
    ben.release_approve(one["id"], **digest, request="b")
    with pytest.raises(RequestReused):
        ben.release_refuse(one["id"], reason="x", request="b")
    done = ann.release(one["id"], request="c")
    assert ann.release(one["id"], request="c") == done
    assert len(ann.release_requests()) == 1


def test_a_release_names_who_receives_it_and_why(signed):
    ann = signed.seat("ann")
    for wrong in ({**FOR, "recipient": " "}, {**FOR, "purpose": ""}):
        with pytest.raises(BadInput, match="who receives it"):
            ann.release_request("R1", **wrong)
    with pytest.raises(BadInput):
        ann.release_request("../R1", **FOR)
    with pytest.raises(NotFound):
        ann.release_asked("zzzzzz")


def test_the_step_knows_nothing_of_releases(lab):
    """Another kind, another payload: what an export or an erasure will build on."""
    store = lab._store
    what = {"media": ["a", "b"], "key": 1}
    key = four_eyes.ask(
        store, "erase", lambda: what, analyst="ann", hours=1, request="r"
    )
    asked = four_eyes.one(store, "erase", key)
    same = {"analyst": "ben", "now": lambda payload: payload, "request": "s"}
    four_eyes.answer(
        store, asked, four_eyes.Verdict.APPROVED, digest=asked.digest, **same
    )
    permit = four_eyes.Permit(store, asked, allowed, {"ben"}.__contains__)
    refused(permit.check, "void", {**what, "key": 2})
    with pytest.raises(NotFound):
        four_eyes.one(store, "release", key)
    with store.act("erase", "x", analyst="ann") as act:
        permit.use(act, what)
    with pytest.raises(NotAllowed, match="used"):
        permit.check(what)
    rows = store.rows(
        sa.text("SELECT verb FROM audit_entry ORDER BY number DESC LIMIT 3")
    )
    assert [row["verb"] for row in rows] == ["erase", "approve erase", "ask erase"]
    assert lab.verify() == []
