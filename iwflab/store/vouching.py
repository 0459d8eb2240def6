"""Signing the newest entry, after a look at what was signed before."""

import sqlalchemy as sa

from iwflab.errors import NotFound, Tampered
from iwflab.store.database import Store
from iwflab.store.head import Head, HeadFolder


def vouch(store: Store, heads: HeadFolder) -> Head:
    """Sign the newest entry of the trail.

    Raises :class:`~iwflab.errors.Tampered`, and writes nothing, when the trail does
    not go on from the newest head: whoever rolls a lab back must not get a new proof
    in the place of the old one by signing something off.
    """

    def state(known: Head | None) -> tuple[int, str]:
        # Read under the lock of the heads: nobody signs a later entry meanwhile.
        query = "SELECT number, digest FROM audit_entry ORDER BY number DESC LIMIT 1"
        with store.read() as connection:
            last = connection.execute(sa.text(query)).one_or_none()
            if known is not None:
                _must_go_on(connection, known)
        if last is None:
            raise NotFound(
                "the trail is empty: there is nothing to vouch for",
                advice="the first act of the lab begins it",
            )
        return int(last.number), str(last.digest)

    return heads.sign(state)


def must_go_on(store: Store, heads: HeadFolder) -> None:
    """Refuse to go on where the trail is not the one that was signed before.

    Asked before an act that ends with a signed head, so that a lab that was rolled
    back takes no sign-off at all.
    """
    if heads.exists():
        with store.read() as connection:
            _must_go_on(connection, heads.read())


def _must_go_on(connection: sa.Connection, known: Head) -> None:
    query = sa.text("SELECT digest FROM audit_entry WHERE number = :size")
    at_head = connection.execute(query, {"size": known.size}).scalar()
    if at_head != known.digest:
        count = sa.text("SELECT MAX(number) FROM audit_entry")
        raise _not_a_prefix(known, connection.execute(count).scalar() or 0)


def is_vouched_for(store: Store) -> bool:
    """Tell whether anything was done after which a head is always signed."""
    query = "SELECT EXISTS (SELECT 1 FROM sign_off) OR EXISTS (SELECT 1 FROM release)"
    with store.read() as connection:
        return bool(connection.execute(sa.text(query)).scalar())


def _not_a_prefix(known: Head, size: int) -> Tampered:
    return Tampered(
        f"a head of {known.size} entries was signed, and this trail of {size} does "
        "not go on from it: the lab was rolled back, cut or changed",
        advice="nothing was signed and the head is kept. Stop, run iwflab verify, and "
        "compare with a back-up of the lab",
    )
