"""Every channel against a real server on loopback."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from huiting.core.errors import ConfigError
from huiting.core.plugins import kinds
from huiting.notify import dingtalk, feishu, webhook, wecom
from huiting.notify._post import Address, secret_of
from huiting.notify.notice import Channel, DeliveryError, Notice, Topic, Undeliverable
from receivers import Receiver, receiver

NOTICE = Notice(
    id="alert-17",
    topic=Topic.FATAL,
    at=datetime(2025, 3, 12, 8, 30, tzinfo=UTC),
    title="Fatal item failed",
    lines=("call 3fa9, rule *no-insult*", "agent 021"),
    link="https://qa.example/calls/3fa9?t=83",
    urgent=True,
    facts={"call": "3fa9", "score": 41.5},
)
SECRET = "a secret of thirty bytes or so"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as found:
        found.answer = b'{"errcode": 0, "code": 0}'
        yield found


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    return file


def test_the_channels_there_are() -> None:
    assert kinds("huiting.notify") == ["dingtalk", "feishu", "mail", "webhook", "wecom"]


def test_a_webhook_is_signed_as_the_specification_says(server: Receiver, secret: Path) -> None:
    replace(webhook.build(url=server.url, secret_file=secret), clock=lambda: 1741768200.9).send(
        NOTICE
    )

    [posted] = server.posted
    signed = b"alert-17.1741768200." + posted.body
    proof = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert posted.headers["webhook-id"] == "alert-17"
    assert posted.headers["webhook-timestamp"] == "1741768200"
    assert posted.headers["webhook-signature"] == "v1," + base64.b64encode(proof).decode()
    assert posted.json == {
        "type": "fatal",
        "timestamp": "2025-03-12T08:30:00+00:00",
        "data": {
            "title": "Fatal item failed",
            "lines": ["call 3fa9, rule *no-insult*", "agent 021"],
            "link": "https://qa.example/calls/3fa9?t=83",
            "urgent": True,
            "call": "3fa9",
            "score": 41.5,
        },
    }


def test_a_secret_after_whsec_is_base64() -> None:
    key = bytes(range(32))

    assert webhook.key_of("whsec_" + base64.b64encode(key).decode(), "file") == key


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        pytest.param("whsec_***", "no Base64", id="no Base64"),
        pytest.param("short", "too short", id="too short"),
        pytest.param("whsec_c2hvcnQ=", "too short", id="too short in Base64"),
    ],
)
def test_a_poor_secret_is_refused(secret: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        webhook.key_of(secret, "file")


def test_dingtalk_gets_markdown_and_a_signed_address(server: Receiver, secret: Path) -> None:
    channel = dingtalk.build(url=f"{server.url}/robot/send?access_token=T", secret_file=secret)
    replace(channel, clock=lambda: 1741768200.123).send(NOTICE)

    [posted] = server.posted
    query = parse_qs(urlsplit(posted.path).query)
    proof = hmac.new(SECRET.encode(), f"1741768200123\n{SECRET}".encode(), hashlib.sha256)
    assert query["access_token"] == ["T"]
    assert query["timestamp"] == ["1741768200123"]
    assert query["sign"] == [base64.b64encode(proof.digest()).decode()]
    assert posted.json["msgtype"] == "markdown"
    assert posted.json["markdown"]["title"] == "Fatal item failed"
    assert r"rule \*no-insult\*" in posted.json["markdown"]["text"]
    assert "(https://qa.example/calls/3fa9?t=83)" in posted.json["markdown"]["text"]


def test_dingtalk_without_a_secret_keeps_its_address(server: Receiver) -> None:
    dingtalk.build(url=f"{server.url}/robot/send?access_token=T").send(NOTICE)

    assert server.posted[0].path == "/robot/send?access_token=T"


def test_feishu_gets_a_card_and_its_proof_in_the_body(server: Receiver, secret: Path) -> None:
    replace(feishu.build(url=server.url, secret_file=secret), clock=lambda: 1741768200.0).send(
        NOTICE
    )

    body = server.posted[0].json
    proof = hmac.new(f"1741768200\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert body["timestamp"] == "1741768200"
    assert body["sign"] == base64.b64encode(proof).decode()
    assert body["card"]["header"] == {
        "title": {"tag": "plain_text", "content": "Fatal item failed"},
        "template": "red",
    }


def test_feishu_without_a_secret_sends_no_proof(server: Receiver) -> None:
    feishu.build(url=server.url).send(replace(NOTICE, urgent=False))

    assert "sign" not in server.posted[0].json
    assert server.posted[0].json["card"]["header"]["template"] == "blue"


def test_wecom_gets_at_most_what_it_takes(server: Receiver) -> None:
    long = replace(NOTICE, lines=("很长的一行" * 50,) * 40)
    wecom.build(url=server.url).send(long)

    content = server.posted[0].json["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert "…" in content
    assert content.endswith("(https://qa.example/calls/3fa9?t=83)")


ROBOTS = [
    pytest.param(lambda url: dingtalk.build(url=url), "errcode", 130101, id="dingtalk"),
    pytest.param(lambda url: wecom.build(url=url), "errcode", 45009, id="wecom"),
    pytest.param(lambda url: feishu.build(url=url), "code", 11232, id="feishu"),
]


@pytest.mark.parametrize(("build", "key", "busy"), ROBOTS)
def test_a_busy_robot_is_tried_again(build: object, key: str, busy: int, server: Receiver) -> None:
    server.answer = b'{"%s": %d}' % (key.encode(), busy)

    with pytest.raises(DeliveryError, match="busy"):
        _channel(build, server).send(NOTICE)


@pytest.mark.parametrize(("build", "key", "busy"), ROBOTS)
def test_a_robot_that_refuses_is_not(build: object, key: str, busy: int, server: Receiver) -> None:
    server.answer = b'{"%s": 310000}' % key.encode()

    with pytest.raises(Undeliverable, match="310000"):
        _channel(build, server).send(NOTICE)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"errcode": "0"}', b"x" * 200_000])
def test_what_is_no_answer_of_a_robot_is_an_error(answer: bytes, server: Receiver) -> None:
    server.answer = answer

    with pytest.raises(DeliveryError, match="no answer of a robot"):
        wecom.build(url=server.url).send(NOTICE)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(500, DeliveryError, id="a fault of the receiver's"),
        pytest.param(429, DeliveryError, id="too many"),
        pytest.param(401, Undeliverable, id="refused"),
        pytest.param(410, Undeliverable, id="gone"),
        pytest.param(302, Undeliverable, id="a redirect is not followed"),
    ],
)
def test_the_status_says_whether_to_try_again(
    status: int, error: type[Exception], server: Receiver
) -> None:
    server.status = status
    server.headers = {"Location": f"{server.url}/elsewhere"}

    with pytest.raises(error, match=f"HTTP {status}"):
        wecom.build(url=server.url).send(NOTICE)
    assert len(server.posted) == 1


def test_a_receiver_that_is_away_is_tried_again_and_its_address_is_not_shown() -> None:
    with receiver() as gone:
        url = f"{gone.url}/send?key=SECRET"

    with pytest.raises(DeliveryError, match="no answer") as raised:
        wecom.build(url=url).send(NOTICE)
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["ftp://host/x", "host", "http://", "http://a:b@host/", "http://[::1", "http://h:x/"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        Address.of(url)


def test_a_secret_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        secret_of(tmp_path / "nothing")
    (tmp_path / "empty").write_text(" \n")
    with pytest.raises(ConfigError, match="empty"):
        secret_of(tmp_path / "empty")


def _channel(build: object, server: Receiver) -> Channel:
    assert callable(build)
    channel: Channel = build(server.url)
    return channel
