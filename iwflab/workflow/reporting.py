"""Signed off, it is counted: tables from the store, by the statistics there are."""

from typing import TYPE_CHECKING, Any

from iwflab.domain.counting import UNITS, Table
from iwflab.errors import BadInput
from iwflab.links import LINK_KINDS
from iwflab.schemes import scheme_named
from iwflab.statistics import STATISTICS
from iwflab.store import Store
from iwflab.store.frames import (
    children_frame,
    copies_frame,
    media_frame,
    signed_frame,
)
from iwflab.store.reading import overview

if TYPE_CHECKING:
    import pandas as pd


def table(store: Store, name: str, *, unit: str, scheme: str) -> Table:
    """Compute one statistic over what stands in the store now.

    Refused without a unit: no number leaves that does not say what it counts.
    """
    if unit not in UNITS:
        raise BadInput(
            f"a table needs a unit; {unit!r} is none",
            advice=f"choose one of: {', '.join(UNITS)}",
        )
    law = scheme_named(scheme)
    with store.moment():  # one state for all three
        frames = {
            "media": media_frame(overview(store)),
            "children": children_frame(store),
            "grades": signed_frame(store, law),
        }
    return STATISTICS[name].compute(frames, unit=unit, scheme=law)


def frame(counted: Table) -> "pd.DataFrame":
    """Give a table as a tidy DataFrame, one row a cell."""
    from iwflab.statistics.tidy import tidy

    return tidy(counted)


def questions() -> dict[str, str]:
    """Name the statistics there are, each with its question."""
    return {name: statistic.question for name, statistic in STATISTICS.items()}


def chart(counted: Table) -> str:
    """Draw a table as static, accessible SVG; nothing is fetched, nothing runs."""
    from iwflab.statistics.charts import draw

    return draw(counted)


def reconciled(frames: "dict[str, pd.DataFrame]") -> "pd.DataFrame":
    """Say how the units of counted frames relate: counts only."""
    from iwflab.statistics.units import reconcile_units

    return reconcile_units(frames)


def links_frame(store: Store) -> "pd.DataFrame":
    """One row a link: its kind, its two media, its value, the kind's strength."""
    import pandas as pd

    copies: list[dict[str, Any]] = copies_frame(store).to_dict("records")  # type: ignore[assignment]
    rows = [
        {
            "kind": link.kind,
            "one": link.one,
            "other": link.other,
            "value": link.value,
            "strength": kind.strength,
        }
        for kind in LINK_KINDS.values()
        for link in kind.find(copies)
    ]
    return pd.DataFrame(rows, columns=["kind", "one", "other", "value", "strength"])
