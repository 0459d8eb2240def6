"""Rows of intake: media, their hashes, what the examination said."""

import json
import platform
from collections.abc import Iterator
from hashlib import sha256

import sqlalchemy as sa

from iwflab.domain.media import Digests, Examined
from iwflab.store.database import Act, Store


def one_row(act: Act, table: str, **columns: object) -> str:
    """Give the id of the row with these columns; write it where there is none."""
    where = " AND ".join(f"{name} = :{name}" for name in columns)
    # The names are ours (see the callers), the values are bound.
    query = sa.text(f"SELECT id FROM {table} WHERE {where}")  # noqa: S608
    known = act.connection.execute(query, columns).scalar()
    return str(known) if known else act.insert(table, **columns)


def enter_medium(act: Act, digests: Digests) -> tuple[str, bool]:
    """Give the id of the medium with these bytes; enter it where it is new."""
    query = sa.text("SELECT id FROM medium WHERE sha256 = :sha256")
    known = act.connection.execute(query, {"sha256": digests.sha256}).scalar()
    if known:
        return str(known), False
    medium = act.insert(
        "medium",
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
        )
    return medium, True


def sha256_of(store: Store, medium: str) -> str:
    """Give the SHA-256 of a medium."""
    query = sa.text("SELECT sha256 FROM medium WHERE id = :id")
    return str(store.rows(query, id=medium)[0]["sha256"])


def unexamined(store: Store) -> Iterator[tuple[str, str]]:
    """Give the id and SHA-256 of every medium that no worker has seen yet."""
    query = (
        "SELECT m.id, m.sha256 FROM medium m WHERE NOT EXISTS"
        " (SELECT 1 FROM examination x WHERE x.medium = m.id) ORDER BY m.entry"
    )
    for row in store.rows(sa.text(query)):
        yield row["id"], row["sha256"]


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
        previews=json.dumps(
            {
                variant: sha256(picture).hexdigest()
                for variant, picture in sorted(examined.previews.items())
            }
        ),
    )
    for value in examined.hashes:
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
        )
