"""Whether a sentence without its mark asks something, by the words of its language.

Goes by surface cues alone; a question that only the voice marks is not found.
"""

import re

_ZH_ASKS = re.compile(
    "吗$|么$(?<!什么)|吗[您你]$|^(?:那|你|您|我|他|她|它|周|星期|今|明|后|下)[^在就没还]{0,6}呢$|是不是|能不能|可不可以|可以不可以|有没有|要不要|会不会|对不对|行不行|好不好|对吗|好吗"
    "|怎么(?!都|也|着)|怎样(?!都|也)|咋|如何|为什么|为啥|为何|多少(?!都|有点)|多久(?!都)|多长|多大|啥|(?<!好)几[点号天年期折岁级楼块](?!前|后)|(?<!好)几个(?!月前)|是.{1,10}还是.{1,10}$|[号位名字话址]是$"
    "|什么(?!的$|都|也|时候都)|哪[里儿个些位家种天款]|谁(?!都|也)|凭什么|难道|请问"
    "|[对是]吧$|是.{1,8}吧$|没错吧$|不会.{1,6}吧$|[^有]没有$|[^还都也]没$|[^也都就可要]不$"
)
_ZH_TELLS = re.compile(
    "不知道|不清楚|没什么|没有什么|没多少|不管|无论|随便|谁知道|不怎么|怎么说呢|告诉|看看|看一下|查一下|说一下|问一下$|多少有"
    "|就是$|这么|那么多|是什么就|什么什么|只要|不好意思"
)
_YUE_ASKS = re.compile(
    "[咩呀]$|未[呀啊]?$|边[度個个位]|乜|點解|点解|點樣|点样|幾多|几多|幾時|几时|係咪|系咪|有冇|得唔得|可唔可以"
)
_EN_OPENERS = re.compile(
    r"^(?:(?:well|so|and|but|ok|okay|um|uh|hi|hello|yes|yeah|no|sorry|please|oh|alright|then|also|now)\b[, ]*)*"
    r"(?:(?:what|when|where|why|how|who|which|whose)(?:'s|'re|'d|'ll)?\b"
    r"(?: (?:is|are|was|were|do|does|did|can|could|will|would|should|may|has|have|time|much|many|long|far|"
    r"soon|often|kind|about|else|type|size|day|one|number|address|email|order|plan|on|the)\b|$|'s)"
    r"|(?:what|who|where|how|when)'s\b"
    r"|(?:can|could|would|will|do|does|did|is|are|am|was|were|may|might|shall|should|have|has|had"
    r"|isn't|aren't|don't|doesn't|didn't|can't|couldn't|won't|wouldn't|haven't|hasn't)"
    r" (?:i|you|we|they|he|she|it|this|that|these|those|there|my|your|our|the|a|an|anyone|any|someone)\b)",
    re.IGNORECASE,
)
_EN_TAGS = re.compile(
    r"(?:(?<!all )(?<!is )\bright|\b(?:is|are|do|does|did|was|can|could|will|would|have|has)n't (?:it|you|they|he|she|we|i))$",
    re.IGNORECASE,
)
_JA_ASKS = re.compile("(?:どうして|なぜ|いつ|どこ|いくら|だっけ|かな)$")
"""A sentence that ends in か is written with a full stop, as is usual in formal Japanese."""
_KO_ASKS = re.compile(
    "(?:까|까요|나요|가요|은가요|ㄴ가요|는지요|죠|어때요|뭐예요|언제예요|어디예요|얼마예요)$"
)


def is_question(sentence: str, language: str | None) -> bool:
    """Tell whether the sentence, without its end mark, asks something."""
    sentence = sentence.strip()
    if language in ("zh", "yue"):
        clause = re.split("[，,；;、]", sentence)[-1] or sentence
        asks = _ZH_ASKS.search(clause) or (language == "yue" and _YUE_ASKS.search(clause))
        return bool(asks) and not (_ZH_TELLS.search(clause) and not clause.endswith("吗"))
    if language == "ja":
        return bool(_JA_ASKS.search(sentence))
    if language == "ko":
        return bool(_KO_ASKS.search(sentence))
    if language == "en":
        return bool(_EN_OPENERS.match(sentence) or _EN_TAGS.search(sentence))
    return False
