from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest

from fakes import AGENT, CUSTOMER, call, evenly, says
from huiting.core.meaning import Entity, EntitySource, Meaning
from huiting.core.ports import Name, NameKind
from huiting.core.types import Segment, Span
from huiting.text.entities.stage import entities_stage

BEGAN = datetime(2025, 3, 12, 10, 15, 23, tzinfo=UTC)
"""A Wednesday; when the calls of `fakes` begin."""


def found(*segments: Segment) -> tuple[Entity, ...]:
    return entities_stage()(call(*segments, duration=600), Meaning()).entities


def in_text(text: str, language: str = "zh") -> list[tuple[str, str, str]]:
    entities = found(says(CUSTOMER, 0, 3, text, language=language))
    return [(e.kind, e.text, e.value) for e in entities]


@pytest.mark.parametrize(
    "text",
    [
        "十分抱歉，给您添麻烦了。", "万一不行怎么办？", "一会儿给您回电。", "地铁3号线坐到底。", "我有3点建议。",
        "第3点我不同意。", "这是一点小意思。", "千万别这样", "打折扣", "折叠屏手机", "周到的服务", "周围有没有",
        "天天特价", "后天性", "这两天", "前两天", "过两天", "三天两头", "一天到晚", "第三天", "百家姓", "贵姓", "我叫什么",
        "3块电池", "2块屏幕", "一块去", "3.5亿用户", "5G手机", "4G网络", "1080P", "5年级", "一年级", "7天无理由退货",
        "2:1", "按1号键", "8号字体", "5号线", "一路平安", "你们这套路", "8001", "一共110", "请问您贵姓", "版本2.5",
        "买一送一", "节假日", "半个身子", "我微信就是手机号", "加3分", "他是老师", "跟先生说", "您好",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_entity_is_none(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    "text", ["I'm sorry about that.", "you may 2 go", "just one moment", "one second please", "24/7 support",
             "I have two questions.", "the first time", "I am Calling about it"],
)  # fmt: skip
def test_english_words_that_are_no_entity(text: str) -> None:
    assert in_text(text, "en") == []


@pytest.mark.parametrize(
    ("text", "kind", "said", "value"),
    [
        ("工号8001为您服务", "agent_id", "8001", "8001"),
        ("您好，公好8002，请讲", "agent_id", "8002", "8002"),
        ("10086号坐席为您服务", "agent_id", "10086", "10086"),
        ("8001为您服务", "agent_id", "8001", "8001"),
        ("订单号是AB20250312001", "order_no", "AB20250312001", "AB20250312001"),
        ("定单好202503108866", "order_no", "202503108866", "202503108866"),
        ("快递单号SF1234567890123", "tracking_no", "SF1234567890123", "SF1234567890123"),
        ("运单号771200345618", "tracking_no", "771200345618", "771200345618"),
        ("户号031288009926", "account_no", "031288009926", "031288009926"),
        ("工单号20250312", "ticket_no", "20250312", "20250312"),
        ("手机尾号8000", "phone_last4", "8000", "8000"),
        ("您好，工号6，请讲", "agent_id", "6", "6"),
        ("身份证后面四位数是7715", "id_last4", "7715", "7715"),
        ("您尾号3308的卡已经停用", "bank_last4", "3308", "3308"),
        ("身份证后四位是902X", "id_last4", "902X", "902X"),
        ("卡号尾号1234", "bank_last4", "1234", "1234"),
        ("订单号后四位7730", "order_last4", "7730", "7730"),
        ("车牌尾号668", "plate", "668", "668"),
        ("打19455550118", "phone", "19455550118", "19455550118"),
        ("+86 138 0013 8000", "phone", "+86 138 0013 8000", "13800138000"),
        ("138，0013，8000", "phone", "138，0013，8000", "13800138000"),
        ("010-88886666", "phone", "010-88886666", "01088886666"),
        ("400-810-8888", "phone", "400-810-8888", "4008108888"),
        ("那我打12315投诉", "hotline", "12315", "12315"),
        ("打110报警", "hotline", "110", "110"),
        ("12345热线", "hotline", "12345", "12345"),
        ("11010519491231002X", "id_card", "11010519491231002X", "11010519491231002X"),
        ("身份证号110105194912310021", "id_card", "110105194912310021", "110105194912310021"),
        ("4111 1111 1111 1111", "bank_card", "4111 1111 1111 1111", "4111111111111111"),
        ("卡号6222021234567890123", "bank_card", "6222021234567890123", "6222021234567890123"),
        ("验证码是385921", "verification_code", "385921", "385921"),
        ("密码是123456", "password", "123456", "123456"),
        ("邮编100020", "postcode", "100020", "100020"),
        ("QQ号1234567", "qq", "1234567", "1234567"),
        ("微信号wxid_abc123", "wechat", "wxid_abc123", "wxid_abc123"),
        ("邮箱是zhangwei艾特163点com", "email", "zhangwei艾特163点com", "zhangwei@163.com"),
        ("车牌京A12345", "plate", "京A12345", "京A12345"),
        ("粤B·D12345", "plate", "粤B·D12345", "粤BD12345"),
        ("护照E12345678", "passport", "E12345678", "E12345678"),
        ("您的航班远航8236", "flight", "远航8236", "远航8236"),
        ("CA1831航班", "flight", "CA1831", "CA1831"),
        ("12345678", "number", "12345678", "12345678"),
        ("優惠碼AB1234", "coupon_code", "AB1234", "AB1234"),
        ("訂單號202503108866", "order_no", "202503108866", "202503108866"),
        ("工号８００１", "agent_id", "８００１", "8001"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_words_and_its_form_say(
    text: str, kind: str, said: str, value: str
) -> None:
    assert in_text(text) == [(kind, said, value)]


@pytest.mark.parametrize(
    ("text", "kind", "said", "value"),
    [
        ("实付399元", "money", "399元", "399.00 CNY"),
        ("1,286.5元", "money", "1,286.5元", "1286.50 CNY"),
        ("充了3000多块", "money", "3000多块", "3000.00 CNY"),
        ("5块8", "money", "5块8", "5.80 CNY"),
        ("5毛钱", "money", "5毛钱", "0.50 CNY"),
        ("￥299", "money", "￥299", "299.00 CNY"),
        ("最高保200万", "money", "200万", "2000000.00 CNY"),
        ("20万起存", "money", "20万", "200000.00 CNY"),
        ("我充了150，没到", "money", "150", "150.00 CNY"),
        ("师傅收了我260。", "money", "260", "260.00 CNY"),
        ("提前还8万要收手续费吗", "money", "8万", "80000.00 CNY"),
        ("300行不行", "money", "300", "300.00 CNY"),
        ("一共12期", "quantity", "12期", "12 期"),
        ("还有20年", "duration", "20年", "P20Y"),
        ("打了30分钟才打通", "duration", "30分钟", "PT30M"),
        ("30美元", "money", "30美元", "30.00 USD"),
        ("年利率1.9%", "percent", "1.9%", "1.9%"),
        ("涨了5个百分点", "percent", "5个百分点", "5%"),
        ("打88折", "discount", "88折", "0.88"),
        ("打5折", "discount", "5折", "0.5"),
        ("第二件半价", "discount", "半价", "0.5"),
        ("满300减50的券", "coupon", "满300减50", "300-50"),
        ("满200元送20元", "coupon", "满200元送20元", "200-20"),
        ("2.5升", "quantity", "2.5升", "2.5 升"),
        ("2万公里", "quantity", "2万公里", "20000 公里"),
        ("60GB流量", "quantity", "60GB", "60 GB"),
        ("40分钟内到", "duration", "40分钟", "PT40M"),
        ("一个半小时", "duration", "一个半小时", "PT1.5H"),
        ("3到5个工作日", "duration", "3到5个工作日", "3 workdays/5 workdays"),
        ("半年", "duration", "半年", "P0.5Y"),
        ("前六个月", "duration", "六个月", "P6M"),
        ("一刻钟", "duration", "一刻钟", "PT15M"),
    ],
)  # fmt: skip
def test_amounts_have_a_plain_value(text: str, kind: str, said: str, value: str) -> None:
    assert in_text(text) == [(kind, said, value)]


@pytest.mark.parametrize(
    ("text", "kind", "said", "value"),
    [
        ("明天见", "date", "明天", "2025-03-13"),
        ("上周五", "date", "上周五", "2025-03-07"),
        ("下周三", "date", "下周三", "2025-03-19"),
        ("周六呢", "date", "周六", "2025-03-15"),
        ("这周末", "date", "这周末", "2025-W11-WE"),
        ("上个月", "date", "上个月", "2025-02"),
        ("上周", "date", "上周", "2025-W10"),
        ("月底", "date", "月底", "2025-03"),
        ("下个月15号", "date", "下个月15号", "2025-04-15"),
        ("去年11月", "date", "去年11月", "2024-11"),
        ("三天后", "date", "三天后", "2025-03-15"),
        ("3个月前", "date", "3个月前", "2024-12"),
        ("五年前", "date", "五年前", "2020"),
        ("3月31号截止", "date", "3月31号", "2025-03-31"),
        ("12月25日", "date", "12月25日", "2024-12-25"),
        ("2023年10月", "date", "2023年10月", "2023-10"),
        ("2024-12-31", "date", "2024-12-31", "2024-12-31"),
        ("25号之前", "date", "25号", "2025-03-25"),
        ("后天上午10点", "time", "后天上午10点", "2025-03-14T10:00"),
        ("下周三下午3点一刻", "time", "下周三下午3点一刻", "2025-03-19T15:15"),
        ("明天上午", "time", "明天上午", "2025-03-13TMO"),
        ("今晚", "time", "今晚", "2025-03-12TEV"),
        ("今晚8点", "time", "今晚8点", "2025-03-12T20:00"),
        ("晚上12点", "time", "晚上12点", "T00:00"),
        ("明天晚上12点", "time", "明天晚上12点", "2025-03-14T00:00"),
        ("凌晨12点半", "time", "凌晨12点半", "T00:30"),
        ("中午1点", "time", "中午1点", "T13:00"),
        ("14:30", "time", "14:30", "T14:30"),
        ("3点钟", "time", "3点钟", "T03:00"),
        ("半夜2点", "time", "半夜2点", "T02:00"),
        ("深夜11点", "time", "深夜11点", "T23:00"),
    ],
)  # fmt: skip
def test_dates_and_times_are_put_on_the_calendar_of_the_call(
    text: str, kind: str, said: str, value: str
) -> None:
    assert in_text(text) == [(kind, said, value)]


def test_a_second_hour_is_in_the_same_half_of_the_day() -> None:
    assert [v for _, _, v in in_text("下午3点到5点")] == ["T15:00", "T17:00"]


@pytest.mark.parametrize("text", ["2月30号", "13月5号", "2025年2月29日", "25:00", "14:75"])
def test_days_and_hours_that_do_not_exist_are_none(text: str) -> None:
    assert not [v for k, _, v in in_text(text) if k in ("date", "time") and "-" in v]


@pytest.mark.parametrize(
    ("text", "value"),
    [("明天", "明天"), ("3月8号", "--03-08"), ("下周三", "下周三"), ("25号", "---25"), ("上个月", "上个月"),
     ("去年", "去年"), ("周末", "周末"), ("上周", "上周"), ("三天后", "三天后"), ("月底", "月底"), ("2025年3月8号", "2025-03-08")],
)  # fmt: skip
def test_without_the_day_of_the_call_a_date_stays_as_far_as_it_is_known(
    text: str, value: str
) -> None:
    told = call(says(CUSTOMER, 0, 3, text))
    undated = replace(told, recording=replace(told.recording, started_at=None))
    [entity] = entities_stage()(undated, Meaning()).entities

    assert entity.value == value


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("My order number is A12345678.", "en", ("order_no", "A12345678", "A12345678")),
        ("agent number 8004", "en", ("agent_id", "8004", "8004")),
        ("My name is John Smith.", "en", ("person", "John Smith", "John Smith")),
        ("Mr. Brown is here", "en", ("person", "Mr. Brown", "Mr. Brown")),
        ("(415) 555-0132", "en", ("phone", "(415) 555-0132", "4155550132")),
        ("my card ending in 4821", "en", ("bank_last4", "4821", "4821")),
        ("zip code 94110", "en", ("postcode", "94110", "94110")),
        ("221 Baker Street, Apt 4", "en", ("address", "221 Baker Street, Apt 4", "221 Baker Street, Apt 4")),
        ("It costs $25.10", "en", ("money", "$25.10", "25.10 USD")),
        ("1.5 million dollars", "en", ("money", "1.5 million dollars", "1500000.00 USD")),
        ("50 cents", "en", ("money", "50 cents", "0.50 USD")),
        ("20% off", "en", ("discount", "20% off", "0.8")),
        ("20 percent", "en", ("percent", "20 percent", "20%")),
        ("in 5 business days", "en", ("duration", "5 business days", "5 workdays")),
        ("two to three days", "en", ("duration", "two to three days", "P2D/P3D")),
        ("3 boxes", "en", ("quantity", "3 boxes", "3 boxes")),
        ("next Monday", "en", ("date", "next Monday", "2025-03-17")),
        ("on Friday", "en", ("date", "on Friday", "2025-03-14")),
        ("last week", "en", ("date", "last week", "2025-W10")),
        ("this weekend", "en", ("date", "this weekend", "2025-W11-WE")),
        ("last month", "en", ("date", "last month", "2025-02")),
        ("next year", "en", ("date", "next year", "2026")),
        ("3 days ago", "en", ("date", "3 days ago", "2025-03-09")),
        ("a month ago", "en", ("date", "a month ago", "2025-02")),
        ("March 3rd, 2025", "en", ("date", "March 3rd, 2025", "2025-03-03")),
        ("the 5th of June", "en", ("date", "5th of June", "2025-06-05")),
        ("2025-03-20", "en", ("date", "2025-03-20", "2025-03-20")),
        ("tomorrow at 3:30 pm", "en", ("time", "tomorrow at 3:30 pm", "2025-03-13T15:30")),
        ("tomorrow morning", "en", ("time", "tomorrow morning", "2025-03-13TMO")),
        ("tonight", "en", ("time", "tonight", "2025-03-12TEV")),
        ("12 AM", "en", ("time", "12 AM", "T00:00")),
        ("5 o'clock in the afternoon", "en", ("time", "5 o'clock in the afternoon", "T17:00")),
        ("noon", "en", ("time", "noon", "T12:00")),
        ("担当番号8005", "ja", ("agent_id", "8005", "8005")),
        ("佐藤と申します。", "ja", ("person", "佐藤", "佐藤")),
        ("田中様", "ja", ("person", "田中", "田中")),
        ("電話番号は090-1234-5678です。", "ja", ("phone", "090-1234-5678", "09012345678")),
        ("3万5000円", "ja", ("money", "3万5000円", "35000.00 JPY")),
        ("3割引", "ja", ("discount", "3割引", "0.7")),
        ("明日の午後3時", "ja", ("time", "明日の午後3時", "2025-03-13T15:00")),
        ("今晩8時", "ja", ("time", "今晩8時", "2025-03-12T20:00")),
        ("4月2日の朝", "ja", ("time", "4月2日の朝", "2025-04-02TMO")),
        ("来週の月曜日", "ja", ("date", "来週の月曜日", "2025-03-17")),
        ("先月の15日", "ja", ("date", "先月の15日", "2025-02-15")),
        ("先週", "ja", ("date", "先週", "2025-W10")),
        ("2025年3月", "ja", ("date", "2025年3月", "2025-03")),
        ("昼の1時", "ja", ("time", "昼の1時", "T13:00")),
        ("5営業日以内", "ja", ("duration", "5営業日", "5 workdays")),
        ("3時間ほど", "ja", ("duration", "3時間", "PT3H")),
        ("東京都千代田区丸の内1丁目9番1号", "ja", ("address", "東京都千代田区丸の内1丁目9番1号", "東京都千代田区丸の内1丁目9番1号")),
        ("제 이름은 김민수입니다", "ko", ("person", "김민수", "김민수")),
        ("010-1234-5678", "ko", ("phone", "010-1234-5678", "01012345678")),
        ("3만 5000원", "ko", ("money", "3만 5000원", "35000.00 KRW")),
        ("내일 오후 3시", "ko", ("time", "내일 오후 3시", "2025-03-13T15:00")),
        ("다음 주 월요일", "ko", ("date", "다음 주 월요일", "2025-03-17")),
        ("3월 12일", "ko", ("date", "3월 12일", "2025-03-12")),
        ("30분 정도", "ko", ("duration", "30분", "PT30M")),
    ],
)  # fmt: skip
def test_other_languages(text: str, language: str, expected: tuple[str, str, str]) -> None:
    assert in_text(text, language) == [expected]


@pytest.mark.parametrize(
    ("text", "language"),
    [("tomorrow", "en"), ("next Monday", "en"), ("3 days ago", "en"), ("明日", "ja"), ("先週", "ja"), ("내일", "ko")],
)  # fmt: skip
def test_a_foreign_relative_date_stays_as_said_without_the_day_of_the_call(
    text: str, language: str
) -> None:
    told = call(says(CUSTOMER, 0, 3, text, language=language))
    undated = replace(told, recording=replace(told.recording, started_at=None))
    [entity] = entities_stage()(undated, Meaning()).entities

    assert entity.value == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("光明路128号，3号楼二单元。", "光明路128号3号楼二单元"),
        ("朝阳区建国路88号3号楼1单元1201室", "朝阳区建国路88号3号楼1单元1201室"),
        ("上海市浦东新区张杨路500弄6号302室", "上海市浦东新区张杨路500弄6号302室"),
        ("我家在阳光小区5栋302", "阳光小区5栋302"),
    ],
)
def test_an_address_is_one_piece(text: str, value: str) -> None:
    assert [(k, v) for k, _, v in in_text(text)] == [("address", value)]


@pytest.mark.parametrize(
    ("text", "name"),
    [("我叫张伟。", "张伟"), ("免贵姓欧阳。", "欧阳"), ("我姓王", "王"), ("王先生您好", "王先生"), ("收件人是李雪梅的", "李雪梅")],
)  # fmt: skip
def test_a_person_is_told_by_how_they_are_named(text: str, name: str) -> None:
    assert in_text(text) == [("person", name, name)]


def asked(question: str, *answers: str) -> list[tuple[str, str, str]]:
    segments = [says(AGENT, 0, 2, question)]
    segments += [says(CUSTOMER, 3 + 3 * i, 5 + 3 * i, a) for i, a in enumerate(answers)]
    return [(e.kind, e.text, e.value) for e in found(*segments) if e.role is CUSTOMER]


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("麻烦您报一下订单号。", "202503108866。", "order_no"),
        ("请报一下运单号。", "771200345618。", "tracking_no"),
        ("请提供手机号后四位。", "0102。", "phone_last4"),
        ("请核实一下身份证后四位。", "嗯，302X。", "id_last4"),
        ("请报一下订单号后四位。", "7730。", "order_last4"),
        ("登记的手机号是？", "1605550112。", "phone"),
        ("验证码是多少？", "385921。", "verification_code"),
        ("请报一下订单号。", "13800138000。", "order_no"),
        ("请报一下订单号。", "我打12315。", "hotline"),
        ("请报一下订单号。", "11010519491231002X。", "id_card"),
        ("今天天气怎么样？", "13800138000。", "phone"),
    ],
)
def test_a_bare_number_is_what_was_asked_for(question: str, answer: str, kind: str) -> None:
    assert [k for k, _, _ in asked(question, answer)] == [kind]


