"""Errors in the language of who reads them."""

import pytest

from huiting.app.translate import in_tongue, told
from huiting.core.errors import ConfigError, InputError, ModelUnavailable


@pytest.fixture
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")


@pytest.mark.usefixtures("_chinese")
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            InputError("agent=9999", "not known", "choose one of 8001, 8002"),
            "agent=9999：没有这个名称；可选：8001, 8002",
        ),
        (
            ConfigError("热词.txt", "it cannot be read: Permission denied", "check the name"),
            "热词.txt：无法读取：没有权限；请检查名称",
        ),
        (
            InputError("r.yaml:3", "unknown key 'exept'", "did you mean 'except'? there are id"),
            "r.yaml:3：未知的键 'exept'；是否指 'except'？可用的有 id",
        ),
        (
            ModelUnavailable("model yamnet", "/m/y.onnx is missing", "run `huiting setup`"),
            "模型 yamnet：缺少 /m/y.onnx；运行 `huiting setup`",
        ),
        (
            InputError("a", "the { at character 3 is not closed", "write {1,4} or less"),
            "a：第 3 个字符处的 { 没有闭合；写 {1,4} 或更少",
        ),
        (
            InputError("x", "nobody ever wrote this", "nor {this}"),
            "x：nobody ever wrote this；nor {this}",
        ),
    ],
    ids=["names", "a cause of the system", "a guess", "a file", "braces", "not in the catalogue"],
)
def test_an_error_is_said_in_chinese(error: InputError | ConfigError, said: str) -> None:
    assert told(error) == said


def test_an_error_is_english_for_who_reads_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")
    error = InputError("agent=9999", "not known", "choose one of 8001")

    assert told(error) == str(error)
    assert in_tongue("not known") == "not known"
