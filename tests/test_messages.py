"""Every sentence of an error that anybody may be shown can be read in Chinese."""

import re
import tomllib
from pathlib import Path

import pytest

from huiting.core.error_words import catalogue
from messages import Messages, Source

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "huiting"
ERROR = ("subject", "reason", "remedy")
MAKERS = {
    **dict.fromkeys(
        [
            *("InputError", "UndecodableAudio", "UnknownCall", "ConfigError"),
            *("ModelUnavailable", "StoreError", "EngineError", "Fault", "HostError"),
            *("Unknown", "Gone", "Conflict", "TooLarge", "OutOfRoom", "OutOfMemory"),
            *("Forbidden", "TooMany", "Unauthenticated", "Locked", "NotTheSame", "Unsupported"),
            *("WrongChecksum", "Unsatisfiable", "VaultError", "PlaceError", "Refused"),
            *("Unreachable", "Unreadable", "DeliveryError", "Undeliverable", "ProviderFailed"),
        ],
        ERROR,
    ),
    "Check": ("entry", "state", "reason"),
    "HubTrouble": ("reason", "remedy"),
}
"""What is made with sentences, and with what arguments."""
KNOWN = {"sentences", "subjects", "others"}


@pytest.fixture(scope="module")
def said() -> Messages:
    return Source(PACKAGE).messages(MAKERS)


def test_every_sentence_has_a_chinese_text(said: Messages) -> None:
    table = tomllib.loads((PACKAGE / "core" / "messages.zh.toml").read_text(encoding="utf-8"))
    known = {english for part in table.values() for english in part}
    lacking = [
        f"{where}: {english}"
        for english, where in sorted(said.sentences.items())
        if english not in known
    ]

    assert set(table) == KNOWN
    assert not lacking, "add these to src/huiting/core/messages.zh.toml:\n" + "\n".join(lacking)


def test_a_text_has_no_place_that_its_sentence_has_not() -> None:
    table = tomllib.loads((PACKAGE / "core" / "messages.zh.toml").read_text(encoding="utf-8"))
    pairs = [pair for part in table.values() for pair in part.items()]

    for english, mandarin in pairs:
        assert set(re.findall(r"\{[0-4]\}", mandarin)) <= set(re.findall(r"\{[0-4]\}", english)), (
            english
        )


def test_a_sentence_is_recognized_as_itself_and_as_no_other(said: Messages) -> None:
    """A template that swallows others would say something else than was meant."""
    table = tomllib.loads((PACKAGE / "core" / "messages.zh.toml").read_text(encoding="utf-8"))
    known = {english: mandarin for part in table.values() for english, mandarin in part.items()}
    filled = {"{0}": "«a»", "{1}": "«b»", "{2}": "«c»", "{3}": "«d»"}

    def fill(text: str) -> str:
        return re.sub(r"\{[0-4]\}", lambda place: filled[place[0]], text)

    wrong = [
        english
        for english in said.sentences
        if english in known
        and "}{" not in english  # where one place ends and the next begins cannot be seen
        and catalogue().translate(fill(english)) != fill(known[english])
    ]
    assert not wrong


SAMPLE = """
from huiting.core.errors import InputError
TABLE = {1: ("too long", "shorten it")}

def fail(piece, reason, remedy="see the reference"):
    raise InputError(piece.where, reason, remedy)

def advice(code):
    if code:
        return f"write {code}"
    return "write nothing"

def check(piece, name, few, error):
    guess = f"did you mean {name}? " if name else ""
    fail(piece, f"{name!r} is unknown" if name else "no name", remedy=f"{guess}choose one")
    reason = "too short"
    if few:
        reason = "too few" + f" of {few}"
    raise InputError(name, reason, advice(few)) from error

def other(code, error):
    reason, remedy = TABLE.get(code, (str(error), "report it"))
    raise InputError("x", reason, remedy=remedy)
"""


def test_sentences_are_followed_to_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "errors.py").write_text("class InputError: ...\n")
    (tmp_path / "sample.py").write_text(SAMPLE)
    found = Source(tmp_path).messages({"InputError": ERROR})

    assert set(found.sentences) == {
        "{0} is unknown",
        "no name",
        "{0}choose one",
        "did you mean {0}? ",
        "too short",
        "too few of {0}",
        "write {0}",
        "write nothing",
        "too long",
        "shorten it",
        "report it",
    }
    assert found.passed_on == {"sample.py: reason"}


def test_a_sentence_without_a_chinese_text_would_be_found(said: Messages) -> None:
    assert {"the id {0} is taken", "did you mean {0}? "} <= set(said.sentences)
    assert len(said.sentences) > 500
