"""Grades of others that are carried beside media: entered once, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from iwflab.domain.carried import Carried
from iwflab.store.act import Act
from iwflab.store.database import Store
from iwflab.store.reading import batched

# How a line may name a medium -> the column that holds it.
NAMES = {"medium": "id", "sha256": "sha256", "sha1": "sha1", "md5": "md5"}
_PARTS = ("medium", "scheme", "version", "code", "flags", "source")
_CARRIED = """
  SELECT c.medium, c.scheme, c.version, c.code, c.flags, c.source
  FROM carried_grade c {where} ORDER BY c.entry, c.id
"""


def carried_grades(store: Store, media: Sequence[str] | None = None) -> list[Carried]:
    """Give what others said, of some media or of all, in the order it came."""
    if media is None:
        rows: Iterable[Mapping[str, Any]] = store.rows(
            sa.text(_CARRIED.format(where=""))
        )
    else:
        query = sa.text(_CARRIED.format(where="WHERE c.medium IN :them"))
        bound = query.bindparams(sa.bindparam("them", expanding=True))
        rows = [row for part in batched(media) for row in store.rows(bound, them=part)]
    return [Carried(**{name: row[name] for name in _PARTS}) for row in rows]


def media_called(store: Store, name: str, values: Sequence[str]) -> dict[str, str]:
    """Give the media that have these ids or digests, by what they were named."""
    column = NAMES[name]
    query = sa.text(
        f"SELECT id, {column} AS named FROM medium WHERE {column} IN :them"  # noqa: S608 - a name from the table above
    ).bindparams(sa.bindparam("them", expanding=True))
    return {
        row["named"]: row["id"]
        for part in batched(values)
        for row in store.rows(query, them=part)
    }


def enter_carried(act: Act, carried: Carried) -> None:
    """Enter what another organisation said of a medium."""
    act.insert("carried_grade", **{name: getattr(carried, name) for name in _PARTS})
