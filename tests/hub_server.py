"""A hub on this machine that can go wrong in every way that hubs do.

Speaks as Hugging Face does (`/{repo}/resolve/{revision}/{path}`, which redirects to a second
server, with the file's size and SHA-256 on the redirect), as ModelScope does
(`/api/v1/models/{repo}/repo?Revision=&FilePath=`) and as a release on GitHub does
(`/{repo}/releases/download/{tag}/{asset}`).
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from huiting.engines.hub.addresses import Endpoints


class Fault(StrEnum):
    """What goes wrong with the next answer for a file."""

    BREAK = "the connection breaks in the middle of the body"
    SHORT = "the body ends early though the connection does not break"
    SLOW = "the body stops coming"
    ABSENT = "404"
    GATED = "401"
    BUSY = "429, come back in two seconds"
    LATER = "429, come back in an hour"
    DOWN = "503"
    WRONG = "as long as it should be, other bytes"
    LONG = "more bytes than it says"
    LOOP = "it redirects for ever"
    FILE = "it redirects to a file of this machine"
    PACKED = "the body is packed though nobody asked"
    WHOLE = "ranges are ignored"
    OTHER_PART = "another range than was asked for"
    UNSATISFIABLE = "416"
    BLIND = "If-Range is ignored"
    NONSENSE = "it redirects to what is no address"
    PORT = "it redirects to a port that cannot be"
    UNTIL = "503, come back at a time of day that is past"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in."""

    server: str
    """`hub` or `store`."""
    path: str
    range: str
    condition: str
    """If-Range."""
    token: str


@dataclass
class HubServer:
    """What the hub has, what will go wrong, what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By the path in its repository, or the name of the asset."""
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    """Of each file, those to come, in order; when they are used up all goes well."""
    asked: list[Asked] = field(default_factory=list)
    silent: bool = False
    """Whether it says nothing of a file: no tag, no digest, no size."""
    weak: bool = False
    """Whether its tags are weak."""
    hub: str = ""
    store: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoints(self) -> Endpoints:
        """Where this hub is, whichever hub is meant."""
        return Endpoints(self.hub, self.hub, self.hub, token="hf_secret")

    def fault(self, name: str) -> Fault | None:
        """Take what goes wrong next with a file."""
        return self.faults[name].pop(0) if self.faults[name] else None

    def ranges(self, name: str) -> list[str]:
        """Return the ranges of a file that were asked of the store, in order."""
        return [
            one.range for one in self.asked if one.server == "store" and one.path.endswith(name)
        ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_name = ""
    hub: HubServer

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        said = self.headers
        token = said.get("Authorization", "")
        asked = (said.get("Range", ""), said.get("If-Range", ""), token)
        self.hub.asked.append(Asked(self.server_name, self.path, *asked))
        parts = urlsplit(self.path)
        if self.server_name == "store":
            self._send(unquote(parts.path.removeprefix("/")))
        elif parts.path.startswith("/api/v1/models/"):
            self._redirect(parse_qs(parts.query)["FilePath"][0])
        elif "/releases/download/" in parts.path:
            self._redirect(unquote(parts.path.rpartition("/")[2]))
        else:
            self._redirect(unquote(parts.path.split("/resolve/")[1].partition("/")[2]))

    def _status(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status not in {200, 206}:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self, name: str) -> None:
        """Answer as a hub: a refusal, or the way to the store."""
        fault = self.hub.fault(name)
        content = self.hub.files.get(name)
        if content is None or fault is Fault.ABSENT:
            return self._status(404)
        if fault is Fault.GATED:
            return self._status(401)
        if fault in {Fault.BUSY, Fault.LATER}:
            return self._status(429, Retry_After="2" if fault is Fault.BUSY else "3600")
        if fault is Fault.DOWN:
            return self._status(503)
        if fault is Fault.LOOP:
            self.hub.faults[name].insert(0, Fault.LOOP)
            return self._status(302, Location=self.path)
        if fault is Fault.NONSENSE:
            return self._status(302, Location="http://a:b/")
        if fault is Fault.PORT:
            return self._status(302, Location="http://127.0.0.1:999999/")
        if fault is Fault.UNTIL:
            return self._status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
        if fault is Fault.FILE:
            return self._status(302, Location="file:///etc/passwd")
        if fault:
            self.hub.faults[name].insert(0, fault)
        headers = {"Location": f"{self.hub.store}/{name}"}
        if not self.hub.silent:
            headers["X-Linked-Size"] = str(len(content))
            if fault is not Fault.WRONG:
                headers["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
        return self._status(302, **headers)

    def _send(self, name: str) -> None:
        """Answer as a store: the file, or a part of it."""
        fault = self.hub.fault(name)
        content = self.hub.files[name]
        tag = f'"{hashlib.md5(content).hexdigest()}"'
        if fault is Fault.UNSATISFIABLE:
            return self._status(416)
        if fault is Fault.WRONG:
            content = bytes(byte ^ 1 for byte in content)
        start = self._start(tag, content, fault)
        if fault is Fault.OTHER_PART:
            start += 1
        body = content[start:]
        headers = {"Content-Length": str(len(body))}
        if not self.hub.silent:
            headers["ETag"] = f"W/{tag}" if self.hub.weak else tag
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        if fault is Fault.PACKED:
            headers["Content-Encoding"] = "gzip"
        if fault in {Fault.LONG, Fault.SHORT}:
            del headers["Content-Length"]
            headers["Connection"] = "close"
        self._status(206 if start else 200, **headers)
        self._body(body, fault)
        return None

    def _start(self, tag: str, content: bytes, fault: Fault | None) -> int:
        asked = self.headers.get("Range", "")
        condition = self.headers.get("If-Range", "")
        changed = condition and condition != tag and fault is not Fault.BLIND
        if not asked or fault is Fault.WHOLE or changed:
            return 0
        return min(int(asked.removeprefix("bytes=").rstrip("-")), len(content) - 1)

    def _body(self, body: bytes, fault: Fault | None) -> None:
        half = len(body) // 2
        if fault in {Fault.BREAK, Fault.SHORT}:
            self.wfile.write(body[:half])
            self.wfile.flush()
            self.close_connection = True
        elif fault is Fault.SLOW:
            self.wfile.write(body[:half])
            self.wfile.flush()
            self.hub.stop.wait(5)
            self.close_connection = True
        elif fault is Fault.LONG:
            self.wfile.write(body + b"and more")
            self.close_connection = True
        else:
            self.wfile.write(body)


@contextmanager
def serving() -> Iterator[HubServer]:
    """Run a hub and its store while inside."""
    found = HubServer()
    servers = []
    for name in ("hub", "store"):
        handler = type(name, (_Handler,), {"server_name": name, "hub": found})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        setattr(found, name, f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield found
    finally:
        found.stop.set()
        for server in servers:
            server.shutdown()
            server.server_close()
