"""What agents say, what customers say, and what machines say, in five languages.

Each cue has a weight: the natural logarithm of how much more often one side says it than
the other, judged by what the phrase does in a call (who offers help, who asks for it, who
verifies whom), not fitted to recordings. Positive speaks for the agent.

Chinese cues are compared by sound: syllables without tone, and with the pairs that
telephone speech confuses made equal, so that 公好 is still 工号, and that Traditional and
Simplified need not be told apart. Others are regular expressions on folded text.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

STRONG, CLEAR, WEAK, FAINT = 2.5, 1.5, 0.8, 0.4

_AGENT_HAN = {
    STRONG: (
        "为您服务 工号 有什么可以帮您 有什么可以帮到您 有什么可以帮助您 感谢您的来电 感谢来电 祝您生活愉快 "
        "祝您工作愉快 祝您旅途愉快 给您带来不便 给您添麻烦 还有其他可以帮您 还有什么可以帮您 还有其他问题吗 "
        "客服中心 请问有什么 有咩可以帮到你 多谢你嘅来电 多谢来电 好高兴为你服务 请对我的服务 满意度 "
        "耽误您 打扰您 打扰了 我是您的 您的专属 对本次服务"
    ),
    CLEAR: (
        "请稍等 请您稍等 稍等一下 请等等 您稍等 请报一下 请您报 麻烦您报 麻烦您提供 请提供 请您提供 核实一下 "
        "核对一下 帮您查 帮您办 帮您看 帮您登记 帮您申请 帮您转 给您登记 给您办 给您查 给您申请 给您退 给您转 "
        "为您查 为您办 为您登记 为您转接 我给您 我帮您 我为您 先生您 女士您 请讲 请说 请问您 非常抱歉 真的很抱歉 "
        "很抱歉 想给您介绍 给您介绍 我们新出 现在办理 订单号是多少 手机号是多少 订单号多少 手机号多少 号码是多少 "
        "身份证后四位 后四位核实 您贵姓 您怎么称呼 原路退回 个工作日 不客气 请您放心 感谢您 请登记 "
        "让您久等 您久等 久等了 理解您 为您 请您 帮您 给您 给您反馈 专人 我们会 请您留意 请保持电话 "
        "您方便 您看 您稍 您先 请您保持 电话畅通 您别激动 请不要激动 帮你查 系统显示 系统里 这边显示"
    ),
    WEAK: (
        "您的 您这 您那 您是 您要 您好 抱歉 对不起 不好意思 唔好意思 我们这边 我这边 我们公司 我查一下 我看一下 查到了 "
        "办理成功 七天无理由 没问题 我马上 小时内 分钟内 天之内 联系您 营业时间 支持 祝您 先生 女士 安排 稍后 加急处理 反馈 您"
    ),
}
_CUSTOMER_HAN = {
    STRONG: (
        "我要投诉 要投诉你 投诉你们 我要退 我想退 我要取消 我想取消 我想投诉 你们怎么 你们公司 你们这 你们那 给你们差评 "
        "消费者协会 打幺二三幺五 我想咨询 我想问 我想查 我想办 我想订 我想预约 我想换 我想改 我要举报 我想了解 我打电话是 "
        "我要解约 换别家 我嘅订单 我想要 你哋"
    ),
    CLEAR: (
        "帮我查 帮我看 帮我办 帮我取消 帮我退 帮我改 帮我换 帮我订 帮我 给我退 给我换 给我办 给我查 给我一个 我买的 "
        "我订的 我的订单 我的快递 我的卡 我的号 我的账 我的手机 我的会员 我上周 我昨天 我前天 我上个月 我刚才 我家 "
        "怎么回事 怎么还没 什么时候能 多久能 多久到 几天到 没收到 太贵 别再打 再打我 不需要 我不要 没有了 没了 "
        "谢谢你 你让我 你怎么 什么态度 你们 差评 消协 工信部 投诉 我都说 我已经 我买咗 点解 几时 帮我睇 "
        "我想 我要 好吧 行吧 怎么办 明白了 还没到 都催了 催了 没人理 没人管 一直没 怎么一直 为什么扣 扣我 扣了我 "
        "我就想 给我个 给我一个准 你给我 我问一下 还没修好 也没修好 我没开通 我没办 凭什么"
    ),
    WEAK: (
        "能不能 可不可以 行不行 多少钱 怎么收费 什么意思 怎么比 那我 那你 你说 你好 有没有 我没 喂 哦 嗯 谢谢 大概 "
        "那能 等了 为什么 师傅 能给我 到底 上次 我都 那钱 是不是 啊 呢 你看 哎"
    ),
}
_SYSTEM_HAN = (
    "请按一 请按幺 请按二 请按井号 按零 按星号 人工服务请按 欢迎致电 欢迎拨打 通话将被录音 可能会被录音 座席忙 坐席忙 "
    "线路繁忙 正在为您转接 请不要挂机 您拨打的 暂时无法接通 请在滴声后 请继续等待"
)

_AGENT_OTHER = {
    STRONG: (
        r"thank(?:s| you) for calling|how (?:can|may) i (?:help|assist)|what can i do for you|agent number|"
        r"anything else (?:i can|you need|today)|have a (?:nice|great|good|wonderful)|(?:my name|this) is \w+ (?:from|with)\b|"
        r"お電話ありがとうございま|担当番号|でございます|ご不便をおかけ|かしこまりました|承(?:り|っており|りました)|"
        r"ご不明な点|いかがなさい|お客様|コールセンター|サポートセンター|カスタマー|"
        r"전화 ?주셔서|무엇을 도와|고객 ?센터|상담(?:원|사)|고객님|도와 ?드릴|좋은 하루"
    ),
    CLEAR: (
        r"(?:may|can|could) i (?:please )?(?:have|get|ask)|could you (?:please )?(?:provide|verify|confirm|tell|spell)|"
        r"\bverify your|for verification|please hold|hold on (?:a|one)|one moment|let me (?:check|look|pull|see|transfer)|"
        r"i(?:'m| am) (?:so |very )?sorry (?:to|about|for|that)|i apologi[sz]e|apologies|(?:what is|what's|what are) (?:your|the last)|"
        r"i understand your|for your patience|i see (?:the|that|your|here)|our (?:system|records|policy|business)|certainly|go ahead|\bma'am\b|"
        r"\bi can help|i(?:'ll| will) (?:transfer|send|process|arrange|book|check)|you're welcome|this is \w+ speaking|"
        r"お願いいたします|申し訳(?:ございません|ありません)|少々お待ち|確認いたし|ご(?:注文|登録|契約|住所|氏名|連絡|予約)|"
        r"いたします|伺います|お待たせ|ご案内|なります|お電話番号を|"
        r"드리겠습니다|잠시만|성함|말씀해|확인해 ?(?:보|드)|연락처|안내"
    ),
    WEAK: (
        r"\bplease\b|\byour (?:order|account|name|number|phone|address|email)|we(?:'ll| will)|\bsir\b|within \w+ (?:business )?days|"
        r"ございます|ください|いただ|させて|죄송|습니다|주시"
    ),
}
_CUSTOMER_OTHER = {
    STRONG: (
        r"i(?:'m| am) calling (?:about|because|to|regarding)|i(?:'d| would) like to (?:book|cancel|return|order|speak|make|know|get|change|complain)|"
        r"i was charged|i(?:'ve| have) been (?:waiting|charged|trying)|\bmy (?:order|package|bill|car|internet|card|subscription|flight|refund|phone is)|"
        r"i want (?:to|a|my)|i need (?:to|a|my|some) |cancel my|file a complaint|(?:this|that) is (?:ridiculous|unacceptable)|why (?:am i|i(?:'m| am|'ve| was)|did you|was i)|"
        r"たいのですが|したいんで|(?:ない|なった|たい|いる|のです|しまった)んで(?:す|しょう)|返品したい|解約(?:します|したい)|どうなってい|"
        r"하고 ?싶(?:은데|어)|환불 ?(?:해|받)|주문한|안 ?(?:돼|되|와)|고장"
    ),
    CLEAR: (
        r"can you just|since (?:yesterday|last|monday)|i (?:bought|ordered|booked|paid|received|got|never)|(?:still )?(?:is )?not (?:here|working|arrived)|does(?:n't| not) work|when will|"
        r"how (?:long|much)|what are (?:the|your) (?:business )?hours|your (?:company|service is)|thank you so much|perfect|great,? thank|i will cancel|"
        r"買った|壊れ|動か(?:な|ず)|届(?:いて|か)な|わかりました|助かります|早くして|教えて|つながらな|んですけど|んですが|"
        r"제가|언제|해 ?주세요|샀는데|했는데|얼마"
    ),
    WEAK: (
        r"\bokay\b|\bhi\b|\byou guys|\bsure\b|\bbye\b|\bumm?\b|\byeah\b|\bi don't\b|あの|ですか|はい|ええと|네|근데|그런데"
    ),
}
_SYSTEM_OTHER = (
    r"press (?:one|two|\d|the)|(?:call|conversation) (?:may|will) be (?:recorded|monitored)|all (?:of )?our (?:agents|representatives)|"
    r"your call is important|please stay on the line|leave a message after|"
    r"電話が(?:大変)?混み合|押してください|録音(?:させて|して)いただ|누르|통화 ?내용은|연결 ?중"
)

_DIGITS = "零一二三四五六七八九幺〇0123456789"
_READS_DIGITS = 4
_MOSTLY = 0.7
_HOMOPHONE = 0.75
"""What a cue is worth that only sounds right."""
_CONFUSED = (("zh", "z"), ("ch", "c"), ("sh", "s"))

Sounds = tuple[str, ...]
"""Syllables."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cue that was found."""

    cue: str
    weight: float
    """Positive for an agent, negative for a customer."""


