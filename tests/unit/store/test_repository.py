from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from huiting.core.errors import EngineError, InputError, UndecodableAudio, UnknownCall
from huiting.store import Failure, Store
from huiting.store.repository import BATCH
from unit.store.stored import NOON, heard, identity, line


def test_an_analysis_comes_back_as_it_was(store: Store) -> None:
    analysis = heard("a", line("实付399元", spoken="实付三百九十九元"), metadata={"agent": "8001"})

    store.save(analysis, at=NOON)

    assert store.analysis(identity("a")) == analysis


def test_a_stored_call_tells_what_a_list_of_calls_shows(store: Store) -> None:
    begun = datetime(2025, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    store.save(heard("a", "您好", "退货", started_at=begun, metadata={"agent": "8001"}), at=NOON)

    call = store.find("a")

    assert (call.id, call.name, call.path) == (identity("a"), "a.wav", "/calls/a.wav")
    assert call.started_at == begun
    assert (call.duration, call.language, call.metadata) == (3.0, "zh", {"agent": "8001"})
    assert (call.version, call.analyzed_at, call.settings, call.segments) == (
        1, NOON, "default", 2,
    )  # fmt: skip


def test_the_same_call_under_two_names_is_one_call(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)
    store.save(heard("a", "您好", path="/copy/b.wav"), at=NOON + timedelta(1))

    assert [call.id for call in store.calls()] == [identity("a")]
    assert store.names("b") == ["/calls/a.wav", "/copy/b.wav"]
    assert store.find("a.wav").id == store.find("/copy/b.wav").id == identity("a")


def test_names_given_besides_the_path_are_kept_and_the_first_is_shown(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON, names=["/x/first.wav", "/x/second.wav"])

    assert store.names("second") == ["/calls/a.wav", "/x/first.wav", "/x/second.wav"]
    assert store.find("a").name == "first.wav"


def test_an_equal_analysis_is_not_kept_twice(store: Store) -> None:
    assert store.save(heard("a", "您好"), at=NOON) == 1
    assert store.save(heard("a", "您好"), at=NOON + timedelta(1)) == 1

    assert len(store.versions("a")) == 1
    assert len(store.search("您好")) == 1


def test_every_version_is_kept_and_the_newest_is_current(store: Store) -> None:
    first, second = heard("a", "旧的", settings="one"), heard("a", "新的", settings="two")
    store.save(first, at=NOON)
    store.save(second, at=NOON + timedelta(1))

    assert store.analysis("a") == second
    assert store.analysis("a", version=1) == first
    assert [(v.number, v.at, v.settings) for v in store.versions("a")] == [
        (1, NOON, "one"), (2, NOON + timedelta(1), "two"),
    ]  # fmt: skip
    assert store.versions("a")[0].models == {"whisper-base": "d0" * 32}


def test_a_version_that_never_was_is_unknown(store: Store) -> None:
    store.save(heard("a", "您好"), at=NOON)

    with pytest.raises(UnknownCall, match="no version 2; the newest is 1"):
        store.analysis("a", version=2)


def test_done_asks_for_the_current_analysis_and_its_settings(store: Store) -> None:
    store.save(heard("a", "您好", settings="one"), at=NOON)
    store.save(heard("a", "你好", settings="two"), at=NOON)

    assert store.done(identity("a"), "two")
    assert not store.done(identity("a"), "one")
    assert not store.done(identity("b"), "two")


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(identity("报价_1"), id="id"),
        pytest.param(identity("报价_1")[:9], id="beginning of the id"),
        pytest.param(identity("报价_1")[:9].upper(), id="in capitals"),
        pytest.param("/calls/报价_1.wav", id="path"),
        pytest.param("报价_1.wav", id="file name"),
        pytest.param("报价_1", id="stem"),
        pytest.param("报价_", id="beginning of the file name"),
    ],
)
def test_a_call_is_found_by(store: Store, named: str) -> None:
    store.save(heard("报价_1", "您好"), at=NOON)
    store.save(heard("报价X1", "您好"), at=NOON)

    assert store.find(named).id == identity("报价_1")


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("b", id="no such name"),
        pytest.param("", id="nothing"),
        pytest.param(identity("a")[:3], id="too little of an id"),
        pytest.param("%", id="a wildcard"),
        pytest.param(".wav", id="the end of a file name"),
        pytest.param("\0\ud800' OR 1=1", id="hostile"),
    ],
)
def test_what_names_no_call_is_unknown(store: Store, named: str) -> None:
    store.save(heard("a", "您好"), at=NOON)

    with pytest.raises(UnknownCall, match="no such call"):
        store.find(named)