@pytest.mark.parametrize(
    ("question", "answer", "said", "value"),
    [
        ("登记的身份证后四位是？", "灵灵其二。", "灵灵其二", "0072"),
        ("请报身份证后四位核实。", "331起。", "331起", "3317"),
        ("绑定手机号多少？", "嗯要6855550要三次。", "要6855550要三次", "16855550134"),
    ],
)
def test_an_answer_that_sounds_like_the_number_asked_for_is_it(
    question: str, answer: str, said: str, value: str
) -> None:
    assert [(t, v) for _, t, v in asked(question, answer)] == [(said, value)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("请报身份证后四位。", "要起来。"), ("请报身份证后四位。", "要三次了。"), ("您好。", "灵灵其二。"), ("请报订单号。", "一二三。")],
)  # fmt: skip
def test_words_are_no_digits_when_they_do_not_fit(question: str, answer: str) -> None:
    assert asked(question, answer) == []


def test_what_is_counted_is_no_answer() -> None:
    assert [k for k, _, _ in asked("请报一下订单号。", "我3月20号买的，299元，1000个。")] == [
        "date",
        "money",
        "quantity",
    ]


def test_a_question_is_forgotten_after_half_a_minute() -> None:
    entities = found(says(AGENT, 0, 2, "请报一下订单号。"), says(CUSTOMER, 40, 42, "8866。"))

    assert entities == ()


