"""The shared store of a lab: founded, brought up to date, opened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from iwflab.domain.settings import Settings
from iwflab.store.database import Store
from iwflab.store.engines import FAULTS, store_error
from iwflab.store.migrate import upgrade_shared
from iwflab.store.postgres import (
    allow,
    drop_schema,
    found_schema,
    migrating,
    must_be_of,
    postgres_engine,
)

DATABASE = "lab.db"


def open_store(folder: Path, settings: Settings) -> Store:
    """Open the store of a lab: the shared one where the settings name it."""
    if settings.database_url:
        return Store.connect(settings.database_url, settings.lab)
    return Store.open(folder / DATABASE)


@contextmanager
def founded(owner: str, application: str, lab: str) -> Iterator[None]:
    """Make the tables of a new lab; take them away again if the block fails."""
    found_schema(owner, application, lab)
    try:
        bring_up_to_date(owner, application, lab, lambda _revision: None)
        yield
    except BaseException:
        drop_schema(owner)
        raise


def bring_up_to_date(
    owner: str, application: str, lab: str, back_up: Callable[[str], None]
) -> list[str]:
    """Apply what migrations are missing, as the owner; give their revisions.

    ``back_up`` is given the first of them before anything is changed.
    """
    engine = postgres_engine(owner)
    try:
        must_be_of(engine, lab)
        done = upgrade_shared(engine, migrating(engine), back_up)
        allow(owner, application)
    except FAULTS as fault:
        raise store_error(fault) from fault
    finally:
        engine.dispose()
    return done
