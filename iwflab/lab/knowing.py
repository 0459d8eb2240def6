"""What is known without looking: hash lists, matches, and looks that were avoided."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from iwflab.lab.answers import LISTING, Answers
from iwflab.lab.matrix import needs
from iwflab.store import Store, known
from iwflab.store.reading import whole_ids
from iwflab.workflow import listing, matching, reach
from iwflab.workflow.hashing import frames_in, hash_files, values_in

if TYPE_CHECKING:
    import pandas as pd

HIT_COLUMNS = (
    *("hit", "medium", "tier", "settles", "answer", "list", "kind", "source", "line"),
    *("label", "algorithm", "variant", "distance", "orientation", "value", "twin"),
)
# What a person is not told of a medium that they still have to grade themselves.
BLIND: dict[str, Any] = {
    **dict.fromkeys(("label", "value", "answer", "answered_by"), ""),
    **dict.fromkeys(("differing", "ours"), ""),
    "answered": 0,
    "twin": None,
    "twin_grades": {},
    "sign_off": None,
}


class Knowing(Answers):
    """Matching against lists, as methods."""

    @property
    def _lists(self) -> Path:
        return self.folder / "lists"

    @needs("manage_lists")
    def list_add(
        self,
        file: str | os.PathLike[str],
        *,
        form: str,
        name: str,
        source: str,
        kind: str = "known",
        progress: listing.Progress | None = None,
    ) -> dict[str, Any]:
        """Add a hash list; all of it or nothing.  Media are held by :meth:`match`.

        ``form`` is one of :func:`iwflab.workflow.listing.readable`, ``kind`` is
        ``known`` or ``benign``.  BadInput names a line that does not fit.
        """
        told = listing.NewList(name, source, kind)
        place = Path(file).expanduser()
        return listing.add_list(
            self._store,
            self._lists,
            place,
            form,
            told,
            analyst=self.analyst,
            progress=progress,
        )

    @needs("manage_lists")
    def list_withdraw(
        self,
        name: str,
        *,
        reason: str,
        line: int | None = None,
        request: str | None = None,
    ) -> None:
        """Withdraw a list, or one line of it: its hits stop, its history stays."""
        listing.withdraw(
            self._store,
            self._lists,
            name,
            reason=reason,
            line=line,
            analyst=self.analyst,
            request=request,
        )

    @needs(*LISTING)
    def lists(self) -> list[dict[str, Any]]:
        """Give every list that was added, in order; ``ended`` says why one ended."""
        return known.hash_lists(self._store)

    @needs("take_in")
    def match(
        self,
        media: Sequence[str] | None = None,
        *,
        again: bool = False,
        progress: matching.Progress | None = None,
    ) -> matching.MatchReport:
        """Hold media (by default all that are due) against lists and own grades."""
        return matching.hold(
            self._store,
            self._lists,
            media,
            analyst=self.analyst,
            candidates=self.settings.candidate_distance,
            again=again,
            progress=progress,
        )

    @needs("take_in")
    def match_files(
        self, paths: Sequence[str | os.PathLike[str]]
    ) -> Iterator[dict[str, Any]]:
        """Hold files against the lists without taking them in; one record a file.

        They are hashed in the sandbox.  As in the lab, what frames find is a candidate.
        """
        for record in hash_files([os.fspath(path) for path in paths]):
            name = str(record["file"])
            found = matching.look_up(
                self._store,
                self._lists,
                {name: values_in(record)},
                {name: frames_in(record)},
                candidates=self.settings.candidate_distance,
            )
            hits = [{"list": one, **asdict(hit)} for one, hit in found]
            told = {n: record.get(n, "") for n in ("refused", "state", "reason")}
            yield {"file": name, **told, "hits": hits}

    @needs(*LISTING)
    def hits(self, media: Sequence[str] | None = None) -> "pd.DataFrame":
        """One row a hit that stands: list, entry, distance, and what was answered.

        Whoever grades their own queue does not see what others say of its media: a
        look must not know the answer.  ``media`` are named by id, SHA-256 or their
        start; NotFound or NotYours for one that is not there, or beyond one's roles.
        """
        import pandas as pd

        mine, open_to = self._seen, self._known
        if media is not None:
            media = _reached(self._store, media, mine)
        rows = [
            {name: row[name] for name in HIT_COLUMNS}
            | (
                {}
                if open_to is None or row["medium"] in open_to
                else {n: v for n, v in BLIND.items() if n in HIT_COLUMNS}
            )
            for row in known.standing_hits(self._store, media)
            if mine is None or row["medium"] in mine
        ]
        return pd.DataFrame(rows, columns=list(HIT_COLUMNS))

    @needs("answer_matches")
    def answer_hit(
        self, hit: str, verdict: str, *, reason: str = "", request: str | None = None
    ) -> dict[str, Any]:
        """Confirm a hit ("same") or refuse it ("not_same"); the newest stands."""
        return matching.answer(
            self._store,
            hit,
            verdict,
            reason=reason,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )

    @needs("answer_matches")
    def answer_hits(
        self,
        hits: Sequence[str],
        verdict: str,
        *,
        reason: str = "",
        request: str | None = None,
        over: Mapping[str, int] | None = None,
    ) -> list[dict[str, Any]]:
        """Answer hits in one act, all or none.

        ``over``: by hit the ``answered`` of :meth:`hit_rows` that the page showed;
        ChangedMeanwhile where another answer stands by now.
        """
        return matching.answer_all(
            self._store,
            hits,
            verdict,
            reason=reason,
            analyst=self.analyst,
            request=request or uuid4().hex,
            over=over,
        )

    @needs(*LISTING)
    def avoided(self) -> dict[str, int]:
        """Count looks that were not needed, by reason, at the media one may see."""
        return dict(matching.avoided(self._store, among=self._seen))


def _reached(
    store: Store, media: Sequence[str], mine: frozenset[str] | None
) -> list[str]:
    """Give whole ids; all at once for whoever sees all of the lab."""
    if mine is None:
        return whole_ids(store, media)
    return list(dict.fromkeys(reach.must_reach(store, one, mine) for one in media))