def test_a_name_of_several_calls_is_refused_and_lists_them(store: Store) -> None:
    for number in range(7):
        path = f"/day{number}/call.wav"
        store.save(heard(str(number), "您好", path=path), at=NOON + timedelta(number))

    with pytest.raises(InputError, match=r"several calls.*/day6/call\.wav.*and more") as caught:
        store.analysis("call")

    assert identity("6")[:12] in str(caught.value)


def test_a_beginning_that_fits_an_id_and_a_name_is_not_guessed(store: Store) -> None:
    prefix = identity("a")[:4]
    store.save(heard("a", "您好"), at=NOON)
    store.save(heard("b", "您好", path=f"/calls/{prefix}_in.wav"), at=NOON)

    with pytest.raises(InputError, match=f"several calls fit: .*{prefix}_in.wav"):
        store.find(prefix)
    assert store.find(f"{prefix}_").id == identity("b")


def test_two_calls_of_one_name_are_both_listed(store: Store) -> None:
    store.save(heard("1", "您好", path="/one/call.wav"), at=NOON)
    store.save(heard("2", "您好", path="/two/call.wav"), at=NOON)

    with pytest.raises(InputError, match=r"/two/call\.wav; [0-9a-f]{12} /one/call\.wav; give"):
        store.find("call")


def test_an_exact_name_is_preferred_to_the_beginning_of_an_id(store: Store) -> None:
    prefix = identity("a")[:4]
    store.save(heard("a", "您好"), at=NOON)
    store.save(heard("b", "您好", path=f"/calls/{prefix}.wav"), at=NOON)

    assert store.find(prefix).id == identity("b")


def test_calls_come_the_latest_first_in_batches(store: Store) -> None:
    count = BATCH + 3
    calls = (heard(str(n), started_at=NOON + timedelta(minutes=n)) for n in range(count))

    assert store.save_all(calls, at=NOON) == count
    assert [c.name for c in store.calls()] == [f"{n}.wav" for n in reversed(range(count))]


def test_calls_are_filtered_by_time_language_and_metadata(store: Store) -> None:
    for day, (language, agent) in enumerate([("zh", "8001"), ("en", "8001"), ("zh", "8002")]):
        at = NOON + timedelta(day)
        analysis = heard(
            str(day), started_at=at, language=language, metadata={"agent": agent, "线路": "热线"}
        )
        store.save(analysis, at=NOON)

    def names(**how: object) -> list[str]:
        return [c.name[0] for c in store.calls(**how)]  # type: ignore[arg-type]

    assert names(since=NOON + timedelta(1)) == ["2", "1"]
    assert names(until=NOON + timedelta(1)) == ["0"]
    assert names(language="zh") == ["2", "0"]
    assert names(metadata={"agent": "8001", "线路": "热线"}) == ["1", "0"]
    assert names(metadata={"agent": "80%"}) == []


def test_calls_without_a_start_are_ordered_by_when_they_were_analyzed(store: Store) -> None:
    store.save(heard("a", started_at=None), at=NOON + timedelta(2))
    store.save(heard("b", started_at=NOON + timedelta(1)), at=NOON + timedelta(3))

    assert [(c.name, c.started_at) for c in store.calls()] == [
        ("a.wav", None), ("b.wav", NOON + timedelta(1)),
    ]  # fmt: skip


def test_a_time_without_a_zone_is_taken_for_utc_and_given_back_without_one(store: Store) -> None:
    naive = datetime(2025, 3, 12, 12)  # noqa: DTZ001
    store.save(heard("a", started_at=naive), at=NOON)

    assert store.find("a").started_at == naive
    assert [c.name for c in store.calls(since=NOON, until=NOON + timedelta(seconds=1))] == ["a.wav"]


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(datetime.min.replace(tzinfo=timezone(timedelta(hours=8))), id="first"),
        pytest.param(datetime.max.replace(tzinfo=timezone(timedelta(hours=-8))), id="last"),
    ],
)
def test_calls_at_the_ends_of_time_are_kept_and_found(store: Store, begun: datetime) -> None:
    store.save(heard("a", "退货", started_at=begun), at=NOON)
    store.save(heard("b", "退货", started_at=begun), at=NOON)

    assert {hit.name for hit in store.search("退货")} == {"a.wav", "b.wav"}


