"""Grades of others on older scales: brought in and reviewed, never converted."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iwflab.lab.answers import LISTING, Answers
from iwflab.lab.matrix import needs
from iwflab.workflow import carrying

if TYPE_CHECKING:
    import pandas as pd


class Carrying(Answers):
    """Carried grades, as methods."""

    # As with hash lists: who takes media in says what others are heard about them.
    @needs("manage_lists")
    def bring_grades(
        self,
        file: str | os.PathLike[str],
        *,
        scheme: str,
        to: str,
        version: str = "",
        source: str = "",
        progress: carrying.Progress | None = None,
    ) -> carrying.CarriedReport:
        """Store the grades in a CSV of another organisation beside their media.

        ``scheme`` and ``version`` say what scale and edition its codes are of, ``to``
        the scheme that they are held against.  Nothing is graded by it.  BadInput
        where scale, edition or columns cannot be used; then nothing is kept.
        """
        return carrying.bring(
            self._store,
            Path(file).expanduser(),
            carrying.Stated(scheme, to, version, source),
            analyst=self.analyst,
            progress=progress,
        )

    @needs(*LISTING)
    def carried_grades(self) -> "pd.DataFrame":
        """One row a carried grade and the scheme it is held against.

        ``to`` is the class that the law makes certain, else ``review`` says why a
        person decides, among what is ``possible``; ``recorded`` and ``outcome`` (agree,
        differ, not determined) stand once a person graded the medium.  Whoever still
        has to grade it themselves is not told what others said.
        """
        return carrying.frame(self._carried())

    @needs(*LISTING)
    def carried_review(self) -> list[dict[str, Any]]:
        """Give what needs a person, open first, and what came of it once it ended."""
        return carrying.review(self._carried())

    def _carried(self) -> Iterator[dict[str, Any]]:
        return carrying.carried_rows(self._store, self._seen, self._known)
