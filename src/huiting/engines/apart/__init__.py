"""An engine's model in a process of its own, in another Python environment.

For packages whose pins go with nothing else (qwen-asr, vLLM). `python` names the interpreter of
that environment, in which neither Huiting nor what it needs is installed. It runs a program: one
file of ours, found by its path, of the standard library, numpy and the engine's own packages.
Knows no model.

A program has one function, which returns what answers, and facts about what it loaded:

    def load(options):                       # from Program.options
        import qwen_asr                      # ImportError: ModelUnavailable, with `install`

        model = qwen_asr.…                   # OSError: no weights; "out of memory": OutOfRoom

        def answer(question, clips):         # a mapping, and a list of float32 arrays
            return {"texts": …}              # "out of memory": OutOfMemory; the rest: EngineError

        return answer, {"device": "cuda:0"}

An exception with `kind = "device"` says that the device cannot be used: `ConfigError`.
It is written for Python 3.10 and must import its packages inside `load`, as processes that it
starts may import it again. What it prints goes to its error stream. Of an error's words only
those of libraries come back (`RuntimeError`, `OSError`, `ImportError`), as others may quote a call.

An engine asks it so:

    apart = Apart(
        Program(
            name="qwen3-asr",
            python=Path("/opt/qwen/bin/python"),
            path=Path(__file__).with_name("_program.py"),
            options={"weights": str(weights), "device": "cuda:0"},
            subject=str(weights),
            install="/opt/qwen/bin/pip install qwen-asr",
        )
    )
    facts = apart.start()                                  # in `build`: what is wrong is told early
    found = apart.ask({"language": "Chinese"}, [clip.samples], within=120.0)
    apart.close()                                          # or let go of it

`start` raises `ConfigError`, `ModelUnavailable` or `OutOfRoom`, `ask` an `EngineError` or
`OutOfMemory`, so `engines._decoding` halves and falls back as with any runtime. A process that
died is started anew by the next question, and left alone for a minute after three deaths in a
row. One that does not answer in time, or fails three questions in a row, is ended. It dies with
its parent, even if that is killed, and nothing in it downloads. Threads wait for each other:
batches come in one after another.
"""

from huiting.engines.apart._asking import Apart, Program
from huiting.engines.apart._process import running

__all__ = ["Apart", "Program", "running"]
