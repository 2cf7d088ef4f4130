from pathlib import Path

import pytest

from huiting.core.errors import InputError
from huiting.core.yaml_file import (
    MOST,
    Piece,
    choice,
    mapping,
    number,
    parse,
    read,
    sequence,
    text,
    truth,
    whole,
)

FILE = """\
name: 一
count: 3
share: 0.5
on: True
list: [a, b]
"""


def of(written: str) -> Piece:
    return parse(written.encode(), "f.yaml")


def test_every_piece_knows_its_line() -> None:
    entries = mapping(of(FILE), ("name", "count", "share", "on", "list"))

    assert entries["list"].where == "f.yaml:5"
    assert text(entries["name"]) == "一"
    assert whole(entries["count"], 1) == 3
    assert number(entries["share"]) == 0.5
    assert truth(entries["on"])
    assert [text(piece) for piece in sequence(entries["list"])] == ["a", "b"]
    assert sequence(entries["name"]) == (entries["name"],)
    assert choice(entries["name"], ("一", "二")) == "一"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("[" * 3000, "f.yaml:1: nested too deeply", id="deep lists"),
        pytest.param("{a: " * 3000, "f.yaml:1: nested too deeply", id="deep mappings"),
        pytest.param("a: &x 1\nb: *x", "f.yaml:1: anchors and aliases", id="an anchor"),
        pytest.param("#" * (MOST + 1), "f.yaml: more than 1,000,000 bytes", id="a large file"),
        pytest.param("a: 1\na: 2", "f.yaml:2: 'a' stands here twice", id="a key twice"),
        pytest.param("a: !!python/name:os 1", "f.yaml:1: the tag", id="a tag"),
        pytest.param("? [a]\n: b", "f.yaml:1: a key must be text", id="a list as a key"),
        pytest.param("a: [", "f.yaml:1: not YAML", id="broken off"),
        pytest.param("a: \x00", "f.yaml: not YAML", id="a control character"),
        pytest.param("", "f.yaml: the file is empty", id="empty"),
    ],
)
def test_what_is_small_to_write_and_large_to_read_is_refused(written: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        of(written)


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_bytes(b"#" * (MOST + 2))

    with pytest.raises(InputError, match="more than 1,000,000 bytes"):
        read(tmp_path / "f.yaml")
