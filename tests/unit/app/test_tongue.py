import pytest

from huiting.app.tongue import chinese, say


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({}, False, id="nothing said"),
        pytest.param({"LANG": "zh_CN.UTF-8"}, True, id="the locale is Chinese"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False, id="overridden"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, True, id="empty is not set"),
        pytest.param({"LANG": "en_US", "HUITING_LANG": "ZH"}, True, id="chosen for Huiting"),
    ],
)
def test_the_tongue_is_that_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, expected: bool
) -> None:
    for name in ("HUITING_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert chinese() is expected
    assert say("yes", "是") == ("是" if expected else "yes")
