"""Accounts and roles: who is who, who may change it, and labs made before roles."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from given import PEOPLE

from iwflab import demo
from iwflab.domain.roles import Role
from iwflab.errors import BadInput, NotAllowed, NotFound
from iwflab.lab import Lab
from iwflab.lab.founding import new_folder
from iwflab.lab.seat import operating_system_user
from iwflab.store import Store
from iwflab.store.engines import sqlite_engine
from iwflab.store.migrate import _apply, scripts

PASSWORD = "correct horse battery"


def of(lab, name):
    return {str(role) for role in lab.seat(name).roles}


def test_who_makes_a_lab_can_use_it_at_once_and_needs_a_second_for_the_rest(new_lab):
    lab = new_lab()
    assert of(lab, lab.analyst) == {"administrator", "senior_analyst", "qa_officer"}
    assert {name: sorted(PEOPLE[name]) for name in PEOPLE} == {
        name: sorted(of(lab, name)) for name in PEOPLE
    }


def test_roles_count_from_the_next_act_on(new_lab):
    lab = new_lab()
    ann = lab.seat("ann")
    lab.account_role("ann", ["statistician"])
    assert ann.roles == {Role.STATISTICIAN}
    with pytest.raises(NotAllowed):
        ann.open_set(1)
    lab.account_disable("ann")
    assert ann.roles == frozenset()
    with pytest.raises(NotAllowed, match="no open account"):
        ann.table("victims", unit="medium")
    # A closed account that opens again does not bring its old roles back.
    with pytest.raises(BadInput, match="without a role"):
        lab.account_add("ann", PASSWORD, os_user=True)
    lab.account_add("ann", PASSWORD, roles=["assessor"], os_user=True)
    assert of(lab, "ann") == {"assessor"}


def test_the_last_administrator_stays(new_lab):
    lab = new_lab()
    for call in (
        lambda: lab.account_disable(lab.analyst),
        lambda: lab.account_role(lab.analyst, ["assessor"]),
        lambda: lab.account_add(lab.analyst, roles=["assessor"]),
    ):
        with pytest.raises(NotAllowed, match="last administrator"):
            call()
    lab.account_role("ann", ["administrator"])
    lab.account_role(lab.analyst, ["assessor"])
    with pytest.raises(NotAllowed):
        lab.accounts()
    assert len(lab.seat("ann").accounts()) == 3


def test_what_is_wrong_with_an_account_is_said(new_lab):
    lab = new_lab()
    for call in (
        lab.account_disable,
        lambda name: lab.account_role(name, ["assessor"]),
    ):
        with pytest.raises(NotFound) as refused:
            call("nobody-knows-me")
        assert "iwflab account show" in refused.value.advice
    for name, password, roles in (
        ("zoe", PASSWORD, []),
        ("zoe", PASSWORD, ["janitor"]),
        ("zoe", "short", ["assessor"]),
        ("../zoe", PASSWORD, ["assessor"]),
    ):
        with pytest.raises(BadInput):
            lab.account_add(name, password, roles=roles, os_user=True)
    with pytest.raises(BadInput):
        lab.account_role("ann", [])
    assert "zoe" not in {one["name"] for one in lab.accounts()}


def test_an_account_is_not_taken_for_a_user_of_the_system_unless_meant(new_lab):
    lab = new_lab()
    with pytest.raises(BadInput, match="operating system has a user") as refused:
        lab.account_add("daemon", PASSWORD, roles=["assessor"])
    assert "--os-user" in refused.value.advice
    lab.account_add("daemon", PASSWORD, roles=["assessor"], os_user=True)
    lab.account_add("daemon", PASSWORD + "!")  # known by now


def test_without_a_password_nobody_logs_in(new_lab):
    lab = new_lab()
    for guess in ("", "nobody has this account", PASSWORD):
        assert not lab.account_check("ann", guess)
    assert "ann" not in lab.logins()
    lab.account_add("ann", PASSWORD)
    first = lab.logins()["ann"]
    assert lab.account_check("ann", PASSWORD)
    assert of(lab, "ann") == set(PEOPLE["ann"])  # a password changes no role
    lab.account_role("ann", ["assessor"])
    assert lab.logins()["ann"] == first  # a role ends no login
    lab.account_add("ann", PASSWORD + "!")
    assert lab.logins()["ann"] != first


def _made_before_roles(lab):
    """Put a database of the first schema in the place of a lab's own."""
    folder = lab.folder
    lab.close()
    for file in folder.glob("lab.db*"):
        file.unlink()
    engine = sqlite_engine(folder / "lab.db")
    _apply(engine, scripts()["0001"])
    store = Store(engine)
    for name, active in (("old", 1), ("gone", 1), ("gone", 0)):
        with store.act("open account", name, analyst="root") as act:
            act.insert("account", name=name, secret="x" * active, active=active)
    store.close()
    return folder


