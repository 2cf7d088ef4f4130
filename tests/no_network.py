"""Run a piece of Python where any use of a network is seen, and where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

GUARD = """
import sys

def guard(event, args):
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        print("NETWORK", event, args[0], file=sys.stderr)
    if event == "socket.connect" and not isinstance(args[1], (str, bytes)):
        print("NETWORK", event, args[1], file=sys.stderr)

sys.addaudithook(guard)
"""


def run_alone(program: str, *args: str) -> tuple[str, list[str]]:
    """Run `program` and return its output and its uses of a network.

    Python's own calls are seen by an audit hook. Where this process may (as root on
    Linux) the program gets a network namespace without any interface, so that native
    code has nothing to reach either.
    """
    command = [sys.executable, "-c", GUARD + program, *args]
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-n", "true"], check=False).returncode == 0:
        command = [unshare, "-n", *command]
    tests = str(Path(__file__).parent)
    ended = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, [line for line in ended.stderr.splitlines() if line.startswith("NETWORK")]
