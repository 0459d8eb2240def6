"""The store: every fact of a lab, and the trail of every act, in one database."""

from iwflab.store.act import Act
from iwflab.store.database import Store

__all__ = ["Act", "Store"]
