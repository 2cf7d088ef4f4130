"""What kinds of entities are called; those that a team has made itself go by their own names."""

from collections.abc import Mapping

_NAMES: Mapping[str, tuple[str, str]] = {
    "order_no": ("order number", "订单号"),
    "order_last4": ("end of an order number", "订单尾号"),
    "tracking_no": ("tracking number", "运单号"),
    "ticket_no": ("ticket number", "工单号"),
    "account_no": ("account number", "账号"),
    "agent_id": ("agent number", "工号"),
    "phone": ("phone number", "电话号码"),
    "phone_last4": ("end of a phone number", "手机尾号"),
    "hotline": ("hotline", "服务热线"),
    "id_card": ("ID card", "身份证号"),
    "id_last4": ("end of an ID card", "身份证尾号"),
    "bank_card": ("bank card", "银行卡号"),
    "bank_last4": ("end of a bank card", "银行卡尾号"),
    "passport": ("passport", "护照号"),
    "plate": ("number plate", "车牌号"),
    "verification_code": ("verification code", "验证码"),
    "password": ("password", "密码"),
    "last4": ("last digits", "尾号"),
    "number": ("number", "号码"),
    "dtmf": ("keys pressed", "按键"),
    "email": ("e-mail", "邮箱"),
    "wechat": ("WeChat", "微信号"),
    "qq": ("QQ", "QQ 号"),
    "postcode": ("postcode", "邮编"),
    "flight": ("flight", "航班"),
    "person": ("person", "人名"),
    "place": ("place", "地点"),
    "address": ("address", "地址"),
    "organization": ("organization", "机构"),
    "product": ("product", "产品"),
    "brand": ("brand", "品牌"),
    "money": ("sum of money", "金额"),
    "percent": ("per cent", "百分比"),
    "discount": ("discount", "折扣"),
    "coupon": ("coupon", "优惠券"),
    "coupon_code": ("coupon code", "券码"),
    "date": ("date", "日期"),
    "time": ("time", "时间"),
    "duration": ("length of time", "时长"),
    "quantity": ("quantity", "数量"),
}


def kind(name: str, language: str) -> str:
    """Return what a kind is called in `zh` or `en`."""
    known = _NAMES.get(name)
    return name if known is None else known[language == "zh"]
