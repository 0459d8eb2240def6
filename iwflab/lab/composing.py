"""Reports composed from what is counted now, as methods; nothing leaves by it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from iwflab.domain.version import VERSION
from iwflab.errors import BadInput
from iwflab.lab.matrix import needs
from iwflab.lab.proof import Proof
from iwflab.schemes import scheme_named
from iwflab.store import Store
from iwflab.workflow import counting

if TYPE_CHECKING:
    import pandas as pd

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
    ) -> "Report":
        """Compose a report from what is signed off now, under a disclosure profile.

        ``period`` names its first and last month (2026-10); ``told`` who makes it
        (organisation, contact), when the next one comes (next_release), and may say
        provisional and revised, why it corrects what left before.  Its cut is the day
        of the data: today, UTC; another one is refused.
        """
        return composed(
            self._store, kind, period=period, told=told, profile=profile, scheme=scheme
        )

    @needs("statistics", "all")
    def report_files(
        self, report: "Report", forms: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """Write a report in forms, by default in all there are; for ``report_ask``."""
        from iwflab.statistics.reports import FORMS, written

        return {
            FORMS[form].suffix.removeprefix("."): written(report, form)
            for form in forms or FORMS
        }


def composed(
    store: Store,
    kind: str,
    *,
    period: tuple[str, str],
    told: Mapping[str, object],
    profile: str,
    scheme: str,
) -> "Report":
    """Compose a report from the frames of one state of the store."""
    from iwflab.statistics.reports import REPORTS

    chosen = REPORTS[kind]
    with store.moment():
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
    return chosen.compose(frames, period=period, profile=profile, told=facts)


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
