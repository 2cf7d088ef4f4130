"""What people say to ask for a moment, and to show that they are listening.

Patterns of Mandarin, Cantonese, English, Japanese and Korean, over text as recognized;
they know nothing of time or of who speaks.
"""

import re
import unicodedata

from huiting.core.syllables import distance

_HOLD = (
    # 稍 is often misheard as one of its homophones; 稍后 alone means "later", not "wait".
    r"稍\s*[等候]",
    r"[请請](?:[您你])?稍[后後](?!再)",
    r"(?:[请請您你我]|麻烦|麻煩)等(?:一下|一会|一會|我|等|陣|阵)",
    r"(?:先别|先別|不要|别|別|唔好)(?:挂|掛|收线|收線)",
    r"\bhold on\b|\bhold the line\b|\bplease hold\b|\bon (?:a (?:brief|short) )?hold\b",
    r"\bbear with me\b",
    r"\b(?:just|give me|wait|hang on)?\s*(?:a|one) (?:moment|second|sec|minute)\b(?! ago)",
    r"お待ち(?:ください|下さい|いただ|頂)|お待ち(?:を)?お願い|(?:少々|少し|ちょっと|そのまま)お?待",
    r"(?:잠시|잠깐)만",
)
_HOLD_PATTERN = re.compile("|".join(_HOLD), re.IGNORECASE)
_HANZI = re.compile(r"[\u3400-\u9fff]{2,}")
_SOUNDS = [
    ("shao", "deng"),
    *(
        (*please, "shao", wait)
        for please in [("qing",), ("qing", "nin")]  # codespell:ignore nin
        for wait in ("deng", "hou")
    ),
]
_UNLIKE = {2: 0.0, 3: 0.4, 4: 0.4}
"""How unlike the syllables may be in all, by their number: 请收等 and 轻烧登 pass. Without a 请
only what sounds the same, and not in the middle of other words: 捎等, but not 至少等三天."""
_BEFORE = frozenset("您你那好的啊吧嗯")
_LAST_WORDS = 200
"""Characters at the end of a segment in which a misheard 请稍等 is looked for."""
_LATER = "zai"
"""请稍后再拨 is no hold."""

# Possessive (++), longest first: no text makes it slow.
_LISTENING_PATTERN = re.compile(
    r"(?:"
    r"知道了|了解了|明白了|这样啊|這樣啊|原来如此|是的|是啊|好的|好嘞|好吧|好啊|对的|對的|没错|沒錯|可以|明白|了解|"
    r"嗯|恩|唔|哦|噢|喔|啊|呃|额|诶|欸|哎|唉|哈|呀|好|行|对|對|是|係|系|得|"
    r"uhhuh|mmhmm|mhm|alright|allright|gotit|isee|okay|right|yeah|yes|yep|yup|sure|hmm|mm|oh|ah|um|uh|ok|"
    r"そうですか|そうですね|なるほど|はい|ええ|うん|へえ|"
    r"그렇군요|알겠습니다|네|예|응|아"
    r")++",
)
_LONGEST_LISTENING = 24
"""Characters. Somebody who says more than this is talking, whatever the words."""


def asks_to_wait(text: str) -> bool:
    """Tell whether the text asks the other party to wait: 请稍等, hold on, 少々お待ちください.

    In Chinese also what sounds like it: a recognizer that mishears 请稍等 writes 请烧等 or
    请收等, and seldom anything further away.
    """
    return _HOLD_PATTERN.search(text) is not None or any(
        _sounds_like_waiting(run[0]) for run in _HANZI.finditer(text[-_LAST_WORDS:])
    )


def _sounds_like_waiting(hanzi: str) -> bool:
    from pypinyin import lazy_pinyin  # slow to load; few calls need it

    said = lazy_pinyin(hanzi)
    for phrase in _SOUNDS:
        size = len(phrase)
        for at in range(len(said) - size + 1):
            begins = size > len(_SOUNDS[0]) or at == 0 or hanzi[at - 1] in _BEFORE
            later = phrase[-1] == "hou" and said[at + size : at + size + 1] == [_LATER]
            if begins and not later and _unlike(phrase, said[at : at + size]) <= _UNLIKE[size]:
                return True
    return False


def _unlike(phrase: tuple[str, ...], said: list[str]) -> float:
    return sum(distance(one, other) for one, other in zip(phrase, said, strict=True))


def only_listens(text: str) -> bool:
    """Tell whether the text is nothing but 嗯, 好的, uh-huh and the like; False when empty.

    Source:
        Yngve (1970), "On getting a word in edgewise": back-channel signals.
    """
    letters = "".join(c for c in text.casefold() if unicodedata.category(c)[0] == "L")
    return 0 < len(letters) <= _LONGEST_LISTENING and bool(_LISTENING_PATTERN.fullmatch(letters))
