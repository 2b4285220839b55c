"""Requests made of the table of addresses: nearly right ones, by everybody, with something odd here and there."""

import ast
import json
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

from fuzz.exploring import odd
from fuzz.house import House
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Mount, WebSocketRoute

import scoreboard.web
from scoreboard.app import routes
from scoreboard.web.templating import Static

ANSWER_SECONDS = 20.0
ADDRESSES = 200  # of this machine, so that limits for each address do not end the search
TABLE = routes(Static())
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
FORM = "application/x-www-form-urlencoded"
STRANGE = (
    "/",
    "//",
    "/.",
    "/%00",
    "/e/",
    "/static/",
    "/static/x/../../scoreboard.db",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "*",
)
METHODS = ("GET", "GET", "POST", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")

# What a header may hold that somebody looks at.
HEADERS: dict[str, tuple[str, ...]] = {
    "accept": ("*/*", "text/html", "application/json", "text/event-stream", ";;;"),
    "accept-language": ("ar", "en;q=2", "x" * 200),
    "content-type": (
        FORM,
        "application/json",
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "text/plain",
        "/",
    ),
    "host": ("localhost", "evil.example", "[::1", "127.0.0.1:x", "a@127.0.0.1"),
    "hx-current-url": ("http://127.0.0.1/console", "//[", "https://evil.example/x"),
    "hx-request": ("true", "false"),
    "if-none-match": ("*", 'W/"a-1"', '","'),
    "last-event-id": ("a 1", "x -1", " "),
    "origin": ("null", "http://[", "http://127.0.0.1", "https://evil.example"),
    "range": ("bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=" + "0-0," * 200, "x"),
    "referer": ("http://[", "/"),
    "scoreboard-judge": ("1", "x"),
    "sec-fetch-site": ("same-origin", "cross-site", "none", "x"),
    "transfer-encoding": ("identity",),
    "user-agent": ("", "x" * 2000, "Mozilla/5.0 (iPhone)"),
    "x-forwarded-for": ("10.0.0.1", "["),
    "x-forwarded-proto": ("https",),
    "x-http-method-override": ("DELETE",),
    "x-witness": ("1", "-1", "9" * 30),
}


def fields() -> list[str]:
    """Every field and parameter that a handler asks for by name."""
    asking = {"get", "text_of", "getlist"}
    found: set[str] = set()
    for path in Path(scoreboard.web.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                texts = [
                    each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
                found.update(texts if name in asking else ())
    return sorted(found | {"score.impact", "score.quality", "uuid", "base_revision", "comment", "note"})


FIELDS = fields()


@dataclass(frozen=True)
class Asked:
    """A request, and what it is sent with."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    origin: int = 0  # which of this machine's addresses it comes from

    def written(self, port: int) -> bytes:
        """As it goes over the wire."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        given = {name for name, _ in self.headers}
        lines += [] if "host" in given else [f"host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"content-length: {len(self.body)}", "connection: close", "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogatepass") + self.body


def escaped(text: str) -> str:
    """A text as a part of an address."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def addresses(draw: st.DrawFn, house: House, route: BaseRoute) -> str:
    """An address of a route, with the names of what there is, or something odd, and a query."""
    known = {
        "slug": house.slugs,
        "key": ["T1", "J1", "final"],
        "round": ["final"],
        "team": ["T1", "T2"],
        "uuid": [str(UUID(int=number)) for number in range(4)],
        "person": ["1", "2", "9" * 30],
        "device": ["1"],
        "judge": ["J1", "J2"],
        "sequence": ["1", "7", "9" * 30],
    }

    def filled(name: re.Match[str]) -> str:
        right = st.sampled_from(known[name[1]])
        return escaped(draw(st.one_of(right, right, right, odd)))

    path = PLACE.sub(filled, str(getattr(route, "path", "")))
    if isinstance(route, Mount):
        path += draw(
            st.one_of(st.sampled_from(["/x/css/base.css", "/../base.html"]), odd.map(lambda text: "/" + escaped(text)))
        )
    if draw(st.integers(0, 9)) == 0:
        path = draw(st.one_of(st.sampled_from(STRANGE), odd.map(lambda text: "/" + escaped(text))))
    query = draw(st.dictionaries(st.one_of(st.sampled_from(FIELDS), odd), odd, max_size=3))
    pairs = [
        (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for name, value in query.items()
    ]
    raw = draw(st.sampled_from(["", "", "", "", "&&=%zz&a=%ff", "%"]))
    return path + (f"?{urlencode(pairs)}{raw}" if query or raw else "")


@st.composite
def ballots(draw: st.DrawFn) -> bytes:
    """A ballot that is nearly right."""
    values = st.one_of(
        st.integers(0, 10), st.sampled_from(["7", "٧", -1, 7.5, 1e308, 10**30, None, True, [], "1e9999"]), odd
    )
    ballot: dict[str, object] = {
        "round": "final",
        "team": draw(st.sampled_from(["T1", "T2", "T3"])),
        "base_revision": draw(st.sampled_from([0, 0, 0, 1, -1, 10**30, "0", 0.5])),
        "scores": {"impact": draw(values), "quality": draw(st.integers(0, 10))},
        "comment": draw(odd),
        "entered_at": draw(st.sampled_from(["2026-11-20T10:00:00Z", "0001-01-01T00:00:00+14:00", None, 1e20, "x"])),
    }
    anything = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd), st.lists, max_leaves=5
    )
    for name in draw(st.lists(st.sampled_from([*ballot, "note", "uuid", "receipt", "judge"]), max_size=2)):
        ballot[name] = draw(anything)
    if draw(st.integers(0, 5)) == 0:
        ballot["receipt"] = draw(receipts())
    return json.dumps(ballot, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def receipts(draw: st.DrawFn) -> dict[str, object]:
    """A receipt of the right form, or nearly."""
    digits = {"leaf": "0" * 64, "salt": "0" * 32, "key": "0" * 64, "signature": "0" * 128}
    receipt: dict[str, object] = {"event": "x", "epoch": "x", "sequence": 1, "body": "[]", "at": "now", **digits}
    receipt[draw(st.sampled_from([*receipt]))] = draw(st.one_of(odd, st.integers()))
    return receipt


@st.composite
def bodies(draw: st.DrawFn, method: str) -> tuple[str, bytes]:
    """What a request carries, with its kind."""
    kind = draw(
        st.sampled_from(
            ["json", "odd", "many"] if method == "PUT" else ["form", "form", "form", "parts", "json", "odd"]
        )
    )
    if kind == "form":
        right = {"round": "final", "role": "auditor", "language": "ar", "uuid": str(UUID(int=7)), "base_revision": "0"}
        sent = draw(st.dictionaries(st.sampled_from(FIELDS), odd, max_size=6))
        sent |= {name: value for name, value in right.items() if draw(st.booleans())}
        pairs = [(name, value.encode("utf-8", "surrogatepass")) for name, value in sent.items()]
        return FORM, urlencode(pairs).encode() + draw(st.sampled_from([b"", b"", b"&%ff=%zz&=&&a"]))
    if kind == "parts":
        name, value = draw(st.sampled_from(FIELDS)), draw(odd).encode("utf-8", "surrogatepass")
        file = draw(st.sampled_from(["", '; filename="x"', "; filename*=utf-8''%ff"]))
        head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        return "multipart/form-data; boundary=b", head + value + draw(
            st.sampled_from([b"\r\n--b--\r\n", b"\r\n--b", b""])
        )
    if kind == "json":
        return "application/json", draw(ballots())
    if kind == "many":
        return "application/json", b'{"scores":{' + b",".join(b'"%d":1' % n for n in range(3000)) + b"}}"
    return draw(st.sampled_from(["application/json", FORM, "text/plain"])), draw(st.binary(max_size=200)) + draw(
        odd
    ).encode("utf-8", "surrogatepass")


@st.composite
def asked(draw: st.DrawFn, house: House) -> Asked:
    """A request."""
    route = draw(st.sampled_from([each for each in TABLE if not isinstance(each, WebSocketRoute)]))
    own = sorted(getattr(route, "methods", None) or {"GET"})
    method = draw(st.sampled_from(own * 4 + list(METHODS)))
    role = draw(st.sampled_from(sorted(house.cookies)))
    headers = {"cookie": draw(st.sampled_from(house.cookies[role]))}
    body = b""
    if method in {"POST", "PUT", "PATCH"}:
        headers["content-type"], body = draw(bodies(method))
    for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=3)):
        headers[name] = draw(st.sampled_from(HEADERS[name]))
    target = draw(addresses(house, route))
    return Asked(method, target, tuple(headers.items()), body, draw(st.integers(1, ADDRESSES)))


def answer_to(request: Asked, port: int) -> tuple[int, bytes]:
    """Send a request and read what comes: the status (0 where the server hung up) and the first of the body.

    Raises TimeoutError when nothing comes.
    """
    with socket.socket() as wire:
        wire.settimeout(ANSWER_SECONDS)
        wire.bind((f"127.0.2.{request.origin}", 0))
        wire.connect(("127.0.0.1", port))
        with suppress(ConnectionError):  # it had heard enough
            wire.sendall(request.written(port))
        got = b""
        while True:
            try:
                piece = wire.recv(65536)
            except ConnectionError:
                break
            got += piece
            if not piece or b"text/event-stream" in got:  # which does not end
                break
    status = re.match(rb"HTTP/1\.1 (\d{3})", got)
    return int(status[1]) if status else 0, got.partition(b"\r\n\r\n")[2]
