"""Languages of the checkpoints of Fun-ASR-Nano, as its prompt names them.

Source: the README of Fun-ASR. Dialects of Chinese have no name in the prompt of Nano: it is
asked for Chinese, and hears them.
"""

from collections.abc import Mapping

NANO, MLT_NANO = "nano", "mlt-nano"

_NANO = {
    "zh": "中文",
    "en": "英文",
    "ja": "日文",
    **dict.fromkeys(("yue", "wuu", "nan", "hak", "gan", "hsn", "cjy"), "中文"),
}
_MLT_NANO = {
    "zh": "中文",
    "en": "英文",
    "yue": "粤语",
    "ja": "日文",
    "ko": "韩文",
    "vi": "越南语",
    "id": "印尼语",
    "th": "泰语",
    "ms": "马来语",
    "tl": "菲律宾语",
    "ar": "阿拉伯语",
    "hi": "印地语",
    "bg": "保加利亚语",
    "hr": "克罗地亚语",
    "cs": "捷克语",
    "da": "丹麦语",
    "nl": "荷兰语",
    "et": "爱沙尼亚语",
    "fi": "芬兰语",
    "el": "希腊语",
    "hu": "匈牙利语",
    "ga": "爱尔兰语",
    "lv": "拉脱维亚语",
    "lt": "立陶宛语",
    "mt": "马耳他语",
    "pl": "波兰语",
    "pt": "葡萄牙语",
    "ro": "罗马尼亚语",
    "sk": "斯洛伐克语",
    "sl": "斯洛文尼亚语",
    "sv": "瑞典语",
}
NAMES: Mapping[str, Mapping[str, str]] = {
    NANO: _NANO,
    MLT_NANO: {**_MLT_NANO, "fil": _MLT_NANO["tl"]},
}
"""By checkpoint: ISO 639 code to name; `tl` is what Whisper calls Filipino too."""
DETECTED: Mapping[str, tuple[str, ...]] = {NANO: ("zh", "en", "ja"), MLT_NANO: tuple(_MLT_NANO)}
"""By checkpoint: languages to tell apart where nobody says which are spoken."""
