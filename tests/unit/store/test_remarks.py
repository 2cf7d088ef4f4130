"""Remarks and corrections: kept in order, the latest counts, only of calls that may be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes import analysis, call, says
from huiting.core.errors import Unknown, UnknownCall
from huiting.core.types import Role, Span
from huiting.store import Store
from huiting.store.remarks import Author, Correction, Heard, Pair, Remark, Remarks, counting

NOW = datetime(2025, 3, 12, tzinfo=UTC)
ANN, BOB = Author("user:1", "Ann"), Author("user:2", "Bob")
FIRST, SECOND = "0" * 64, "1" * 64
TEAM_B = {"team": frozenset({"B"})}


@pytest.fixture
def kept(store: Store) -> Remarks:
    for number, team in ((0, "A"), (1, "B")):
        made = analysis(call(says(Role.AGENT, 0, 1)))
        recording = replace(
            made.call.recording, id=f"{number}" * 64, metadata={"team": team}
        )  # fmt: skip
        store.save(replace(made, call=replace(made.call, recording=recording)), at=NOW)
    return Remarks(store.database)


def say(kept: Remarks, text: str, of: str = FIRST, by: Author = ANN) -> Remark:
    with kept.database.writing() as connection:
        return kept.add(connection, Remark(of, text, by, NOW, 1.5))


def correct(
    kept: Remarks, text: str | None, of: str = FIRST, segment: int = 0, version: int = 1
) -> Correction:
    heard = Heard(version, segment, 0, Span(0, 1), "我要退会", "zh", "whisper-base")
    made = Correction(of, heard, text, ANN, NOW + timedelta(segment))
    with kept.database.writing() as connection:
        return kept.correct(connection, made)


def test_remarks_are_kept_as_they_were_the_oldest_first(kept: Remarks) -> None:
    made = [say(kept, "清楚"), say(kept, "<b>吗</b>"), say(kept, "别的", SECOND)]

    assert kept.remarks(FIRST) == made[:2]
    assert kept.remarks(FIRST, limit=1) == made[:1]


def test_what_is_said_of_a_call_that_may_not_be_seen_is_not_there(kept: Remarks) -> None:
    say(kept, "清楚")
    correct(kept, "我要退货")

    assert kept.remarks(FIRST, TEAM_B) == []
    assert kept.corrections(FIRST, TEAM_B) == []
    assert kept.pairs(TEAM_B, limit=9) == []


def test_nothing_is_said_of_no_call(kept: Remarks) -> None:
    with pytest.raises(UnknownCall):
        say(kept, "清楚", "f" * 64)
    with pytest.raises(UnknownCall):
        correct(kept, "清楚", "f" * 64)


def test_a_remark_is_removed_by_who_wrote_it(kept: Remarks) -> None:
    made = say(kept, "清楚")

    for of, by in ((FIRST, BOB.id), (SECOND, ANN.id)):
        with kept.database.writing() as connection, pytest.raises(Unknown):
            kept.remove(connection, of, made.key, by)
    with kept.database.writing() as connection:
        kept.remove(connection, FIRST, made.key, ANN.id)

    assert kept.remarks(FIRST) == []


def test_a_remark_is_removed_by_who_may_remove_all(kept: Remarks) -> None:
    made = say(kept, "清楚")
    with kept.database.writing() as connection:
        kept.remove(connection, FIRST, made.key, None)

    assert kept.remarks(FIRST) == []


def test_corrections_stay_and_the_latest_of_a_segment_counts(kept: Remarks) -> None:
    made = [correct(kept, "我要退火"), correct(kept, "我要退货"), correct(kept, "好", segment=1)]

    assert kept.corrections(FIRST) == made
    assert counting(made) == {(1, 0): made[1], (1, 1): made[2]}
    assert [pair.said for pair in kept.pairs(limit=9)] == ["好", "我要退货"]
    assert kept.pairs(limit=1) == [Pair("whisper-base", "zh", "我要退会", "好")]


def test_what_was_taken_back_does_not_count(kept: Remarks) -> None:
    made = [correct(kept, "我要退货"), correct(kept, None)]

    assert counting(made) == {}
    assert kept.pairs(limit=9) == []


def test_each_version_has_its_own(kept: Remarks) -> None:
    correct(kept, "我要退货")
    correct(kept, "我要退货了", version=2)
    correct(kept, "别的", SECOND)

    assert len(kept.pairs(limit=9)) == 3
    assert len(kept.pairs(call=FIRST, limit=9)) == 2


def test_they_go_with_their_call(kept: Remarks, store: Store) -> None:
    say(kept, "清楚")
    correct(kept, "我要退货")
    store.delete(FIRST)

    assert kept.remarks(FIRST) == []
    assert kept.pairs(limit=9) == []
