"""Mail, against a real SMTP server on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError
from huiting.notify.mail import Mail, build
from huiting.notify.notice import DeliveryError, Notice, Picture, Topic, Undeliverable
from receivers import Certificate, Postbox, postbox

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
DIGEST = Notice(
    id="digest-2025-03-12",
    topic=Topic.DIGEST,
    at=datetime(2025, 3, 12, 10, tzinfo=UTC),
    title="慧听日报\r\nBcc: thief@example.com",
    lines=("通话 128", "未通过 9"),
    link="https://qa.example/report",
    html='<p>通话 128</p><img src="cid:hours">',
    pictures=(Picture("hours", PNG),),
    urgent=True,
)


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as found:
        yield found


def _mail(box: Postbox, *to: str) -> Mail:
    people = to or ("lead@example.com", "boss@example.com")
    return build(
        host="127.0.0.1", port=box.port, sender="huiting@example.com", to=people, security="none"
    )


def test_a_digest_arrives_as_text_and_as_a_page_with_its_picture(box: Postbox) -> None:
    _mail(box).send(DIGEST)

    [mail] = box.mails
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines() == ["通话 128", "未通过 9", "https://qa.example/report"]
    assert "通话 128" in page.get_content()
    [picture] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<hours>"
    assert picture.get_content() == PNG
    assert box.recipients == ["lead@example.com", "boss@example.com"]


def test_a_title_cannot_bring_in_a_header(box: Postbox) -> None:
    _mail(box).send(DIGEST)

    [mail] = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "慧听日报 Bcc: thief@example.com"
    assert mail["Message-ID"] == "<digest-2025-03-12@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_notice_without_a_page_is_plain(box: Postbox) -> None:
    plain = Notice("n-1", Topic.TEST, DIGEST.at, "Trial", ("It works.",))
    _mail(box).send(plain)

    assert box.mails[0].get_content_type() == "text/plain"
    assert box.mails[0]["Importance"] is None


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param("451 try later", DeliveryError, id="later"),
        pytest.param("554 spam", Undeliverable, id="never"),
    ],
)
def test_the_servers_reply_says_whether_to_try_again(
    reply: str, error: type[Exception], box: Postbox
) -> None:
    box.reply = reply

    with pytest.raises(error, match=f"SMTP {reply[:3]}"):
        _mail(box).send(DIGEST)


def test_an_unknown_recipient_is_told_and_the_others_get_theirs(box: Postbox) -> None:
    box.refused = frozenset({"boss@example.com"})

    with pytest.raises(Undeliverable, match="refused 1 of 2"):
        _mail(box).send(DIGEST)
    assert box.recipients == ["lead@example.com"]


def test_no_known_recipient_is_for_good(box: Postbox) -> None:
    box.refused = frozenset({"boss@example.com"})

    with pytest.raises(Undeliverable, match="SMTP 550"):
        _mail(box, "boss@example.com").send(DIGEST)


def test_a_server_that_is_away_is_tried_again() -> None:
    with postbox() as gone:
        pass

    with pytest.raises(DeliveryError, match="cannot be used"):
        _mail(gone).send(DIGEST)


def test_a_server_without_encryption_is_not_trusted_with_starttls(box: Postbox) -> None:
    mail = build(host="127.0.0.1", port=box.port, sender="h@example.com", to=["a@example.com"])

    with pytest.raises(DeliveryError, match="SMTPNotSupportedError"):
        mail.send(DIGEST)
    assert box.mails == []


def test_a_name_and_password_go_over_an_encrypted_line(tmp_path: Path) -> None:
    certificate = Certificate.made(tmp_path)
    (tmp_path / "password").write_text("sesame\n")

    with postbox(certificate, password=b"sesame") as box:
        build(
            host="127.0.0.1",
            port=box.port,
            sender="h@example.com",
            to=["a@example.com"],
            user="huiting",
            secret_file=tmp_path / "password",
            ca_file=certificate.chain,
        ).send(DIGEST)
    assert len(box.mails) == 1


def test_a_line_may_be_encrypted_from_the_start(tmp_path: Path) -> None:
    certificate = Certificate.made(tmp_path)

    with postbox(certificate, from_the_start=True) as box:
        build(
            host="127.0.0.1",
            port=box.port,
            sender="h@example.com",
            to=["a@example.com"],
            security="tls",
            ca_file=certificate.chain,
        ).send(DIGEST)
    assert len(box.mails) == 1


def test_a_wrong_password_is_for_good(tmp_path: Path) -> None:
    certificate = Certificate.made(tmp_path)
    (tmp_path / "password").write_text("guess")

    with postbox(certificate, password=b"sesame") as box:
        mail = build(
            host="127.0.0.1",
            port=box.port,
            sender="h@example.com",
            to=["a@example.com"],
            user="huiting",
            secret_file=tmp_path / "password",
            ca_file=certificate.chain,
        )
        with pytest.raises(Undeliverable, match="SMTP 535"):
            mail.send(DIGEST)


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with postbox(Certificate.made(tmp_path)) as box:
        mail = build(host="127.0.0.1", port=box.port, sender="h@example.com", to=["a@example.com"])
        with pytest.raises(DeliveryError, match="SSLCertVerificationError"):
            mail.send(DIGEST)


def test_the_usual_ports() -> None:
    def port(security: str) -> int:
        options = {"host": "h", "sender": "h@example.com", "to": ["a@example.com"]}
        return build(**options, security=security).port  # type: ignore[arg-type]

    assert [port("starttls"), port("tls"), port("none")] == [587, 465, 25]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"to": []}, "nobody", id="no recipient"),
        pytest.param({"to": ["nonsense"]}, "no address", id="no address"),
        pytest.param({"sender": "a b@example.com"}, "no address", id="space"),
        pytest.param({"sender": "a@example.com\nBcc: b@c.de"}, "no address", id="line break"),
        pytest.param({"user": "me"}, "no password", id="no password"),
        pytest.param({"security": "ssl"}, "unknown", id="no such security"),
        pytest.param({"ca_file": Path("/nothing.pem")}, "no certificate", id="no certificate"),
        pytest.param(
            {"user": "me", "security": "none", "secret_file": Path("x")}, "openly", id="open line"
        ),
    ],
)
def test_what_cannot_work_is_refused_before(options: dict[str, object], reason: str) -> None:
    usual = {"host": "h", "sender": "h@example.com", "to": ["a@example.com"]}

    with pytest.raises(ConfigError, match=reason):
        build(**{**usual, **options})  # type: ignore[arg-type]
