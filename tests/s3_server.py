"""A real S3 server (moto) behind a line that can be cut: at once, or after so many bytes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex

from huiting.vault.bucket import Bucket, Server, connect

KEY, SECRET = "key", "sesame-open"
REGION = "eu-west-1"


@dataclass
class Line:
    """A line to a server."""

    port: int
    target: int
    down: bool = False
    """Connections are refused."""
    left: int | None = None
    """Bytes that go to the server before everything is cut; None for any number."""
    back: int | None = None
    """Bytes that come back before a connection is cut, once; None for any number."""
    carried: int = 0
    """Bytes that came back."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, door: socket.socket) -> None:
        while True:
            try:
                client, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            if self.down:
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                threading.Thread(target=self._there, args=(client, server), daemon=True).start()
                self._here(client, server)

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                with self._lock:
                    if self.left is not None:
                        self.left -= len(data)
                    cut = self.down or (self.left is not None and self.left < 0)
                if cut:
                    break
                server.sendall(data)
            _shut(client, server)

    def _here(self, client: socket.socket, server: socket.socket) -> None:
        while data := server.recv(1 << 16):
            with self._lock:
                self.carried += len(data)
                if self.back is not None:
                    self.back -= len(data)
                    if self.back < 0:
                        self.back = None
                        break
            client.sendall(data)
        _shut(client, server)


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@dataclass
class S3:
    """A server, and the line that leads to it."""

    line: Line
    _known: list[Bucket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.line.port}"

    @property
    def server(self) -> Server:
        return Server(self.url, REGION, "", KEY, SECRET)

    def bucket(self, folder: str = "calls") -> Bucket:
        """Return a folder of a new bucket."""
        if not self._known:  # making one takes a moment
            self._known.append(connect("none", folder, self.server))
        made = Bucket(self._known[0].system, f"b{token_hex(8)}", f"{folder}/" if folder else "")
        made.system.call_s3(
            "create_bucket",
            Bucket=made.bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        return made

    def whole(self) -> None:
        """Have the line work."""
        self.line.down, self.line.left, self.line.back = False, None, None


@contextmanager
def s3_server() -> Iterator[S3]:
    """Give a server that listens on a free port of the loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with socket.create_server(("127.0.0.1", 0)) as door:
        line = Line(door.getsockname()[1], port)
        threading.Thread(target=line.serve, args=(door,), daemon=True).start()
        yield S3(line)
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
    server.stop()
