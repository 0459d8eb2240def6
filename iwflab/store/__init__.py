"""The store: every fact of a lab, and the trail of every act, in one database."""

from iwflab.store.database import Act, Store

__all__ = ["Act", "Store"]