def evidence(text: str) -> list[Evidence]:
    """Return each cue that the text holds, once; a cue inside a longer one does not count."""
    folded = _fold(text)
    found = [
        Evidence(match[0], weight)
        for pattern, weight in _patterns()
        for match in pattern.finditer(folded)
    ]
    found += _by_sound(text)
    if _reads_digits(folded):
        found.append(Evidence("digits", -CLEAR))
    return found


def announces(text: str) -> bool:
    """Tell whether the text is what a machine says."""
    sounds = _sounds(text)
    return bool(_system().search(_fold(text))) or any(
        _inside(cue, sounds) for cue in _keys(_SYSTEM_HAN)
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], float], ...]:
    agent = [(re.compile(p), w) for w, p in _AGENT_OTHER.items()]
    return (*agent, *((re.compile(p), -w) for w, p in _CUSTOMER_OTHER.items()))


@cache
def _system() -> re.Pattern[str]:
    return re.compile(_SYSTEM_OTHER)


@cache
def _keys(words: str) -> tuple[Sounds, ...]:
    return tuple(_sounds(word) for word in words.split())


@cache
def _han() -> dict[Sounds, tuple[str, float]]:
    table: dict[Sounds, tuple[str, float]] = {}
    for sign, sides in ((1, _AGENT_HAN), (-1, _CUSTOMER_HAN)):
        for weight, words in sides.items():
            for word in words.split():
                table.setdefault(_sounds(word), (word, sign * weight))
    return table


