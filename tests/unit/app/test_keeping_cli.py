"""Retention, bin, holds, keys and backups on the command line, and the settings behind them."""

import base64
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiting.app.cli import app
from huiting.app.keeping import VARIABLE, configuration, nightly, policy_of, ring_of, vault_of
from huiting.app.settings import Resolved, Settings
from huiting.core.errors import ConfigError, HuitingError
from huiting.service.keeping.retention import Rule
from huiting.store import Store
from huiting.store.keeping import Group
from huiting.vault.folder import Folder
from huiting.vault.sealed import KeyRing
from served import NOON, refund

Run = Callable[..., str]
CALL = refund().call.recording.id


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a store with one call, in English; return what it says."""
    for name in [name for name in os.environ if name.startswith("HUITING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "data" / "huiting.db"
    target.parent.mkdir()
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{target}")
    with Store.open(str(target)) as store:
        store.save(refund(), at=NOON)

    def invoke(*words: str) -> str:
        result = CliRunner().invoke(app, list(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return f"{result.exit_code}\n{result.output}"

    return invoke


def test_a_call_goes_into_the_bin_comes_back_and_goes_for_good(run: Run) -> None:
    run("bin", "put", CALL, "--reason", "asked for")
    assert CALL in run("bin", "list")
    run("bin", "restore", CALL)
    assert run("bin", "list") == "0\n"
    run("bin", "put", CALL[:12])

    assert "1 removed, 0 held" in run("bin", "empty")
    assert CALL[:8] not in run("calls")


def test_a_hold_keeps_a_call_until_it_is_let_go(run: Run) -> None:
    said = run("hold", "add", "--reason", "case 7", "--where", "team=A", "--since", "2020-01-01")
    assert "Hold 1: 1 calls." in said
    run("hold", "add", "--reason", "one", "--call", CALL[:12])
    with pytest.raises(HuitingError, match="legal hold"):
        run("bin", "put", CALL)
    for number in ("1", "2"):
        run("hold", "release", number)

    listed = run("hold", "list")
    assert "case 7  team=A" in listed
    assert f"one  {CALL}" in listed
    run("bin", "put", CALL)
    with pytest.raises(HuitingError, match="no entry of the metadata"):
        run("hold", "add", "--reason", "x", "--where", "team")


def test_retention_counts_before_it_removes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_RETENTION", "{default = {transcripts = 30}}")
    assert "calls" in run("retention", "show")
    run("retention", "run", "--dry-run")
    assert CALL[:8] in run("calls")
    run("retention", "run")

    assert CALL[:8] not in run("calls")


def test_keys_are_made_changed_and_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="there are none"):
        run("keys", "reseal")
    run("keys", "new", "vault.keys")
    old = Path("vault.keys").read_text()
    monkeypatch.setenv("HUITING_VAULT_KEYS", "vault.keys")
    plain = Folder(Path("data/recordings"))
    kept = plain.take(io.BytesIO(b"sound")).id
    assert "plain: 1" in run("keys", "status")
    run("keys", "reseal")
    assert "sealed with the current key: 1" in run("keys", "status")
    run("keys", "rotate", "vault.keys")
    assert "sealed with an older key: 1" in run("keys", "status")
    run("keys", "reseal")

    rotated = KeyRing.read(Path("vault.keys"))
    assert "sealed with the current key: 1" in run("keys", "status")
    assert Path("vault.keys").read_text().endswith(old)
    assert stat.S_IMODE(Path("vault.keys").stat().st_mode) == 0o600
    assert b"".join(Folder(plain.root, ring=KeyRing(rotated.keys[:1])).open(kept)) == b"sound"
    assert old.strip() not in run("settings")
    Path("vault.keys").write_text(base64.b64encode(b"x" * 32).decode())
    assert "sealed with a key that is missing: 1" in run("keys", "status")
    with pytest.raises(ConfigError, match="already"):
        run("keys", "new", "vault.keys")
    with pytest.raises(ConfigError, match="cannot be written"):
        run("keys", "new", "nowhere/vault.keys")
    with pytest.raises(ConfigError, match="cannot be read"):
        run("keys", "rotate", "nothing.keys")


def test_a_backup_is_made_looked_through_brought_back_and_pruned(run: Run) -> None:
    Path("huiting.toml").write_text('profile = "fast"\n')
    run("keys", "new", "vault.keys")
    os.environ["HUITING_VAULT_KEYS"] = "vault.keys"
    try:
        said = run("backup", "--out", "b/1.tar", "--settings", "--keys")
    finally:
        del os.environ["HUITING_VAULT_KEYS"]
    assert "0 recordings, 0 of them copied now" in said
    assert "all whole" in run("backup", "verify", "b/1.tar")
    back = run(
        "restore", "b/1.tar", "--store", "sqlite:///new/huiting.db", "--recordings", "new/rec",
        "--files", "new/files",
    )  # fmt: skip

    assert "1 calls, 0 recordings restored" in back
    assert {path.name for path in Path("new/files").iterdir()} == {"huiting.toml", "vault.keys"}
    assert "0 backups and 0 recordings removed" in run("backup", "prune", "b", "--keep", "3")
    with pytest.raises(ConfigError, match="no file is named"):
        run("backup")


def test_what_is_wrong_with_a_backup_is_told(run: Run) -> None:
    run("backup", "--out", "1.tar")
    content = bytearray(Path("1.tar").read_bytes())
    content[20_000:20_400] = b"\xff" * 400
    Path("1.tar").write_bytes(content)

    assert run("backup", "verify", "1.tar").startswith("1\n")


def test_rules_are_tried_in_their_order_and_the_default_last() -> None:
    table: dict[str, dict[str, object]] = {
        "default": {"audio": 100, "transcripts": 200},
        "vip": {"where": {"team": "VIP"}, "audio": 10},
        "english": {"language": "en", "transcripts": 20},
    }
    policy = policy_of(Settings(retention=table, bin_days=7, transcription_days=3))

    assert policy.rules == (
        Rule("vip", Group({"team": "VIP"}), 10, None),
        Rule("english", Group({}, "en"), None, 20),
        Rule("default", Group(), 100, 200),
    )
    assert (policy.bin, policy.transcriptions) == (7, 3)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        pytest.param({"default": {"where": {"a": "b"}}}, "no other rule", id="default for some"),
        pytest.param({"x": {"audio": 0}}, "greater than or equal to 1", id="no days"),
        pytest.param({"x": {"audios": 1}}, "audios", id="unknown"),
        pytest.param({"x": {"audio": 9, "transcripts": 8}}, "not kept longer", id="audio longer"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(table: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        policy_of(Settings(retention=table))  # type: ignore[arg-type]


def test_keys_may_come_by_variable() -> None:
    first, second = (base64.b64encode(byte * 32).decode() for byte in (b"a", b"b"))
    ring = ring_of(Settings(), {VARIABLE: f"{first},{second}"})

    assert ring == KeyRing((b"a" * 32, b"b" * 32))
    assert "a" * 8 not in repr(ring)
    assert ring_of(Settings(), {}) is None


def test_what_a_crash_left_clear_is_gone_when_the_vault_is_opened(tmp_path: Path) -> None:
    left = tmp_path / "recordings" / "clear" / "left"
    left.mkdir(parents=True)
    (left / "clear").write_bytes(b"sound")

    vault_of(Settings(recordings=tmp_path / "recordings"))
    assert not left.exists()


def test_the_policy_is_applied_every_night() -> None:
    schedule = nightly(Settings(timezone="Asia/Shanghai"))

    assert schedule.order.kind == "retention"
    last = schedule.when.last(NOON)
    assert last is not None
    assert last.isoformat() == "2025-03-11T19:23:00+00:00"


def test_files_of_the_settings_are_found(tmp_path: Path) -> None:
    for name in ("a/rules.yaml", "b/rules.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    settings = Settings(rules=(tmp_path / "a", tmp_path / "b" / "rules.yaml"))

    found = configuration(Resolved(settings, {"rules": "option"}))
    assert sorted(found) == ["1-rules.yaml", "rules.yaml"]
