"""`huiting intents` on a small store."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fakes import CUSTOMER, analysis, call, says
from huiting.app import readers
from huiting.app.intents_cli import app
from huiting.core.errors import InputError
from huiting.quality.intents.learnt import read_learnt
from huiting.store.repository import Store

SAID = {
    "售后/退货退款": [
        f"{thing}我要退货" for thing in ("鞋子", "杯子", "裙子", "耳机", "手表", "帽子")
    ],
    "天气": [
        f"{place}明天会不会下雨" for place in ("北京", "上海", "广州", "成都", "西安", "南京")
    ],
}
RUN = CliRunner()


@pytest.fixture(autouse=True)
def no_model_of_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers.Readers, "embedder", None)
    monkeypatch.setattr(readers.Readers, "wording", None)
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    with Store.open(url) as kept:
        for n, (_, text) in enumerate(calls()):
            of = call(says(CUSTOMER, 0, 3, text))
            recording = replace(of.recording, id=f"{n:064x}", path=f"{n}.wav")
            kept.save(
                analysis(replace(of, recording=recording)), at=datetime(2025, 3, 1, tzinfo=UTC)
            )
    return url


def calls() -> list[tuple[str, str]]:
    return [(label, text) for label, texts in SAID.items() for text in texts]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    rows = [f"{n}.wav,{label}" for n, (label, _) in enumerate(calls())]
    path.write_text("\n".join(["call,intent", *rows]), "utf-8")
    return path


def test_a_list_is_shown() -> None:
    shown = RUN.invoke(app, ["list"])

    assert shown.exit_code == 0
    assert "售后/退货退款" in shown.output


def test_our_list_is_copied_and_never_over_a_file(tmp_path: Path) -> None:
    first = RUN.invoke(app, ["copy", str(tmp_path / "mine")])
    again = RUN.invoke(app, ["copy", str(tmp_path / "mine")])

    assert first.exit_code == 0
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == [
        "en.yaml",
        "ja.yaml",
        "zh.yaml",
    ]
    assert isinstance(again.exception, InputError)


def test_a_list_is_tried_on_labelled_calls(store: str, labels: Path) -> None:
    tried = RUN.invoke(app, ["test", str(labels), "--store", store])

    assert tried.exit_code == 0
    assert "12 calls: main intent right 50.0%" in " ".join(tried.output.split())
    assert [line.split() for line in tried.output.splitlines() if "退货" in line] == [
        ["售后/退货退款", "6", "100.0%", "100.0%"]
    ]
    assert [line.split() for line in tried.output.splitlines() if "天气" in line] == [
        ["天气", "6", "–", "0.0%"]
    ]


def test_what_labels_teach_is_kept_and_used(store: str, labels: Path, tmp_path: Path) -> None:
    target = tmp_path / "learnt.npz"

    taught = RUN.invoke(app, ["learn", str(labels), "--out", str(target), "--store", store])
    tried = RUN.invoke(app, ["test", str(labels), "--store", store, "--intents", str(target)])

    assert taught.exit_code == 0, taught.output
    assert "the list alone: 50.0%" in " ".join(taught.output.split())
    assert read_learnt(target).calls == 12
    assert "main intent right 100.0%" in " ".join(tried.output.split())


def test_labels_that_teach_nothing_new_write_nothing(
    store: str, labels: Path, tmp_path: Path
) -> None:
    rows = [f"{n}.wav,退货退款" for n in range(6)] * 2
    labels.write_text("\n".join(["call,intent", *rows]), "utf-8")
    target = tmp_path / "learnt.npz"
    command = ["learn", str(labels), "--out", str(target), "--store", store]

    without = RUN.invoke(app, command)
    assert (without.exit_code, target.exists()) == (1, False)
    assert "nothing was written" in without.output

    anyway = RUN.invoke(app, [*command, "--anyway"])
    assert (anyway.exit_code, target.exists()) == (0, True)


def test_too_few_labels_are_said_to_be_too_few(store: str, labels: Path, tmp_path: Path) -> None:
    labels.write_text("call,intent\n0.wav,退货退款\n", "utf-8")

    few = RUN.invoke(
        app, ["learn", str(labels), "--out", str(tmp_path / "a.npz"), "--store", store]
    )

    assert few.exit_code == 1
    assert "too few" in few.output


def test_a_call_that_is_not_in_the_store_is_named_by_its_row(store: str, labels: Path) -> None:
    labels.write_text("call,intent\nnone.wav,退货退款\n", "utf-8")

    missing = RUN.invoke(app, ["test", str(labels), "--store", store])

    assert isinstance(missing.exception, InputError)
    assert missing.exception.subject == f"{labels}:2"


def test_the_file_to_write_is_named_before_any_work(labels: Path, tmp_path: Path) -> None:
    wrong = RUN.invoke(app, ["learn", str(labels), "--out", str(tmp_path / "learnt.json")])

    assert isinstance(wrong.exception, InputError)
    assert ".npz" in str(wrong.exception)


def test_two_learnt_files_are_refused(store: str, labels: Path) -> None:
    command = ["test", str(labels), "--store", store, "--intents", "a.npz", "--intents", "b.npz"]

    assert "keep one" in str(RUN.invoke(app, command).exception)
