import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from audio_files import int16, tone, wav
from fakes import CUSTOMER, analysis, call, evenly, says
from huiting.app import compare_cli
from huiting.app.cli import app
from huiting.app.settings import Settings
from huiting.core.errors import EngineError
from huiting.core.types import Span
from huiting.service.comparing import Ear, Hearing, Sample
from huiting.store.remarks import Author, Correction, Heard, Remarks
from huiting.store.repository import Store

HEARS = {"whisper": "我要推货", "second": "我要退货"}
NOW = datetime(2025, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two engines that hear one sentence each, and two recordings."""
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{tmp_path / 'h.db'}")
    monkeypatch.setenv("HUITING_ENGINES", '{second = {engine = "whisper"}}')
    monkeypatch.chdir(tmp_path)
    for name, pitch in (("a.wav", 300), ("b.wav", 400)):
        (tmp_path / name).write_bytes(wav(int16(tone(1.0, hz=pitch))))

    @contextmanager
    def ears(
        _settings: Settings, _roster: object, files: dict[str, Path]
    ) -> Iterator[Callable[[str], Ear]]:
        def hear(engine: str, sample: Sample) -> Hearing:
            if engine == "second" and files[sample.name].name == "b.wav":
                raise EngineError("second", "it failed", "try again")
            text = HEARS[engine]
            heard = call(says(CUSTOMER, 0, 4, text, words=evenly(text, 0, 4)), duration=8.0)
            return Hearing(analysis(heard), 2.0)

        yield lambda engine: partial(hear, engine)

    monkeypatch.setattr(compare_cli, "ears", ears)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments], env={"COLUMNS": "200"})


def test_engines_are_compared_with_what_people_corrected(tmp_path: Path) -> None:
    made = analysis(call(says(CUSTOMER, 0, 4, "我要推货"), duration=8))
    content = (tmp_path / "a.wav").read_bytes()
    known = replace(made.call.recording, id=sha256(content).hexdigest())
    heard = Heard(1, 0, 1, Span(0, 4), "我要推货", "zh", "whisper")
    with Store.open(f"sqlite:///{tmp_path / 'h.db'}") as store:
        store.save(replace(made, call=replace(made.call, recording=known)), at=NOW)
        with store.database.writing() as connection:
            said = Correction(known.id, heard, "我要退货", Author("user:1", "Li"), NOW)
            Remarks(store.database).correct(connection, said)

    result = run("a.wav", "--engines", "whisper,second", "--reference", "corrected")

    assert result.exit_code == 0, result.output
    whisper, second = [line.split() for line in result.stdout.splitlines()[1:3]]
    assert whisper[:4] == ["whisper", "CER", "25.0%", "4.0×"]
    assert second[:3] == ["second", "CER", "0.0%"]
    assert "  said: 我要退货\n  whisper: 我要推货" in result.stdout


def test_a_folder_of_texts_is_a_reference_too(tmp_path: Path) -> None:
    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "a.txt").write_text("我要退货", "utf-8")

    result = run(
        "a.wav", "b.wav", "--engines", "whisper,second", "--reference", "said", "--out", "x.json"
    )

    found = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert found["referenced"]
    assert [one["rates"] for one in found["engines"]] == [
        {"character": {"edits": 1, "units": 4}}, {"character": {"edits": 0, "units": 4}},
    ]  # fmt: skip
    assert found["examples"][0]["span"] is None
    assert "second could not hear b.wav: it failed" in result.stdout.replace(f"{tmp_path}/", "")


def test_without_a_reference_it_tells_how_much_engines_differ() -> None:
    result = run("a.wav", "--engines", "whisper,second")

    assert "second and whisper differ in 25.0% of what they heard" in result.stdout
    assert "a.wav 0.0–4.0 s" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(("a.wav", "--engines", "third"), "none is called so", id="engine"),
        pytest.param(("a.wav", "--engines", "second,second"), "one twice", id="twice"),
        pytest.param(("none", "--engines", "second"), "no audio there", id="recordings"),
        pytest.param(
            ("a.wav", "--engines", "second", "--reference", "none"), "no such folder", id="folder"
        ),
        pytest.param(
            ("a.wav", "--engines", "second", "--reference", "."), "nothing of these", id="texts"
        ),
        pytest.param(
            ("a.wav", "--engines", "second", "--reference", "corrected"), "nothing of these",
            id="corrections",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(arguments: tuple[str, ...], complaint: str) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert complaint in result.output + str(result.exception)
