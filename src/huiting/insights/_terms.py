"""A line cut into the terms that are counted: content words, and pairs of them that touch.

A single Chinese character is counted too, because words that no dictionary has come as
such: 价保, 运费险. It is no term by itself, see `is_term`.

Chinese is segmented by jieba's dictionary and model; Japanese at changes of script, Korean
at spaces and without particles, other languages at spaces. Digits, fillers and function
words are no terms.
"""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import pairwise

LONGEST = 8
"""Characters of a pair in a language without spaces."""
_CJK = re.compile("[\u3400-\u9fff]+")
_CHUNK = re.compile(r"[\u3400-\u9fffA-Za-z0-9]+")
_JAPANESE = re.compile("[\u3400-\u9fff々]{2,}|[\u30a1-\u30faー]{2,}|[A-Za-z]{2,}")
_KOREAN = re.compile("[\uac00-\ud7a3]{2,}|[A-Za-z]{2,}")
_PARTICLE = re.compile("(?:에서|으로|까지|부터|에게|한테|은|는|이|가|을|를|에|로|도|만|의|요)$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER = re.compile("[\\d零〇一二三四五六七八九十百千万亿两点幺]+[年月日号点分秒块元个次]?")
_FUNCTION = frozenset(
    "的了吗呢吧啊呀哦嗯喂哎我你您他她它们这那在是有和与及或就都也不没未很太还再又把被给让跟对从到向为要"
    "想会能可说看去来做个件条次张号块元年月日天点分秒上下里中大小多少好行请问怎几谁哪啥么用得地着过才只"
    "但而且如若该将已并其于以等呗嘛啦咱俺先后前叫听知道"
)
"""Characters that stand alone in speech and name nothing."""
_EMPTY = frozenset(
    (files("huiting.insights") / "_empty_words.txt").read_text(encoding="utf-8").split()
)
"""Words that say nothing of what a call is about."""
_WITHOUT_SPACES = frozenset({"zh", "yue", "ja"})


def terms(text: str, language: str | None) -> set[str]:
    """Return the terms of a line, each once; in lower case."""
    found: set[str] = set()
    join = "" if language in _WITHOUT_SPACES or language is None else " "
    for run in runs(text, language):
        found.update(run)
        pairs = (f"{a}{join}{b}" for a, b in pairwise(run))
        found.update(pair for pair in pairs if join or len(pair) <= LONGEST)
    return found


def is_term(text: str) -> bool:
    """Tell whether what is counted may be shown, and is not only half of a pair."""
    return len(text) > 1


def runs(text: str, language: str | None) -> Iterator[list[str]]:
    """Yield the content words of a line; those of one list touch each other."""
    match language:
        case "ja":
            for piece in re.split(r"[^\w]+", text):
                yield from ([word] for word in _JAPANESE.findall(piece))
        case "ko":
            words = (_PARTICLE.sub("", word) for word in _KOREAN.findall(text))
            yield from ([word.lower()] for word in words if len(word) > 1)
        case _ if _CJK.search(text):
            yield from _chinese(text)
        case _:
            yield from _spaced(text)


def _chinese(text: str) -> Iterator[list[str]]:
    import rjieba

    for chunk in _CHUNK.findall(text):
        yield from _touching(rjieba.cut(chunk), _counts_in_chinese)


def _counts_in_chinese(word: str) -> bool:
    return not (_NUMBER.fullmatch(word) or word in _EMPTY or word in _FUNCTION)


def _spaced(text: str) -> Iterator[list[str]]:
    for clause in re.split(r"[,.;:!?\n]+", text.lower()):
        words = [word.replace("’", "'") for word in _WORD.findall(clause)]
        yield from _touching(words, lambda word: len(word) > 1 and word not in _EMPTY)


def _touching(words: list[str], counts: Callable[[str], bool]) -> Iterator[list[str]]:
    run: list[str] = []
    for word in words:
        if counts(word):
            run.append(word.lower())
        elif run:
            yield run
            run = []
    if run:
        yield run


def ordinary(term: str) -> bool:
    """Tell whether a term is a word of the Chinese dictionary, so nothing new."""
    import rjieba

    return bool(rjieba.has_word(term))
