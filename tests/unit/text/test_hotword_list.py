"""The hotword list as people write it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.errors import InputError
from huiting.core.ports import Hotword
from huiting.text._hotwords import listed
from huiting.text.hotwords import build, for_prompt, parse_hotwords, read_hotwords


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("价保", Hotword("价保"), id="a word"),
        pytest.param("  价保  ", Hotword("价保"), id="spaces around it"),
        pytest.param("价保 2.5", Hotword("价保", 2.5), id="a weight after a space"),
        pytest.param("价保\t2", Hotword("价保", 2.0), id="a weight after a tab"),
        pytest.param("Blue Bay Hotel", Hotword("Blue Bay Hotel"), id="a phrase"),
        pytest.param("华为Mate60", Hotword("华为Mate60"), id="digits that belong to the word"),
        pytest.param("12315", Hotword("12315"), id="a number is a word, no weight"),
        pytest.param("家宝=>价保", Hotword("价保", 1.0, ("家宝",)), id="a pair"),
        pytest.param("家宝 => 价保 2", Hotword("价保", 2.0, ("家宝",)), id="a weighted pair"),
        pytest.param("家宝＝＞价保", Hotword("价保", 1.0, ("家宝",)), id="a full-width arrow"),
        pytest.param("价保 # 价格保护", Hotword("价保"), id="a comment after it"),
        pytest.param("C#", Hotword("C#"), id="a hash inside a word is no comment"),
    ],
)
def test_a_line(line: str, expected: Hotword) -> None:
    assert parse_hotwords(line, "list") == (expected,)


def test_comments_and_empty_lines_are_passed_over() -> None:
    assert parse_hotwords("# terms\n\n价保\n   \n# end", "list") == (Hotword("价保"),)


def test_a_word_given_twice_becomes_one_with_all_its_misheard_forms() -> None:
    text = "价保 2\n家宝=>价保\n副卡\n加保=>价保\n家宝=>价保 3"

    assert parse_hotwords(text, "list") == (Hotword("价保", 3.0, ("家宝", "加保")), Hotword("副卡"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a\n=>价保", "line 2", id="nothing before the arrow"),
        pytest.param("a\n家宝=>", "line 2", id="nothing after the arrow"),
        pytest.param("a=>b=>c", "each side", id="two arrows"),
        pytest.param("价保 0", "weight 0", id="weight zero"),
        pytest.param("价保 11", "weight 11", id="weight too large"),
        pytest.param("价保=>价保", "the same", id="a pair of equals"),
        pytest.param("字" * 65, "longer than 64", id="a sentence"),
        pytest.param("……", "no word", id="only punctuation"),
        pytest.param("价\x07保", "no word", id="a control character"),
        pytest.param("家宝=>价保\n家宝=>保价", "already means '价保'", id="one form for two words"),
        pytest.param(
            "价保=>保价\n价保", "also a misheard form", id="a hotword that is a wrong form"
        ),
    ],
)
def test_a_wrong_line_is_named(text: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_hotwords(text, "热词.txt")

    assert str(caught.value).startswith("热词.txt")
    assert reason in str(caught.value)


def test_a_list_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(listed, "LIMIT", 2)
    monkeypatch.setattr(listed, "MAX_BYTES", 20)
    (tmp_path / "long.txt").write_bytes(b"x" * 21)

    with pytest.raises(InputError, match="line 3: more than 2 hotwords"):
        parse_hotwords("one\ntwo\nthree", "list")
    with pytest.raises(InputError, match="more than 20 bytes"):
        read_hotwords(tmp_path / "long.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_may_be_saved_by_any_editor(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "热词.txt"
    path.write_bytes("价保 2\r\n七天无理由退货\r\n".encode(encoding))

    assert read_hotwords(path) == (Hotword("价保", 2.0), Hotword("七天无理由退货"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.xlsx").write_bytes(b"PK\x03\x04\xff\xff\x81")

    with pytest.raises(InputError, match="neither UTF-8 nor GB18030"):
        read_hotwords(tmp_path / "words.xlsx")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        read_hotwords(tmp_path / "nowhere.txt")


@given(st.text(max_size=60))
def test_any_text_is_a_list_or_an_input_error(text: str) -> None:
    try:
        hotwords = parse_hotwords(text, "list")
    except InputError:
        return

    assert all(h.text == h.text.strip() != "" and 0 < h.weight <= 10 for h in hotwords)
    assert len({h.text for h in hotwords}) == len(hotwords)


@pytest.mark.parametrize(
    "hotwords",
    [
        pytest.param([Hotword(" ")], id="an empty word"),
        pytest.param([Hotword("价保", heard=("",))], id="an empty misheard form"),
        pytest.param([Hotword("价保"), Hotword("保价", heard=("价保",))], id="a chain"),
    ],
)
def test_a_list_made_by_a_program_is_checked_too(hotwords: list[Hotword]) -> None:
    with pytest.raises(InputError):
        build(hotwords=hotwords)


def test_the_prompt_takes_the_heaviest_that_fit() -> None:
    hotwords = [
        Hotword("副卡"),
        Hotword("七天无理由退货", 3.0),
        Hotword("价保", 2.0),
        Hotword("专票"),
    ]

    assert for_prompt(hotwords, words=2) == ("七天无理由退货", "价保")
    assert for_prompt(hotwords, length=6) == ("价保", "副卡", "专票")
    assert for_prompt(hotwords) == ("七天无理由退货", "价保", "副卡", "专票")
