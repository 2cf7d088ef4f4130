import builtins
from importlib import metadata
from pathlib import Path

import pytest

from huiting.app import doctor
from huiting.app.offline import keep_offline
from huiting.core.errors import StoreError
from huiting.engines import catalogue, provision
from huiting.engines.hub.bring import bring
from small_hub import CONTENT, hosted, laid
from small_models import Shop, packaged, two_halves

SQLITE = "sqlite:////var/lib/huiting.db"


def healthy() -> str:
    return "3 calls"


def rows(report: doctor.Report, topic: str) -> dict[str, str]:
    return {row.subject: row.state for row in report.rows if row.topic == topic}


def test_a_machine_in_order_has_no_fault(tmp_path: Path) -> None:
    bread = two_halves(tmp_path / "shop")
    provision.install([bread], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)

    report = doctor.examine(tmp_path / "cache", SQLITE, healthy, [bread, packaged(b"")])

    assert report.status == 0
    assert report.faults == ()
    assert rows(report, "model")["bread"] == "verified (baking, MIT)"
    assert rows(report, "database") == {"sqlite": "3 calls"}
    assert "libavcodec" in rows(report, "codec")
    assert "faster-whisper" in rows(report, "package")
    assert report.outgoing == ()


def test_a_missing_model_is_a_fault_with_its_remedy(tmp_path: Path) -> None:
    report = doctor.examine(tmp_path / "new" / "cache", SQLITE, healthy, [two_halves(tmp_path)])

    assert report.status == 1
    assert [fault.subject for fault in report.faults] == ["model bread"]
    assert report.faults[0].remedy == "run `huiting setup`"


def test_a_changed_model_is_a_fault(tmp_path: Path) -> None:
    bread, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    provision.install([bread], cache, Shop(tmp_path / "shop", []).fetch)
    (cache / "bread" / "words.txt").write_bytes(b"two one")

    report = doctor.examine(cache, SQLITE, healthy, [bread])

    assert rows(report, "model") == {"bread": "wrong"}
    assert "has SHA-256" in report.faults[0].reason


def test_all_models_of_the_catalogue_are_looked_at_by_default(tmp_path: Path) -> None:
    found = rows(doctor.examine(tmp_path, SQLITE, healthy), "model")

    assert found["whisper-base"] == "missing"
    assert found["silero-v6"].startswith("verified")


def test_a_database_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    def locked() -> str:
        raise StoreError("huiting.db", "is locked", "wait")

    report = doctor.examine(tmp_path, SQLITE, locked, [])

    assert report.faults == (doctor.Fault("huiting.db", "is locked", "wait"),)


@pytest.mark.parametrize(
    ("store", "outgoing"),
    [
        pytest.param(SQLITE, (), id="a file"),
        pytest.param("postgresql://u:p@localhost/calls", (), id="this machine"),
        pytest.param("postgresql://u@/calls?host=/run/postgresql", (), id="a socket"),
        pytest.param("postgresql://u:secret@db.lan:5432/calls", ("db.lan",), id="another machine"),
        pytest.param("postgresql://u@/calls?host=db.lan", ("db.lan",), id="named in the query"),
    ],
)
def test_what_goes_out_is_named(store: str, outgoing: tuple[str, ...], tmp_path: Path) -> None:
    report = doctor.examine(tmp_path, store, healthy, [])

    assert report.outgoing == tuple(
        f"results go to the database on {host}, as set" for host in outgoing
    )
    assert list(rows(report, "network").values()) == list(report.outgoing)
    assert all("secret" not in str(row) for row in report.rows)


def test_a_disk_too_small_for_the_missing_models_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "room", lambda models: 10**18 * len(models))

    report = doctor.examine(tmp_path, SQLITE, healthy, [two_halves(tmp_path / "shop")])

    assert report.faults[-1].reason.endswith(" MB free, 1000000000000 needed")


