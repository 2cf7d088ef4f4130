"""The mail of a day: what it says, in both languages, and that strangers' text stays text."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from cases import ANGRY, CUSTOMER, NEUTRAL, case, failed, line, scored
from huiting.core.types import EmotionLabel
from huiting.insights.case import felt
from huiting.insights.day import Day, day
from huiting.insights.words import Words, WordTally
from huiting.notify.notice import Notice, Topic
from huiting.reports._picture import bars
from huiting.reports.digest import digest

NOW = datetime(2025, 3, 13, 0, 30, tzinfo=UTC)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def full(evil: str = "") -> Day:
    cases = [
        case(
            f"c{n}{evil}",
            line(CUSTOMER, 5, 8, "手机爆炸了", NEUTRAL if n % 3 else ANGRY),
            after=timedelta(hours=n % 8),
            agent=f"80{n % 5}{evil}",
            findings=[failed("banned", f"随便你{evil}", 31, name=f"禁语{evil}")],
            scores=[scored(float(n))],
        )
        for n in range(40)
    ]
    return day(cases, [], lambda _: [])


def words() -> Words:
    tally = WordTally()
    for n in range(40):
        said = "手机爆炸了" if n < 10 else "查询物流"
        one = case(f"c{n}", line(CUSTOMER, 0, 2, said, ANGRY if n < 10 else NEUTRAL))
        tally.add(one, focus=any(felt(one, EmotionLabel.ANGRY)))
    return tally.result()


def told(language: str = "zh", evil: str = "", link: str | None = None) -> Notice:
    return digest(
        full(evil=evil), words(), identity="digest-1", language=language, at=NOW, link=link
    )


def test_it_tells_volumes_words_rules_agents_and_calls_to_hear() -> None:
    notice = told(link="https://qa.example/huiting")

    text = "\n".join(notice.lines)
    for part in ("通话: 40", "客户生气", "未通过最多", "爆炸", "坐席：", "建议收听"):
        assert part in text
    assert notice.html is not None
    assert 'href="https://qa.example/huiting/calls/c' in notice.html
    assert notice.topic is Topic.DIGEST
    assert notice.facts["calls"] == 40


def test_it_is_in_english_too() -> None:
    text = "\n".join(told("en").lines)

    assert "Calls: 40" in text
    assert "Most often failed:" in text
    assert "质检" not in text


def test_what_strangers_wrote_stays_text() -> None:
    page = told(evil=EVIL).html or ""

    assert "<script" not in page
    assert "<img src=x" not in page


def test_nothing_that_was_said_is_quoted() -> None:
    notice = told()

    assert "随便你" not in (notice.html or "") + "".join(notice.lines)


def test_a_day_without_calls_says_so() -> None:
    empty = digest(
        day([], [], lambda _: []), Words(0, 0, (), (), ()), identity="d", language="zh", at=NOW
    )

    assert "这段时间没有通话。" in empty.lines
    assert "这段时间没有通话。" in (empty.html or "")


def test_its_picture_is_a_png_of_the_hours() -> None:
    [picture] = told().pictures

    shown = Image.open(BytesIO(picture.png))
    assert shown.format == "PNG"
    assert f"cid:{picture.name}" in (told().html or "")


@pytest.mark.parametrize("counts", [[0, 0, 0], [1, 2, 3], [7, 100_000, 3]])
def test_bars_are_as_tall_as_their_counts(counts: list[int]) -> None:
    png = bars(["a", "b", "c"], [("#ff0000", counts)])

    shown = Image.open(BytesIO(png)).convert("RGB")
    red = [
        sum(shown.getpixel((36 + column * 201 + 100, y)) == (255, 0, 0) for y in range(180))
        for column in range(3)
    ]
    assert [a <= b for a, b in pairwise(red)] == [a <= b for a, b in pairwise(counts)]
    assert [tall > 0 for tall in red] == [count > 0 for count in counts]
