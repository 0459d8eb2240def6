"""A lab of plain values for the desks whose acts run in their kernel."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from iwflab.domain.categories import Grade
from iwflab.domain.counting import Cell, Table
from iwflab.errors import BadInput, NotAllowed
from iwflab.statistics.queries import query_from
from iwflab.workflow import exploring
from tests.statistics.drawn_frames import frames

READ_US = 2 * 10**15  # in 2033, after all that is drawn
HOSTILE = "<img src=x onerror=alert(1)>.jpg"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80" onload="alert(1)">'
    "<script>alert(1)</script><foreignObject><p>no</p></foreignObject>"
    '<a href="http://example.org"><rect width="9" height="9"/></a>'
    '<g fill="#336699"><rect x="5" y="5" width="120" height="20" onclick="alert(1)"/>'
    '<image href="http://example.org/x.png"/><text x="5" y="60">7-10</text></g></svg>'
)


def grade(scheme, code):
    return Grade(scheme, "1", code, code, (), ())


class FakeLab:
    def __init__(self, number=3, analyst="bob"):
        self.analyst = analyst
        self.name = "t"
        self.settings = SimpleNamespace(
            sign_off_by_another=True, case="", exhibit="", intake_roots=["/media"]
        )
        self.held = {"sign_off", "request", "approve"}
        self.asked = []
        self.rows = [self.row(n) for n in range(1, number + 1)]
        self.left = []
        self.kept, self.explored, self.drawn = {}, [], 400
        self.schemes, self.version = {}, "1"
        self.requests = []

    def row(self, number):
        return {
            "medium": f"m{number:04}",
            "assessment": f"a{number:04}",
            "sha256": f"{number:064x}"[::-1],
            "name": HOSTILE if number == 1 else f"pattern-{number}.png",
            "stage": "graded",
            "grader": "bob" if number == 2 else "ann",
            "signed_by": None,
            "signed_grades": '{"uk_2014": {"code": "C", "version": "1", "rules": []}}',
            "grades": [grade("uk_2014", "C"), grade("uk_sap_2007", "1")],
            "against": ["one child alone, yet more than one row"] * (number == 3),
            "carried": "chosen in a selection, not looked at by itself" * (number == 1),
            "differs": ["ann graded it otherwise: uk_2014 A (here C)"] * (number == 2),
        }

    def desk(self):
        names = [("uk_2014", "UK 2014"), ("uk_sap_2007", "UK SAP 2007")]
        return {"schemes": [{"name": name, "title": title} for name, title in names]}

    def to_sign_off(self):
        return [row for row in self.rows if row["stage"] == "graded"]

    def overview(self):
        return self.rows

    def releases(self):
        return self.left

    def sign_off(self, shown, *, request):
        if not shown:
            raise BadInput("nothing was chosen", advice="choose graded media")
        media = [row["medium"] for row in shown]
        assert [row["assessment"] for row in shown] == [
            m.replace("m", "a") for m in media
        ]
        self._turn(media, "signed_off", self.analyst, request)

    def take_back(self, medium, *, reason, request):
        assert reason
        self._turn([medium], "graded", None, request)

    def _turn(self, media, stage, by, request):
        self.requests.append(request)
        for row in self.rows:
            if row["medium"] in media:
                row.update(stage=stage, signed_by=by)

    def may(self, wanted):
        return bool({str(wanted.operation), *map(str, wanted.scopes)} & self.held)

    def must_be_allowed(self, wanted):
        assert str(wanted.operation) in {"take_in", "statistics"}

    def release_request(self, name, *, recipient, purpose, scheme, request):
        chosen = [row for row in self.rows if row["stage"] == "signed_off"]
        if not chosen:
            raise NotAllowed("nothing can leave", advice="sign off media first")
        said = {"name": name, "recipient": recipient, "purpose": purpose}
        self.asked.insert(
            0,
            {
                **said,
                "id": f"q{len(self.asked)}",
                "scheme": scheme,
                "scheme_version": "1",
                "state": "waiting",
                "why": [],
                "digest": f"{len(self.asked):064x}",
                "items": len(chosen),
                "media": [[row["sha256"], row["medium"], "s", "C"] for row in chosen],
                "asked_by": self.analyst,
                "asked_us": 0,
                "expires_us": 1_800_000_000_000_000,
                "answered_by": "",
                "reason": "",
            },
        )

    def release_requests(self):
        return self.asked

    def release_asked(self, key):
        (found,) = [one for one in self.asked if one["id"] == key]
        return found

    def release_approve(self, key, *, digest, request):
        found = self.release_asked(key)
        assert digest == found["digest"]
        found.update(state="approved", answered_by=self.analyst)

    def release_refuse(self, key, *, reason, request):
        found = self.release_asked(key)
        found.update(state="refused", answered_by=self.analyst, reason=reason)

    def release_withdraw(self, key, *, request):
        self.release_asked(key).update(state="withdrawn")

    def release(self, key, *, request):
        asked = self.release_asked(key)
        name = asked["name"]
        asked["state"] = "used"
        chosen = [row for row in self.rows if row["stage"] == "signed_off"]
        self._turn([row["medium"] for row in chosen], "released", self.analyst, request)
        done = SimpleNamespace(
            name=name,
            folder=Path("/lab/releases") / name,
            items=len(chosen),
            counts=Counter(C=len(chosen)),
            left_out={"not signed off": len(self.rows) - len(chosen)},
            manifest_sha256="ab" * 32,
            problem="",
        )
        self.left.append(done)
        return done

    def report_kinds(self):
        return {"monthly": "Monthly statistics"}

    def report_requests(self):
        return []

    def reports(self):
        return []

    def counted_by(self):
        return exploring.counted_by()

    def explore(self, scheme):
        self.explored.append(scheme)
        return exploring.begin(frames(self.drawn), scheme=scheme, read_us=READ_US)

    def queries(self):
        told = {"version": self.version, "saved_by": self.analyst}
        return [
            {"name": name, "query": query, "scheme": self.schemes[name], **told}
            for name, query in self.kept.items()
        ]

    def save_query(self, name, query, *, scheme, replace, request):
        self.kept[name] = query_from(query).plain()
        self.schemes[name] = scheme

    def drop_query(self, name, *, replace, request):
        del self.kept[name]

    def statistics(self):
        return {"victims": "Who is depicted?"}

    def table(self, name, *, unit, scheme):
        return Table(
            name=name,
            title=f"Age band and sex by {scheme}",
            unit=unit,
            row_names=("age band", "sex"),
            column_name="category",
            columns=("A", "undetermined"),
            cells=(
                Cell(("7-10", "girl"), "A", 3, 4),
                Cell(("7-10", "girl"), "undetermined", 1, 4),
            ),
            denominator=4,
            exclusions={"media waiting for a grader": 5},
            basis="signed-off media",
            note="A note.",
        )

    def chart(self, table):
        assert table.denominator
        return SVG
