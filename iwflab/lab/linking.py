"""Media are put into series, child appearances under victims: assigned, taken out."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iwflab.domain.grouping import SERIES, VICTIM, Linked, Subject, Wanted
from iwflab.lab.answers import LISTING, within
from iwflab.lab.counting import Counting
from iwflab.lab.matrix import needs
from iwflab.workflow import series

if TYPE_CHECKING:
    import pandas as pd

_MEDIA = ("series", "medium", "reason", "analyst", "on")
_CHILDREN = ("victim", "medium", "child", "age_band", "check", *_MEDIA[2:])


class Linking(Counting):
    """Series and victims by hand, as methods.

    References are those of the organisation, never names of persons.  Media are named
    by id, SHA-256 or the start of one.  All of an act is done or nothing, a repeated
    ``request`` is done once, and a ``dry_run`` says what would change.
    """

    @needs(*LISTING)
    def series(self) -> "pd.DataFrame":
        """One row a medium of a series, with why, who said so, and on which day."""
        import pandas as pd

        rows = series.shown(self._store, SERIES)
        return within(pd.DataFrame(rows, columns=list(_MEDIA)), self._known)

    @needs(*LISTING)
    def victims(self) -> "pd.DataFrame":
        """One row a child appearance that is linked to a victim.

        ``check`` says where the link has to be looked at: graded anew since.
        """
        import pandas as pd

        rows = series.shown(self._store, VICTIM)
        return within(pd.DataFrame(rows, columns=list(_CHILDREN)), self._known)

    @needs("link")
    def series_assign(
        self,
        media: Sequence[str],
        reference: str,
        *,
        reason: str = "",
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Put media into a series; what was in another moves."""
        wanted = [Wanted(one, 0, reference, reason) for one in media]
        return self._assigned(SERIES, wanted, request, dry_run=dry_run)

    @needs("link")
    def series_assign_from(
        self,
        file: str | os.PathLike[str],
        *,
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Put media into series as a CSV says, whole or not at all.

        Columns: ``medium``, ``series``, and ``reason`` where there is one.
        """
        return self._linked_from(SERIES, file, request, dry_run=dry_run)

    @needs("link")
    def series_take_out(
        self,
        media: Sequence[str],
        *,
        reason: str,
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Take media out of their series."""
        subjects = [(one, 0) for one in media]
        return self._taken_out(SERIES, subjects, reason, request, dry_run=dry_run)

    @needs("link")
    def victim_assign(
        self,
        appearances: Sequence[Subject],
        reference: str,
        *,
        reason: str = "",
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Link child appearances, each a medium and the number of the child on it."""
        wanted = [Wanted(one, child, reference, reason) for one, child in appearances]
        return self._assigned(VICTIM, wanted, request, dry_run=dry_run)

    @needs("link")
    def victim_assign_from(
        self,
        file: str | os.PathLike[str],
        *,
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Link child appearances as a CSV says, whole or not at all.

        Columns: ``medium``, ``child``, ``victim``, and ``reason`` where there is one.
        """
        return self._linked_from(VICTIM, file, request, dry_run=dry_run)

    @needs("link")
    def victim_take_out(
        self,
        appearances: Sequence[Subject],
        *,
        reason: str,
        request: str | None = None,
        dry_run: bool = False,
    ) -> Linked:
        """Take child appearances back from their victim."""
        return self._taken_out(VICTIM, appearances, reason, request, dry_run=dry_run)

    def _assigned(
        self, kind: str, wanted: Sequence[Wanted], request: str | None, *, dry_run: bool
    ) -> Linked:
        return series.assign(
            self._store,
            kind,
            wanted,
            analyst=self.analyst,
            request=request,
            dry_run=dry_run,
        )

    def _linked_from(
        self,
        kind: str,
        file: str | os.PathLike[str],
        request: str | None,
        *,
        dry_run: bool,
    ) -> Linked:
        return series.assign_from(
            self._store,
            kind,
            Path(file).expanduser(),
            analyst=self.analyst,
            request=request,
            dry_run=dry_run,
        )

    def _taken_out(
        self,
        kind: str,
        subjects: Sequence[Subject],
        reason: str,
        request: str | None,
        *,
        dry_run: bool,
    ) -> Linked:
        return series.take_out(
            self._store,
            kind,
            subjects,
            reason=reason,
            analyst=self.analyst,
            request=request,
            dry_run=dry_run,
        )