def test_accounts_of_a_lab_made_before_roles_keep_what_they_could_do(new_lab):
    folder = _made_before_roles(new_lab())
    for _ in range(2):  # the second time nothing more happens
        with Lab.open(folder, analyst="old") as lab:
            me = operating_system_user()
            assert of(lab, "old") == {"assessor", "senior_analyst", "qa_officer"}
            assert of(lab, me) == of(lab, "old") | {"administrator"}
            assert of(lab, "gone") == set()
            trail = lab.seat(me).trail()
            assert list(trail["verb"]) == ["open account"] * 3 + ["give roles"]
            assert lab.verify() == []


def test_a_lab_that_was_rolled_back_to_before_roles_gives_none(new_lab):
    lab = new_lab()
    lab.vouch()
    folder = _made_before_roles(lab)
    with Lab.open(folder) as back:
        assert back.roles == frozenset()
        assert any("signed" in finding.problem for finding in back.verify())


def _never_used_before_roles(lab):
    folder = lab.folder
    lab.close()
    for file in folder.glob("lab.db*"):
        file.unlink()
    engine = sqlite_engine(folder / "lab.db")
    _apply(engine, scripts()["0001"])
    engine.dispose()
    return folder


def _killed_while_made(lab):
    place = lab.folder.with_name("killed")
    with new_folder(place, head_folder=str(place.with_name("killed-heads"))):
        pass  # here the process that made it was killed
    return place


@pytest.mark.parametrize("made", [_never_used_before_roles, _killed_while_made])
def test_a_lab_in_which_nothing_was_done_is_founded_by_its_owner(
    new_lab, made, monkeypatch
):
    folder = made(new_lab())
    me = operating_system_user()
    with monkeypatch.context() as other:
        other.setattr(os, "getuid", lambda: 1)  # the folder is not theirs
        with Lab.open(folder) as lab:
            assert (lab.analyst, lab.roles) == (operating_system_user(), frozenset())
    for _ in range(2):  # the second time nothing more happens
        with Lab.open(folder, analyst="ann") as lab:
            assert of(lab, me) == {"administrator", "senior_analyst", "qa_officer"}
            assert of(lab, "ann") == set()
            assert list(lab.seat(me).trail()["verb"]) == ["found"]
            assert lab.verify() == []


def test_an_empty_lab_of_which_a_head_was_signed_is_not_founded(new_lab):
    lab = new_lab()
    lab.vouch()
    folder = _never_used_before_roles(lab)
    with Lab.open(folder) as back:
        assert back.roles == frozenset()
        assert back.verify()


def test_demonstration_accounts_come_into_a_demonstration_lab_only(new_lab, tmp_path):
    own = new_lab()
    alike = Lab.create(tmp_path / "alike", head_folder=str(tmp_path / "alike-heads"))
    for name, role in demo.ACCOUNTS.items():  # as an earlier release would have
        alike.account_add(name, PASSWORD, roles=[role], os_user=True)
    for lab in (own, alike):
        before = lab.accounts(), lab.logins()
        with pytest.raises(NotAllowed, match="no demonstration lab") as refused:
            demo.accounts(lab)
        assert "without --demo" in refused.value.advice
        assert (lab.accounts(), lab.logins()) == before
    command = [Path(sys.executable).with_name("iwflab"), "serve", "--demo"]
    done = subprocess.run(
        [*command, "--lab", own.folder], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "no demonstration lab" in done.stderr
    assert "password:" not in done.stderr
    alike.close()


def test_a_demonstration_lab_gets_new_passwords_at_each_start(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    demo.make(tmp_path / "demonstration", 6)
    with Lab.open(tmp_path / "demonstration") as lab:
        first, second = demo.accounts(lab), demo.accounts(lab)
        assert [name for name, _, _ in first] == list(demo.ACCOUNTS)
        for (name, old, _), (_, new, _) in zip(first, second, strict=True):
            assert not lab.account_check(name, old)
            assert lab.account_check(name, new)
