"""A decision, from the page's message to the answer that it is on the disk.

The page of the desk sends it over its kept line; over a request of its own, which it
uses while it has no line, the same is measured for information.

Both databases are measured as a shift finds them: their write-ahead logs have reached
their size, and are written over from then on.  A log that still grows costs both more.
"""

import http.client
import json
import re
import sqlite3
import time
import uuid
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pictures
import websocket
from measuring import p50, p95, row, timed, workshop
from serving import PASSWORDS, Served, copy_of

WARM, REPEATS = 150, 200
LOG_PAGES = 1_000  # SQLite goes back to the start of its log after so many
RECORD = {"elements": {"form": "text_only", "child_present": "no"}}
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
READ_BYTES = 65_536
PING, PONG = b"\x89\x00", websocket.ABNF.OPCODE_PONG
TEXT, LONG = b"\x81\x7e", 4  # a whole text of 126 to 65,535 bytes; their place
BARE = "CREATE TABLE t (id INTEGER PRIMARY KEY, at REAL, text TEXT) STRICT"


class Client:
    """One kept connection with the cookies of a login."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {}
        self.ask("GET", "/login")
        form = {"name": "ann", "password": PASSWORDS["ann"]}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.ask("POST", "/login", urlencode(form), kind)

    def ask(self, method, path, body=None, headers=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Cookie": cookies, "X-XSRFToken": self.cookies.get("_xsrf", "")}
        self.connection.request(method, path, body, {**sent, **(headers or {})})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise ConnectionError(f"{path}: {answer.status} {content[:200]!r}")
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {k: m.value for k, m in SimpleCookie(value).items()}
        return content

    def post(self, path, plain):
        return json.loads(self.ask("POST", path, json.dumps(plain)))

    def prepared(self, path, plain):
        """Make the bytes of a request, before the clock starts."""
        body = json.dumps(plain).encode()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"POST {path} HTTP/1.1",
            f"Host: {self.connection.host}:{self.connection.port}",
            f"Cookie: {cookies}",
            f"X-XSRFToken: {self.cookies['_xsrf']}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join((*head, "", "")).encode() + body

    def answered(self, request):
        """Send them; wait for the last byte of an answer that says 200.

        At the socket: how long Python's own client takes to read headers is no part
        of what a browser waits for.
        """
        kept = self.connection.sock
        kept.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += _more(kept)
        head, body = got.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(head)
        length = int(LENGTH.search(head).group(1))
        while len(body) < length:
            body += _more(kept)
        return body


class Line:
    """The kept line of a page: a websocket with the cookies of a login."""

    def __init__(self, client):
        port = client.connection.port
        cookies = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/iwflab/api/line",
            origin=f"http://127.0.0.1:{port}",
            cookie=cookies,
            timeout=30,
        )
        shown = {"xsrf": client.cookies["_xsrf"], "analyst": "ann"}
        self.socket.send(json.dumps(shown))
        if json.loads(self.socket.recv()) != {"ready": True}:
            raise ConnectionError("the line did not open")

    def prepared(self, act, number, plain):
        """Make the bytes of a message, before the clock starts."""
        told = json.dumps({"n": number, "act": act, "body": plain})
        return websocket.ABNF.create_frame(told, websocket.ABNF.OPCODE_TEXT).format()

    def answered(self, message):
        """Send them; wait for the last byte of an answer that says 200."""
        kept = self.socket.sock
        kept.sendall(message)
        got = _more(kept)
        if got.startswith(PING):
            kept.sendall(websocket.ABNF.create_frame(b"", PONG).format())
            got = got[len(PING) :] or _more(kept)
        while len(got) < LONG or len(got) < LONG + int.from_bytes(got[2:LONG], "big"):
            got += _more(kept)
        if got[:2] != TEXT or b'"status": 200' not in got:
            raise ConnectionError(got)
        return got[LONG:]


def _more(kept):
    got = kept.recv(READ_BYTES)
    if not got:
        raise ConnectionError("the server has closed the connection")
    return got


def rows():
    folder = workshop() / "decisions" / "lab"
    folder.parent.mkdir()
    served = Served(copy_of(pictures.lab(), folder)).accounts().start()
    bare = sqlite3.connect(folder.parent / "bare.db", isolation_level=None)
    try:
        client = Client(served.port)
        media = client.post("/iwflab/api/set", {"n": pictures.MEDIA})["items"]
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute(BARE)
        for _ in range(LOG_PAGES):
            insert(bare)
        line, mine, asked, theirs = Line(client), [], [], []
        for number in range(-WARM, REPEATS):
            medium = media[number % len(media)]["medium"]
            message = line.prepared("decision", number + WARM, decision(medium, number))
            mine.append(timed(line.answered, message))
            theirs.append(timed(insert, bare))
            body = decision(medium, -number - 1)
            request = client.prepared("/iwflab/api/decision", body)
            asked.append(timed(client.answered, request))
    finally:
        bare.close()
        served.stop()
    mine, asked, theirs = mine[WARM:], asked[WARM:], theirs[WARM:]
    told = {"other_name": "one INSERT in SQLite, WAL and FULL, same disk", "unit": "ms"}
    return [
        row("decision saved, p50", p50(mine), p50(theirs), **told),
        row("decision saved, p95", p95(mine), p95(theirs), **told, goal="ratio <= 5"),
        row("decision saved by a request, p95", p95(asked), p95(theirs), **told),
    ]


def decision(medium, number):
    body = {"medium": medium, "record": {**RECORD, "note": str(number)}}
    return {**body, "reveal": "shielded", "seconds": 3.0, "request": str(uuid.uuid4())}


def insert(bare):
    text = json.dumps(RECORD)
    bare.execute("INSERT INTO t (at, text) VALUES (?, ?)", (time.time(), text))
