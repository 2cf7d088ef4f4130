"""What a party is called for a reader, in the language of the call."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from huiting.core.types import Call, Role, Segment

_CHINESE = {Role.AGENT: "客服", Role.CUSTOMER: "客户", Role.SYSTEM: "系统", Role.UNKNOWN: "说话人"}
_ENGLISH = {
    Role.AGENT: "Agent",
    Role.CUSTOMER: "Customer",
    Role.SYSTEM: "System",
    Role.UNKNOWN: "Speaker",
}
_JAPANESE = {
    Role.AGENT: "オペレーター",
    Role.CUSTOMER: "お客様",
    Role.SYSTEM: "システム",
    Role.UNKNOWN: "話者",
}
_KOREAN = {Role.AGENT: "상담원", Role.CUSTOMER: "고객", Role.SYSTEM: "시스템", Role.UNKNOWN: "화자"}
_BY_LANGUAGE = {"zh": _CHINESE, "yue": _CHINESE, "ja": _JAPANESE, "ko": _KOREAN}


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of the parties of one call."""

    names: Mapping[tuple[int, int | None], str]

    def of(self, segment: Segment) -> str:
        """Return who says the segment."""
        return self.names[segment.channel, segment.speaker]


def labels(call: Call, language: str | None = None) -> Labels:
    """Name the parties in `language`, by default the call's; several of one role are numbered."""
    words = _BY_LANGUAGE.get(language or call.language or "", _ENGLISH)
    roles = {(s.channel, s.speaker): s.role for s in call.segments}
    roles |= {(p.channel, p.speaker): p.role for p in call.parties}
    many = Counter(roles.values())
    seen: Counter[Role] = Counter()
    names = {}
    for party, role in roles.items():
        seen[role] += 1
        number = str(seen[role]) if many[role] > 1 or role is Role.UNKNOWN else ""
        names[party] = f"{words[role]} {number}".strip() if number else words[role]
    return Labels(names)
