"""Words that say what the number beside them is: 订单号, phone number, 担当番号.

The nearest word before a number decides, in the same breath; else what was asked for just
before. Recognizers mishear 工号 and 单号 in the same few ways (公号, 功好), which are read
as what they sound like.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_GONG, _HAO = "[工公宫功共供弓攻恭贡躬]", "[号好浩耗豪毫]"
_TAIL = (
    r"(?:的?(?:后面?|末尾?|最后|尾)的?(?:四|4|几|三|3)(?:位|个)(?:数字?)?|尾号|尾数|后四味|後四位)"
)

_ZH = {
    "agent_id": rf"{_GONG}{_HAO}(?!码)|[坐座]席号|员工编?号|客服编号",
    "tracking_no": r"(?:快递|运|物流|包裹|邮件|寄件|面)(?:的)?(?:单号?|编号|号码|号)|取件码",
    "order_last4": rf"[订定][单丹](?:{_HAO}|编号)?码?{_TAIL}",
    "order_no": rf"[订定][单丹](?:编?{_HAO}码?|编码)?|(?<![工快运流保])单{_HAO}",
    "ticket_no": r"(?:工单|受理|投诉|登记|案件|流水|回执|申请|业务)(?:的)?(?:编?号码?|单号)",
    "account_no": r"(?:户|账户|帐户|账|帐|客户|会员|合同|保单|学|社保|医保|宽带|表|设备|序列|产品)(?:编?号码?|代码)",
    "phone_last4": rf"(?:手机|电话|联系方式)(?:号码?)?{_TAIL}",
    "id_last4": rf"(?:身份证|身分证|证件)(?:号码?)?{_TAIL}",
    "bank_last4": rf"(?:银行卡|信用卡|储蓄卡|借记卡|卡)(?:号码?)?{_TAIL}",
    "plate": rf"车牌(?:号码?)?(?:{_TAIL})?",
    "last4": _TAIL,
    "id_card": r"身[份分]证(?:号码?)?|证件号码?",
    "bank_card": r"(?:银行|信用|储蓄|借记|储值)?卡号|(?:银行|信用|储蓄|借记)卡",
    "verification_code": r"(?:验证|校验|动态|短信|确认)(?:密)?码",
    "password": r"密码|口令",
    "coupon_code": r"(?:优惠|兑换|折扣|促销|邀请|提货|券)码",
    "qq": r"[Qq]{2}(?:号码?)?|扣扣(?:号码?)?",
    "wechat": r"微信(?:号码?)?(?!支付|公众号)|(?i:wechat)(?:号)?",
    "postcode": r"邮(?:政编)?[编码]码?",
    "passport": r"护照(?:号码?)?",
    "flight": r"航班(?:号码?)?",
    "hotline": r"热线|服务电话|客服电话",
    "phone": r"手机(?:号码?)?|电话(?:号码?)?|联系(?:方式|电话)|座机|号码|来电",
}
_EN = {
    "agent_id": r"(?:agent|employee|operator|badge|staff) (?:number|id|no\.?)",
    "tracking_no": r"(?:tracking|shipment|package|parcel|waybill) (?:number|id|code|no\.?)",
    "order_last4": r"last (?:four|4)(?: digits| numbers)? of (?:your|the|my) order",
    "order_no": r"(?<!on the )(?<!on your )(?<!for your )order(?: number| id| no\.?| #|#)?|confirmation (?:number|code)",
    "ticket_no": r"(?:ticket|case|reference|claim|complaint) (?:number|id|no\.?)",
    "account_no": r"(?:account|customer|membership|member|policy|serial|contract|invoice) (?:number|id|no\.?)",
    "phone_last4": r"last (?:four|4)(?: digits| numbers)? (?:of|on) (?:your|the|my) (?:phone|mobile|cell|telephone)",
    "id_last4": r"last (?:four|4)(?: digits| numbers)? of (?:your|the|my) (?:social(?: security)?(?: number)?|ssn|id\b|passport|license)",
    "bank_last4": r"last (?:four|4)(?: digits| numbers)? (?:of|on) (?:your|the|my) (?:[a-z]+ )?card|card ending(?: in)?",
    "last4": r"last (?:four|4)(?: digits| numbers)?|ending in",
    "id_card": r"social security(?: number)?|ssn|id number",
    "bank_card": r"(?:credit |debit |bank )?card(?: number)?",
    "verification_code": r"(?:verification|security|one[- ]time|access) (?:code|password|number)|otp",
    "password": r"password|pin(?: code| number)?\b",
    "coupon_code": r"(?:promo|coupon|discount|voucher)(?:tion)? code",
    "postcode": r"zip(?: code)?|post(?:al )?code",
    "passport": r"passport(?: number)?",
    "flight": r"flight(?: number)?",
    "phone": r"(?:phone|mobile|cell|telephone|contact|callback)(?: number)?|number to reach|call (?:me|you) (?:at|on|back)",
}
_JA = {
    "agent_id": r"担当番号|社員番号|オペレーター番号",
    "tracking_no": r"(?:伝票|追跡|お?問い?合わ?せ|配送)番号",
    "order_no": r"(?:ご?注文|オーダー|予約)(?:番号|ID|ナンバー)",
    "ticket_no": r"(?:受付|お?問合せ|案件|管理)番号",
    "account_no": r"(?:お?客様|会員|契約|口座|製造|シリアル)(?:番号|コード|ナンバー)",
    "phone_last4": r"(?:お?電話番号|携帯(?:番号)?|お?電話)の?(?:下|しも|末尾|最後の)(?:四|4|よん)?(?:桁|けた|ケタ)?",
    "bank_last4": r"カード(?:番号)?の?(?:下|しも|末尾)(?:四|4|よん)?(?:桁|けた|ケタ)?",
    "last4": r"(?:下|しも|末尾)(?:四|4|よん)(?:桁|けた|ケタ)",
    "bank_card": r"(?:クレジット)?カード(?:番号)?",
    "verification_code": r"(?:認証|確認|検証)(?:番号|コード)",
    "password": r"暗証番号|パスワード",
    "coupon_code": r"(?:クーポン|割引|プロモーション)(?:コード|番号)",
    "postcode": r"郵便番号",
    "passport": r"パスポート(?:番号)?",
    "flight": r"便名|フライト",
    "phone": r"(?:お?電話|携帯(?:電話)?|ご?連絡先)(?:番号)?",
}
_KO = {
    "agent_id": r"사번|상담[원사]\s?번호",
    "tracking_no": r"운송장\s?(?:번호)?|송장\s?번호",
    "order_no": r"주문\s?번호|예약\s?번호",
    "ticket_no": r"접수\s?번호",
    "account_no": r"(?:계좌|고객|회원|계약)\s?번호",
    "phone_last4": r"(?:전화|휴대폰|핸드폰)\s?(?:번호)?\s?(?:뒤|뒷|마지막|끝)\s?(?:네|4)?\s?자리",
    "last4": r"(?:뒤|뒷|마지막|끝)\s?(?:네|4)\s?자리",
    "id_card": r"주민\s?(?:등록)?\s?번호",
    "bank_card": r"카드\s?번호",
    "verification_code": r"인증\s?번호",
    "password": r"비밀\s?번호",
    "coupon_code": r"쿠폰\s?(?:번호|코드)",
    "postcode": r"우편\s?번호",
    "phone": r"(?:전화|휴대폰|핸드폰|연락처)\s?(?:번호)?",
}


def _compiled(cues: dict[str, str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{cue})" for kind, cue in cues.items()), flags)


_CUES = {
    "zh": _compiled(_ZH),
    "en": _compiled({kind: rf"\b(?:{cue})" for kind, cue in _EN.items()}, re.IGNORECASE),
    "ja": _compiled(_JA),
    "ko": _compiled(_KO),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that says what a number is."""

    kind: str
    start: int
    end: int


def cues(text: str, language: str | None) -> Iterator[Cue]:
    """Yield the cues of a text, in order."""
    pattern = _CUES.get(language or "zh", _CUES["zh"])
    for found in pattern.finditer(text):
        assert found.lastgroup is not None
        yield Cue(found.lastgroup, found.start(), found.end())
