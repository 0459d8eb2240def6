"""Rows of intake: media, their hashes, what the examination said."""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from hashlib import sha256

import sqlalchemy as sa

from iwflab.domain.hashes import FrameHashes, HashValue
from iwflab.domain.lists import Sighting
from iwflab.domain.media import Digests, Examined
from iwflab.errors import RequestReused
from iwflab.store.act import Act
from iwflab.store.database import Store


def one_row(act: Act, table: str, **columns: object) -> str:
    """Give the id of the row with these columns; write it where there is none."""
    where = " AND ".join(f"{name} = :{name}" for name in columns)
    # The names are ours (see the callers), the values are bound.
    query = sa.text(f"SELECT id FROM {table} WHERE {where}")  # noqa: S608
    known = act.connection.execute(query, columns).scalar()
    return str(known) if known else act.insert(table, **columns)


def must_be_same(
    act: Act, table: str, wanted: Sequence[Mapping[str, object]]
) -> list[str]:
    """Check that a repeated request asks for what was written then; give those ids.

    Raises :class:`~iwflab.errors.RequestReused` where it asks for something else.
    """
    keys = [row.key for row in act.rows if row.table == table]
    names = sorted(wanted[0]) if wanted else []
    query = sa.text(f'SELECT * FROM "{table}" WHERE id IN :keys')  # noqa: S608 - ours
    query = query.bindparams(sa.bindparam("keys", expanding=True))
    rows = act.connection.execute(query, {"keys": keys}).mappings()
    then = sorted(repr([row[name] for name in names]) for row in rows)
    if then != sorted(repr([row[name] for name in names]) for row in wanted):
        raise RequestReused(
            "this request id was used for something else",
            advice="reload the page; what was acknowledged then stands",
        )
    return keys


def enter_medium(act: Act, digests: Digests, new_id: str) -> tuple[str, bool]:
    """Give the id of the medium with these bytes; enter it where it is new."""
    query = sa.text("SELECT id FROM medium WHERE sha256 = :sha256")
    known = act.connection.execute(query, {"sha256": digests.sha256}).scalar()
    if known:
        return str(known), False
    medium = act.insert(
        "medium",
        id=new_id,
        sha256=digests.sha256,
        sha1=digests.sha1,
        md5=digests.md5,
        size=digests.size,
    )
    for algorithm in ("md5", "sha1", "sha256"):
        act.insert(
            "hash",
            medium=medium,
            algorithm=algorithm,
            variant="",
            value=getattr(digests, algorithm),
            quality=None,
            library="hashlib",
            version=platform.python_version(),
            conversion="all bytes of the file",
            turned="",
        )
    return medium, True


def enter_once(
    act: Act, table: str, where: Mapping[str, object], more: Mapping[str, object]
) -> tuple[str, bool]:
    """Give the row that is known by ``where``; enter it, with ``more``, if new."""
    known = " AND ".join(f"{name} = :{name}" for name in where)
    query = sa.text(f"SELECT id FROM {table} WHERE {known}")  # noqa: S608 - our names
    found = act.connection.execute(query, dict(where)).scalar()
    if found is not None:
        return str(found), False
    return act.insert(table, **where, **more), True


def enter_sighting(act: Act, copy: str, seen: Sighting) -> str:
    """Enter where a copy was seen, if new; give the route it had until now, if other.

    A route that is said of a sighting later is a row of its own, and the newest
    stands; a line that says none takes none back.
    """
    said = asdict(seen)
    route = said.pop("route")
    key, is_new = enter_once(act, "sighting", {"copy": copy, **said}, {"route": route})
    if is_new or not route:
        return ""
    stands = act.connection.execute(_ROUTE, {"sighting": key}).scalar_one()
    if stands == route:
        return ""
    act.insert("sighting_route", sighting=key, route=route)
    return str(stands)


_ROUTE = sa.text("""
  SELECT COALESCE((
    SELECT r.route FROM sighting_route r WHERE r.sighting = s.id
    ORDER BY r.entry DESC, r.id DESC LIMIT 1
  ), s.route) FROM sighting s WHERE s.id = :sighting
""")


def sha256_of(store: Store, medium: str) -> str:
    """Give the SHA-256 of a medium."""
    query = sa.text("SELECT sha256 FROM medium WHERE id = :id")
    return str(store.rows(query, id=medium)[0]["sha256"])


def known_medium(store: Store, sha256: str) -> str | None:
    """Give the id of the medium with this SHA-256, if there is one."""
    query = sa.text("SELECT id FROM medium WHERE sha256 = :sha256")
    found = store.rows(query, sha256=sha256)
    return str(found[0]["id"]) if found else None


# Not examined, or the newest examination was cut short by trouble that may be over.
_UNEXAMINED = """
  SELECT m.id, m.sha256 FROM medium m WHERE NOT EXISTS (
    SELECT 1 FROM examination x WHERE x.medium = m.id AND x.stopped = 0
  ) ORDER BY m.entry
"""


def unexamined(store: Store) -> Iterator[tuple[str, str]]:
    """Give the id and SHA-256 of every medium that no worker has finished with."""
    for row in store.rows(sa.text(_UNEXAMINED)):
        yield row["id"], row["sha256"]


def is_examined(act: Act, medium: str) -> bool:
    """Tell whether a worker has finished with a medium; asked under the write lock."""
    query = "SELECT 1 FROM examination WHERE medium = :medium AND stopped = 0"
    return (
        act.connection.execute(sa.text(query), {"medium": medium}).first() is not None
    )


def enter_hash(act: Act, medium: str, value: HashValue) -> None:
    """Enter one hash of a medium; the newest of an algorithm and variant stands."""
    act.insert(
        "hash",
        medium=medium,
        algorithm=value.algorithm,
        variant=value.variant,
        value=value.value,
        quality=value.quality,
        library=value.library,
        version=value.version,
        conversion=value.conversion,
        turned=" ".join(value.turned),
    )


def enter_examination(act: Act, medium: str, examined: Examined) -> None:
    """Enter what the worker said of a medium, and the hashes it computed."""
    act.insert(
        "examination",
        medium=medium,
        state=str(examined.state),
        reason=examined.reason,
        format=examined.format,
        mode=examined.mode,
        width=examined.width,
        height=examined.height,
        frames=examined.frames,
        metadata=json.dumps(examined.metadata, sort_keys=True),
        decoder=examined.decoder,
        stopped=int(examined.stopped),
        previews=json.dumps(
            {
                variant: sha256(picture).hexdigest()
                for variant, picture in sorted(examined.previews.items())
            }
        ),
    )
    if not examined.stopped:
        _enter_hashes(act, medium, examined)


def _enter_hashes(act: Act, medium: str, examined: Examined) -> None:
    for value in examined.hashes:
        enter_hash(act, medium, value)
    if examined.frame_hashes is not None:
        enter_frames(act, medium, examined.frame_hashes)


def enter_frames(act: Act, medium: str, found: FrameHashes) -> None:
    """Enter the frame hashes of one medium; the newest of their kind stand."""
    act.insert(
        "frame_hashes",
        medium=medium,
        algorithm=found.algorithm,
        variant=found.variant,
        frames=json.dumps([astuple(one) for one in found.frames]),
        library=found.library,
        version=found.version,
        conversion=found.conversion,
    )
