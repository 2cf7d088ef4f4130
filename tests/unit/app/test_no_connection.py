from pathlib import Path

from no_network import run_alone

IMPORT_ALL = """
from importlib import import_module
from pkgutil import walk_packages
import huiting

names = [m.name for m in walk_packages(huiting.__path__, "huiting.") if ".migrations" not in m.name]
for name in names:
    import_module(name)
import av, ctranslate2, faster_whisper, onnx, onnxruntime, opencc, tokenizers
print(len(names))
"""

EXAMINE = """
import sys
from pathlib import Path
from huiting.app import doctor

report = doctor.examine(Path(sys.argv[1]), "sqlite:///x.db", lambda: "not opened")
print(len(report.rows), report.outgoing)
"""


def test_a_use_of_the_network_would_be_seen() -> None:
    program = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), timeout=0.01)
except OSError:
    pass
"""

    _, used = run_alone(program)

    assert used


def test_no_module_uses_a_network_when_imported() -> None:
    imported, used = run_alone(IMPORT_ALL)

    assert int(imported) > 30
    assert used == []


def test_the_doctor_uses_no_network(tmp_path: Path) -> None:
    said, used = run_alone(EXAMINE, str(tmp_path))

    assert said.endswith(" ()\n")
    assert used == []
