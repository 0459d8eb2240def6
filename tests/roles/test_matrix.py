"""Every cell of the role matrix, allowed and denied: as data, and through the lab."""

import inspect
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa
from given import CUSTODY, seen

sys.path.insert(0, str(Path(__file__).parent))

from expected import (
    FREE,
    LETTERS,
    METHODS,
    NOBODYS,
    OURS,
    SECTION_6,
    ends_with,
    may,
)

from iwflab.domain.roles import Matrix, Operation, Role, Scope, need, roles_from
from iwflab.errors import BadInput, NotAllowed, NotFound, NotYours
from iwflab.lab import Lab
from iwflab.lab.matrix import FILE, matrix, matrix_from

ROLES = list(LETTERS.values())
REFUSAL = "your roles do not let you"


@pytest.mark.parametrize("operation", [*SECTION_6, *OURS])
def test_every_cell_is_the_one_of_the_reference(operation):
    row = matrix().rows[Operation(operation)]
    wanted = {**SECTION_6, **OURS}[operation]

    assert [str(row.cells[Role(role)]) for role in ROLES] == list(wanted)
    assert row.source
    for role, cell in zip(ROLES, wanted, strict=True):
        for scope in Scope:  # allowed in its own scope, denied in every other
            one = need(operation, scope)
            given = cell != "none" and scope == cell
            assert matrix().allows([Role(role)], one) == given, (role, scope)
        assert matrix().allows([Role(role)], need(operation)) == (cell != "none")


def test_every_operation_has_a_row_and_several_roles_add_up():
    assert set(Operation) == {*SECTION_6, *OURS}
    both = (Role.ASSESSOR, Role.QA_OFFICER)
    assert matrix().scopes(both, Operation.GRADE) == {Scope.OWN, Scope.SECOND}
    assert matrix().scopes((), Operation.USE_LAB) == frozenset()
    assert matrix().who(need("export_media", "approve")) == [Role.QA_OFFICER]


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain.pop("erase"),
        lambda plain: plain.update(fly=dict(plain["erase"])),
        lambda plain: plain["erase"].pop("assessor"),
        lambda plain: plain["erase"].update(assessor="everything"),
        lambda plain: plain["erase"].update(source=" "),
        lambda plain: plain["erase"].update(janitor="all"),
    ],
)
def test_a_matrix_with_a_hole_is_refused(change):
    plain = tomllib.loads(FILE.read_text())
    assert isinstance(matrix_from(plain), Matrix)
    change(plain)
    with pytest.raises(BadInput) as refused:
        matrix_from(plain)
    assert refused.value.advice


def test_roles_are_read_in_the_usual_spellings():
    assert roles_from(["QA officer", "senior-analyst"]) == {
        Role.QA_OFFICER,
        Role.SENIOR_ANALYST,
    }
    with pytest.raises(BadInput, match="no role"):
        roles_from(["janitor"])
    with pytest.raises(BadInput):
        need("fly")


# -- through the lab -----------------------------------------------------------------
def test_no_public_method_of_the_lab_is_without_a_declaration():
    methods = {
        name: value
        for name, value in inspect.getmembers_static(Lab)
        if not name.startswith("_") and not isinstance(value, property)
    }
    plain = {n: getattr(v, "__func__", v) for n, v in methods.items() if n != "heads"}
    declared = {name for name, method in plain.items() if hasattr(method, "need")}
    free = {name for name, method in plain.items() if getattr(method, "free", "")}

    assert declared == set(METHODS)
    assert free == FREE
    assert set(plain) == declared | free
    kept = {n for n, v in inspect.getmembers_static(Lab) if isinstance(v, property)}
    assert {n for n in kept if not n.startswith("_")} == {"name", "roles"}


@pytest.fixture(scope="module")
def shared(filled, tmp_path_factory):
    """One lab with a person for each role; the calls on it change nothing."""
    folder = tmp_path_factory.mktemp("roles")
    shutil.copytree(filled / "lab", folder / "lab")
    settings = folder / "lab" / "lab.toml"
    text = settings.read_text().replace(str(filled / "heads"), str(folder / "heads"))
    settings.write_text(text)
    with Lab.open(folder / "lab") as lab:
        for role in ROLES:
            lab.account_add(role, roles=[role], os_user=True)
        lab.account_add("closed", roles=ROLES, os_user=True)
        lab.account_disable("closed")
        yield lab


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_open_to_its_roles_and_to_no_other(shared, method, role):
    letters, args, more, wanted = METHODS[method]
    call = getattr(shared.seat(role), method)
    if not may(letters, role):
        with pytest.raises(NotAllowed, match=REFUSAL) as refused:
            call(*args, **more)
        assert "ask a person who may" in refused.value.advice
        return
    error = ends_with(wanted, role)
    if error is None:
        call(*args, **more)
        return
    with pytest.raises(error) as fault:
        call(*args, **more)
    assert fault.type is error  # no class below or above it
    assert REFUSAL not in str(fault.value)


@pytest.mark.parametrize("who", ["nobody-knows-me", "closed"])
@pytest.mark.parametrize("method", METHODS)
def test_the_unknown_and_the_closed_may_do_nothing(shared, method, who):
    _, args, more, _ = METHODS[method]
    with pytest.raises(NotAllowed, match="no open account") as refused:
        getattr(shared.seat(who), method)(*args, **more)
    assert "iwflab account add" in refused.value.advice


def test_a_full_preview_needs_its_own_cell(shared, monkeypatch):
    """Whoever may see shielded previews only gets no full one by asking for it."""
    assessor = shared.seat("assessor")
    row = matrix().rows[Operation.VIEW_FULL]
    monkeypatch.setitem(row.cells, Role.ASSESSOR, Scope.NONE)
    with pytest.raises(NotAllowed, match=REFUSAL):
        assessor.deliver("ffffffffffff", "full")
    with pytest.raises(NotYours):
        assessor.deliver("ffffffffffff", "shielded")