@pytest.mark.parametrize(
    ("line", "state", "faults"),
    [
        pytest.param("pytest>=2", metadata.version("pytest"), 0, id="there"),
        pytest.param("no-such-thing[x]>=2", "missing", 1, id="missing"),
        pytest.param(
            'no-such-thing; extra == "postgresql"', "not installed (optional)", 0, id="optional"
        ),
    ],
)
def test_what_is_declared_is_looked_for(
    line: str, state: str, faults: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _name: [line])

    report = doctor.examine(tmp_path, SQLITE, healthy, [])

    assert list(rows(report, "package").values()) == [state]
    assert len(report.faults) == faults


def test_a_copy_that_was_never_installed_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)

    assert doctor.examine(tmp_path, SQLITE, healthy, []).status == 1


def test_a_missing_decoder_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name == "av":
            raise ImportError("no av here")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)

    report = doctor.examine(tmp_path, SQLITE, healthy, [])

    assert report.faults == (doctor.Fault("PyAV", "no av here", "set Huiting up again"),)


@pytest.mark.parametrize(
    ("server", "away"),
    [
        pytest.param("", False, id="none is set"),
        pytest.param("http://127.0.0.1:11434/v1", False, id="on this machine"),
        pytest.param("https://llm.example.com/v1", True, id="elsewhere"),
    ],
)
def test_a_language_model_elsewhere_is_named(tmp_path: Path, server: str, *, away: bool) -> None:
    report = doctor.examine(tmp_path, SQLITE, healthy, [], server)

    named = ("transcripts go to the language model on llm.example.com, as set",)
    assert report.outgoing == (named if away else ())


def test_a_package_for_other_processors_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = ["vectors==1; platform_machine == 'pdp11'"]
    monkeypatch.setattr(metadata, "requires", lambda _: needed)

    report = doctor.examine(tmp_path, SQLITE, healthy, [])

    assert rows(report, "package") == {"vectors": "not for this kind of processor"}
    assert report.faults == ()


def test_models_that_nothing_needs_are_named_without_reading_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cake, pie = hosted(), hosted("pie")
    monkeypatch.setattr(catalogue, "models", lambda: (cake, pie, hosted("absent")))
    bring(laid(tmp_path / "brought", CONTENT), tmp_path / "cache", [cake])
    laid(tmp_path / "cache" / ".pull" / "pie", {"archive.begun": b"123"})

    found = rows(doctor.examine(tmp_path / "cache", SQLITE, healthy, []), "model")

    assert set(found) == {"cake", "pie"}
    assert found["cake"].startswith("verified, 20")
    assert found["pie"] == "partial"


def test_what_fetches_models_is_named_and_what_keeps_libraries_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ: dict[str, str] = {}
    keep_offline(environ)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    report = doctor.examine(tmp_path, SQLITE, healthy, [])

    assert rows(report, "hubs") == {
        "asked only by": "huiting setup, huiting models pull",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
    }
    assert report.outgoing == ()


def test_libraries_that_somebody_let_onto_a_network_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")

    [said] = doctor.examine(tmp_path, SQLITE, healthy, []).outgoing

    assert "HF_HUB_OFFLINE is set" in said


def test_a_switch_that_whoever_runs_us_set_is_left_as_it_is() -> None:
    environ = {"HF_HUB_OFFLINE": "0"}
    keep_offline(environ)

    assert environ["HF_HUB_OFFLINE"] == "0"
    assert environ["TRANSFORMERS_OFFLINE"] == "1"


def test_a_speech_server_elsewhere_is_named_once(tmp_path: Path) -> None:
    servers = ["http://127.0.0.1:8000/v1", "http://gpu-1:8000/v1", "ws://gpu-1:10095"]
    report = doctor.examine(tmp_path, SQLITE, healthy, [], speech_servers=servers)

    assert report.outgoing == ("speech goes to the recognizer on gpu-1, as set",)
