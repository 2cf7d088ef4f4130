"""Names of people by how they are told: 我叫张伟, 姓王, 王先生, my name is, 佐藤でございます.

Needs no model; what a model finds in a text goes through `believed` first.
"""

import re
from collections.abc import Iterator

from huiting.core.meaning import EntitySource
from huiting.core.ports import Name, NameKind
from huiting.text.entities.candidate import CUED, MODEL, Candidate, Passage

_DOUBLE = (
    "欧阳|上官|司马|诸葛|司徒|东方|慕容|夏侯|皇甫|尉迟|令狐|公孙|长孙|宇文|端木|南宫|独孤|轩辕|申屠"
)
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷"
    "盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
SURNAME = rf"(?:{_DOUBLE}|[{_SINGLE}])"
_TITLE = "先生|女士|小姐|太太|经理|主任|师傅|老师|医生|大夫|律师|总监|主管|教授|院长|店长|队长|同学|警官|阿姨|大哥|大姐"
_NOT_GIVEN = (
    "在是的了我你他她就把给您和跟个那这哪吗呢吧啊不没有要想先再叫什么今明昨来去说听找打，。"
)
_ZH = re.compile(
    rf"(?:我叫|名字(?:是|叫)|姓名(?:是|叫)?|本人|收件人(?:是|叫)?|联系人(?:是|叫)?|户主(?:是|叫)?|机主(?:是|叫)?)(?P<full>{SURNAME}[^\W\d_{_NOT_GIVEN}]{{1,2}})(?=[，。？！、,.?!\s的啊吧呢]|$|先生|女士|电话|手机|号码|身份|地址|订单|账号|是|住|今年)"
    rf"|(?:免贵)?(?<!百)姓(?P<family>{SURNAME})(?=[，。？！、,.?!\s的啊吧呢名]|$)"
    rf"|(?P<titled>{SURNAME}(?:{_TITLE}))(?!们)"
)
_EN = re.compile(
    r"\b(?:[Mm]y name is|[Tt]his is|[Tt]he name is|[Nn]ame's|[Nn]ame is|[Ii] am|I'm|[Ss]peaking with|[Ss]peak (?:to|with))(?: (?:Mr|Ms|Mrs|Dr)\.?)? (?P<full>[A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,14}){0,2})"
    r"|\b(?P<titled>(?:Mr|Ms|Mrs|Miss|Dr)\.? [A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,14})?)"
)
_NO_NAME_EN = frozenset(
    [
        "Sorry",
        "Calling",
        "Very",
        "Not",
        "Just",
        "Here",
        "Sure",
        "Glad",
        "Afraid",
        "Happy",
        "Looking",
        "Trying",
        "Going",
        "Customer",
        "Support",
        "Technical",
        "The",
        "A",
        "An",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "It",
        "Ok",
        "Okay",
        "Fine",
        "Good",
        "Done",
        "Still",
        "Really",
        "So",
        "Also",
    ]
)
_JA = re.compile(
    r"(?:^|[、。，\sは])(?P<self>[一-龥]{1,4}|[ァ-ヶー]{2,8})(?=(?:でございます|と申します|といいます|と言います))"
    r"|(?P<titled>[一-龥]{1,4})(?=(?:様(?!子)|さん(?!か)))"
)
_NO_NAME_JA = frozenset(
    [
        "皆",
        "客",
        "奥",
        "神",
        "王",
        "お客",
        "皆々",
        "担当",
        "以上",
        "商品",
        "電話",
        "予定",
        "確認",
        "可能",
        "影響",
        "必要",
        "有料",
        "無料",
        "対象",
        "番号",
        "結構",
        "土日",
        "平日",
    ]
)
_KO = re.compile(
    r"(?:저는|제 이름은|상담[원사]) ?(?P<self>[김이박최정강조윤장임한오서신권황안송전홍][가-힣]{1,2})(?=(?:입니다|이에요|라고|예요))|(?P<titled>[김이박최정강조윤장임한오서신권황안송전홍][가-힣]{1,2})(?= ?(?:님|씨|고객님))"
)