# -- how far each sees ---------------------------------------------------------------
@pytest.fixture
def people(lab):
    for role in ROLES:
        lab.account_add(role, roles=[role], os_user=True)
    return {role: lab.seat(role) for role in ROLES}


def test_an_assessor_sees_the_own_queue_and_no_record_of_another(lab, people):
    ann, assessor = lab.seat("ann"), people["assessor"]
    (item,) = ann.open_set(1)["items"]
    ann.grade(item["medium"], seen("posing"))
    mine = {one["medium"] for one in assessor.open_set(2)["items"]}
    first = min(mine)
    assessor.grade(first, seen("none"))

    for frame in (assessor.media(), assessor.copies(), assessor.hashes()):
        assert set(frame["medium"]) == mine
    assert {row["medium"] for row in assessor.overview()} == mine
    for frame in (assessor.assessments(), assessor.grades(), assessor.children()):
        assert set(frame["medium"]) == {first}
    for beyond in (item["medium"], lab.show(item["medium"])["sha256"], "ffffffffffff"):
        with pytest.raises(NotYours):
            assessor.show(beyond)
    assert assessor.show(first)["grader"] == "assessor"
    assert len(people["senior_analyst"].media()) == 7
    assert set(people["qa_officer"].media()["medium"]) == {item["medium"], first}
    assert len(people["qa_officer"].assessments()) == 2


def test_a_record_of_another_is_blinded_on_the_own_queue(new_lab, drawn):
    lab = new_lab(assignment_hours=1.0)
    lab.intake([drawn], **CUSTODY)
    lab.account_role("ben", ["senior_analyst"])
    ann, ben = lab.seat("ann"), lab.seat("ben")
    medium = ann.open_set(1)["items"][0]["medium"]
    ann.grade(medium, seen("posing"))
    now = lab._store.clock
    lab._store.clock = lambda: now() + 2 * 3_600_000_000  # hers lapses
    assert ben.take(medium) == medium  # as a senior analyst
    lab.account_role("ben", ["assessor"])

    assert ben.show(medium)["elements"] is None
    assert ben.show(medium)["grader"] is None
    assert len(ben.assessments()) == 0
    assert "ann" not in ben.media().to_csv()
    for frame in (ben.copies(), ben.hashes(), ben.links()):
        assert not {"grader", "signed_by", "assessment", "analyst"} & set(frame)
    (known,) = lab.media().query("medium == @medium")["grader"]
    assert known == "ann"
    with pytest.raises(NotAllowed, match="another person graded") as refused:
        ben.grade(medium, seen("none"))
    assert "senior analyst" in refused.value.advice
    lab.account_role("ben", ["senior_analyst"])  # the very next act
    assert ben.grade(medium, seen("none"))["saved"]
    assert len(lab._store.rows(sa.text("SELECT id FROM assessment"))) == 2


def test_an_assessor_takes_what_is_free_and_hears_nothing_of_the_rest(lab, people):
    assessor, senior = people["assessor"], people["senior_analyst"]
    media = [item["medium"] for item in lab.seat("ann").open_set(2)["items"]]
    graded, held = media
    lab.seat("ann").grade(graded, seen("posing"))
    lab.seat("ann").grade(held, seen("posing"))
    lab.seat("ann").undo(medium=held)
    now = lab._store.clock
    lab._store.clock = lambda: now() + 13 * 3_600_000_000  # hers have lapsed
    lab.seat("ben").take(held)

    heard = set()
    for beyond in (graded, held, NOBODYS, lab.show(graded)["sha256"], "x", ""):
        with pytest.raises(NotYours) as refused:
            assessor.take(beyond)
        heard.add((type(refused.value), str(refused.value)))
    assert len(heard) == 1
    with pytest.raises(NotYours):
        assessor.deliver(graded, "full")
    assert len(assessor.media()) == 0
    free = next(m for m in lab.media()["medium"] if m not in media)
    assert assessor.take(free) == assessor.take(free) == free
    assert assessor.deliver(free, "full")
    assert assessor.take(free[:8]) == free  # the own one again, by the start of its id

    assert senior.take(graded) == graded
    with pytest.raises(NotYours):  # one analyst's at a time, whoever asks
        senior.take(held)
    with pytest.raises(NotFound):
        senior.take(NOBODYS)


def test_the_trail_is_read_as_far_as_the_role_goes(lab, people):
    assessor, ann = people["assessor"], lab.seat("ann")
    medium = assessor.open_set(1)["items"][0]["medium"]
    assessor.deliver(medium, "shielded")
    assessor.grade(medium, seen("posing"))
    ann.open_set(1)
    whole = people["qa_officer"].trail()
    own, series = assessor.trail(), people["senior_analyst"].trail()

    assert list(whole["entry"]) == list(range(1, len(whole) + 1))
    assert len(whole) == len(lab._store.rows(sa.text("SELECT 1 FROM audit_entry")))
    assert set(own["analyst"]) == {"assessor"}
    assert list(own["verb"]) == ["assign", "deliver", "grade"]
    assert "deliver" not in set(series["verb"])  # exposure is each person's own
    assert {"grade", "assign"} <= set(series["verb"])
    assert not {"open account", "found"} & set(series["verb"])
    told = whole.to_csv()
    assert "posing" not in told
    for role in ("statistician", "administrator"):
        with pytest.raises(NotAllowed, match=REFUSAL):
            people[role].trail()
        assert people[role].verify() == []
