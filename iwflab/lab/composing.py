"""Reports composed from what is counted now, as methods; nothing leaves by it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa

from iwflab.domain.version import VERSION
from iwflab.errors import BadInput
from iwflab.lab.matrix import needs
from iwflab.lab.profiling import profiles_of
from iwflab.lab.proof import Proof
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.workflow import counting, previewing, queries

if TYPE_CHECKING:
    import pandas as pd

    from iwflab.statistics.disclosure import Profile
    from iwflab.statistics.reports import Report

_RELEASED = """
  SELECT i.medium, MIN(e.at_us) AS at_us FROM release_item i
  JOIN release r ON r.id = i.release JOIN audit_entry e ON e.number = r.entry
  GROUP BY i.medium ORDER BY i.medium
"""


class Composing(Proof):
    """Reports before anybody asks that they leave."""

    @needs("statistics", "all")
    def report_kinds(self) -> dict[str, str]:
        """Name the reports there are, each with its title."""
        from iwflab.statistics.reports import REPORTS

        return {name: kind.title for name, kind in REPORTS.items()}

    @needs("statistics", "all")
    def report_composed(
        self,
        kind: str,
        *,
        period: tuple[str, str],
        told: Mapping[str, object],
        profile: str = "cautious",
        scheme: str = "uk_2014",
        questions: Sequence[str] = (),
    ) -> "Report":
        """Compose a report from what is signed off now, under a disclosure profile.

        ``period`` names its first and last month (2026-10); ``told`` who makes it
        (organisation, contact), when the next one comes (next_release), and may say
        provisional and revised, why it corrects what left before.  Its cut is the day
        of the data: today, UTC; another one is refused.
        ``questions`` name saved queries that become its further tables.
        """
        from iwflab.statistics.disclosure import profile as named

        rule = named(profile, profiles_of(self.folder, self.settings))
        return composed(
            self._store,
            kind,
            period=period,
            told=told,
            profile=rule,
            scheme=scheme,
            questions=questions,
        )

    @needs("statistics", "all")
    def report_files(
        self, report: "Report", forms: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """Write a report in forms; for ``report_ask``.

        By default in all that can be written here: a PDF needs a library of the
        system.  Whoever names one that cannot gets MissingExtra.
        """
        from iwflab.statistics.reports import FORMS, unwritable, written

        lacking = unwritable()
        return {
            FORMS[form].suffix.removeprefix("."): written(report, form)
            for form in forms or [one for one in FORMS if one not in lacking]
        }

    @needs("statistics", "all")
    def report_preview(
        self,
        report: "Report",
        forms: Sequence[str] = (),
        *,
        request: str | None = None,
    ) -> dict[str, bytes]:
        """Write a report to look at, by names of files; the trail keeps that it was.

        Title, parts and tables say that it is a preview: these are never the bytes
        that leave.
        """
        from iwflab.statistics.reports import FORMS
        from iwflab.statistics.reports.previews import preview_of

        for form in forms:
            FORMS[form]  # an unknown one is refused before anything is made
        made = preview_of(report)
        written = self.report_files(made, forms)
        files = {f"{made.name}.{form}": held for form, held in written.items()}
        previewing.record(
            self._store,
            report=report.name,
            profile=report.profile.name,
            period=report.period.code,
            cut=report.cut,
            files=files,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )
        return files


def composed(
    store: Store,
    kind: str,
    *,
    period: tuple[str, str],
    told: Mapping[str, object],
    profile: "Profile",
    scheme: str,
    questions: Sequence[str] = (),
) -> "Report":
    """Compose a report from the frames of one state of the store."""
    from iwflab.statistics.reports import REPORTS
    from iwflab.statistics.reports.further import with_questions

    chosen = REPORTS[kind]
    with store.moment():
        asked = [
            (name, queries.asked(store, name, scheme=scheme)) for name in questions
        ]
        frames = counting.frames(store, scheme=scheme)
        frames["released"] = _released(store)
    law = scheme_named(scheme)
    facts = {
        **told,
        "cut": _today(store, told),
        "code_version": VERSION,
        "scheme": law.name,
        "scheme_version": law.version,
    }
    made = chosen.compose(frames, period=period, profile=profile, told=facts)
    return with_questions(made, frames, asked)


def lacking(files: Iterable[str]) -> list[str]:
    """Say which forms cannot be written here and are not among files (by ending)."""
    from iwflab.statistics.reports import FORMS, unwritable

    there = set(files)
    return [
        f"no {name.upper()}: {why}"
        for name, why in unwritable().items()
        if FORMS[name].suffix.removeprefix(".") not in there
    ]


def _today(store: Store, told: Mapping[str, object]) -> str:
    """Give the day of the data: what is counted is what there is now."""
    today = datetime.fromtimestamp(store.clock() / 1e6, UTC).date().isoformat()
    if str(told.get("cut", today))[:10] != today:
        raise BadInput(
            f"the data are of today, {today}, and not of {told['cut']}",
            advice="leave the cut out; what was counted before is in the ledger",
        )
    return today


def _released(store: Store) -> "pd.DataFrame":
    """Give when the hash of each medium first left."""
    import pandas as pd

    rows = store.rows(sa.text(_RELEASED))
    left = pd.to_datetime([row["at_us"] for row in rows], unit="us")
    return pd.DataFrame(
        {"medium": [row["medium"] for row in rows], "released_on": left}
    )
