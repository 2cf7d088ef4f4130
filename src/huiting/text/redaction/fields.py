"""What is private in fields and file names: told by the field's name, or found as in speech.

A field of a known name is private as a whole. In every other value numbers and people are
looked for by the finders that read speech, the field's name being what was asked. A bare
name in a field that says nothing of people is not known for one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath

from huiting.core.meaning import Entity, Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, Recording, Role, Segment, Span
from huiting.text.entities.stage import entities_stage

EXACT = {
    "from": "phone", "to": "phone", "客户": "person", "customer": "person", "client": "person",
    "user": "person", "account": "account_no",
}  # fmt: skip
"""Fields known by their whole name."""
WORDS: Mapping[str, str] = {
    "name": "person", "fullname": "person", "firstname": "person", "lastname": "person",
    "surname": "person", "username": "person",
    "phone": "phone", "phones": "phone", "telephone": "phone", "tel": "phone", "mobile": "phone",
    "cell": "phone", "cellphone": "phone", "phonenumber": "phone", "msisdn": "phone", "ani": "phone", "dnis": "phone",
    "dnid": "phone", "cli": "phone", "clid": "phone", "caller": "phone", "callerid": "phone", "callee": "phone", "calling": "phone",
    "called": "phone", "dialed": "phone", "dialled": "phone", "fax": "phone", "whatsapp": "phone",
    "contact": "person", "contacts": "person", "recipient": "person", "holder": "person", "payee": "person",
    "email": "email", "mail": "email", "address": "address", "addr": "address",
    "passport": "passport", "ssn": "id_card", "idcard": "id_card", "iban": "account_no", "wechat": "wechat",
    "weixin": "wechat", "qq": "qq", "plate": "plate", "birthday": "birthday", "birthdate": "birthday", "dob": "birthday",
}  # fmt: skip
"""Words of a field's name that make it private; the first here decides."""
PHRASES: Mapping[str, str] = {
    "id card": "id_card", "account no": "account_no", "account number": "account_no",
    "card no": "bank_card", "card number": "bank_card", "bank card": "bank_card",
}  # fmt: skip
PARTS: Mapping[str, str] = {
    "姓名": "person", "客户名": "person", "联系人": "person", "收件人": "person", "收货人": "person", "机主": "person",
    "户主": "person", "户名": "person", "持卡人": "person", "投保人": "person", "被保险人": "person", "称呼": "person",
    "电话": "phone", "手机": "phone", "主叫": "phone", "被叫": "phone", "来电": "phone", "去电": "phone", "外呼号": "phone",
    "联系方式": "phone", "联络": "phone", "座机": "phone", "传真": "phone",
    "身份证": "id_card", "证件号": "id_card", "护照": "passport", "银行卡": "bank_card", "卡号": "bank_card",
    "账号": "account_no", "帐号": "account_no", "账户": "account_no", "地址": "address", "住址": "address",
    "邮箱": "email", "邮件": "email", "微信": "wechat", "車牌": "plate", "车牌": "plate", "生日": "birthday", "出生": "birthday",
    "電話": "phone", "手機": "phone", "携帯": "phone", "氏名": "person", "お名前": "person", "住所": "address",
    "전화": "phone", "휴대폰": "phone", "이름": "person", "성명": "person", "주소": "address",
}  # fmt: skip
"""Parts of a name in a script without spaces."""
_OF_THINGS = frozenset(
    ("file", "queue", "skill", "campaign", "product", "company", "team", "group", "host", "rule",
     "task", "project", "codec", "model", "system", "event", "shop", "store", "brand", "service", "ip", "mac")
)  # fmt: skip
"""Words before `name` or `address` that make it a thing's."""
_ABOUT_CALLS = re.compile(
    r"时间|时长|类型|次数|原因|目的|意图|结果|状态|\b(?:at|time|count|type|status|duration|reason)\b"
)
"""With these a name tells of the call, not of a number: 来电原因, called_at."""
_APART = 1000.0
"""Seconds between two fields, so that none is taken for the answer to another."""
_MARKS = str.maketrans(dict.fromkeys("/=@|:：", "_"))
"""Marks that part a number from what it belongs to; in speech they make it a time or a sum."""
_JOINED = str.maketrans(dict.fromkeys(":：", ""))
_MOMENT = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}(?:\d{3})?"
)


def kind_of_field(name: str) -> str | None:
    """Return what a field of this name holds; None when that is not private by its name."""
    plain = name.strip().casefold()
    if plain in EXACT:
        return EXACT[plain]
    words = re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+", name.strip())
    lowered = [word.casefold() for word in words]
    of_things = bool(_OF_THINGS.intersection(lowered))
    spelled = " ".join(lowered)
    found = [kind for phrase, kind in PHRASES.items() if phrase in spelled]
    found += [
        kind
        for word, kind in WORDS.items()
        if word in lowered and not (of_things and kind in ("person", "address"))
    ]
    found += [kind for part, kind in PARTS.items() if part in plain]
    if _ABOUT_CALLS.search(f"{plain} {spelled}"):
        found = [kind for kind in found if kind != "phone"]
    return found[0] if found else None


def found_in(recording: Recording) -> tuple[Entity, ...]:
    """Return what the finders see in the values of the metadata and in the name of the file.

    Where an entity stands means nothing here; points in time are left out.
    """
    segments = tuple(_asked(recording))
    call = Call(recording, segments=segments)
    return tuple(entity for entity in _finder()(call, Meaning()).entities if not _is_moment(entity))


@cache
def _finder() -> MeaningStage:
    return entities_stage(role=Role.CUSTOMER)


def _asked(recording: Recording) -> Iterator[Segment]:
    """Yield each field as if its name were asked for and its value the answer."""
    fields = [*recording.metadata.items(), ("", PurePath(recording.path).stem)]
    at = 0.0
    for name, value in fields:
        question = re.sub(r"\bno\b", "number", re.sub(r"[_\-]+", " ", name))
        bare = question.isascii() and not any(c.isalpha() for c in value)
        language = "en" if question and bare else None  # digits are in that of their name
        forms = (value, value.translate(_MARKS), value.translate(_JOINED))
        for form in dict.fromkeys(forms):
            yield _segment(0, Role.AGENT, at, question, language)
            yield _segment(1, Role.CUSTOMER, at + 1, form, language)
            at += _APART


def _segment(channel: int, role: Role, start: float, text: str, language: str | None) -> Segment:
    return Segment(channel, None, role, Span(start, start + 1), text, text, language=language)


def _is_moment(entity: Entity) -> bool:
    return entity.kind == "number" and _MOMENT.fullmatch(entity.value) is not None
