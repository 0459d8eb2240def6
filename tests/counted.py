"""Media as rows of a store, graded and signed off, as many as a count needs."""

import json
import random

from iwflab.domain.grouping import Wanted
from iwflab.workflow import series

DAY_US = 86_400_000_000
BANDS = ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17", "unknown")
SEXES = ("girl", "boy", "unidentified")


class Counted:
    """Enters media into a store, each with what is known of it."""

    def __init__(self, store):
        self.store, self.number = store, 0
        self.now = 1_000 * DAY_US
        store.clock = lambda: self.now
        with store.act("begin", "all", analyst="ann") as act:
            case = act.insert("lab_case", name="C")
            self.exhibit = act.insert("exhibit", lab_case=case, name="E")
            self.intake = act.insert(
                "intake", exhibit=self.exhibit, purpose="p", authority="a", sources="[]"
            )

    def enter(self, *, code="", children=(), tags=None, graded=True, copies=1, **more):
        """Enter one medium and give its id.

        ``code`` signs it off under uk_2014; ``children`` are (age band, sex) pairs;
        ``more``: pdq (a number), frames, seen (dicts of a sighting), prohibited.
        """
        self.number += 1
        digest = f"{self.number:064x}"
        names = ("sha256", "sha1", "md5")
        with self.store.act("take in", "one", analyst="ann") as act:
            medium = act.insert("medium", **dict.fromkeys(names, digest), size=1)
            act.insert("examination", medium=medium, **_examined(more.get("frames", 1)))
            if "pdq" in more:
                text = {"library": "x", "version": "1", "conversion": "", "turned": ""}
                value = {"value": f"{more['pdq']:064x}", "quality": 100}
                kind = {"algorithm": "pdq", "variant": "full"}
                act.insert("hash", medium=medium, **kind, **value, **text)
        for _ in range(copies):
            self.copy(medium, more.get("seen", ()))
        if graded:
            self.grade(medium, children, tags or {})
        if code:
            self.sign(medium, code, more.get("prohibited", ""))
        return medium

    def copy(self, medium, seen=()):
        """Enter one more copy of a medium, with what was said of it."""
        self.number += 1
        place = {"exhibit": self.exhibit, "intake": self.intake}
        path = f"{self.number}.png"
        with self.store.act("take in", "one", analyst="ann") as act:
            named = {"path": path.encode(), "shown": path}
            key = act.insert("copy", medium=medium, **place, **named)
            blank = dict.fromkeys(("source", "url", "seen_on", "series", "route"), "")
            for one in seen:
                act.insert("sighting", copy=key, **blank | one)
        return key

    def grade(self, medium, children=(), tags=()):
        """Enter an assessment of it; the newest stands."""
        with self.store.act("grade", medium, analyst="ann") as act:
            key = act.insert(
                "assessment", medium=medium, analyst="ann", elements="{}", note="",
                tags=json.dumps(dict(tags)), reveal="none", seconds=1.0,
                ending="settled",
            )  # fmt: skip
            for number, (band, sex) in enumerate(children, start=1):
                act.insert(
                    "child", assessment=key, number=number, age_band=band, sex=sex,
                    pubertal="unclear", face_visible="", age_min=None, age_max=None,
                    skin_tone="", identified_status="",
                )  # fmt: skip
        return key

    def sign(self, medium, code, prohibited="", *, scheme="uk_2014"):
        """Sign its newest assessment off."""
        found = self.store.rows(_newest(), medium=medium)
        grades = {scheme: {"version": "1", "code": code}}
        grades |= {"uk_s62": {"version": "1", "code": prohibited}} if prohibited else {}
        with self.store.act("sign off", medium, analyst="ben") as act:
            act.insert(
                "sign_off", medium=medium, assessment=found[0]["id"], analyst="ben",
                grades=json.dumps(grades),
            )  # fmt: skip

    def series(self, name, *media):
        """Put media into a series."""
        self._assign("series", [Wanted(one, 0, name) for one in media])

    def victim(self, name, *appearances):
        """Link child appearances to a victim."""
        self._assign("victim", [Wanted(*one, name) for one in appearances])

    def _assign(self, kind, wanted):
        return series.assign(self.store, kind, wanted, analyst="ann")


def drawn(store, seed, media=40):
    """Enter media drawn by lot: some alike, signed off, seen, linked."""
    dice, rows = random.Random(seed), Counted(store)
    made = []
    for number in range(media):
        rows.now += dice.randrange(3) * DAY_US
        children = [
            (dice.choice(BANDS), dice.choice(SEXES)) for _ in range(dice.randrange(4))
        ]
        seen = [
            {
                "url": dice.choice(
                    ["", "https://a.example", f"https://{number}.example"]
                ),
                "source": dice.choice("xy"),
                "route": dice.choice(["", "proactive", "external"]),
                "seen_on": dice.choice(["", "2026-01-31", "2025-12-01"]),
            }
        ]
        one = rows.enter(
            code=dice.choice(["", "A", "B", "C", "undetermined"]), children=children,
            pdq=dice.randrange(8) * ((1 << 200) - 1), seen=seen,
            tags={"self_generated": dice.choice(["present", "absent"])},
        )  # fmt: skip
        made.append((one, len(children)))
        if dice.random() < 0.6:
            rows.series(f"S{dice.randrange(4)}", one)
        for child in range(1, len(children) + 1):
            if dice.random() < 0.4:
                rows.victim(f"V{dice.randrange(5)}", (one, child))
    return rows, made


def _newest():
    import sqlalchemy as sa

    return sa.text(
        "SELECT id FROM assessment WHERE medium = :medium ORDER BY entry DESC LIMIT 1"
    )


def _examined(frames):
    plain = dict.fromkeys(("reason", "format", "mode", "decoder"), "")
    more = {"metadata": "{}", "previews": "{}", "frames": frames, "stopped": 0}
    return {"state": "complete", "width": 10, "height": 10, **plain, **more}
