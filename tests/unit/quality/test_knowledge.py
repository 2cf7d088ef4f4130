"""Documents that go with calls."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes import CUSTOMER, analysis, call, says
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.meaning import Document
from huiting.core.types import Emotion, EmotionLabel
from huiting.core.yaml_file import Piece, text
from huiting.quality.dialogue import dialogue_of
from huiting.quality.knowledge import (
    MOST_ATTACHED,
    Condition,
    by_rules,
    documents_of,
    read_links,
)
from huiting.quality.rules.asked import Context
from huiting.text.pronunciation import sounds_of

ALLERGY = """format: huiting-documents/1
documents:
  - title: 过敏处理
    link: https://kb.example/allergy
    because: 客户提到过敏
    when: {said: 过敏, by: customer}
"""


def dialogue(words: str) -> Dialogue:
    return dialogue_of(analysis(call(says(CUSTOMER, 0, 3, words))), sounds_of)


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "documents.yaml"
    path.write_text(content, "utf-8")
    return path


def saying(piece: Piece) -> Condition:
    words = text(piece)
    return lambda dialogue: any(words in line.text for line in dialogue.lines)


def test_a_document_goes_with_the_call_whose_condition_holds(tmp_path: Path) -> None:
    links = read_links(written(tmp_path, ALLERGY), by_rules(Context(sounds_of)))

    assert documents_of(dialogue("我用了以后过敏了"), links) == (
        Document("过敏处理", "https://kb.example/allergy", "客户提到过敏"),
    )
    assert documents_of(dialogue("我想退货"), links) == ()


def test_conditions_join_as_in_rules(tmp_path: Path) -> None:
    both = ALLERGY.replace(
        "{said: 过敏, by: customer}", "{all: [{said: 过敏}, {not: {said: 已经好了}}]}"
    )
    links = read_links(written(tmp_path, both), by_rules(Context(sounds_of)))

    assert documents_of(dialogue("过敏了"), links)
    assert not documents_of(dialogue("过敏，已经好了"), links)


def test_the_guides_example_attaches_its_document(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/intents.md").read_text("utf-8")
    lines = guide.split("## Documents")[1].split("## ")[0].splitlines()
    example = "\n".join(line[4:] for line in lines if line.startswith("    "))
    links = read_links(written(tmp_path, example), by_rules(Context(sounds_of)))
    segment = says(CUSTOMER, 0, 3, "我过敏了")
    sad = replace(segment, emotion=Emotion(EmotionLabel.SAD, 0.9))

    told = [dialogue_of(analysis(call(s)), sounds_of) for s in (sad, segment)]

    assert [len(documents_of(each, links)) for each in told] == [1, 0]


def test_conditions_may_be_of_another_kind(tmp_path: Path) -> None:
    path = written(tmp_path, ALLERGY.replace("{said: 过敏, by: customer}", "退货"))

    [link] = read_links(path, saying)

    assert link.holds(dialogue("我想退货"))


def test_there_are_not_too_many(tmp_path: Path) -> None:
    entry = "  - {title: 一, link: a.md, because: 二, when: 退}\n"
    path = written(tmp_path, "format: huiting-documents/1\ndocuments:\n" + entry * 9)

    assert len(documents_of(dialogue("退"), read_links(path, saying))) == MOST_ATTACHED


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        pytest.param("    because: 客户提到过敏\n", "", 3, "'because' is missing", id="no reason"),
        pytest.param("{said: 过敏, by: customer}", "{sayd: 过敏}", 6, "said", id="no operator"),
        pytest.param("{said: 过敏, by: customer}", "{ref: 甲}", 6, "甲", id="a name nobody gave"),
        pytest.param("{said: 过敏, by: customer}", "{rule: {id: a}}", 6, "cannot ask", id="a rule"),
        pytest.param(
            "https://kb.example/allergy", "javascript:alert(1)", 4, "no link", id="script"
        ),
        pytest.param("https://kb.example/allergy", "a b", 4, "no link", id="spaces"),
        pytest.param("huiting-documents/1", "huiting-rules/1", 1, "documents/1", id="format"),
        pytest.param("documents:\n", "docs:\n", 3, "did you mean 'documents'", id="misspelt"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    path = written(tmp_path, ALLERGY.replace(old, new))

    with pytest.raises(InputError, match=reason) as caught:
        read_links(path, by_rules(Context(sounds_of)))

    assert caught.value.subject == f"{path}:{line}"


def test_a_file_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'documents' is missing"):
        read_links(written(tmp_path, "format: huiting-documents/1\n"), saying)


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    entry = "  - {title: 一, link: a.md, because: 二, when: 退}\n"

    with pytest.raises(InputError, match="more than 500"):
        read_links(
            written(tmp_path, "format: huiting-documents/1\ndocuments:\n" + entry * 501), saying
        )
