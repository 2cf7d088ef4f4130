"""The kinds that are found out of the box, each with the tag that transcripts show for it."""

from collections.abc import Mapping

TAGS: Mapping[str, str] = {
    "order_no": "ORDER_NUMBER",
    "order_last4": "ORDER_NUMBER",
    "tracking_no": "TRACKING_NUMBER",
    "ticket_no": "TICKET_NUMBER",
    "account_no": "ACCOUNT_NUMBER",
    "agent_id": "AGENT_ID",
    "phone": "PHONE",
    "phone_last4": "PHONE",
    "hotline": "HOTLINE",
    "id_card": "ID_CARD",
    "id_last4": "ID_CARD",
    "bank_card": "BANK_CARD",
    "bank_last4": "BANK_CARD",
    "passport": "PASSPORT",
    "plate": "PLATE",
    "verification_code": "CODE",
    "password": "PASSWORD",
    "last4": "DIGITS",
    "number": "NUMBER",
    "dtmf": "KEYS",
    "email": "EMAIL",
    "wechat": "WECHAT",
    "qq": "QQ",
    "postcode": "POSTCODE",
    "flight": "FLIGHT",
    "person": "PERSON",
    "place": "PLACE",
    "address": "ADDRESS",
    "organization": "ORGANIZATION",
    "product": "PRODUCT",
    "brand": "BRAND",
    "money": "MONEY",
    "percent": "PERCENT",
    "discount": "DISCOUNT",
    "coupon": "COUPON",
    "coupon_code": "COUPON",
    "date": "DATE",
    "time": "TIME",
    "duration": "DURATION",
    "quantity": "QUANTITY",
}
"""Kind to tag."""


def tag_of(kind: str, tags: Mapping[str, str] = TAGS) -> str:
    """Return the tag of a kind, the team's own ones included; its name in capitals if it has none."""
    return tags.get(kind) or TAGS.get(kind) or kind.upper()
