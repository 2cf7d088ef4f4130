import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from huiting.audio.metadata import Manifest, Metadata, Pattern, gather, sidecar
from huiting.core.errors import InputError
from huiting.core.types import Role

USUAL = "{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}"
BEIJING = timezone(timedelta(hours=8))
MORNING = datetime(2025, 3, 12, 10, 15, 23)  # noqa: DTZ001  (as a recorder writes it)


@pytest.mark.parametrize(
    ("pattern", "name", "started", "values"),
    [
        pytest.param(
            USUAL,
            "8001_20250312101523_15455550101_in.wav",
            MORNING,
            {"agent": "8001", "phone": "15455550101", "direction": "in"},
            id="the usual name",
        ),
        pytest.param(USUAL, "holiday.wav", None, {}, id="another name"),
        pytest.param(
            USUAL,
            "8001_20251312101523_1_in.wav",
            None,
            {"agent": "8001", "time": "20251312101523", "phone": "1", "direction": "in"},
            id="a thirteenth month",
        ),
        pytest.param(
            "{time:%Y-%m-%d %H.%M} {agent}", "2025-3-2 9.05 李雷.mp3",
            datetime(2025, 3, 2, 9, 5),  # noqa: DTZ001
            {"agent": "李雷"}, id="a time with single digits",
        ),
        pytest.param(
            "{_}-{agent}-{_}", "x-7-y.wav", None, {"agent": "7"}, id="parts to ignore"
        ),
        pytest.param(
            "{{{agent}}}", "{7}.wav", None, {"agent": "7"}, id="braces"
        ),
        pytest.param(
            "{agent}+{due:%Y%m%d}", "7+20250312.wav", None,
            {"agent": "7", "due": "20250312"}, id="a time that is not the beginning",
        ),
        pytest.param(
            "{team}/{agent}", "sales/7.wav", None, {"team": "sales", "agent": "7"}, id="folders"
        ),
        pytest.param(
            "{time:%Y%m%dT%H%M%S%z}", "20250312T101523+0800.wav",
            MORNING.replace(tzinfo=BEIJING), {}, id="a zone in the name",
        ),
        pytest.param(
            "{_:%Y}_{agent}", "2025_7.wav", None, {"agent": "7"}, id="a time to ignore"
        ),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart(
    pattern: str, name: str, started: datetime | None, values: dict[str, str]
) -> None:
    assert Pattern.compile(pattern).read(Path("day") / name) == Metadata(started, (), values)


@pytest.mark.parametrize("filler", ["_", "-", "_a"])
def test_a_name_that_does_not_match_is_found_out_at_once(filler: str) -> None:
    pattern = Pattern.compile("{a}_{b}_{c}_{d}_{e}_{f}_{g}-{h}--{i}.{j}")
    name = Path((filler * 250)[:250] + ".wav")

    assert pattern.read(name) == Metadata()


def test_fields_that_end_anywhere_are_few() -> None:
    with pytest.raises(InputError, match="more than 3 fields end nowhere in particular"):
        Pattern.compile("{a}--{b}--{c}--{d}")


def test_a_field_before_a_time_may_hold_what_stands_between_them() -> None:
    found = Pattern.compile("{agent}_{time:%Y%m%d%H%M%S}").read(Path("张_三_20250312101523.wav"))

    assert found.values == {"agent": "张_三"}


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param("20250313143005", 2025, id="digits to the second"),
        pytest.param("20250313", 2025, id="digits of a day"),
        pytest.param("1712101200123", None, id="milliseconds since 1970 are no date"),
        pytest.param("0999-01-01", None, id="before there were recordings"),
    ],
)
def test_times_of_digits(tmp_path: Path, text: str, year: int | None) -> None:
    (tmp_path / "a.json").write_text(f'{{"time": "{text}"}}')

    started = gather(tmp_path / "a.wav").started_at

    assert (started and started.year) == year


def test_a_time_without_zone_gets_the_one_that_is_set() -> None:
    read = Pattern.compile(USUAL, BEIJING).read(Path("8001_20250312101523_1_in.wav"))

    assert read.started_at == MORNING.replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{agent", "at character 1 is not closed"),
        ("agent}", "at character 6"),
        ("{time:%Q}", "%Q is not known"),
        ("{time:%}", "% is not known"),
        ("{a}_{a}", "'a' stands twice"),
        ("{1}", "'1' is no name"),
        ("{}", "'' is no name"),
        ("agent", "no field"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Pattern.compile(text)


def beside(path: Path, content: object) -> Path:
    path.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def test_a_sidecar_gives_single_values_and_nothing_nested(tmp_path: Path) -> None:
    call = beside(
        tmp_path / "a.wav",
        {
            "agent": 8001,
            "vip": True,
            "score": 4.5,
            "note": "你好",
            "nothing": None,
            "empty": " ",
            "novel": "x" * 5000,
            "turns": [{"written": "secret"}],
            "rules": {"R1": "pass"},
            "started_at": "2025-03-12T10:15:23+08:00",
        },
    )

    read = sidecar(call)

    assert read.started_at == MORNING.replace(tzinfo=BEIJING)
    assert read.values == {"agent": "8001", "vip": "true", "score": "4.5", "note": "你好"}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param(["customer", "agent"], (Role.CUSTOMER, Role.AGENT), id="a list"),
        pytest.param("agent, customer", (Role.AGENT, Role.CUSTOMER), id="a line"),
        pytest.param(["agent", "boss"], (), id="an unknown role"),
        pytest.param([["agent"]], (), id="nested"),
        pytest.param({"0": "agent"}, (), id="a table"),
        pytest.param(7, (), id="a number"),
    ],
)
def test_roles_are_taken_only_when_all_are_known(
    tmp_path: Path, roles: object, expected: tuple[Role, ...]
) -> None:
    assert sidecar(beside(tmp_path / "a.wav", {"roles": roles})).roles == expected