def test_a_corrected_number_is_kept_beside_the_first() -> None:
    assert asked("请提供一下登记的手机号。", "1605550112，哦不对，是16055550112。") == [
        ("phone", "1605550112", "1605550112"),
        ("phone", "16055550112", "16055550112"),
    ]


def test_groups_over_several_segments_are_one_number() -> None:
    groups = [(says(CUSTOMER, 3, 4, "138。"), says(AGENT, 4.2, 4.5, "嗯。"))]
    entities = found(
        says(AGENT, 0, 2, "请报一下手机号。"),
        *groups[0],
        says(CUSTOMER, 5, 6, "0013。"),
        says(CUSTOMER, 7, 8, "8000，谢谢。"),
    )

    assert [(e.segment, e.text, e.value) for e in entities] == [
        (1, "138", "13800138000"),
        (3, "0013", "13800138000"),
        (4, "8000", "13800138000"),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("一共买了3", "5个", id="an amount"),
        pytest.param("13800138000", "13900139000", id="two whole numbers"),
        pytest.param("138", "好的0013", id="words between"),
    ],
)
def test_other_numbers_of_two_segments_are_not_joined(first: str, second: str) -> None:
    entities = asked("请说。", first, second)

    assert all(value == text for kind, text, value in entities if kind == "phone")


