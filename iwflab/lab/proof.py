"""Proof that a lab is what it was: heads, the trail, what left, evidence."""

import time
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from iwflab.errors import BadInput, LabError, Tampered
from iwflab.lab.matrix import free, needs
from iwflab.lab.seat import Seat
from iwflab.store import audit
from iwflab.store.head import Head
from iwflab.store.vouching import is_vouched_for, must_go_on, vouch
from iwflab.workflow import listing, publishing
from iwflab.workflow.release import release_findings

# Seconds that verify waits for what another process is in the middle of: a sign-off
# whose head is being signed, an original whose row is being entered.
_PATIENCE = 2.0
# A damaged table of roles must not switch the proof off; it tells findings, no content.
_PROOF = "whoever has the folder may check it"


class Proof(Seat):
    """Signing heads, and verification, as methods."""

    @needs("vouch")
    def vouch(self) -> Head:
        """Sign the newest entry of the trail; the head is kept outside the lab.

        Raises :class:`~iwflab.errors.Tampered`, and signs nothing, when the trail
        does not go on from the newest head.
        """
        return self._vouch()

    def _vouch(self) -> Head:
        # Without a look at the role: what was entered is signed, whoever lost a role
        # since; that they might act was asked before it was entered.
        return vouch(self._store, self.heads)

    @free(_PROOF)
    def must_go_on(self) -> None:
        """Refuse a lab whose trail is not the one that was signed before."""
        must_go_on(self._store, self.heads)

    @free(_PROOF)
    def must_be_whole(self) -> None:
        """Refuse a lab whose trail, rows or guards do not agree."""
        for finding in audit.verify(self._store):
            raise Tampered(
                f"nothing leaves a lab that does not agree: {finding.problem}",
                advice="run iwflab verify, and compare with a back-up",
            )

    @free(_PROOF)
    def verify(
        self, *, read_data: bool = False, head: Path | None = None
    ) -> list[audit.Finding]:
        """Check trail, rows, head and what left; with ``read_data`` all evidence."""
        # The heads first: the trail may grow while it is read, and never shrinks.
        heads, found = self._known_heads(head)
        found = audit.verify(self._store, heads=heads) + found
        found += told(self._release_problems()) + told(self._report_problems())
        if read_data:
            found += told(self._evidence_problems())
            found += told(listing.problems(self._store, self.folder / "lists"))
        return found

    def _known_heads(self, file: Path | None) -> tuple[list[Head], list[audit.Finding]]:
        """Read the newest head there is, and one that was kept elsewhere."""
        if file is not None and not file.exists():
            self.heads.read(file)  # says what to do
        heads, problems = [], []
        wanted: list[Path | None] = [file] if file else []
        if self._signed():
            wanted.append(None)
        elif self._vouched_for():
            problems.append(
                f"no signed head lies in {self.heads.folder}, although one is signed"
                " with every sign-off and release"
            )
        for one in wanted:
            try:
                heads.append(self.heads.read(one))
            except LabError as fault:
                problems.append(fault.message)
        return heads, told(problems)

    def _signed(self) -> bool:
        """Tell whether there is a head, waiting for one that is being signed."""
        end = time.monotonic() + _PATIENCE
        while not self.heads.exists():
            if not self._vouched_for() or time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def _vouched_for(self) -> bool:
        try:
            return is_vouched_for(self._store)
        except LabError:  # the tables are damaged; verification says how
            return False

    def _release_problems(self) -> list[str]:
        try:
            return release_findings(self._bench, self.folder / "releases")
        except LabError as fault:
            return [f"the releases cannot be checked: {fault.message}"]

    def _report_problems(self) -> list[str]:
        try:
            return publishing.findings(self._store, self.folder / "reports")
        except (LabError, OSError) as fault:
            return [f"the reports cannot be checked: {fault}"]

    def _evidence_problems(self) -> list[str]:
        evidence = self._bench.evidence
        problems: list[tuple[str, str]] = []
        try:
            problems.extend(evidence.verify(self._media()))
        except LabError as fault:
            problems.append(("", fault.message))
        return [
            f"evidence {name[:16]}: {problem}"
            for name, problem in self._without_arrivals(problems)
        ]

    def _without_arrivals(
        self, problems: Sequence[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Leave out what an intake was keeping meanwhile: judged by what is entered."""
        stray = {name for name, problem in problems if problem == "stray"}
        end = time.monotonic() + _PATIENCE
        while stray:
            entered = set(self._media())
            stray = {name for name in stray if not self._is_kept(name, entered)}
            if time.monotonic() > end:
                break
            time.sleep(0.1)
        return [
            (name, problem)
            for name, problem in problems
            if problem != "stray" or name in stray
        ]

    def _is_kept(self, name: str, entered: set[str]) -> bool:
        evidence = self._bench.evidence
        sha256 = Path(name).name
        try:
            proper = evidence.path(sha256) == evidence.folder / name
        except BadInput:  # no SHA-256
            return False
        return proper and sha256 in entered

    def _media(self) -> list[str]:
        rows = self._store.rows(sa.text("SELECT sha256 FROM medium"))
        return [row["sha256"] for row in rows]


def told(problems: Sequence[str]) -> list[audit.Finding]:
    """Give problems as findings that belong to no entry."""
    return [audit.Finding(None, problem) for problem in problems]
