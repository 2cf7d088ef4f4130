from datetime import UTC, datetime, timedelta, timezone

import pytest

from fakes import AGENT, CUSTOMER
from huiting.core.errors import InputError
from huiting.core.types import Role, Span
from huiting.store import Match, Store
from huiting.store._query import Term
from huiting.store.search import excerpt
from unit.store.stored import NOON, heard, identity, line


def save(store: Store, *lines: str) -> None:
    """Keep one call in which these are said."""
    store.save(heard("a", *lines), at=NOON)


def found(store: Store, query: str, **how: object) -> list[str]:
    """Return the hits of a search with their marks."""
    return [hit.marked() for hit in store.search(query, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "query", "hit"),
    [
        pytest.param("我想退货。", "退", "我想【退】货。", id="one character"),
        pytest.param("我想退货。", "退货", "我想【退货】。", id="two characters"),
        pytest.param("我想退货。", "我想退货。", "【我想退货。】", id="the whole text"),
        pytest.param("我想退货。", "。", "我想退货【。】", id="punctuation"),
        pytest.param("订单202503108866。", "8866", "订单20250310【8866】。", id="end of a number"),
        pytest.param("订单202503108866。", "0", "订单2【0】25【0】31【0】8866。", id="one digit"),
        pytest.param("买了iPhone15", "PHONE", "买了i【Phone】15", id="letters inside a word"),
        pytest.param("买了ＩＰｈｏｎｅ", "iphone", "买了【ＩＰｈｏｎｅ】", id="width"),
        pytest.param("退款到账户", "賬戶", "退款到【账户】", id="Traditional finds Simplified"),
        pytest.param("退款到賬戶", "账户", "退款到【賬戶】", id="Simplified finds Traditional"),
        pytest.param("退货，运费", "运费 退货", "【退货】，【运费】", id="words in any order"),
        pytest.param("say hello world", '"o wo"', "say hell【o wo】rld", id="phrase with a space"),
        pytest.param("哈哈哈", "哈哈", "【哈哈】哈", id="hits that overlap"),
        pytest.param("好的", "好的 的", "【好的】", id="terms that overlap"),
        pytest.param("真的😀吗", "😀", "真的【😀】吗", id="emoji"),
        pytest.param("𠮷野家", "𠮷", "【𠮷】野家", id="outside the basic plane"),
    ],
)
def test_any_piece_of_text_is_found(store: Store, text: str, query: str, hit: str) -> None:
    save(store, text, "无关的另一句话")

    assert found(store, query)[:1] == [hit]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("货退", id="characters in another order"),
        pytest.param("退货 元", id="one word of two"),
        pytest.param("退，货", id="punctuation that is not there"),
        pytest.param("你好您", id="across two segments"),
        pytest.param("腿货", id="another character of the same sound"),
    ],
)
def test_what_was_not_said_is_not_found(store: Store, query: str) -> None:
    save(store, "我想退货", "你好", "您说")

    assert found(store, query) == []


@pytest.mark.parametrize(
    "query",
    ["%", "_", "'", '"', "\\", "*", "a' OR '1'='1", '") OR keys:(x', "NEAR(a b)", "-退", "\0",
     "\ud800", "; DROP TABLE segment; --", "$1", ":x", "{keys}:", "退*", "^退", "🙂" * 500],
)  # fmt: skip
def test_hostile_queries_are_only_text(store: Store, query: str) -> None:
    save(store, "退货", f"他说 {query} 就是这样")

    for sounds_like in (False, True):
        hits = store.search(query, sounds_like=sounds_like)

        assert [hit.ordinal for hit in hits if hit.match is Match.EXACT] == [1]


def test_numbers_are_found_as_written_and_as_spoken(store: Store) -> None:
    store.save(heard("a", line("实付399元。", spoken="实付三百九十九元")), at=NOON)

    assert found(store, "399") == ["实付【399】元。"]
    assert found(store, "三百九十九") == ["实付【三百九十九】元"]
    assert found(store, "。实") == []