def test_a_turn_of_somebody_else_ends_a_dictation() -> None:
    entities = found(
        says(CUSTOMER, 0, 1, "电话138"),
        says(AGENT, 1, 2, "不好意思我没有听清"),
        says(CUSTOMER, 2, 3, "00138000"),
    )

    assert "13800138000" not in [e.value for e in entities]


def test_an_entity_says_when_it_is_said_and_by_whom() -> None:
    text = "实付399元。"
    segment = says(AGENT, 0, 7, text, words=evenly(text, 0.0, 7.0))
    [entity] = found(segment)

    assert entity.span == Span(2, 6)
    assert entity.role is AGENT
    assert text[entity.start : entity.end] == entity.text
    assert entity.source is EntitySource.PATTERN
    assert entity.score is None


def test_without_word_times_an_entity_has_the_time_of_its_segment() -> None:
    [entity] = found(says(AGENT, 1, 8, "实付399元。"))

    assert entity.span == Span(1, 8)


class Names:
    """A finder that knows one name of each kind, and what it was asked."""

    languages = frozenset({"zh"})

    def __init__(self, *known: tuple[str, NameKind]) -> None:
        self.known = known
        self.read: list[str] = []

    def names(self, texts: Sequence[str], /) -> Iterator[Sequence[Name]]:
        for text in texts:
            self.read.append(text)
            places = [(text.index(n), n, k) for n, k in self.known if n in text]
            yield [Name(k, at, at + len(n)) for at, n, k in sorted(places)]


