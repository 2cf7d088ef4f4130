"""What holds number words and is no number, or no exact one: 七天无理由退货, 十分抱歉, 十几个, 五六百."""

from importlib import resources

from huiting.text._numbers.grammar import after, keep, rule
from huiting.text._numbers.zh_shapes import ALL, COUNTED, END, NINE, PAIRS

_TRIPLES = "一二三|二三四|三四五|四五六|五六七|六七八|七八九"


def _terms() -> tuple[str, ...]:
    """Return the fixed terms, longest first."""
    text = resources.files(__package__).joinpath("zh_fixed_terms.txt").read_text("utf-8")
    terms = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(sorted(terms, key=len, reverse=True))


def _one_of(terms: tuple[str, ...]) -> str:
    """Return a pattern for any of the terms, grouped by first character to be tried quickly."""
    groups: dict[str, list[str]] = {}
    for term in terms:
        groups.setdefault(term[0], []).append(term[1:])
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items())


FIXED_TERMS = _terms()

NO_NUMBERS = (
    rule(
        "score",
        after(*"加打扣减给得评") + "十分(?=了|吧|$|[，。！？,.!?])",
        lambda _: "10分",
        "加十分。",
        "加10分。",
    ),
    rule("very", f"十分(?!钟|之[{NINE}])", keep, "十分抱歉", "十分抱歉"),
    rule("fixed term", _one_of(FIXED_TERMS), keep, "七天无理由退货", "七天无理由退货"),
    rule("weekday", rf"(?:星期|礼拜|周)[{NINE[:6]}](?![十百千万])", keep, "周三五点", "周三5点"),
)

APPROXIMATIONS = (
    rule(
        "some tens",
        rf"[几数][十百千万亿]+{END}|[{ALL}]+点?几[十百千万亿]*",
        keep,
        "十几个",
        "十几个",
    ),
    rule(
        "one or two",
        rf"(?:[{ALL}]*[十百千万])?(?:{PAIRS})[十百千万亿]*{END}",
        keep,
        "五六百",
        "五六百",
    ),
    rule("one, two or three", rf"(?:{_TRIPLES})(?={COUNTED}|线)", keep, "三四五个", "三四五个"),
)
