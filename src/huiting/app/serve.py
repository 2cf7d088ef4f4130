"""`huiting serve`: the service on this machine, with a worker as a child that it looks after."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from huiting.app.options import ConfigFile, StoreUrl, settings_of
from huiting.app.tongue import say
from huiting.core.errors import ConfigError

if TYPE_CHECKING:  # loads the libraries of the server
    from huiting.web.parts import Parts

HERE = frozenset({"127.0.0.1", "::1", "localhost"})
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
    jobs: Annotated[
        str,
        typer.Option(help=say("embedded, or cluster (PostgreSQL)", "embedded 单机，cluster 多机")),
    ] = "embedded",
    recordings: Annotated[
        Path | None, typer.Option(help=say("folder of recordings", "录音存放文件夹"))
    ] = None,
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
    from huiting.jobs.mode import Mode

    if not sign_in and host not in HERE:
        raise ConfigError(
            f"--host {host}",
            "others could do everything without signing in",
            "leave out --no-sign-in, or listen on 127.0.0.1",
        )
    if jobs not in list(Mode):
        raise ConfigError(f"--jobs {jobs}", "not known", f"choose {' or '.join(Mode)}")
    settings = settings_of(config, store=store)
    _end_quietly()
    with parts_of(settings, Wish(Mode(jobs), recordings, sign_in)) as parts:
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
        options = ["--store", settings.store, "--jobs", jobs]
        options += ["--recordings", str(recordings)] if recordings else []
        options += ["--config", str(config)] if config else []
        helper = Helper(lambda: child(options)) if workers else None
        try:
            if helper is not None:
                helper.start()
            _answer(parts, host, port)
        finally:
            if helper is not None:
                helper.stop(DRAIN)


def _end_quietly() -> None:
    """Let the server end by itself on a signal; it sends the signal on when it has ended."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def _answer(parts: "Parts", host: str, port: int) -> None:
    import uvicorn

    from huiting.web.server import build

    settings = uvicorn.Config(
        build(parts),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=64 << 10,
    )
    listening = settings.bind_socket()
    address, number = listening.getsockname()[:2]
    where = f"http://{address}:{number}"
    out.print(say(f"Listening on {where}", f"服务地址：{where}"), soft_wrap=True)
    uvicorn.Server(settings).run(sockets=[listening])


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