@pytest.fixture
def two_calls_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave so few numbers a second that they run out."""
    monkeypatch.setattr("huiting.store._save.CALL_BITS", 1)
    monkeypatch.setattr("huiting.store._clock.CALL_BITS", 1)


@pytest.mark.usefixtures("two_calls_a_second")
def test_more_calls_than_a_second_has_numbers_begin_at_once(store: Store) -> None:
    store.save_all((heard(str(n), "退货", started_at=None) for n in range(9)), at=NOON)

    assert len(list(store.calls(since=NOON, until=NOON + timedelta(seconds=1)))) == 9
    assert len(store.search("退货", since=NOON, until=NOON + timedelta(seconds=1))) == 9


@pytest.mark.usefixtures("two_calls_a_second")
def test_calls_that_find_a_whole_day_full_are_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.store._save._DAY", 1)
    store.save_all((heard(str(n), started_at=None) for n in range(2)), at=NOON)

    with pytest.raises(InputError, match="too many calls begin then; give the calls their start"):
        store.save(heard("one more", started_at=None), at=NOON)


def test_metadata_of_the_newest_analysis_counts(store: Store) -> None:
    store.save(heard("a", metadata={"agent": "8001"}), at=NOON)
    store.save(heard("a", metadata={"agent": "8002"}), at=NOON)

    assert list(store.calls(metadata={"agent": "8001"})) == []
    assert store.find("a").metadata == {"agent": "8002"}


def test_text_that_no_database_holds_is_kept_in_the_analysis(store: Store) -> None:
    analysis = heard("a", "退\0货", metadata={"note\0": "x\0"})
    store.save(analysis, at=NOON, names=["/calls/\udcff.wav"])

    assert store.analysis("a") == analysis
    assert [hit.snippet for hit in store.search("退\0货")] == ["退\ufffd货"]
    assert store.find("\udcff").name == "\ufffd.wav"


def test_names_with_newlines_and_emoji_are_kept(store: Store) -> None:
    store.save(heard("a", path="/calls/通话\n😀.wav"), at=NOON)

    assert store.find("通话\n😀").path == "/calls/通话\n😀.wav"


def test_a_failure_is_remembered_and_counted(store: Store) -> None:
    broken = UndecodableAudio("x.wav", "empty file", "record it again")
    store.fail("/calls/x.wav", EngineError("x", "out of memory", "use less"), at=NOON)
    store.fail("/calls/x.wav", broken, at=NOON + timedelta(1), recording="cd" * 32)

    assert store.failures() == [
        Failure(
            "/calls/x.wav", "cd" * 32, "undecodable-audio", "empty file", "record it again",
            NOON + timedelta(1), 2,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "recording"),
    [
        pytest.param("/calls/a.wav", None, id="the same path"),
        pytest.param("/elsewhere/x.wav", identity("a"), id="the same recording"),
    ],
)
def test_a_success_clears_the_failure(store: Store, path: str, recording: str | None) -> None:
    error = UndecodableAudio("x.wav", "empty file", "record it again")
    store.fail(path, error, at=NOON, recording=recording)
    store.fail("/calls/other.wav", error, at=NOON)

    store.save(heard("a"), at=NOON)

    assert [failure.path for failure in store.failures()] == ["/calls/other.wav"]


def test_a_deleted_call_leaves_nothing(store: Store) -> None:
    store.save(heard("a", "退货", metadata={"agent": "8001"}), at=NOON)
    store.save(heard("a", "退款"), at=NOON)
    store.save(heard("b", "退款"), at=NOON)
    store.fail("/calls/a.wav", EngineError("a", "out of memory", "use less"), at=NOON)

    store.delete("a")

    assert [call.name for call in store.calls()] == ["b.wav"]
    assert [hit.name for hit in store.search("退")] == ["b.wav"]
    assert store.failures() == []
    with pytest.raises(UnknownCall):
        store.delete("a")


def test_a_deleted_call_can_be_saved_again(store: Store) -> None:
    store.save(heard("a", "退货"), at=NOON)
    store.delete("a")

    assert store.save(heard("a", "退货"), at=NOON) == 1
    assert len(store.search("退货")) == 1


def test_too_many_segments_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.store._save.ORDINAL_BITS", 1)

    with pytest.raises(InputError, match="3 segments"):
        store.save(heard("a", "一", "二", "三"), at=NOON)


def test_a_save_that_fails_leaves_everything_as_it_was(store: Store) -> None:
    store.save(heard("a", "退货"), at=NOON)
    bad = heard("a", "退款")
    bad = replace(bad, made_by=replace(bad.made_by, models={"m": b"no JSON"}))  # type: ignore[dict-item]

    with pytest.raises(Exception, match="JSON"):
        store.save(bad, at=NOON)

    assert [hit.snippet for hit in store.search("退")] == ["退货"]
    assert len(store.versions("a")) == 1


def test_times_are_given_back_in_utc(store: Store) -> None:
    store.save(heard("a"), at=datetime(2025, 3, 12, 20, tzinfo=timezone(timedelta(hours=8))))

    assert store.find("a").analyzed_at.isoformat() == "2025-03-12T12:00:00+00:00"
    assert store.find("a").analyzed_at.tzinfo is UTC
