from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fakes import UNKNOWN, analysis, call, says
from huiting.core.meaning import Meaning, Quote, Summary
from huiting.core.types import Segment, Span
from huiting.exports._minutes import MOST, Minutes, _depths, minutes_of
from huiting.exports.minutes import build
from steps import growth


def meeting(*said: tuple[int, str], language: str = "zh", every: float = 5.0) -> list[Segment]:
    return [
        says(
            UNKNOWN,
            i * every,
            i * every + every - 0.5,
            text,
            speaker=speaker,
            language=language,
        )
        for i, (speaker, text) in enumerate(said)
    ]


def found_in(said: Sequence[Segment]) -> Minutes:
    end = said[-1].span.end if said else 1.0
    return minutes_of(call(*said, duration=end))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("那我们决定下周一上线。", "decisions", id="decided"),
        pytest.param("就这么定了，先灰度。", "decisions", id="settled"),
        pytest.param("We've agreed to ship on Friday.", "decisions", id="agreed in English"),
        pytest.param("発売日は五月に決定しました。", "decisions", id="decided in Japanese"),
        pytest.param("这件事由王强负责跟进。", "tasks", id="somebody is made responsible"),
        pytest.param("周五之前完成接口文档。", "tasks", id="a day is set"),
        pytest.param("I'll send the draft tomorrow.", "tasks", id="somebody takes it on"),
        pytest.param("金曜日までに準備してください。", "tasks", id="a task in Japanese"),
        pytest.param("我们还没决定用哪个。", None, id="not decided yet"),
        pytest.param("决定权在客户手里。", None, id="the power to decide"),
        pytest.param("今天天气不错。", None, id="small talk"),
    ],
)
def test_what_belongs_in_the_minutes(text: str, kind: str | None) -> None:
    found = found_in(meeting((0, text), (1, "好的。")))

    held = {k: bool(getattr(found, k)) for k in ("decisions", "tasks")}
    assert held == {k: k == kind for k in ("decisions", "tasks")}


def test_a_question_is_open_when_nobody_else_answers() -> None:
    found = found_in(
        meeting(
            (0, "预算批了吗？"),
            (1, "批了。"),
            (0, "服务器谁来采购？那我们看下一项。"),
            (1, "测试环境什么时候好？"),
        )
    )

    assert [s.text for s in found.questions] == ["服务器谁来采购？", "测试环境什么时候好？"]


def test_an_item_is_where_its_sentence_is() -> None:
    (task,) = found_in(meeting((0, "先说别的事情好吧。我来整理会议纪要。"))).tasks

    assert task.text == "我来整理会议纪要。"
    assert task.at == pytest.approx(2.25)


BUDGET = ["采购预算超支", "预算报表要核对", "财务审批采购", "预算还剩多少"]
TESTS = ["测试用例覆盖率", "回归测试失败", "自动化测试脚本", "缺陷数量统计"]


def test_a_change_of_subject_begins_a_section() -> None:
    said = [(i % 2, BUDGET[i % 4] + "。") for i in range(24)]
    said += [(i % 2, TESTS[i % 4] + "。") for i in range(24)]

    sections = found_in(meeting(*said)).sections

    assert len(sections) == 2
    assert sections[1].start == pytest.approx(120, abs=10)
    assert "预算" in sections[0].terms
    assert "测试" in sections[1].terms
    assert (sections[0].end, sections[-1].end) == (sections[1].start, 239.5)


def test_one_subject_is_one_section() -> None:
    assert len(found_in(meeting(*[(0, BUDGET[i % 4]) for i in range(40)])).sections) == 1


def test_nothing_said_gives_nothing() -> None:
    assert found_in([]) == Minutes((), (), (), ())


def test_lists_are_bounded() -> None:
    found = found_in(meeting(*[(0, "我们决定上线。") for _ in range(3 * MOST)]))

    assert len(found.decisions) == MOST


def test_minutes_are_laid_out_for_readers() -> None:
    said = meeting((0, "我们决定<b>上线</b>。"), (1, "我来准备发布说明。"))
    heard = call(*said)
    heard = replace(heard, recording=replace(heard.recording, path="in/weekly/8001.wav"))
    page = build().write(analysis(heard)).decode()

    assert page.startswith("# 会议纪要: 8001.wav\n")
    assert "- 0:00 说话人 1: 我们决定\\<b\\>上线" in page
    assert "- 0:05 说话人 2: 我来准备发布说明。" in page
    assert "## 未答复的问题\n\n（无）" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "没有听到有人说话，因此没有纪要。"), ("en", "Nobody is heard to speak")],
)
def test_a_meeting_in_which_nobody_speaks_says_so(language: str, said: str) -> None:
    page = build(language=language).write(analysis(call())).decode()

    assert said in page
    assert "## " not in page


def test_the_resolution_of_a_meeting_is_told() -> None:
    made = analysis(call(*meeting((0, "我们决定上线。"))))
    meaning = Meaning(summary=Summary("上线。", "五月上线", (), (), "qwen"))

    assert "- 解决情况: 五月上线" in build().write(replace(made, meaning=meaning)).decode()


def test_an_english_meeting_has_english_minutes_and_its_summary() -> None:
    made = analysis(call(*meeting((0, "We agreed on May."), language="en"), language="en"))
    quote = Quote(0, UNKNOWN, Span(0, 1), "agreed on May")
    meaning = Meaning(summary=Summary("May it is.", "", ("Tell the team",), (quote,), "qwen"))
    page = build().write(replace(made, meaning=meaning)).decode()

    assert "# Minutes" in page
    assert "May it is." in page
    assert "- Tell the team" in page
    assert "qwen, by a language model" in page


class Counted(float):
    """A number that counts how often it is compared."""

    compared = 0

    def __gt__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__gt__(other)  # type: ignore[operator]  # with floats alone


def test_depth_is_measured_from_the_highest_on_both_sides() -> None:
    assert _depths([0.5, 0.25, 1.0, 0.0, 0.75]) == [0.5, 1.0, 0.0, 1.75, 0.25]


def test_depths_of_a_long_meeting_are_found_in_one_pass() -> None:
    Counted.compared = 0
    _depths([Counted(n % 7) for n in range(1000)])

    assert 0 < Counted.compared <= 2000


def test_the_work_grows_with_the_length_of_a_meeting() -> None:
    def work(size: int) -> Callable[[], object]:
        whole = call(*meeting(*[(n % 2, f"{chr(0x4E00 + n)}{BUDGET[n % 4]}") for n in range(size)]))
        return lambda: minutes_of(whole)

    assert growth(work, 300) < 2.3
