"""Whether what was said last asks the other for something: a question, or a request to tell.

Patterns of Mandarin, Cantonese, English, Japanese and Korean, over the end of a text; they
know nothing of time or of who speaks.
"""

import re

_END = 40
"""Characters at the end that count: a question asked long before was answered, or dropped."""
_ASKS = re.compile(
    r"[?？]\s*$"
    r"|(?:吗|嗎|么|呢|吧|咩|未|没有|沒有)[。.!！\s]*$"
    r"|请问|請問|(?:什么|什麼|多少|哪[里裡个個位一]|怎么|怎麼|几[号点位個个]|是不是|有没有|有沒有|能不能|可不可以|能否|是否)"
    r"|(?:请|請|麻烦|麻煩)(?:您|你)?(?:再)?(?:提供|报|報|说|說|告诉|告訴|确认|確認|核对|核對|输入|輸入|讲|講)"
    r"|\b(?:what|which|when|where|who|how|may i|can i have|could you|can you|would you|do you|are you|is that)\b"
    r"|\bplease (?:tell|give|provide|confirm|enter|say)\b"
    r"|(?:です|ます|でしょう)か|(?:教えて|お聞かせ|ご確認|お伝え)(?:ください|下さい|いただ)"
    r"|(?:까요|나요|습니까|ㅂ니까|주세요|말씀해)",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Tell whether the end of the text asks for an answer."""
    return _ASKS.search(text[-_END:]) is not None