def test_the_sidecar_of_the_full_name_goes_before(tmp_path: Path) -> None:
    call = beside(tmp_path / "a.wav", {"agent": "by stem"})
    (tmp_path / "a.wav.json").write_text('{"agent": "by name"}')

    assert sidecar(call).values == {"agent": "by name"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"{", "no JSON", id="broken"),
        pytest.param(b"[1]", "no JSON object", id="a list"),
        pytest.param(b"[" * 100_000, "no JSON", id="nested without end"),
        pytest.param(b"\xff\x00\xff", "neither UTF-8 nor GB18030", id="no text"),
    ],
)
def test_a_broken_sidecar_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.json").write_bytes(content)

    with pytest.raises(InputError, match=reason):
        sidecar(tmp_path / "a.wav")


def test_a_recording_without_a_sidecar_has_no_metadata(tmp_path: Path) -> None:
    assert sidecar(tmp_path / "a.wav") == Metadata()


TABLE = "\n".join([  # noqa: FLY002  (read as a table)
    "file,坐席,time,roles",
    "a.wav,李雷,2025/3/12 10:15:23,",
    'sub/b.wav,韩梅梅,2025-03-13,"customer,agent"',
    ",nobody,,",
    "c.wav,too,many,columns,here",
])  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_manifest_is_read_in_the_encodings_of_excel(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "day.csv"
    table = (
        TABLE
        if delimiter == ","
        else TABLE.replace(",", delimiter).replace(f"customer{delimiter}agent", "customer,agent")
    )
    path.write_bytes(table.replace("\n", "\r\n").encode(encoding))

    manifest = Manifest.read(path)

    assert manifest.of(Path("anywhere/a.wav")) == Metadata(MORNING, (), {"坐席": "李雷"})
    assert manifest.of(tmp_path / "sub" / "b.wav").roles == (Role.CUSTOMER, Role.AGENT)
    assert manifest.of(Path("b.wav")) == Metadata()


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        pytest.param("name,agent\na,b", "no column 'file'", id="no column"),
        pytest.param("", "no column 'file'", id="empty"),
        pytest.param("file,a\nx.wav,1\nx.wav,2", "two rows for x.wav", id="twice"),
        pytest.param('file,a\nx.wav,"' + "y" * 200_000 + '"', "line 2", id="an endless field"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_told(tmp_path: Path, table: str, reason: str) -> None:
    (tmp_path / "day.csv").write_text(table, "utf-8")

    with pytest.raises(InputError, match=reason):
        Manifest.read(tmp_path / "day.csv")


def test_a_manifest_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Manifest.read(tmp_path / "day.csv")


def test_a_sidecar_too_large_to_be_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.audio.metadata.LARGEST_SIDECAR", 10)

    with pytest.raises(InputError, match="larger than 10 bytes"):
        sidecar(beside(tmp_path / "a.wav", {"agent": "8001"}))


def test_manifest_goes_before_sidecar_before_name(tmp_path: Path) -> None:
    call = beside(tmp_path / "n_n_n.wav", {"b": "sidecar", "c": "sidecar"})
    (tmp_path / "day.csv").write_text("file,c\nn_n_n.wav,manifest\n")

    known = gather(
        call,
        pattern=Pattern.compile("{a}_{b}_{c}"),
        manifest=Manifest.read(tmp_path / "day.csv"),
    )

    assert known.values == {"a": "n", "b": "sidecar", "c": "manifest"}


def test_sidecars_can_be_left_aside(tmp_path: Path) -> None:
    call = beside(tmp_path / "a.wav", {"agent": "8001"})

    assert gather(call, sidecars=False) == Metadata()


def test_what_is_no_time_stays_a_value(tmp_path: Path) -> None:
    read = sidecar(beside(tmp_path / "a.wav", {"time": "2025-99-99", "started_at": "soon"}))

    assert read == Metadata(None, (), {"time": "2025-99-99", "started_at": "soon"})


def test_a_time_in_a_sidecar_gets_the_zone_that_is_set(tmp_path: Path) -> None:
    read = sidecar(beside(tmp_path / "a.wav", {"time": "2025-03-12T10:15:23"}), UTC)

    assert read.started_at == MORNING.replace(tzinfo=UTC)
