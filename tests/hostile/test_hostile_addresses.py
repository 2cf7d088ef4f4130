"""Addresses that would make the server look around in its network, or send a browser away."""

import ast
import os
import socket
from pathlib import Path

import pytest

from huiting.web.places import ours
from served import Served

URL = "/api/v1/recordings/from-storage"
SOURCE = Path(__file__).parents[2] / "src" / "huiting"
ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data/a.wav", "http://localhost:22/a.wav",
    "https://evil.example/a.wav", "ftp://evil.example/a.wav", "file:///etc/passwd",
    "file://evil.example/share/a.wav", "gopher://127.0.0.1:6379/_a.wav", "//evil.example/a.wav",
    "pbx://evil.example/a.wav", "pbx@evil.example:/a.wav", "http://pbx@evil.example/a.wav",
    "pbx.evil.example:a.wav", "PBX:a.wav", "\\\\evil.example\\share\\a.wav", "http://[::1]/a.wav",
    "http://0x7f000001/a.wav", "data:audio/wav;base64,AAAA", "", "pbx",
]  # fmt: skip
OUT = [
    "pbx:../secret.wav", "pbx:/etc/passwd", "pbx:a/../../secret.wav", "pbx:..\\secret.wav",
    "pbx:./a.wav", "pbx:a//b.wav", "pbx:a\x00.wav", "pbx:\u202ea.wav", "pbx:link.wav",
    "pbx:folder/secret.wav", "pbx:pipe.wav", "pbx:sub",
]  # fmt: skip


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked on the network: neither a host nor a name server."""

    def refuse(*_: object) -> None:
        pytest.fail("something was asked for on the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_other_place_is_ever_asked(served: Served, address: str) -> None:
    answer = served.web.post(URL, json={"addresses": [address]})

    assert answer.status_code in (404, 422)
    assert address not in answer.text or address == "" or len(address) < 5


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("address", OUT)
def test_a_storage_is_not_left(served: Served, address: str) -> None:
    inside, secret = served.folder / "pbx", served.folder / "secret.wav"
    secret.write_bytes(b"secret")
    (inside / "sub").mkdir()
    (inside / "link.wav").symlink_to(secret)
    (inside / "folder").symlink_to(served.folder)
    os.mkfifo(inside / "pipe.wav")
    answer = served.web.post(URL, json={"addresses": [address]})

    assert answer.status_code in (404, 422)
    assert str(served.folder) not in answer.text
    assert not list((served.folder / "recordings").rglob("?" * 64))


def test_the_storage_address_itself_takes_no_way_round(served: Served) -> None:
    (served.folder / "secret.wav").write_bytes(b"secret")
    own = (served.folder / "pbx").resolve().as_uri()
    for path in ("/../secret.wav", "/%2e%2e/secret.wav", "/..%2fsecret.wav", "/%2fetc%2fpasswd"):
        answer = served.web.post(URL, json={"addresses": [own + path]})
        assert answer.status_code in (404, 422), path


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "javascript:alert(1)", "evil.example", " //evil.example",
        "/a\r\nSet-Cookie: x=1", "/\u202e", "", "/a\\b",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(back: str) -> None:
    assert ours(back) == "/"


def test_a_page_of_ours_is_come_back_to() -> None:
    assert ours("/calls/12?tab=score#t=3") == "/calls/12?tab=score#t=3"


def test_no_xml_is_read_anywhere() -> None:
    """What is not parsed has no bombs: XML is written (Excel, SVG) and never read."""
    readers = {
        "xml", "lxml", "defusedxml", "html", "openpyxl", "xmltodict", "bs4", "pickle", "marshal",
        "shelve", "dill",
    }  # fmt: skip
    written_only = {"xml.sax.saxutils", "html"}  # escape, quoteattr
    found = {
        f"{path.relative_to(SOURCE)}: {name}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.partition(".")[0] in readers and name not in written_only
    }

    assert found <= ALLOWED, found - ALLOWED


ALLOWED = {"engines/_checkpoint.py: pickle"}
"""Weights that we were given with a known digest, by a reader that makes arrays and nothing else."""


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
