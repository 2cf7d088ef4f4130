from datetime import datetime

import pytest

from huiting.app import hits
from huiting.core.types import Role, Span
from huiting.store.search import Hit, Match


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")


def hit(**changes: object) -> Hit:
    values: dict[str, object] = {
        "recording": "ab" * 32,
        "name": "8001.wav",
        "started_at": datetime(2025, 3, 12, 10, 15),  # noqa: DTZ001  (recorders state no zone)
        "ordinal": 3,
        "role": Role.CUSTOMER,
        "span": Span(63.25, 65),
        "language": "zh",
        "snippet": "我想退货",
        "marks": ((2, 4),),
        "match": Match.EXACT,
        "score": 1.23456,
    }
    return Hit(**(values | changes))  # type: ignore[arg-type]


def test_a_hit_is_a_line_with_its_words_marked() -> None:
    line = hits.line(hit())

    assert line.plain == "2025-03-12 10:15  8001.wav  1:03  customer  我想退货"
    marked = [line.plain[s.start : s.end] for s in line.spans if s.style == "bold red"]
    assert marked == ["退货"]


def test_a_hit_by_sound_says_so() -> None:
    line = hits.line(hit(match=Match.SOUNDS_LIKE, started_at=None))

    assert line.plain == "8001.wav  1:03  customer  我想退货  (sounds like)"


def test_a_script_reads_a_hit_as_plain_values() -> None:
    body = hits.as_json(hit(started_at=None, name="\udcff.wav"))

    assert body["name"] == "?.wav"
    assert body["started_at"] is None
    assert (body["role"], body["match"], body["score"]) == ("customer", "exact", 1.2346)