PERSON, PLACE, ORGANIZATION = NameKind.PERSON, NameKind.PLACE, NameKind.ORGANIZATION


def named(text: str, *known: tuple[str, NameKind]) -> list[tuple[str, str, str]]:
    stage = entities_stage((), Names(*known))
    entities = stage(call(says(CUSTOMER, 0, 3, text)), Meaning()).entities
    assert all(e.source is EntitySource.MODEL or e.kind != "place" for e in entities)
    return [(e.kind, e.text, e.value) for e in entities]


def test_names_of_a_model_are_believed_when_they_can_be_names() -> None:
    text = "我是张伟民，在武汉的星河银行，找阿里·汗"
    known = [("张伟民", PERSON), ("武汉", PLACE), ("星河银行", ORGANIZATION), ("阿里·汗", PERSON)]

    assert named(text, *known) == [
        ("person", "张伟民", "张伟民"),
        ("place", "武汉", "武汉"),
        ("organization", "星河银行", "星河银行"),
        ("person", "阿里·汗", "阿里·汗"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [("很高兴在这里", "高兴", PERSON), ("您好，在吗", "您好", ORGANIZATION), ("住在诶张这里", "诶张", PERSON),
     ("寄到家", "家", PLACE), ("去1号楼", "1号", PLACE)],
)  # fmt: skip
def test_a_model_is_not_believed_what_no_name_is(text: str, name: str, kind: NameKind) -> None:
    assert named(text, (name, kind)) == []


def test_places_that_follow_each_other_are_one() -> None:
    text = "地址是杭州市西湖区，文三路478号3楼"
    known = [("杭州市", PLACE), ("西湖区", PLACE)]

    assert [(k, v) for k, _, v in named(text, *known)] == [
        ("address", "杭州市西湖区文三路478号3楼")
    ]


def test_an_address_begins_where_the_place_before_it_does() -> None:
    text = "住在光明新区建国路88号"

    assert named(text, ("光明新区建国路88号", PLACE))[0][1] == "光明新区建国路88号"


def test_the_model_reads_only_what_may_hold_a_name_and_once() -> None:
    names = Names()
    segments = [
        says(AGENT, 0, 1, "好的。"),
        says(AGENT, 2, 3, "您怎么称呼？"),
        says(CUSTOMER, 3, 4, "李雪。"),
        says(AGENT, 5, 6, "My name is Amy", language="en"),
        says(AGENT, 7, 8, "住在哪里"),
        says(AGENT, 9, 10, "住在哪里"),
    ]
    entities_stage((), names)(call(*segments), Meaning())

    assert names.read == ["李雪。", "住在哪里"]


def test_the_rest_of_the_meaning_is_kept() -> None:
    known = Meaning(advice=("priority-ticket",))

    assert entities_stage()(call(says(AGENT, 0, 1, "好")), known) == known


def test_long_and_garbled_text_does_not_hold_up_a_batch() -> None:
    texts = [
        "号楼路区市省" * 60,
        "1 2，3-" * 80,
        "光明" * 200 + "路",
        "A1" * 200,
        "满减送万亿多" * 60,
        "零点半号月年" * 60,
    ]
    begun = process_time()
    found(*(says(CUSTOMER, i, i + 1, text) for i, text in enumerate(texts)))

    assert process_time() - begun < 30