def test_words_may_stand_in_different_forms(store: Store) -> None:
    store.save(heard("a", line("实付399元。", spoken="实付三百九十九元")), at=NOON)

    assert len(found(store, "399 三百")) == 1


def test_a_hit_says_where_and_when(store: Store) -> None:
    shanghai = timezone(timedelta(hours=8))
    begun = datetime(2025, 3, 12, 10, 15, 23, tzinfo=shanghai)
    said = [line("您好"), line("我想退货", role=CUSTOMER, start=4.25, language="yue")]
    store.save(heard("8001_call", *said, started_at=begun), at=NOON)

    (hit,) = store.search("退货")

    assert hit.recording == identity("8001_call")
    assert hit.name == "8001_call.wav"
    assert hit.started_at == begun
    assert hit.started_at.utcoffset() == timedelta(hours=8)
    assert (hit.ordinal, hit.role, hit.span) == (1, CUSTOMER, Span(4.25, 5.25))
    assert hit.language == "yue"
    assert (hit.snippet, hit.marks) == ("我想退货", ((2, 4),))
    assert hit.match is Match.EXACT
    assert hit.score > 0


def test_a_long_segment_is_shown_around_the_hit(store: Store) -> None:
    save(store, "前" * 100 + "退货" + "后" * 100)

    (hit,) = store.search("退货")

    assert hit.marked() == "…" + "前" * 24 + "【退货】" + "后" * 24 + "…"


def test_a_hit_longer_than_the_snippet_is_shown_whole(store: Store) -> None:
    save(store, "前" + "退" * 80 + "后" * 100)

    assert found(store, "退" * 80) == ["前【" + "退" * 80 + "】" + "后" * 24 + "…"]


def test_sounds_alike_are_found_after_the_exact_hits(store: Store) -> None:
    save(store, "推款推款推款", "说的就是这个很长很长的退款的事情", "贷款")

    hits = store.search("退款", sounds_like=True)

    assert [(hit.ordinal, hit.match) for hit in hits] == [
        (1, Match.EXACT), (0, Match.SOUNDS_LIKE),
    ]  # fmt: skip
    assert hits[1].marked() == "【推款】【推款】【推款】"


def test_sounds_ignore_punctuation(store: Store) -> None:
    save(store, "嗯，推，款！")

    assert found(store, "退款", sounds_like=True) == ["嗯，【推，款】！"]


def test_each_word_may_match_by_letters_or_by_sound(store: Store) -> None:
    save(store, "推款的元。")

    assert found(store, "退款 。", sounds_like=True) == ["【推款】的元【。】"]


def test_sounds_of_the_spoken_form_are_searched_too(store: Store) -> None:
    store.save(heard("a", line("实付399元", spoken="实付三百九十九元")), at=NOON)

    assert found(store, "三白九实九", sounds_like=True) == ["实付【三百九十九】元"]


def test_by_sound_finds_other_readings_of_the_query(store: Store) -> None:
    save(store, "我的赢行卡")

    assert found(store, "银行", sounds_like=True) == ["我的【赢行】卡"]


