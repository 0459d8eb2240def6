"""What follows from the records under each scheme, and what other rules would alter."""

from collections.abc import Iterator, Mapping
from typing import Any

from iwflab.domain.categories import Scheme
from iwflab.errors import NotFound
from iwflab.lab.answers import Answers
from iwflab.lab.matrix import needs
from iwflab.schemes import scheme_named, schemes
from iwflab.store.reading import one_medium, records
from iwflab.workflow import reach, rederiving


class Deriving(Answers):
    """Classes explained and derived anew, as methods; nothing here changes anything."""

    @needs("list_media", "own", "sample", "series")
    def why(self, medium: str, scheme: str = "") -> list[dict[str, Any]]:
        """Give the class of a medium under each scheme (or one), with every reason."""
        whole = reach.must_reach(self._store, medium, self._known)
        row = one_medium(self._store, whole)
        if not row["assessment"]:
            raise NotFound("nobody graded this medium yet", advice="grade it first")
        chosen = {scheme: scheme_named(scheme)} if scheme else schemes()
        return rederiving.explained(records(self._store, [row])[whole], chosen)

    @needs("list_media", "series")
    def rederive(
        self,
        proposed: Mapping[str, Scheme] | None = None,
        *,
        after: str = "",
        done: int = 0,
        progress: rederiving.Progress | None = None,
    ) -> Iterator[rederiving.Part]:
        """Derive every record anew, part by part; give what differs from what stands.

        ``proposed``: schemes to try, by name.  Without any, the signed-off classes are
        held against the rules in force.  ``after`` is the place of the last part.
        """
        return rederiving.rederived(
            self._store, proposed or {}, after=after, done=done, progress=progress
        )