def _by_sound(text: str) -> list[Evidence]:
    """Find Chinese cues by their syllables, from the left, the longest first."""
    sounds, table = _sounds(text), _han()
    han = [c for c in unicodedata.normalize("NFKC", text) if _is_han(c)]
    longest = max(map(len, table))
    found, place = [], 0
    while place < len(sounds):
        for size in range(min(longest, len(sounds) - place), 0, -1):
            hit = table.get(sounds[place : place + size])
            if hit is None:
                continue
            word, weight = hit
            same = "".join(han[place : place + size]) == word
            if same or size > 1:  # a single syllable has too many homophones
                found.append(Evidence(word, weight if same else weight * _HOMOPHONE))
                place += size - 1
                break
        place += 1
    return found


def _sounds(text: str) -> Sounds:
    """Return the syllables of the Chinese characters, without tone, confusable pairs made equal."""
    from pypinyin import lazy_pinyin

    han = "".join(c if _is_han(c) else " " for c in unicodedata.normalize("NFKC", text))
    return tuple(_blur(s) for part in han.split() for s in lazy_pinyin(list(part)))


def _blur(syllable: str) -> str:
    for curled, flat in _CONFUSED:
        if syllable.startswith(curled):
            syllable = flat + syllable[2:]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    if syllable.endswith(("ing", "eng", "ang")):
        syllable = syllable[:-1]
    return syllable


def _is_han(character: str) -> bool:
    return "㐀" <= character <= "鿿"


def _inside(cue: Sounds, sounds: Sounds) -> bool:
    return any(sounds[i : i + len(cue)] == cue for i in range(len(sounds) - len(cue) + 1))


def _reads_digits(folded: str) -> bool:
    """Tell whether the text is little but digits: somebody was asked for a number."""
    letters = [c for c in folded if c.isalnum()]
    digits = sum(c in _DIGITS for c in letters)
    return digits >= _READS_DIGITS and digits >= _MOSTLY * len(letters)
