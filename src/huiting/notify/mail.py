"""Mail by SMTP: text and HTML, with pictures inside, and files."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from huiting.core.errors import ConfigError
from huiting.notify._post import secret_of
from huiting.notify.notice import DeliveryError, Notice, Undeliverable

TIMEOUT = 30.0
"""Seconds for each step of a conversation with the server."""
_PERMANENT = 500
"""Replies from here on are refusals for good (RFC 5321, 4.2.1)."""

Security = Literal["starttls", "tls", "none"]


def build(
    *,
    host: str,
    sender: str,
    to: Sequence[str],
    port: int = 0,
    security: Security = "starttls",
    user: str = "",
    secret_file: Path | None = None,
    ca_file: Path | None = None,
) -> "Mail":
    """Return the channel; nothing is sent yet.

    Args:
        host: of the mail server.
        sender: address the mail comes from.
        to: addresses it goes to.
        port: 0 for the usual one: 587, 465 with `tls`, 25 with `none`.
        security: `starttls`, `tls` from the first byte, or `none` for a server nearby.
        user: name on the server; empty for none.
        secret_file: holds the password.
        ca_file: certificate of an authority of your own.

    Raises:
        ConfigError: an address is none, a name has no password, or a password would go
            over an open line.
    """
    if security not in {"starttls", "tls", "none"}:
        raise ConfigError("mail security", f"{security!r} is unknown", "starttls, tls or none")
    if user and secret_file is None:
        raise ConfigError("mail user", "there is no password", "give secret_file")
    if user and security == "none":
        raise ConfigError("mail user", "its password would be sent openly", "use starttls or tls")
    if not to:
        raise ConfigError("mail to", "nobody is named", "give at least one address")
    usual = {"starttls": 587, "tls": 465, "none": 25}[security]
    try:
        trusted = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(str(ca_file), "no certificate", "give a PEM file") from error
    login = Login(user, secret_of(secret_file)) if user else None
    boxes = tuple(_mailbox(address) for address in to)
    return Mail(host, port or usual, security, _mailbox(sender), boxes, trusted, login)


@dataclass(frozen=True, slots=True)
class Login:
    """Who sends, on the server."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A `Channel`."""

    host: str
    port: int
    security: Security
    sender: Mailbox
    to: tuple[Mailbox, ...]
    trusted: ssl.SSLContext
    login: Login | None = None

    def addressed(self, to: Sequence[str]) -> "Mail":
        """Return what sends to others by the same server.

        Raises:
            ConfigError: one of them is no address.
        """
        return replace(self, to=tuple(map(_mailbox, to)))

    def send(self, notice: Notice, /) -> None:
        """Send the notice to everybody in one mail."""
        try:
            with self._connected() as server:
                if self.security == "starttls":
                    server.starttls(context=self.trusted)
                if self.login is not None:
                    server.login(self.login.user, self.login.password)
                refused = server.send_message(message(notice, self.sender, self.to))
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            raise self._refused(code) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            reason = f"cannot be used ({type(error).__name__})"
            raise DeliveryError(self.host, reason, "look at the mail server") from error
        if refused:
            reason = f"refused {len(refused)} of {len(self.to)} recipients"
            raise Undeliverable(self.host, reason, "check the addresses in `to`")

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self.trusted)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)

    def _refused(self, code: int) -> DeliveryError | Undeliverable:
        kind = Undeliverable if code >= _PERMANENT else DeliveryError
        return kind(self.host, f"SMTP {code}", "check the addresses, the name and the password")


def message(notice: Notice, sender: Mailbox, to: Sequence[Mailbox]) -> EmailMessage:
    """Return a notice as a mail: text, and where there is one a page with its pictures."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(notice.title.split())
    mail["From"] = sender
    mail["To"] = tuple(to)
    mail["Date"] = format_datetime(notice.at)
    mail["Message-ID"] = f"<{notice.id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no reply from a holiday notice
    if notice.urgent:
        mail["Importance"] = "high"
    link = (notice.link,) if notice.link else ()
    mail.set_content("\n".join((*notice.lines, *link)) + "\n")
    if notice.html is not None:
        mail.add_alternative(notice.html, subtype="html")
        page = mail.get_payload(1)
        assert isinstance(page, EmailMessage)
        for picture in notice.pictures:
            page.add_related(picture.png, "image", "png", cid=f"<{picture.name}>")
    for file in notice.files:
        kind, _, subtype = file.media_type.partition("/")
        params = {"charset": "utf-8"} if kind == "text" else {}
        mail.add_attachment(file.content, kind, subtype, filename=file.name, params=params)
    return mail


def _mailbox(address: str) -> Mailbox:
    try:
        return Mailbox(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ConfigError(f"mail {address!r}", "no address", "write NAME@HOST") from error
