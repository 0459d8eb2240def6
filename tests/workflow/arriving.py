"""Media as rows of the store, as many and as known as a test needs."""

import json


def _examined(frames):
    plain = dict.fromkeys(("reason", "format", "mode", "decoder"), "")
    more = {"metadata": "{}", "previews": "{}", "frames": frames, "stopped": 0}
    return {"state": "complete", "width": 10, "height": 10, **plain, **more}


class Arrivals:
    """Enters media into a lab, each with what is known of it."""

    def __init__(self, lab):
        self.lab, self.count = lab, 0
        with lab._store.act("list", "all", analyst="ann") as act:
            told = dict.fromkeys(("source", "format"), "x")
            self.list = act.insert(
                "hash_list", name="L", kind="known", sha256="0" * 64, items=1,
                columns="{}", **told,
            )  # fmt: skip

    def enter(self, *told):
        """Enter one medium for each mapping: pdq, label, series, source, name, frames."""
        names = []
        store = self.lab._store
        with store.act("take in", "all", analyst="ann") as act:
            case = act.insert("lab_case", name=f"C{self.count}")
            exhibit = act.insert("exhibit", lab_case=case, name="E")
            intake = act.insert(
                "intake", exhibit=exhibit, purpose="p", authority="a", sources="[]"
            )
        for one in told:  # an act each: they arrive in this order
            with store.act("take in", "one", analyst="ann") as act:
                names.append(self._one(act, exhibit, intake, **one))
        self.hold(names)
        for name, one in zip(names, told, strict=True):
            if "label" in one:
                with store.act("match", "one", analyst="ann") as act:
                    self._hit(act, name, one["label"])
        return names

    def hold(self, media):
        """Enter that media were held against all there is, without any hit."""
        against = json.dumps(sorted(["own", self.list]))
        for medium in media:
            with self.lab._store.act("match", "one", analyst="ann") as act:
                act.insert("held", medium=medium, against=against)

    def _one(self, act, exhibit, intake, **one):
        self.count += 1
        digest = f"{self.count:064x}"
        medium = act.insert("medium", sha256=digest, sha1=digest, md5=digest, size=1)
        where = {"medium": medium, "exhibit": exhibit, "intake": intake}
        name = one.get("name", f"folder-x/{self.count}.png")
        copy = act.insert("copy", **where, path=name.encode(), shown=name)
        act.insert("examination", medium=medium, **_examined(one.get("frames", 1)))
        if "pdq" in one:
            text = {"library": "x", "version": "1", "conversion": "", "turned": ""}
            act.insert(
                "hash", medium=medium, algorithm="pdq", variant="full", quality=100,
                value=f"{one['pdq']:064x}", **text,
            )  # fmt: skip
        if "series" in one or "source" in one:
            act.insert(
                "sighting", copy=copy, url="", seen_on="", route="",
                series=one.get("series", ""), source=one.get("source", ""),
            )  # fmt: skip
        return medium

    def _hit(self, act, medium, label):
        act.insert(
            "hit", medium=medium, hash_list=self.list, sign_off=None, line=0,
            algorithm="pdq", variant="full", value="0" * 64, distance=40,
            orientation="upright", tier="candidate", label=label,
        )  # fmt: skip
