"""What the customer asks for, in their own words.

Sentences that ask or request, by patterns of Chinese, English and Japanese; and where the
customer only states a trouble (没有声音了), that sentence. Threats are no needs.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from huiting.core.meaning import Meaning, Quote
from huiting.core.ports import MeaningStage, Sound
from huiting.core.types import Call, Role
from huiting.quality._phrases import only_listens
from huiting.quality.said.lines import Line, lines_of, opening, quote, sentence, turns_of

MOST = 5
_SHORTEST = 4
"""Letters of a request; below it, 是吗, どうぞ."""
_ASKS = re.compile(
    r"我想|我要|想要|我得|能不能|可不可以|可以.{0,8}吗|能.{0,8}吗|帮我|给我|替我|麻烦|请你们|怎么(?!回事|说话|这样|搞)|"
    r"多少|什么时候|几点|几时|哪里|哪儿|哪个|有没有|有.{0,6}吗|没有(?=[？?])|为什么|为啥|多久|几天|要求|必须|希望|吗|呢|"
    r"赶紧|赶快|尽快|快点|退款|退货|点解|几多|可唔可以|想问|"
    r"\b(?:i(?:'d| would) like|i want|i need|(?:can|could|may|would|will) (?:you|i|we)|please|"
    r"how (?:much|many|long|do|can|far)|what (?:is|are|time|about)|when|where|do you|is there|are there|is it)\b|"
    r"たい(?:ん|の|で|と)|ほしい|欲しい|ください|下さい|お願い|でしょうか|ますか|ですか|いくら|教えて|ませんか"
)
_NO_NEED = re.compile(
    r"不然|否则|我就[打去找要换投]|再不.{0,10}就|我要(?:投诉|举报|曝光|录音|去(?:工信部|消协|法院))|什么叫|什么态度|怎么说话|"
    r"是[吗嘛]|对吗|真的吗|可以吗$|你说呢|不需要|不用了|(?:没|沒)有?了|"
    r"\b(?:or i will|or i'll|otherwise i|if you (?:do not|don't) .{0,30} i will)\b|どうなって"
)


def needs_stage(sound: Sound) -> MeaningStage:
    """Return the stage that fills `Meaning.needs`."""

    def tell(call: Call, meaning: Meaning) -> Meaning:
        return replace(meaning, needs=_needs(lines_of(call, sound)))

    return tell


def _needs(lines: tuple[Line, ...]) -> tuple[Quote, ...]:
    turns = [t for t in turns_of(lines) if t.role in (Role.CUSTOMER, Role.UNKNOWN) and t.tells]
    found: dict[str, Quote] = {}
    for rank, turn in enumerate(turns):
        sentences = [part for line in turn.lines for part in _sentences(line)]
        asking = [part for part in sentences if _asks(*part)]
        troubles = [part for part in sentences if not _NO_NEED.search(_text(*part))]
        for line, start, end in asking or (troubles[:1] if rank == 0 else []):
            need = quote(line, start, end)
            found.setdefault(need.text.strip("。，,.？?！! "), need)
    return tuple(found.values())[:MOST]


def _sentences(line: Line) -> Iterator[tuple[Line, int, int]]:
    at = opening(line.folded)
    while at < len(line.folded):
        _, end = sentence(line.segment.text, at, at + 1)
        if sum(c.isalpha() for c in line.folded[at:end]) >= _SHORTEST:
            yield line, at, end
        at = max(end, at + 1)


def _asks(line: Line, start: int, end: int) -> bool:
    text = _text(line, start, end)
    return bool(_ASKS.search(text)) and not _NO_NEED.search(text) and not only_listens(text)


def _text(line: Line, start: int, end: int) -> str:
    return line.folded[start:end]
