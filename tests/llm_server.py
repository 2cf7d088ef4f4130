"""A small real server that speaks OpenAI's chat completions, for tests: answers by a script."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as the server got it."""

    path: str
    authorization: str | None
    model: str
    instructions: str
    text: str


@dataclass
class Reply:
    """What the server sends."""

    content: str | None = None
    """Of the message; None to send `raw` instead."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""


@dataclass
class Server:
    """A running server and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(reply: Callable[[Asked], Reply | str]) -> Iterator[Server]:
    """Serve on a free local port while inside."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            system, user = body["messages"]
            asked = Asked(
                self.path,
                self.headers.get("Authorization"),
                body["model"],
                system["content"],
                user["content"],
            )
            server.asked.append(asked)
            given = reply(asked)
            made = Reply(given) if isinstance(given, str) else given
            content = made.raw
            if made.content is not None:
                message = {"role": "assistant", "content": made.content}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                content = json.dumps({"object": "chat.completion", "choices": [choice]}).encode()
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server = Server(f"http://127.0.0.1:{listening.server_port}/v1")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
