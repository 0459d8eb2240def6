"""A server that keeps what the desk sends, and fails when it is told to."""

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from json import dumps
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

from PIL import Image, ImageDraw

from iwflab.domain.categories import derive
from iwflab.domain.contradictions import contradictions
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS, POLICY_FIELDS
from iwflab.domain.own_keys import check_own, with_own
from iwflab.domain.records import OF_SEGMENTS, record_from
from iwflab.domain.settings import ASKED_SCHEMES, KEYS, Settings
from iwflab.media.rendering import previews
from iwflab.schemes import schemes, tags
from iwflab.workflow.presenting import asked, keys

SENT_ONCE = {"api/decision", "api/undo", "api/reveal", "api/selection"} | {
    f"api/matching/{act}" for act in ("answer", "grade", "undo", "shown")
}
ORIGIN = "http://localhost:9"
HOSTILE = "<img src=x onerror=alert(1)>.jpg"


@cache
def pictures(number):
    """Draw a pattern in every variant; benign, and another one for each medium."""
    image = Image.new("RGB", (640, 420), (40 + number * 15 % 200, 90, 120))
    pen = ImageDraw.Draw(image)
    for step in range(0, 640, 40):
        colour = (220, 200 - number * 9 % 180, step % 255)
        pen.line((step, 0, 640 - step, 420), colour, 6)
    return previews(image)


def send_part(route, clip):
    """Answer a Range request, as the server does."""
    asked = route.request.headers.get("range", "bytes=0-").removeprefix("bytes=")
    first, last = (int(one) if one else None for one in asked.split("-"))
    end = min(last if last is not None else len(clip) - 1, len(clip) - 1)
    route.fulfill(
        status=206,
        body=clip[first : end + 1],
        headers={
            "Content-Type": "video/webm",
            "Accept-Ranges": "bytes",
            "Content-Range": f"bytes {first}-{end}/{len(clip)}",
        },
    )


def item(number, **more):
    plain = {
        "medium": f"m{number:02}",
        "name": f"pattern-{number:02}.png",
        "copies": 1 + number % 3,
        "format": "PNG",
        "width": 640,
        "height": 420,
        "size": 12_345 * number,
        "frames": 1,
        "state": "complete",
        "reason": "",
        "metadata": {"Software": HOSTILE},
        "known": {"source": "hotline", "url": "", "seen_on": "", "series": "Harbour"},
        "record": None,
        "grades": [],
        "contradictions": [],
        "stage": "waiting",
        "previews": ["full", "outlines", "shielded"],
    }
    return plain | more


def refused_item(number):
    return item(
        number,
        state="refused",
        reason="the end of the file is missing",
        name=HOSTILE,
        previews=[],
        width=None,
        height=None,
    )


class Refusal(Exception):
    """What the server says no with: error, advice, kind."""


def made_for(request):
    """For whom the page that writes was made, as it says itself."""
    writes = request.method == "POST"
    return request.headers.get("x-iwflab-analyst") if writes else None


class OnTheLine:
    """One message of a kept line, answered or cut off as a request is."""

    def __init__(self, socket, number, says=""):
        self.socket, self.number, self.says = socket, number, says

    def fulfill(self, *, json, status=200):
        told = dumps({"n": self.number, "status": status, "reply": json})
        self.socket.send(self.says or told)

    def abort(self):
        self.socket.close()


