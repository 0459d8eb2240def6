"""The routes of the matching desk, in memory."""

from dataclasses import dataclass, field

from fake_server import HOSTILE, FakeServer, Refusal

VIEWS_MOST = 500
MAY = ("take_in", "answer", "lists", "compare", "grade")
REASON = "the same bytes are on a list"


def hit(number, *, tier="candidate", twin="", answer="", **more):
    settles = tier != "candidate"
    return {
        "hit": f"h{number:02}",
        "medium": f"m{number:02}",
        "hash_list": None if twin else "l1",
        "sign_off": "s1" if twin else None,
        "line": -1 if twin else number,
        "algorithm": "sha256" if tier == "exact" else "pdq",
        "variant": "" if tier == "exact" else "full",
        "value": "5a" * 32,
        "distance": 0 if tier == "exact" else 40,
        "orientation": "as stored",
        "tier": tier,
        "label": HOSTILE,
        "list": "" if twin else "Police list",
        "kind": "known",
        "source": "" if twin else "a partner",
        "twin": twin,
        "answer": answer,
        "settles": int(settles),
        "name": f"pattern-{number:02}.png",
        "sha256": f"{number:064x}",
        "stage": "known" if settles else "waiting",
        "copies": 1,
        **more,
    }


def medium(name):
    return {
        "medium": name,
        "name": f"pattern-{name[1:]}.png",
        "format": "PNG",
        "copies": 2,
        "shielded": True,
        "stage": "waiting",
    }


def member(number, distance, stage="waiting"):
    return {
        "medium": f"m{number:02}",
        "distance": distance,
        "orientation": "mirrored" if distance > 20 else "as stored",
        "within": distance <= 31,
        "stage": stage,
        "name": f"pattern-{number:02}.png",
        "sha256": f"{number:064x}",
    }


def stack(first, others, *, graded=False):
    stage = "graded" if graded else "waiting"
    members = [member(n, 30 - 2 * place, stage) for place, n in enumerate(others)]
    return {
        "exemplar": f"m{first:02}",
        "size": 1 + len(others),
        "waiting": 0 if graded else 1 + len(others),
        "known": 1,
        "first": member(first, 0, stage),
        "members": members[:6],
        "carried": [] if graded else [one["medium"] for one in members],
        "beyond": 0,
        "over": "a" if graded else None,
    }


@dataclass
class FakeMatching(FakeServer):
    """A lab with hits, stacks and a list; what may be done is a set of words."""

    rows: list = field(default_factory=list)
    may: tuple = MAY
    lists: list = field(default_factory=list)
    piles: list = field(default_factory=list)
    graded: set = field(default_factory=set)
    acts: dict = field(default_factory=dict)  # request -> exemplar
    answers: list = field(default_factory=list)

    def matching(self, _):
        settled = {row["medium"] for row in self.rows if row["settles"]}
        return {
            "rows": self.rows,
            "waiting": 0,
            "settled": len(settled),
            "avoided": {REASON: len(settled), "another copy of the same bytes": 2},
            "lists": self.lists,
            "may": {name: name in self.may for name in MAY},
            "override": "senior analyst or QA officer",
            "forms": ["csv", "json_lines"],
            "roots": ["/media"],
        }

    def matching_hit(self, asked):
        found = next(row for row in self.rows if row["hit"] == asked["hit"])
        sides = [found["medium"], *([found["twin"]] if found["twin"] else [])]
        return {
            **found,
            "medium": medium(found["medium"]),
            "twin": medium(found["twin"]) if found["twin"] else None,
            "ours": "a5" * 32,
            "differing": f"{2**40 - 1:064x}" if found["algorithm"] == "pdq" else "",
            "twin_grades": {"uk_2014": "C"} if found["twin"] else {},
            "override": "senior analyst or QA officer",
            "grants": self.matching_grants({"media": sides})["grants"],
        }

    def matching_grants(self, body):
        return {"grants": {m: f"grant1-shielded-{m[1:]}" for m in body["media"]}}

    def matching_hashes(self, _):
        one = {"algorithm": "pdq", "variant": "full", "value": "5a" * 32}
        made = {"quality": 100, "library": "iwflab", "version": "1"}
        return {"hashes": [{**one, **made}], "frames": 12}

    def matching_answer(self, body):
        self.answers.append((tuple(body["hits"]), body["verdict"], body["reason"]))
        for row in self.rows:
            if row["hit"] in body["hits"]:
                row["answer"] = body["verdict"]
                same = body["verdict"] == "same"
                row["settles"] = int(same or row["tier"] != "candidate")
        hits = [row for row in self.rows if row["hit"] in body["hits"]]
        media = {row["medium"] for row in hits}
        return {"hits": hits, "rows": [r for r in self.rows if r["medium"] in media]}

    def matching_rows(self, asked):
        return {"rows": [r for r in self.rows if r["medium"] == asked["medium"]]}

    def matching_shown(self, body):
        if len(body["views"]) > VIEWS_MOST:
            raise Refusal("views is not a list of at most 500", "reload", "BadInput")
        if body["request"] not in self.acts:
            self.acts[body["request"]] = "shown"
            self.views += body["views"]
        return {"saved": len(body["views"]), "refused": []}

    def matching_stacks(self, asked):
        piles = [] if asked["distance"] == "0" else self.piles
        told = [
            stack(first, others, graded=first in self.graded) for first, others in piles
        ]
        waiting = sum(one["waiting"] for one in told)
        return {"stacks": told, "total": len(told), "waiting": waiting}

    def matching_sample(self, asked):
        return {"sample": [member(n + 2, 30 - n) for n in range(int(asked["k"]))]}

    def matching_grade(self, body):
        self.graded.add(int(body["exemplar"][1:]))
        self.acts[body["request"]] = body["exemplar"]
        return {"assessment": "a", "graded": body["members"], "left_out": []}

    def matching_undo(self, body):
        first = int(self.acts.get(body["named"], body["named"])[1:])
        self.graded.discard(first)
        others = next(others for one, others in self.piles if one == first)
        return {"withdrawn": [first, *others], "left": []}

    def matching_withdraw(self, body):
        for one in self.lists:
            if one["name"] == body["name"]:
                one["ended"] = body["reason"]
        return {"saved": True}

    def matching_list(self, _):
        return self.intake(None)


def known_list(name="Police list"):
    return {
        "id": "l1",
        "name": name,
        "kind": "known",
        "source": "a partner",
        "items": 2_000,
        "added_by": "ann",
        "withdrawn": 1,
        "ended": "",
    }


def full():
    """A lab in the middle of its work."""
    return FakeMatching(
        items=[],
        rows=[
            hit(1),
            hit(2, twin="m09"),
            hit(3, tier="exact"),
            hit(4, tier="match", kind="benign"),
        ],
        lists=[known_list()],
        piles=[(1, range(2, 11)), (11, [12])],
    )
