"""A program for tests: tells what it was given, and fails as it is told to."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Answer = Callable[[Mapping[str, Any], Sequence[Any]], Mapping[str, Any]]


def load(options: Mapping[str, Any]) -> tuple[Answer, Mapping[str, Any]]:
    if options.get("exit") is not None:
        sys.stderr.write(options.get("words", "no luck") + "\n")
        sys.stderr.flush()
        os._exit(options["exit"])
    if "sleep" in options:
        time.sleep(options["sleep"])
    if "package" in options:
        __import__(options["package"])
    if "weights" in options:
        Path(options["weights"]).read_bytes()
    if options.get("full"):
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")
    if options.get("broken"):
        raise ValueError("no such architecture\nsecond line")
    held = [b"x" * options.get("hold", 0)]
    sys.stdout.write("printed while loading\n")

    ready = os.pipe()

    def answer(question: Mapping[str, Any], clips: Sequence[Any]) -> Mapping[str, Any]:
        if "fail" in question:
            raise {"memory": MemoryError, "key": KeyError, "runtime": RuntimeError}[
                question["fail"]
            ](question.get("words", ""))
        if question.get("say"):
            sys.stdout.write(question["say"] + "\n")
            sys.stdout.flush()
        if question.get("complain"):
            sys.stderr.write(question["complain"] + "\n")
            sys.stderr.flush()
        if question.get("fork") and not os.fork():
            held.append(b"x" * question.get("hold", 0))
            if "hold" in question:
                os.write(ready[1], b"x")
            time.sleep(60)
            os._exit(0)
        if "hold" in question:
            os.read(ready[0], 1)
        if question.get("die"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if question.get("hang"):
            time.sleep(60)
        if question.get("nonsense"):
            os.write(question["nonsense"], b"{}" * 20)
        return {
            "asked": dict(question),
            "sums": [float(clip.sum()) for clip in clips],
            "kinds": [str(clip.dtype) for clip in clips],
            "variables": {k: v for k, v in os.environ.items() if "OFFLINE" in k or "HUITING" in k},
        }

    return answer, {"options": dict(options), "child": os.getpid()}
