"""What was hashed anew, and by what: there it goes on after it was stopped.

A row says that a medium was hashed by these makers, whatever came of it: a video has no
hash of its own and a refused medium none at all, and neither is to be decoded again.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache

import sqlalchemy as sa

from iwflab.domain.hashes import FrameHash, FrameHashes
from iwflab.store.act import Act
from iwflab.store.database import Store
from iwflab.store.reading import batched

Makers = Mapping[str, str]  # name of a hash, or of a decoder -> library and version

# What was entered since by something else is looked at again.
_NEWEST = """
  SELECT r.medium, r.makers FROM rehashed r WHERE NOT EXISTS (
    SELECT 1 FROM hash h WHERE h.medium = r.medium AND h.entry > r.entry
  ) AND NOT EXISTS (
    SELECT 1 FROM frame_hashes f WHERE f.medium = r.medium AND f.entry > r.entry
  )
"""
_FRAMES = """
  SELECT medium, algorithm, variant, frames, library, version, conversion
  FROM frame_hashes WHERE medium IN :them ORDER BY entry, id
"""


def enter_rehashed(act: Act, medium: str, makers: Makers) -> None:
    """Enter that a medium was hashed anew by these makers."""
    act.insert("rehashed", medium=medium, makers=json.dumps(makers, sort_keys=True))


def rehashed_by(store: Store, makers: Makers) -> set[str]:
    """Give the media that were hashed by all of these makers, and by no other since."""

    @cache  # a lab has few different ones, and each medium has one
    def has_all(text: str) -> bool:
        return bool(makers.items() <= json.loads(text).items())

    rows = store.rows(sa.text(_NEWEST))
    return {row["medium"] for row in rows if has_all(row["makers"])}


def newest_frames(store: Store, media: Sequence[str]) -> dict[str, list[FrameHashes]]:
    """Give the newest frame hashes by medium, each algorithm and variant once."""
    query = sa.text(_FRAMES).bindparams(sa.bindparam("them", expanding=True))
    newest: dict[str, dict[tuple[str, str], FrameHashes]] = {m: {} for m in media}
    for part in batched(media):
        for row in store.rows(query, them=part):
            medium = row.pop("medium")
            frames = tuple(FrameHash(*one) for one in json.loads(row.pop("frames")))
            one = FrameHashes(**row, frames=frames)
            newest[medium][one.algorithm, one.variant] = one
    return {medium: list(found.values()) for medium, found in newest.items()}
