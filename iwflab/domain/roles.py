"""Who may do what, as pure rules: roles, operations, scopes, and the matrix of them.

The matrix itself is a data file (``iwflab/lab/matrix.toml``).  What no cell allows is
refused: for an unknown person, a closed account, an operation without a row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from iwflab.errors import BadInput


class Role(StrEnum):
    """What an account may be; a person may have several."""

    ASSESSOR = "assessor"
    SENIOR_ANALYST = "senior_analyst"
    QA_OFFICER = "qa_officer"
    STATISTICIAN = "statistician"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        """The role as a sentence names it."""
        return self.value.replace("_", " ").replace("qa", "QA")


class Operation(StrEnum):
    """What can be done in a lab; each has one row in the matrix."""

    LIST_MEDIA = "list_media"
    VIEW_SHIELDED = "view_shielded"
    VIEW_FULL = "view_full"
    GRADE = "grade"
    CHANGE_ANOTHERS_GRADE = "change_anothers_grade"
    EXPORT_HASHES = "export_hashes"
    EXPORT_MEDIA = "export_media"
    STATISTICS = "statistics"
    PUBLISH_STATISTICS = "publish_statistics"
    READ_TRAIL = "read_trail"
    ERASE = "erase"
    MANAGE_USERS = "manage_users"
    USE_LAB = "use_lab"
    TAKE_IN = "take_in"
    MANAGE_LISTS = "manage_lists"
    ANSWER_MATCHES = "answer_matches"
    LINK = "link"
    SIGN_OFF = "sign_off"
    VOUCH = "vouch"
    KEEP = "keep"
    COMPARE_LEVELS = "compare_levels"
    RESEARCH = "research"


class Scope(StrEnum):
    """How far an operation goes, or which part of it is one's own."""

    NONE = "none"
    COUNTS = "counts"  # numbers only
    OWN = "own"  # what is assigned to, or was done by, the person
    SAMPLE = "sample"  # what has come to quality control
    SERIES = "series"  # the set that is investigated
    ALL = "all"
    NEW_VERSION = "new_version"  # beside what stands, never in its place
    SECOND = "second"  # a second opinion, never the first grade
    DISPUTE = "dispute"  # settled by two persons
    REQUEST = "request"  # asks; another approves
    APPROVE = "approve"  # approves what another asked
    EXECUTE = "execute"  # does what two others asked and approved
    VERIFY = "verify"  # whether it agrees, without reading it


@dataclass(frozen=True, slots=True)
class Need:
    """What a method, a route or a desk asks of a person.

    ``scopes`` are those that will do; empty means any but none.
    """

    operation: Operation
    scopes: frozenset[Scope] = frozenset()


def need(operation: str, *scopes: str) -> Need:
    """Name a need by words; a word that nobody knows is refused."""
    try:
        return Need(Operation(operation), frozenset(Scope(scope) for scope in scopes))
    except ValueError as fault:
        raise BadInput(
            f"no such operation or scope: {fault}", advice="see docs/roles.md"
        ) from fault


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix: a cell for every role, and where the row comes from."""

    title: str
    cells: Mapping[Role, Scope]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every operation with a cell for every role."""

    rows: Mapping[Operation, Row]

    def scopes(self, roles: Iterable[Role], operation: Operation) -> frozenset[Scope]:
        """Give what these roles together allow: the widest is among them."""
        row = self.rows[operation]
        return frozenset(row.cells[role] for role in roles) - {Scope.NONE}

    def allows(self, roles: Iterable[Role], wanted: Need) -> bool:
        """Tell whether these roles meet a need."""
        held = self.scopes(roles, wanted.operation)
        return bool(held & wanted.scopes if wanted.scopes else held)

    def who(self, wanted: Need) -> list[Role]:
        """Give the roles that would meet a need."""
        return [role for role in Role if self.allows((role,), wanted)]


def roles_from(names: Iterable[str]) -> frozenset[Role]:
    """Read roles by their names, in any of the usual spellings."""
    found = set()
    for name in names:
        plain = name.strip().lower().replace(" ", "_").replace("-", "_")
        if plain not in set(Role):
            raise BadInput(
                f"there is no role {name!r}", advice=f"roles are: {', '.join(Role)}"
            )
        found.add(Role(plain))
    return frozenset(found)