@dataclass
class FakeServer:
    """The routes, in memory; ``calls`` is what came, in order."""

    items: list
    analyst: str = "ann"
    run: str = "run-1"
    login: str = "first"
    down: bool = False
    cut: str = ""  # one path that gets no answer
    logged_in: bool = True
    lose_replies: int = 0  # do it, but let the reply get lost
    refuse: str = ""
    refuse_as: str = "NotAllowed"
    hold: bool = False
    calls: list = field(default_factory=list)
    done: dict = field(default_factory=dict)  # request -> medium
    order: list = field(default_factory=list)
    views: list = field(default_factory=list)
    held: list = field(default_factory=list)
    limits: dict = field(default_factory=dict)
    anothers: tuple = ()  # media that are not this person's
    jobs: list = field(default_factory=list)
    set_most: int = 10_000
    second: int = 0  # media that wait for another person
    made: int = 0
    clip: bytes = b""
    clip_times: list = field(default_factory=list)
    start_level: str = "shielded"
    start_levels: tuple = ("none", "outlines", "shielded")
    presenting: bool = False
    signs_told: list = field(default_factory=list)
    own_keys: dict = field(default_factory=dict)
    lacking: tuple = ()  # previews that were never made
    order_name: str = ""  # of the sheet, where the server no longer has the old one
    no_line: bool = False  # requests alone, as where no websocket comes through
    undone: int = 1  # media whose grades the newest act gave
    says: str = ""  # what it says over the line in place of an answer
    over_the_line: int = 0  # messages that came that way
    keep_back: tuple = ()  # paths that are answered when the test lets go of them
    kept: list = field(default_factory=list)

    def paths(self):
        return [path for path, _ in self.calls]

    def bodies(self, name):
        return [body for path, body in self.calls if path == f"api/{name}"]

    def route(self, route):
        path = urlsplit(route.request.url).path.removeprefix("/iwflab/")
        raw = route.request.post_data if path != "api/upload" else None
        asked = dict(parse_qsl(urlsplit(route.request.url).query))
        body = json.loads(raw) if raw else asked or None
        self.take(route, path, body, made_for(route.request))

    def line(self, socket):
        """Keep the line of a page, unless this server offers none."""
        if self.no_line or self.down:
            socket.close()
            return
        made_for = []

        def heard(message):
            told = json.loads(message)
            if not made_for:
                assert told["xsrf"] == "token"
                made_for.append(told["analyst"])
                socket.send('{"ready":true}')
            elif not self.logged_in or made_for[0] != self.analyst:
                socket.close()  # whose cookie no longer stands
            else:
                self.over_the_line += 1
                one = OnTheLine(socket, told["n"], self.says)
                self.take(one, f"api/{told['act']}", told["body"], None)

        socket.on_message(heard)

    def take(self, route, path, body, made_for):
        self.calls.append((path, body))
        if self.down or path == self.cut:
            route.abort()
        elif not self.logged_in:
            told = {"error": "nobody is logged in", "advice": "", "kind": "Refused"}
            route.fulfill(status=401, json=told)
        elif made_for not in {None, self.analyst}:
            told = {
                "error": "another person is logged in",
                "advice": "",
                "kind": "NotYours",
            }
            route.fulfill(status=409, json=told)
        elif path.startswith("media/"):
            if self.presenting:
                route.fulfill(status=403, json=NO_PIXELS)
                return
            _, variant, number = path.removeprefix("media/").split("-")
            number = int(number) % 60  # thousands of media, few drawings
            if variant in self.lacking:
                told = {"error": "no such preview", "advice": "", "kind": "NotFound"}
                route.fulfill(status=404, json=told)
            elif variant == "clip":
                send_part(route, self.clip)
            else:
                drawn = pictures(number)
                larger = drawn["full"]  # what is made on demand
                body = drawn.get(variant, larger)
                route.fulfill(body=body, content_type="image/jpeg")
        elif self.hold and path == "api/decision":
            self.held.append((route, body))
        elif path in self.keep_back:
            self.kept.append((route, path, body))
        else:
            self.answer(route, path, body)

    def release(self):
        self.hold = False
        while self.held:
            route, body = self.held.pop(0)
            self.answer(route, "api/decision", body)

    def until_kept(self, page, number=1):
        """Wait until so many requests are kept back."""
        for _ in range(400):
            if len(self.kept) >= number:
                return
            page.wait_for_timeout(20)
        raise AssertionError(self.kept)

    def let_go(self):
        self.keep_back = ()
        while self.kept:
            self.answer(*self.kept.pop(0))

    def fail_kept(self):
        self.keep_back = ()
        while self.kept:
            self.kept.pop(0)[0].abort()

    def answer(self, route, path, body):
        if path == "api/decision" and self.refuse:
            told = {"error": self.refuse, "advice": "ask", "kind": self.refuse_as}
            route.fulfill(status=403, json=told)
            return
        name = path.removeprefix("api/").replace("/", "_")
        try:
            reply = getattr(self, "all_jobs" if name == "jobs" else name)(body)
        except Refusal as refusal:
            error, advice, kind = refusal.args
            told = {"error": error, "advice": advice, "kind": kind}
            route.fulfill(status=403, json=told)
            return
        if self.lose_replies and path in SENT_ONCE:
            self.lose_replies -= 1
            route.abort()
        else:
            route.fulfill(json=reply)

    # -- the contact sheet ----------------------------------------------------------
    def sheet(self, body):
        at, number = int(body["at"]), int(body["n"])
        part = self.items[at : at + number]
        told = [
            {
                **{name: one[name] for name in ("medium", "stage", "state", "format")},
                "stack": one.get("stack", ""),
                "frames": one["frames"],
                "preview": "shielded" in one["previews"],
            }
            for one in part
        ]
        name = self.order_name or "o1"
        media = [one["medium"] for one in self.items]
        mark = body.get("mark")
        marked = media.index(mark) if mark in media else None
        told = {"order": name, "at": at, "total": len(media), "items": told}
        return {**told, "marked": marked}

    def sheet_grants(self, body):
        media, variant = body["media"], body["variant"]
        return {"grants": {one: f"grants-{variant}-{one[1:]}" for one in media}}

    def sheet_item(self, body):
        one = self.one(body["medium"])
        free = ("outlines", "shielded")
        return {**one, "grants": {v: f"grants-{v}-{one['medium'][1:]}" for v in free}}

    def sheet_take(self, body):
        self.items += [item(len(self.items) + n) for n in range(1, 4)]
        return {"taken": 3, "progress": self.progress()}

    def beside(self, body):
        return {"exemplar": self.one(body["medium"]).get("exemplar", "")}

    def rendition(self, body):
        self.made = self.made + 1
        if self.made < 2:
            return {"state": "running"}
        token = f"grantx-{body['variant']}-{body['medium'][1:]}"
        told = {"rate": 10, "note": "", "times": self.clip_times}
        return {"grant": token, **told}

    # -- the routes ---------------------------------------------------------------
    def ping(self, _):
        more = {"presenting": self.presenting, "login": self.login}
        return {"analyst": self.analyst, "server": self.run, "lab": "t", "at": 0} | more

    def start(self, body):
        self.start_level = body["level"]
        return self.starts()

    def keys(self, body):
        check_own(KEYS, body["keys"])
        if self.own_keys not in (body["over"], body["keys"]):
            why = "your keys were changed in another window meanwhile"
            raise Refusal(why, "change them again", "ChangedMeanwhile")
        self.own_keys = body["keys"]
        return {**self.with_keys(), "own_keys": self.own_keys, "lab_keys": dict(KEYS)}

    def with_keys(self):
        settings = Settings(name="t", lab="t", keys=with_own(KEYS, self.own_keys))
        return keys(settings)

    def starts(self):
        return {"start_level": self.start_level, "start_levels": [*self.start_levels]}

    def presentation(self, body):
        self.presenting = body["active"] == "on"
        return {"presenting": self.presenting}

    def signs(self, _):
        told = {"minutes": 0, "today": 0, "signs": self.signs_told}
        return told | self.counts()

    def counts(self):
        told = {"second": self.second} if self.second else {}
        return {"progress": self.progress()} | told

    def exposure(self, _):
        return EXPOSURE | {"signs": self.signs_told}

    def desk(self, _):
        def kind(k):
            return asdict(k) | {"values": list(k.values), "unknown": sorted(k.unknown)}

        found = [SimpleNamespace(**asdict(tag)) for tag in tags().values()]
        return {
            "analyst": self.analyst,
            "lab": "t",
            "elements": [kind(k) for k in ELEMENTS.values()],
            "child_fields": [
                kind(k) for n, k in CHILD_FIELDS.items() if n not in POLICY_FIELDS
            ],
            "of_segments": list(OF_SEGMENTS),
            "tags": [vars(tag) for tag in found],
            "asked": [asked(schemes()[name]) for name in ASKED_SCHEMES],
            "schemes": [
                {
                    **{n: getattr(s, n) for n in ("name", "title", "version")},
                    "labels": dict(s.labels),
                }
                for s in schemes().values()
            ],
            "keys": self.with_keys()["keys"],
            "own_keys": self.own_keys,
            "lab_keys": dict(KEYS),
            **self.starts(),
            "limits": {
                "outbox": 3,
                "unacked_seconds": 2.0,
                "heartbeat_seconds": 0.3,
                "prefetch": 4,
                "set_size": 12,
                "idle_lock_minutes": 3,
            }
            | self.limits,
        }

    def queue(self, body):
        """What matches; the fake looks at name and stage alone."""
        found = [one["medium"] for one in self.matching(body)]
        if body.get("ids"):
            return {"total": len(found), "ids": found}
        return {"total": len(found), "at": 0, "media": []}

    def matching(self, asked):
        part, stage = asked.get("name", ""), asked.get("stage", "")
        return [
            one
            for one in self.items
            if part in one["name"] and stage in {"", one["stage"]}
        ]

    def selection(self, body):
        if body["request"] not in self.done:
            taken = [m for m in body["media"] if m not in self.anothers]
            self.done[body["request"]] = taken
            for medium in taken:
                self.one(medium).update(record=body["record"], stage="graded")
        graded = self.done[body["request"]]
        why = "it is not yours to grade"
        left = [m for m in body["media"] if m not in graded]
        return {
            "saved": True,
            "graded": graded,
            "left_out": [{"medium": m, "why": why} for m in left],
            "sample": graded[:3],
            "progress": self.progress(),
        }

    def selection_undo(self, body):
        graded = self.done[body["named"]]
        for medium in graded:
            self.one(medium).update(record=None, stage="waiting", grades=[])
        return {"withdrawn": graded, "left": [], "progress": self.progress()}

    def set(self, asked):
        shown = self.matching((asked or {}).get("filter", {}))
        for one in shown:
            free = {"outlines", "shielded"} & set(one["previews"])
            name = f"grant{self.run[-1]}"
            one["grants"] = {v: f"{name}-{v}-{one['medium'][1:]}" for v in free}
        open_ones = [one for one in shown if one["stage"] == "waiting"]
        counts = {"open": len(open_ones), "graded": len(shown) - len(open_ones)}
        page = [one for one in shown if one["stage"] != "waiting"]
        page += open_ones[: self.set_most]
        if not (asked or {}).get("filter"):
            return {"items": shown[: self.set_most], **self.counts()}
        return {"items": page, "within": counts, **self.counts()}

    def grant(self, body):
        return {"grant": f"grantx-{body['variant']}-{body['medium'][1:]}"}

    def reveal(self, body):
        return {"grant": f"grantx-full-{body['medium'][1:]}"}

    def shown(self, body):
        if body["request"] not in self.done:
            self.done[body["request"]] = ""
            self.views += [v for v in body["views"] if v["medium"] not in self.anothers]
        sent = [view["medium"] for view in body["views"]]
        refused = {"refused": [m for m in sent if m in self.anothers]}
        return {"saved": len(sent)} | (refused if self.anothers else {})

    def decision(self, body):
        derived = self.derive(body)
        if body["request"] not in self.done:
            self.done[body["request"]] = body["medium"]
            self.order.append(body["medium"])
            self.one(body["medium"]).update(
                record=body["record"], stage="graded", grades=derived["grades"]
            )
        return {"saved": True, "assessment": "a", **derived}

    def derive(self, body):
        record = record_from(body["record"])
        return {
            "grades": [asdict(derive(s, record)) for s in schemes().values()],
            "contradictions": [asdict(c) for c in contradictions(record)],
        }

    def undo(self, body):
        if body["request"] not in self.done:
            medium = body.get("medium") or self.order[-1]
            self.order.remove(medium)
            self.done[body["request"]] = medium
        found = self.one(self.done[body["request"]])
        found.update(record=None, stage="waiting", grades=[])
        told = {"undone": self.undone, "left": []}
        return found | told | {"progress": self.progress()}

    def intake(self, body):
        self.jobs.insert(0, {"job": f"j{len(self.jobs)}", **RUNNING})
        return {"job": self.jobs[0]["job"]}

    def upload(self, _):
        return self.intake(None)

    def all_jobs(self, _):
        return {"jobs": self.jobs}

    def one(self, medium):
        return next(one for one in self.items if one["medium"] == medium)

    def progress(self):
        graded = sum(one["stage"] != "waiting" for one in self.items)
        seconds = sum(view["milliseconds"] for view in self.views) / 1000
        return {
            "media": len(self.items),
            "graded": graded,
            "mine_open": len(self.items) - graded,
            "mine_graded": graded,
            "exposure": {
                "shown": len({view["medium"] for view in self.views}),
                "revealed": len({one["medium"] for one in self.bodies("reveal")}),
                "seconds": seconds,
                "since": 0,
            },
        }


NO_PIXELS = {
    "error": "presentation mode is on: no picture is sent",
    "advice": "switch it off at the grading desk",
    "kind": "Presenting",
}
_LINE = {"day": "2026-11-20", "hour": 9, "media": 3, "seconds": 200.0}
EXPOSURE = {
    "analyst": "ann",
    "scheme": "uk_2014",
    "minutes": 52.0,
    "today": 96.0,
    "break_after": 60.0,
    "cap": 240.0,
    "lines": [
        _LINE | {"code": "C", "level": "shielded"},
        _LINE | {"code": "none", "level": "full", "seconds": 40.0},
        _LINE | {"code": "not graded", "level": "lens", "hour": 10, "seconds": 12.0},
    ],
    "days": [{"day": "2026-11-20", "media": 7, "seconds": 252.0, "minutes": 96.0}],
}
RUNNING = {
    "state": "running",
    "ahead": 0,
    "done": 40,
    "total": 200,
    "bytes": 40_000_000,
    "bytes_total": 200_000_000,
    "seconds": 10.0,
    "report": {},
    "error": "",
    "advice": "",
}