@pytest.fixture
def three_calls(store: Store) -> Store:
    """Calls on three days, by two agents."""
    for day, agent in enumerate(["8001", "8002", "8001"]):
        analysis = heard(
            f"day{day}",
            line("退货", role=AGENT),
            line("退货", role=CUSTOMER, language="yue"),
            started_at=NOON + timedelta(days=day),
            metadata={"agent": agent},
        )
        store.save(analysis, at=NOON)
    return store


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        pytest.param({}, ["day2", "day2", "day1", "day1", "day0", "day0"], id="none"),
        pytest.param({"role": Role.CUSTOMER}, ["day2", "day1", "day0"], id="role"),
        pytest.param({"language": "yue"}, ["day2", "day1", "day0"], id="language"),
        pytest.param({"agent": "8002"}, ["day1", "day1"], id="agent"),
        pytest.param({"since": NOON + timedelta(days=2)}, ["day2", "day2"], id="since, inclusive"),
        pytest.param(
            {"since": NOON + timedelta(days=2, microseconds=1)}, [], id="since, to the microsecond"
        ),
        pytest.param({"until": NOON + timedelta(days=1)}, ["day0", "day0"], id="until, exclusive"),
        pytest.param(
            {"until": NOON + timedelta(days=1, microseconds=1), "role": AGENT},
            ["day1", "day0"], id="until, to the microsecond, and role",
        ),
        pytest.param(
            {"since": datetime(1900, 1, 1, tzinfo=UTC), "until": datetime(2200, 1, 1, tzinfo=UTC),
             "role": AGENT}, ["day2", "day1", "day0"], id="far times",
        ),
        pytest.param({"agent": "' OR 1=1"}, [], id="a filter is only text"),
    ],
)  # fmt: skip
def test_filters_narrow_the_search(
    three_calls: Store, filters: dict[str, object], names: list[str]
) -> None:
    hits = three_calls.search("退货", **filters)  # type: ignore[arg-type]

    assert [hit.name.removesuffix(".wav") for hit in hits] == names


def test_the_more_a_segment_is_about_it_the_earlier_it_comes(store: Store) -> None:
    save(store, "退货这件事我已经说过很多很多次了", "退货退货", "退货")

    assert [hit.ordinal for hit in store.search("退货")] == [1, 2, 0]


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rank so few hits at a time that a search takes several rounds."""
    monkeypatch.setattr("huiting.store.search.WINDOW", 20)


@pytest.mark.usefixtures("small_windows")
def test_pages_make_up_the_whole(store: Store) -> None:
    for number in range(3):
        lines = [f"退{'货' * (n % 5)}推货" for n in range(25)]
        store.save(heard(str(number), *lines, started_at=NOON + timedelta(number)), at=NOON)

    whole = store.search("退货", sounds_like=True, limit=200)
    pages = [
        hit
        for offset in range(0, 200, 9)
        for hit in store.search("退货", sounds_like=True, limit=9, offset=offset)
    ]

    assert len(whole) == 75
    assert pages == whole
    assert [hit.match for hit in whole] == sorted(hit.match for hit in whole)


@pytest.mark.usefixtures("small_windows")
def test_the_newest_hits_come_in_the_first_window(store: Store) -> None:
    store.save(heard("old", "退货", started_at=NOON), at=NOON)
    later = ["说了很多别的话然后才说到退货"] * 20
    store.save(heard("new", *later, started_at=NOON + timedelta(1)), at=NOON)

    hits = store.search("退货", limit=21)

    assert hits[-1].name == "old.wav"


def test_a_hit_whose_place_is_not_known_is_shown_from_its_beginning() -> None:
    assert excerpt(["前" * 100], [Term("退货")]) == ("前" * 48, ())


def test_only_the_current_analysis_is_searched(store: Store) -> None:
    store.save(heard("a", "退货", "您好"), at=NOON)
    store.save(heard("a", "退款"), at=NOON)

    assert found(store, "退货") == []
    assert found(store, "您好") == []
    assert found(store, "退款") == ["【退款】"]


def test_a_new_start_moves_the_call(store: Store) -> None:
    store.save(heard("a", "退货", started_at=None), at=NOON)
    store.save(heard("b", "退货", started_at=NOON + timedelta(1)), at=NOON)
    store.save(heard("a", "退货", started_at=NOON + timedelta(2)), at=NOON)

    hits = store.search("退货")

    assert [hit.name for hit in hits] == ["a.wav", "b.wav"]


def test_a_limit_must_make_sense(store: Store) -> None:
    with pytest.raises(InputError, match="limit -1"):
        store.search("退货", limit=-1)
