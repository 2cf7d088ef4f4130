"""Dictated digits that a recognizer took for words: 灵灵其二 for 零零七二, 331起 for 3317.

Only in answer to a question for a number, and only when all that is said there can be
digits: then what sounds like a digit is one. The score is the share that was heard as digits.
"""

import re
from collections.abc import Iterator

from huiting.text.entities.candidate import CODE, Candidate, Passage
from huiting.text.entities.cues import cues

_LIKE = {
    "0": "零灵铃玲凌另陵领龄〇",
    "1": "幺要妖腰药耀摇一衣医依",
    "2": "二儿耳而两",
    "3": "三山散伞",
    "4": "四死思丝司私次此",
    "5": "五午武舞吴伍",
    "6": "六流刘留陆溜",
    "7": "七其起期气棋齐奇",
    "8": "八巴爸吧扒",
    "9": "九酒久就旧救",
}
_DIGIT = {char: digit for digit, chars in _LIKE.items() for char in chars}
_ANSWER = re.compile(
    rf"(?:^|(?<=[，,。]))[嗯呃啊是你那哦]?(?P<said>[\d{''.join(_DIGIT)}]{{3,20}})(?=[，,。？！.]|$)"
)
_LENGTHS = {
    "phone_last4": 4, "id_last4": 4, "bank_last4": 4, "order_last4": 4, "last4": 4, "phone": 11,
    "verification_code": 6, "id_card": 18,
}  # fmt: skip
"""How many digits there must be: with words taken for digits, only the right number convinces."""


def find_misheard(passage: Passage) -> Iterator[Candidate]:
    """Yield answers that sound like the number which was asked for."""
    if passage.language not in (None, "zh") or not passage.asked:
        return
    asked = [cue.kind for cue in cues(passage.asked[0], passage.language)]
    wanted = {kind: _LENGTHS[kind] for kind in asked if kind in _LENGTHS}
    if not wanted:
        return
    for found in _ANSWER.finditer(passage.text):
        said = found["said"]
        if said.isdecimal():
            continue
        value = "".join(_DIGIT.get(char, char) for char in said)
        kind = next((k for k, length in wanted.items() if length == len(value)), None)
        if kind is not None:
            score = sum(char.isdecimal() for char in said) / len(said)
            yield Candidate(kind, *found.span("said"), value, CODE + 1, score=score)
