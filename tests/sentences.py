"""Calls of a contact centre that nobody made: sentences from templates, with a fixed seed.

Nothing is read from a recording. For measurements of the store and of what reads it.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from huiting.core.analysis import Analysis, MadeBy
from huiting.core.metrics import Metrics
from huiting.core.types import Call, Channel, Edit, Recording, Role, Segment, Span

START = datetime(2025, 1, 1, 9, tzinfo=UTC)
DIGITS = "零一二三四五六七八九"
GOODS = (
    "蓝牙耳机", "空气净化器", "扫地机器人", "电饭煲", "智能手表", "运动鞋", "羽绒服", "行车记录仪", "投影仪",
    "豆浆机", "咖啡机", "奶粉", "护手霜", "洗衣液", "床垫", "书桌", "台灯", "路由器", "充电宝", "平板电脑",
    "iPhone", "净水器滤芯", "婴儿推车", "宽带套餐", "信用卡", "医疗保险", "酒店", "机票", "会员年卡", "流量包",
)  # fmt: skip
AGENT = (
    "您好，工号{n4}为您服务，请问有什么可以帮您？", "非常抱歉给您带来不便，麻烦您报一下订单号。", "请您稍等，我帮您查一下。",
    "查到了，您购买的{g}实付{n3}元。", "您这个支持七天无理由退货，运费由我们承担。", "退款会在{n1}个工作日内原路退回您的账户。",
    "为了保护您的信息安全，请核对一下手机尾号是不是{n4}？", "{g}的保修期是{n2}个月，人为损坏不在保修范围内。",
    "好的，已经帮您登记了工单，{n2}小时之内会有专员联系您。", "请问还有其他可以帮您的吗？", "感谢您的来电，祝您生活愉快，再见！",
    "这边建议您先把{g}重启一下，看看指示灯有没有亮。", "我们的营业时间是早上{n1}点到晚上{n1}点。", "物流显示{g}已经到达{c}，预计明天派送。",
    "您的{g}目前没有货，补货以后我们会发短信通知您。", "这个情况我理解您的心情，我马上帮您反映给主管。",
)  # fmt: skip
CUSTOMER = (
    "嗯，我前天买的那个{g}，左边没有声音，我想退货。", "订单号是{n12}。", "那钱多久能到账？", "我都打了{n1}次电话了，一直没人处理，我要投诉！",
    "{g}多少钱？有没有优惠？", "我的手机号是{n11}。", "对，是的。", "好的，谢谢你。", "你们上次说{n2}号之前送到，现在还没有收到{g}。",
    "能不能帮我改一下收货地址，改到{c}。", "我在{c}的店里买的{g}，发票丢了还能保修吗？", "可以开专票吗？", "不用了，就这样吧。",
    "我想预约一下{n2}号下午的安装。", "为什么扣了我{n3}块钱？我没有开通{g}。", "这个{g}的说明书看不懂，你能说慢一点吗？",
)  # fmt: skip
CITIES = (
    "北京",
    "上海浦东",
    "广州天河",
    "深圳南山",
    "成都",
    "杭州余杭",
    "武汉",
    "西安",
    "乌鲁木齐",
    "哈尔滨",
)
FILLERS = ("", "", "", "那个，", "就是说，", "嗯，", "喂，", "不好意思，", "麻烦您，", "我跟您说，")


def calls(segments: int) -> Iterator[Analysis]:
    """Yield calls of 20 to 46 segments, `segments` altogether."""
    chance = random.Random(2025)
    left, number = segments, 0
    while left > 0:
        size = min(left, chance.randint(20, 46))
        yield call(number, size, chance)
        left, number = left - size, number + 1


def extra(number: int) -> Analysis:
    """Return a call that is not among those of `calls`."""
    return call(1_000_000 + number, 33, random.Random(number))


def call(number: int, size: int, chance: random.Random) -> Analysis:
    agent = str(8000 + chance.randrange(60))
    recording = Recording(
        id=f"{chance.getrandbits(256):064x}",
        path=f"/recordings/{agent}_{number:07d}.wav",
        size=500_000,
        duration=size * 4.0,
        rate=8000,
        codec="pcm_mulaw",
        channels=(Channel(0, Role.AGENT), Channel(1, Role.CUSTOMER)),
        started_at=START + timedelta(seconds=number * 1733 % (90 * 86_400)),
        metadata={"agent": agent, "direction": "in"},
    )
    segments = tuple(segment(place, chance) for place in range(size))
    metrics = Metrics(size * 4.0, size * 3.0, size * 1.0, 0.25, 2.0, 0.0, 0.0, 0.0, 0.0, size)
    return Analysis(
        Call(recording, segments=segments, language="zh"), metrics, MadeBy("0.1.0", "whisper")
    )


def segment(place: int, chance: random.Random) -> Segment:
    role = Role.AGENT if place % 2 == 0 else Role.CUSTOMER
    template = chance.choice(FILLERS) + chance.choice(AGENT if place % 2 == 0 else CUSTOMER)
    template = template.replace("{g}", chance.choice(GOODS)).replace("{c}", chance.choice(CITIES))
    spoken, text, edits = "", "", []
    for number, piece in enumerate(template.replace("}", "{").split("{")):
        if number % 2 == 0:
            spoken, text = spoken + piece, text + piece
            continue
        digits = "".join(str(chance.randrange(10)) for _ in range(int(piece[1:])))
        said = "".join(DIGITS[int(digit)] for digit in digits)
        edits.append(Edit(len(spoken), len(spoken) + len(said), digits, ("itn",)))
        spoken, text = spoken + said, text + digits
    return Segment(
        channel=place % 2, speaker=None, role=role, span=Span(place * 4.0, place * 4.0 + 3.0),
        spoken=spoken, text=text, edits=tuple(edits), language="zh",
    )  # fmt: skip
