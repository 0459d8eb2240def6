"""How a person looks: what they start with, what they had before them, and nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from iwflab.errors import NotAllowed
from iwflab.lab.acts import Acts
from iwflab.lab.answers import Answers
from iwflab.lab.matrix import needs
from iwflab.workflow import exposure, own_keys, shielding

PRIVATE = "what was before a person's eyes is told to that person alone"


class Looking(Acts, Answers):
    """Looking, as methods."""

    @needs("view_shielded")
    def choose_start(self, level: str, *, request: str | None = None) -> dict[str, Any]:
        """Start each medium at this level from now on; give what then holds."""
        shielding.choose_start(
            self._store,
            self.settings,
            level,
            analyst=self.analyst,
            request=request or uuid4().hex,
        )
        return shielding.start_of(self._store, self.settings, self.analyst)

    @needs("use_lab")
    def choose_keys(
        self,
        own: Mapping[str, str],
        *,
        over: Mapping[str, str] | None = None,
        request: str | None = None,
    ) -> dict[str, Any]:
        """Use these keys at the desk from now on, by act; give what then holds.

        What is not named keeps the lab's key; an empty mapping goes back to the lab's.
        ``over``: change these alone, and refuse where others stand meanwhile.
        """
        store, settings = self._store, self.settings
        given = {"analyst": self.analyst, "request": request or uuid4().hex}
        own_keys.choose_keys(store, settings, own, over=over, **given)
        return self._keys()

    @needs("use_lab")
    def presents(self, session: str = "") -> bool:
        """Tell whether presentation mode holds in a session of the analyst's."""
        return shielding.presents(self._store, self.settings, self.analyst, session)

    @needs("use_lab")
    def present(
        self, *, active: bool, session: str = "", request: str | None = None
    ) -> None:
        """Switch presentation mode on or off in a session, on the record."""
        shielding.present(
            self._store,
            self.settings,
            active=active,
            analyst=self.analyst,
            session=session,
            request=request or uuid4().hex,
        )

    @needs("use_lab")
    def exposure(self, analyst: str = "", *, days: int = 7) -> dict[str, Any]:
        """Give the analyst's own ledger: by day, hour, category and reveal level.

        ``lines`` count different media and seconds shown, ``days`` sum them up;
        ``minutes`` at media since the last break and ``today`` are what ``signs`` tell.
        Another person's is refused, whatever one's roles.
        """
        if analyst not in {"", self.analyst}:
            raise NotAllowed(PRIVATE, advice="ask the person; nobody else is told")
        return exposure.of_person(
            self._store, self.settings, self.analyst, days=days, known=self._own_codes
        )

    @needs("use_lab")
    def signs(self) -> dict[str, Any]:
        """Give the analyst's minutes at media since the last break, and today."""
        return exposure.signs_of(self._store, self.settings, self.analyst)

    @property
    def _own_codes(self) -> frozenset[str] | None:
        """Give the media whose category the analyst may know; none without a reach."""
        return self._known if self._scopes("list_media") else frozenset()
