"""Files in which people say what calls are about."""

from pathlib import Path

import pytest

from huiting.app.labels import Label, read_labels
from huiting.core.errors import InputError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_labels_in_the_encodings_that_people_save(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes("Call,agent, Intent\na.wav,8001,退货\n\nb.wav,8002,\n".encode(encoding))

    assert read_labels(path) == (Label("a.wav", "退货", f"{path}:2"),)


@pytest.mark.parametrize(
    ("content", "subject", "reason"),
    [
        pytest.param("call\na.wav\n", ":1", "no column 'intent'", id="a column is missing"),
        pytest.param("", ":1", "no column 'call'", id="empty"),
        pytest.param("call,intent\n", "", "no label", id="no rows"),
        pytest.param("call,intent\na.wav\n", ":2", "too few", id="half a row"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, content: str, subject: str, reason: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content, "utf-8")

    with pytest.raises(InputError, match=reason) as caught:
        read_labels(path)

    assert caught.value.subject == f"{path}{subject}"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(b"\xff\xff\xff")

    with pytest.raises(InputError, match="neither UTF-8"):
        read_labels(path)


def test_a_file_that_is_not_there_or_far_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")

    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(InputError, match="split the file"):
        read_labels(path)
