import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.engines import remote
from huiting.engines.remote._address import (
    Address,
    Reach,
    addresses_of,
    is_private,
    key_of,
    trust_of,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("http://gpu-1:8000/v1/", "http://gpu-1:8000", id="with a port"),
        pytest.param("https://asr.example.com/v1", "https://asr.example.com", id="without one"),
        pytest.param("ws://[::1]:10095", "ws://[::1]:10095", id="of version 6"),
    ],
)
def test_an_address_is_shown_without_its_path(url: str, shown: str) -> None:
    assert Address.of(url).shown == shown


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("gpu-1:8000/v1", id="no scheme"),
        pytest.param("ftp://gpu-1/v1", id="another scheme"),
        pytest.param("http:///v1", id="no host"),
        pytest.param("http://gpu-1:x/v1", id="no port"),
        pytest.param("http://[gpu/v1", id="half a bracket"),
        pytest.param("http://me:secret@gpu-1/v1", id="a password"),
        pytest.param("http://gpu-1/v1?key=secret", id="a key"),
    ],
)
def test_what_is_no_plain_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        remote.build(url=url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.1.1"),
        *("::1", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1"),
    ],
)
def test_addresses_that_the_internet_lacks_are_inside(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"]
)
def test_all_others_are_outside(address: str) -> None:
    assert not is_private(address)


def test_a_server_outside_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ConfigError, match="leaves_the_building = true"):
        remote.build(url="https://8.8.8.8/v1")


def test_it_is_taken_where_the_team_says_so_and_the_log_names_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    remote.build(url="https://8.8.8.8/v1", leaves_the_building=True)
    remote.build(url="http://8.8.8.8/v1", leaves_the_building=True)

    said = [(r.message, r.__dict__["server"]) for r in caplog.records if r.levelname == "WARNING"]
    assert said == [
        ("audio may leave the building", "https://8.8.8.8"),
        ("audio may leave the building, and is not encrypted", "http://8.8.8.8"),
    ]


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        pytest.param(("10.0.0.1",), True, id="inside"),
        pytest.param((), True, id="nobody knows it"),
        pytest.param(("10.0.0.1", "8.8.8.8"), False, id="inside and outside"),
    ],
)
def test_a_name_is_looked_up(found: Sequence[str], *, passes: bool) -> None:
    reach = Reach(Address.of("http://asr.corp/v1"), resolve=lambda _: found)

    if passes:
        reach.check()
        return
    with pytest.raises(EngineError, match=r"8\.8\.8\.8 is no private address"):
        reach.check()


def test_a_name_that_is_none_has_no_addresses() -> None:
    assert addresses_of("no host at all") == ()
    assert "127.0.0.1" in addresses_of("127.0.0.1")


def test_a_key_is_read_from_a_variable_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("from-file\n")
    monkeypatch.setenv("HUITING_ASR_KEY", "from-variable")

    assert key_of(str(tmp_path / "key")) == "from-file"
    assert key_of("HUITING_ASR_KEY") == "from-variable"
    assert key_of("") == ""


def test_a_key_given_itself_is_refused_and_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKABCDEF", raising=False)
    (tmp_path / "two").write_text("sk-abc\nsk-def")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    for given in ("sk-abcdef", "SKABCDEF", str(tmp_path / "two"), str(tmp_path / "binary")):
        with pytest.raises(ConfigError) as refused:
            remote.build(url="http://127.0.0.1/v1", key=given)
        assert "abc" not in str(refused.value).casefold()
        assert given not in str(refused.value)


def test_a_file_of_certificates_must_hold_some(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")

    for file in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match="no file of certificates"):
            remote.build(url="https://127.0.0.1/v1", ca=file)


def test_certificates_are_always_checked() -> None:
    trust = trust_of(None)

    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"protocol": "funasr"}, id="a protocol of other addresses"),
        pytest.param({"protocol": "grpc"}, id="no protocol"),
        pytest.param({"hotwords": "context"}, id="no field"),
        pytest.param({"timeout": 0}, id="no time"),
        pytest.param({"retries": -1}, id="fewer than no tries"),
        pytest.param({"concurrency": 0}, id="nothing at once"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        remote.build(url="http://127.0.0.1/v1", **options)  # type: ignore[arg-type]


def test_without_the_package_for_websockets_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "websockets.asyncio.client", None)
    monkeypatch.delitem(__import__("sys").modules, "huiting.engines.remote._funasr", raising=False)
    monkeypatch.delattr(remote, "_funasr", raising=False)

    with pytest.raises(ModelUnavailable, match="pip install websockets"):
        remote.build(url="ws://127.0.0.1:10095")