_WORDS = frozenset(
    [
        "高兴",
        "马上",
        "方便",
        "周末",
        "周到",
        "平安",
        "安全",
        "安心",
        "成功",
        "常规",
        "金额",
        "时候",
        "时间",
        "温馨",
        "和谐",
        "明白",
        "全部",
        "全额",
        "师傅",
        "小姐",
        "女士",
        "先生",
        "老师",
        "经理",
        "单号",
        "单元",
        "简单",
        "关于",
        "关注",
        "应该",
        "方式",
        "方面",
        "华为",
        "江苏",
        "何时",
        "任何",
        "万一",
        "余额",
        "房间",
        "路上",
        "管家",
        "连接",
        "解决",
        "解释",
        "程序",
        "白天",
        "毛病",
        "包裹",
        "包邮",
        "顾客",
        "石头",
        "钱包",
        "莫名",
        "武汉",
        "阳光",
        "农行",
        "和平",
        "温度",
        "文件",
        "文章",
        "明天",
        "明年",
        "明细",
        "小孩",
        "小区",
        "小时",
        "小心",
        "小伙",
        "老板",
        "老人",
        "老婆",
        "老公",
        "老家",
        "老是",
        "阿姨",
        "您好",
        "谢谢",
        "单位",
    ]
)
"""What begins like a name and is none; recognition errors make more of them."""
_PLACE_END = re.compile(
    r"[省市区县镇乡村路街巷弄州岛港湾山河湖江海桥门站场楼城园苑院厦店馆口里寨屯堡滩坝关]$|号$|单元$|室$"
)
_TITLED = re.compile(_TITLE)
NAME_HINT = re.compile(
    rf"[叫姓]|我是|名字|姓名|收件人|联系人|投保人|被保险人|持卡人|开户人|业主|本人|{_TITLE}|[小老阿]{SURNAME}|[{_SINGLE}](?:总|哥|姐|工|队|局|科|处|叔|姨)|[，。、是给找联系问](?:{SURNAME})[^\W\d_]{{1,2}}(?=[，。？！、的给和]|$)"
    r"|[省市区县镇乡村路街巷弄楼]|小区|大厦|广场|机场|[东南西北车]站|驿站|银行|医院|学校|大学|公司|网点|营业厅|仓|地址|[住在到去从往寄送发飞](?=[^\W\d_]{2,})"
)
"""Where a name may stand: a model need not read the rest."""


def find_people(passage: Passage) -> Iterator[Candidate]:
    """Yield names of people that are told as such."""
    match passage.language:
        case "en":
            yield from _english(passage.text)
        case "ja":
            yield from _grouped(_JA, passage.text, _NO_NAME_JA)
        case "ko":
            yield from _grouped(_KO, passage.text, frozenset())
        case _:
            yield from _grouped(_ZH, passage.text, _WORDS)


def _grouped(pattern: re.Pattern[str], text: str, words: frozenset[str]) -> Iterator[Candidate]:
    for found in pattern.finditer(text):
        group = found.lastgroup
        if group is not None and found[group] not in words:
            yield Candidate("person", *found.span(group), found[group], CUED)


def _english(text: str) -> Iterator[Candidate]:
    for found in _EN.finditer(text):
        group = found.lastgroup
        assert group is not None
        if found[group].split(" ", maxsplit=1)[0] not in _NO_NAME_EN:
            yield Candidate("person", *found.span(group), found[group], CUED)


def believed(names: list[Name], text: str) -> Iterator[Candidate]:
    """Yield what a model took for names, less what Chinese names cannot be.

    Recognition errors and polite phrases look like names to a model of written text: a
    person needs a surname, a form of address, or the dot of a foreign name.
    """
    for name in names:
        name = _with_title(name, text)  # noqa: PLW2901  (the model leaves 先生 out)
        said = text[name.start : name.end]
        if said == "您好" or said[:1].isdecimal():
            continue
        match name.kind:
            case NameKind.PERSON if said not in _WORDS and _is_person(said):
                yield _by_model("person", name, said)
            case NameKind.PLACE if len(said) > 1:
                house = any(c.isdecimal() for c in said)
                yield _by_model("address" if house else "place", name, said)
            case NameKind.ORGANIZATION if len(said) > 2 or _PLACE_END.search(said):  # noqa: PLR2004
                yield _by_model("organization", name, said)


def _with_title(name: Name, text: str) -> Name:
    title = _TITLED.match(text, name.end)
    if name.kind is not NameKind.PERSON or title is None:
        return name
    return Name(name.kind, name.start, title.end())


def _by_model(kind: str, name: Name, said: str) -> Candidate:
    return Candidate(kind, name.start, name.end, said, MODEL, EntitySource.MODEL)


def _is_person(said: str) -> bool:
    if "·" in said:
        return True
    return bool(
        re.fullmatch(
            rf"[小老阿]{SURNAME}|{SURNAME}(?:{_TITLE}|总|哥|姐|工|队|局|科|处)|{SURNAME}[^\W\d_]{{1,2}}(?:{_TITLE})?",
            said,
        )
    )
