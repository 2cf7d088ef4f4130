"""`huiting serve`: the service on this machine, with a worker as a child that it looks after."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from huiting.access.addresses import check_binding
from huiting.app.options import ConfigFile, Jobs, Recordings, StoreUrl, resolved
from huiting.app.settings import Settings
from huiting.app.tongue import say

if TYPE_CHECKING:  # loads the libraries of the server
    import uvicorn

    from huiting.web.parts import Parts

PORT = 8460
DRAIN = 40.0
"""Seconds that the worker is given to end in good order."""
LONGEST_PAUSE = 30.0
"""Seconds before a worker that keeps ending is begun again."""
_GRACE = 5
"""Seconds that answers under way are given when the service is to end."""
out = Console(highlight=False)


def serve(
    host: Annotated[str, typer.Option(help=say("address to listen on", "监听地址"))] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help=say("0 for a free one", "端口，0 为任选"))
    ] = PORT,
    workers: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool,
        typer.Option("--worker/--no-worker", help=say("work on jobs too", "同时处理后台任务")),
    ] = True,
    jobs: Jobs = None,
    recordings: Recordings = None,
    sign_in: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool,
        typer.Option(
            "--sign-in/--no-sign-in",
            help=say("without: whoever is on this machine may do all", "关闭后本机用户无需登录"),
        ),
    ] = True,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Serve until told to end."""
    from huiting.app.serving import Wish, first_password, parts_of
    from huiting.app.shown_settings import shown

    check_binding(host, authentication=sign_in)
    found = resolved(config, store=store, jobs=jobs, recordings=recordings)
    settings = found.settings
    told = _end_quietly()
    with parts_of(settings, Wish(sign_in, settings=shown(found))) as parts:
        given = first_password(parts)
        if given is not None:
            name, password = given.user.profile.name, given.password
            out.print(
                say(
                    f"First start. Sign in as {name} with the one-time password {password}",
                    f"首次启动。请以 {name} 登录，一次性密码：{password}",
                ),
                soft_wrap=True,
            )
        options = ["--store", settings.store, "--jobs", settings.jobs]
        options += ["--recordings", str(recordings)] if recordings else []
        options += ["--config", str(config)] if config else []
        helper = Helper(lambda: child(options)) if workers else None
        with swept(settings, parts):
            try:
                if helper is not None:
                    helper.start()
                parts.live.start()
                _answer(settings, parts, (host, port), told)
            finally:
                if helper is not None:
                    helper.stop(DRAIN)


@contextmanager
def swept(settings: Settings, parts: "Parts") -> Iterator[None]:
    """Look after the inboxes while inside.

    Raises:
        ConfigError: one of them is set wrongly; nothing was begun.
    """
    from huiting.app.outreach import inboxes_of

    assert parts.metrics is not None
    inboxes = inboxes_of(settings, parts.recordings, parts.store, parts.now, parts.metrics)
    stop = threading.Event()
    looking = threading.Thread(target=inboxes.run, args=(stop,), name="inboxes")
    looking.start()
    try:
        yield
    finally:
        stop.set()
        looking.join()


def _end_quietly() -> threading.Event:
    """Let the server end by itself on a signal; it sends the signal on when it has ended.

    Returns:
        What is set when one came before the server listened for it.
    """
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


def _answer(
    settings: Settings, parts: "Parts", place: tuple[str, int], told: threading.Event
) -> None:
    import uvicorn

    from huiting.app.entrances import rules_of
    from huiting.web.patience import Patient
    from huiting.web.server import build

    host, port = place
    server = uvicorn.Config(
        build(parts, rules_of(settings, host, parts.limits)),
        root_path=settings.root_path.rstrip("/"),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
        http=Patient,
        h11_max_incomplete_event_size=64 << 10,
        ws="websockets-sansio",
        ws_max_size=parts.live_terms.frame,
        ws_per_message_deflate=False,  # sound does not shrink, and each costs memory
    )
    listening = listening_of(server)
    address, number = listening.getsockname()[:2]
    where = f"http://{address}:{number}"
    out.print(say(f"Listening on {where}", f"服务地址：{where}"), soft_wrap=True)
    _settle()
    answering = uvicorn.Server(server)
    for number in (signal.SIGINT, signal.SIGTERM):  # until it listens for them itself
        signal.signal(number, lambda *_: setattr(answering, "should_exit", True))
    if told.is_set():
        answering.should_exit = True
    answering.run(sockets=[listening])


def listening_of(server: "uvicorn.Config") -> socket.socket:
    """Return a socket that whoever reads where it is may connect to at once.

    Head and body of an answer leave in two pieces. Without `TCP_NODELAY` the second waits until
    the first is acknowledged, 40 ms on a connection that is kept; asyncio sets it only on sockets
    that name their protocol, and uvicorn's do not. Connections have it from the one that listens.
    """
    listening = server.bind_socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.listen(server.backlog)
    return listening


def _settle() -> None:
    """Look for garbage more rarely: a request makes thousands of objects and no cycles of note.

    What was loaded until now stays, so it is not looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Helper:
    """A child process that is begun again when it ends by itself.

    Args:
        begin: starts it.
        pause: waits so many seconds, or until told to end; tells whether it was.
    """

    def __init__(
        self,
        begin: Callable[[], "subprocess.Popen[bytes]"],
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._begin = begin
        self._ending = threading.Event()
        self._pause = pause or self._ending.wait
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._look_after, daemon=True)

    def start(self) -> None:
        """Begin it, and look after it."""
        self._thread.start()

    def stop(self, patience: float) -> None:
        """End it in good order; after `patience` seconds at once."""
        with self._lock:
            self._ending.set()
            running = self._child
        if running is not None and running.poll() is None:
            running.terminate()
            try:
                running.wait(patience)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
        self._thread.join(patience)
        if running is not None and running.stdin is not None:
            running.stdin.close()

    def _look_after(self) -> None:
        pause = 1.0
        while True:
            with self._lock:
                if self._ending.is_set():
                    return
                self._child = running = self._begin()
            began = time.monotonic()
            running.wait()
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = 1.0
            if self._pause(pause):
                return
            if running.stdin is not None:
                running.stdin.close()
            pause = min(LONGEST_PAUSE, pause * 2)


def child(options: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Begin a worker that ends when this process does, however that ends."""
    program = "from huiting.app.serve import attended; attended()"
    return subprocess.Popen(  # noqa: S603  (ourselves, no shell)
        [sys.executable, "-c", program, "worker", *options], stdin=subprocess.PIPE
    )


def attended() -> None:
    """Run the command line until whoever began it is gone: its end closes our standard input."""
    from huiting.app.cli import main

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    main()
