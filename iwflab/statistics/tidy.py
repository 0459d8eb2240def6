"""A table as a tidy DataFrame: one row a cell."""

from typing import TYPE_CHECKING

from iwflab.domain.counting import Table

if TYPE_CHECKING:
    import pandas as pd


def tidy(table: Table) -> "pd.DataFrame":
    """Give one row a cell: its place, numerator, denominator and percent.

    What the numbers count stands in ``attrs`` (title, unit, basis, exclusions).
    """
    import pandas as pd

    columns = [*table.row_names, table.column_name]
    frame = pd.DataFrame(
        [
            (*cell.row, cell.column, cell.numerator, cell.denominator, cell.percent)
            for cell in table.cells
        ],
        columns=[*columns, "numerator", "denominator", "percent"],
    )
    frame.attrs = {
        "title": table.title,
        "unit": table.unit,
        "basis": table.basis,
        "exclusions": dict(table.exclusions),
    }
    return frame
