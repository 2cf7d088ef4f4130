"""Who may come in, as settings have it: every setting that is wrong is named."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from huiting.access.credentials import Credentials
from huiting.access.permissions import UserRole
from huiting.app.cli import app
from huiting.app.clock import now
from huiting.app.entrances import BURST, access_of, audit_of, live_terms_of, measured, rules_of
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, Unauthenticated
from huiting.store import Store
from huiting.store.audit import Action, Entry
from huiting.web.live.terms import token_of
from huiting.web.parts import Limits

GOOD: dict[str, Any] = {"issuer": "https://id.example", "client_id": "huiting"}
HERE = Settings(address="https://huiting.example/")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "calls.db")) as opened:
        yield opened


def test_without_single_sign_on_people_have_passwords(store: Store) -> None:
    access = access_of(Settings(), store)

    assert access.single_sign_on is None
    assert access.accounts.first() is not None
    with pytest.raises(Unauthenticated):
        measured(access).admit(Credentials("10.0.0.1"))
    assert now().utcoffset() is not None


def test_single_sign_on_comes_back_to_our_address(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    given = GOOD | {
        "secret_file": str(tmp_path / "secret"), "scope": "openid groups", "usual_role": "viewer",
        "roles": {"qa": "supervisor"}, "teams": {"a": "售后"}, "sites": {"b": "上海"},
        "groups_claim": "memberOf", "domains": ["example.com"],
        "authority_file": str(tmp_path / "ca.pem"),
    }  # fmt: skip
    found = access_of(replace(HERE, sign_on=given), store).single_sign_on
    assert found is not None
    client = found.provider._client

    assert client.back == "https://huiting.example/api/v1/auth/single-sign-on/back"
    assert (client.secret, client.scope, client.authority) == (
        "s3cret", "openid groups", tmp_path / "ca.pem",
    )  # fmt: skip
    assert found.rules.roles == {"qa": UserRole.SUPERVISOR}
    assert (found.rules.teams, found.rules.sites) == ({"a": "售后"}, {"b": "上海"})
    assert (found.rules.usual, found.rules.groups) == (UserRole.VIEWER, "memberOf")
    assert found.front == "https://huiting.example/"
    assert "s3cret" not in repr(client)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no-issuer": ({"client_id": "x"}, "issuer"),
    "issuer-empty": (GOOD | {"issuer": ""}, "issuer"),
    "issuer-number": (GOOD | {"issuer": 7}, "issuer"),
    "issuer-clear": (GOOD | {"issuer": "http://id.example"}, "not HTTPS"),
    "no-client": ({"issuer": "https://id.example"}, "client_id"),
    "role": (GOOD | {"roles": {"qa": "king"}}, "choose administrator"),
    "usual-role": (GOOD | {"usual_role": "king"}, "a role"),
    "roles-list": (GOOD | {"roles": ["qa"]}, "sign_on.roles"),
    "teams-text": (GOOD | {"teams": "a"}, "sign_on.teams"),
    "sites-number": (GOOD | {"sites": 1}, "sign_on.sites"),
    "not-known": (GOOD | {"isuer": "x", "zone": 1}, "isuer, zone"),
    "no-secret": (GOOD | {"secret_file": "/nowhere/secret"}, "/nowhere/secret"),
    "domains-number": (GOOD | {"domains": 7}, "sign_on.domains"),
    "domains-text": (GOOD | {"domains": "example.com"}, "sign_on.domains"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_is_set_wrongly_is_named(store: Store, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        access_of(replace(HERE, sign_on=given), store)


def test_without_an_address_nobody_could_come_back(store: Store) -> None:
    with pytest.raises(ConfigError, match="set address too"):
        access_of(Settings(sign_on=GOOD), store)


def test_a_secret_that_is_no_text_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="cannot be read"):
        audit_of(Settings(audit_key_file=tmp_path / "key"), store)


def test_rules_are_those_of_the_settings() -> None:
    limits = Limits(body=7, upload=8)
    alone = rules_of(Settings(), "127.0.0.1", limits)
    behind = rules_of(
        Settings(trusted_proxies=("10.0.0.1",), allowed_addresses=("10.0.0.0/8",), rate=0),
        "127.0.0.1", limits,
    )  # fmt: skip
    named = rules_of(Settings(hosts=("calls.example",)), "0.0.0.0", limits)

    assert "localhost" in alone.hosts
    assert (alone.body, alone.upload) == (7, 8)
    assert alone.rate is not None
    assert alone.rate.burst == BURST * alone.rate.per_second
    assert (behind.hosts, behind.rate, len(behind.allowed)) == ((), None, 1)
    assert named.hosts == ("calls.example",)


@pytest.mark.parametrize("name", ["allowed_addresses", "trusted_proxies"])
def test_an_address_that_is_none_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=r"10\.0\.0\.256"):
        rules_of(Settings(**{name: ("10.0.0.256",)}), "127.0.0.1", Limits())  # type: ignore[arg-type]


def test_the_command_line_checks_the_log_with_the_key_of_the_server(tmp_path: Path) -> None:
    key, database = tmp_path / "key", tmp_path / "calls.db"
    key.write_text("k" * 32)
    settings = Settings(audit_key_file=key)
    with Store.open(str(database)) as store:
        audit_of(settings, store).note(None, Entry("user:1", "wang", Action.SAW, "call:ab", ""))
        head = audit_of(settings, store).verify().head
    (tmp_path / "with.toml").write_text(f'audit_key_file = "{key}"\n')
    (tmp_path / "without.toml").write_text("")
    runner = CliRunner()

    def verify(config: str) -> tuple[int, str]:
        options = ["--store", f"sqlite:///{database}", "--config", str(tmp_path / config)]
        found = runner.invoke(app, ["audit", "verify", *options])
        return found.exit_code, found.output

    right = verify("with.toml")
    assert right[0] == 0
    assert head in right[1]
    assert verify("without.toml")[0] == 1


def test_networks_of_live_clients_have_tokens_the_narrowest_first(tmp_path: Path) -> None:
    (tmp_path / "wide").write_text("hth_wide\n")
    (tmp_path / "narrow").write_text("hth_narrow\n")
    settings = Settings(
        live_tokens={"10.0.0.0/8": tmp_path / "wide", "10.1.2.0/24": tmp_path / "narrow"},
        live_origins=("https://Demo.example:1337/",),
    )

    terms = live_terms_of(settings)

    assert token_of("10.1.2.3", terms.trusted) == "hth_narrow"
    assert token_of("10.9.9.9", terms.trusted) == "hth_wide"
    assert token_of("192.0.2.1", terms.trusted) is None
    assert rules_of(settings, "0.0.0.0", Limits()).origins == {"https://demo.example:1337"}


@pytest.mark.parametrize("network", ["here", "10.0.0.0/8"], ids=["no network", "no such file"])
def test_networks_of_live_clients_that_are_set_wrongly_are_told(
    tmp_path: Path, network: str
) -> None:
    with pytest.raises(ConfigError):
        live_terms_of(Settings(live_tokens={network: tmp_path / "none"}))
