from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app import readers, understanding
from huiting.app.settings import Settings
from huiting.core.errors import InputError
from huiting.core.meaning import Meaning
from huiting.core.types import Call

CALL = call(
    says(AGENT, 0, 3, "您好，请问有什么可以帮您？"),
    says(CUSTOMER, 4, 8, "我上周买的鞋子想退货，299元能退吗？"),
    says(AGENT, 9, 12, "可以的，三天之内给您退款。"),
)
PLAIN = Settings(names=False)


@pytest.fixture(autouse=True)
def _no_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers.Readers, "embedder", None)
    monkeypatch.setattr(readers.Readers, "wording", None)


def told(settings: Settings, of: Call = CALL) -> Meaning:
    return reduce(lambda known, s: s(of, known), understanding.stages_of(settings), Meaning())


def test_a_call_has_entities_intents_needs_and_an_outcome() -> None:
    meaning = told(PLAIN)

    assert "money" in {entity.kind for entity in meaning.entities}
    assert meaning.intents[0].name.startswith("售后")
    assert meaning.needs
    assert meaning.outcome is not None


def test_a_meeting_has_entities_and_no_intents() -> None:
    meaning = told(replace(PLAIN, kind="meeting"))

    assert meaning.entities
    assert (meaning.intents, meaning.outcome) == ((), None)


def test_a_summary_is_asked_for_only_when_wanted() -> None:
    there = replace(PLAIN, llm_url="http://127.0.0.1:9/v1", llm_model="m")

    few, more = (
        len(understanding.stages_of(replace(there, llm_summary=wanted))) for wanted in (False, True)
    )

    assert more == few + 1


def test_documents_go_with_calls_whose_condition_holds(tmp_path: Path) -> None:
    listed = tmp_path / "documents.yaml"
    listed.write_text(
        "format: huiting-documents/1\n"
        "documents:\n"
        "  - {title: 退货政策, link: https://kb.local/7, because: 客户要退货, "
        "when: {said: 退货, by: customer}}\n"
        "  - {title: 发票, link: https://kb.local/8, because: 发票, when: {said: 发票}}\n",
        "utf-8",
    )

    fit = understanding.documents_of(replace(PLAIN, documents=listed))

    assert fit is not None
    assert [document.title for document in fit(analysis(CALL))] == ["退货政策"]
    assert understanding.documents_of(PLAIN) is None


def test_the_digest_tells_whether_meaning_must_be_told_anew(tmp_path: Path) -> None:
    entities = tmp_path / "entities.yaml"
    entities.write_text("a", "utf-8")
    listed = replace(PLAIN, entities=entities)
    first = understanding.digest_of(listed)

    assert understanding.digest_of(listed) == first
    assert understanding.digest_of(replace(listed, threads=7)) == first
    entities.write_text("b", "utf-8")
    assert understanding.digest_of(listed) != first
    assert understanding.digest_of(replace(PLAIN, home_languages=("en",))) != first


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml"):
        understanding.digest_of(replace(PLAIN, entities=tmp_path / "none.yaml"))


def test_two_files_of_what_was_learnt_are_refused(tmp_path: Path) -> None:
    both = (tmp_path / "a.npz", tmp_path / "b.npz")

    with pytest.raises(InputError, match=r"b\.npz: a second learnt file"):
        understanding.stages_of(replace(PLAIN, intents=both))
