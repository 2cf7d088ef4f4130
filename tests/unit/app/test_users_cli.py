import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from huiting.app import users_cli
from huiting.app.cli import app
from huiting.app.clock import now
from huiting.app.people_desk import runner
from huiting.core.errors import ConfigError, Conflict, InputError
from huiting.service.people.entrance import Entrance
from huiting.service.people.signing_in import SigningIn
from huiting.store import Store
from huiting.store.audit import Audit, Entry
from huiting.store.people import People
from unit.service.people.house import PASSWORDS


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{tmp_path / 'h.db'}")
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setattr(users_cli.out, "width", 200)  # COLUMNS is read when it is imported
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def password(shown: str) -> str:
    [found] = re.findall(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", shown)
    return str(found)


def signs_in(name: str, word: str) -> bool:
    with Store.open("h.db") as store:
        people, audit = People(store.database), Audit(store.database, now)
        signing = SigningIn(people, audit, PASSWORDS, Entrance(people, audit, now), now)
        return signing.sign_in(name, word, address="").principal.must_change_password


def test_a_user_is_added_and_signs_in_with_what_was_printed() -> None:
    shown = done("users", "add", "Wang", "--role", "team-lead", "--team", "甲", "--team", "乙",
                 "--display", "王伟", "--agent", "8001")  # fmt: skip

    assert signs_in("wang", password(shown))
    listed = done("users", "list")
    assert all(part in listed for part in ("wang", "王伟", "team-lead", "8001", "乙 甲"))
    again = run("users", "add", "wang")
    assert isinstance(again.exception, Conflict)
    assert password(shown) not in listed


def test_a_user_is_let_in_no_longer_and_again() -> None:
    done("users", "add", "wang")
    done("users", "disable", "WANG")
    assert "disabled" in done("users", "list")
    done("users", "enable", "wang")

    assert "disabled" not in done("users", "list")
    assert isinstance(run("users", "disable", "nobody").exception, InputError)


def test_a_password_is_given_anew() -> None:
    first = password(done("users", "add", "wang"))
    second = password(done("users", "reset-password", "wang"))

    assert first != second
    assert signs_in("wang", second)


def test_a_role_changes_and_the_teams_when_they_are_given() -> None:
    done("users", "add", "wang", "--team", "甲", "--site", "沪")
    done("users", "role", "wang", "supervisor")
    assert all(part in done("users", "list") for part in ("supervisor", "甲 沪"))
    done("users", "role", "wang", "viewer", "--team", "乙", "--site", "京")

    assert all(part in done("users", "list") for part in ("viewer", "乙 京"))
    assert isinstance(run("users", "role", "wang", "king").exception, SystemExit), (
        "refused by the command line itself"
    )


def test_the_last_administrator_stays() -> None:
    done("users", "add", "boss", "--role", "administrator")

    assert isinstance(run("users", "role", "boss", "viewer").exception, Conflict)


def test_a_token_is_made_listed_and_revoked() -> None:
    done("users", "add", "crm", "--role", "integrator")
    secret = done("tokens", "add", "crm", "--name", "nightly", "--scope", "calls:read",
                  "--scope", "calls:write", "--days", "30").strip()  # fmt: skip

    assert secret.startswith("hth_")
    listed = done("tokens", "list")
    parts = ("nightly", "crm", "calls:read", "calls:write", secret[:8])
    assert all(part in listed for part in parts)
    assert secret not in listed
    done("tokens", "revoke", "1")
    assert run("tokens", "add", "crm", "--name", "x", "--scope", "users:admin").exit_code != 0


def test_the_log_is_verified_against_what_it_was() -> None:
    done("users", "add", "wang")
    first = done("audit", "verify")
    assert first.startswith("1 entries, all whole.")
    done("users", "disable", "wang")

    assert done("audit", "verify", "--head", first.split()[-1]).startswith("2 entries")
    with Store.open("h.db") as store, store.database.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_changes"))
        connection.execute(text("UPDATE audit SET name = 'x' WHERE number = 2"))
    broken = run("audit", "verify")
    assert (broken.exit_code, broken.stderr) == (1, "Entry 2 was changed.\n")


def test_the_log_is_copied_as_table_or_lines_and_that_is_noted() -> None:
    done("users", "add", "wang")
    done("audit", "export", "--out", "log.csv")
    lines = [json.loads(line) for line in done("audit", "export").splitlines()]

    assert [line["action"] for line in lines] == ["user-added", "audit-exported", "audit-exported"]
    assert lines[0]["who"] == "machine"
    assert Path("log.csv").read_text(encoding="utf-8").startswith("number,at,who")
    assert done("audit", "export", "--until", "2020-01-01") == ""
    refused = run("audit", "export", "--out", "none/log.csv")
    assert isinstance(refused.exception, OSError | ConfigError)


def test_only_old_entries_are_pruned() -> None:
    with Store.open("h.db") as store:
        audit = Audit(store.database, lambda: now() - timedelta(days=40))
        audit.note(None, Entry("user:1", "wang", "saw", "call:a"))
    done("users", "add", "wang")

    assert done("audit", "prune", "--days", "50") == "0 entries deleted.\n"
    assert done("audit", "prune", "--days", "30") == "1 entries deleted.\n"
    assert done("audit", "verify").startswith("3 entries, all whole.")
    assert run("audit", "prune", "--days", "5").exit_code == 2


def test_a_number_without_a_name_is_called_by_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert runner() == "huiting"
