"""How alike Mandarin syllables sound, over a telephone and across accents; tones ignored.

Syllables are pinyin without tones, `v` for ü, as pypinyin writes them. Knows nothing
of words.

Source:
    That a syllable's distance is the sum of that of its initial and of its final, each
    by how they are articulated, follows Li et al., "DIMSIM: An Accurate Chinese Phonetic
    Similarity Algorithm Based on Learned High Dimensional Encoding", CoNLL 2018 (there
    learned from ratings). The values here are our own, set by articulation: the accent
    mergers of Mandarin (zh/z, n/l, h/f, r/l, -n/-ng) cost least, then one articulatory
    feature (aspiration, retroflex against palatal), then anything else.
"""

import re
from functools import cache

from pypinyin.contrib.tone_convert import to_finals, to_initials

_MERGED = 0.2  # one sound for many speakers
_FEATURE = 0.4  # one articulatory feature apart
_MANNER = 0.6  # same place, another manner; or the reverse
_CONFUSED = {
    _MERGED: "zh-z ch-c sh-s n-l h-f r-l",
    _FEATURE: "b-p d-t g-k j-q zh-ch z-c j-zh q-ch x-sh j-z q-c x-s zh-c z-ch",
    _MANNER: "m-n g-h k-h x-q x-j s-c sh-ch s-z sh-zh r-n b-d d-g p-t t-k b-m d-n t-l d-l",
}
_INITIALS = {
    frozenset(pair.split("-")): cost for cost, pairs in _CONFUSED.items() for pair in pairs.split()
}
_FINALS = {
    # final: medial, nucleus, coda
    "a": ("", "a", ""), "ai": ("", "a", "i"), "ao": ("", "a", "u"),
    "an": ("", "a", "n"), "ang": ("", "a", "ng"),
    "o": ("", "o", ""), "ou": ("", "o", "u"), "ong": ("", "o", "ng"),
    "e": ("", "e", ""), "ei": ("", "e", "i"), "er": ("", "e", "r"),
    "en": ("", "e", "n"), "eng": ("", "e", "ng"),
    "i": ("i", "", ""), "ia": ("i", "a", ""), "ie": ("i", "e", ""), "iao": ("i", "a", "u"),
    "iou": ("i", "o", "u"), "ian": ("i", "a", "n"), "iang": ("i", "a", "ng"),
    "in": ("i", "", "n"), "ing": ("i", "", "ng"), "iong": ("v", "o", "ng"),
    "u": ("u", "", ""), "ua": ("u", "a", ""), "uo": ("u", "o", ""), "uai": ("u", "a", "i"),
    "uei": ("u", "e", "i"), "uan": ("u", "a", "n"), "uang": ("u", "a", "ng"),
    "uen": ("u", "e", "n"), "ueng": ("u", "e", "ng"),
    "v": ("v", "", ""), "ve": ("v", "e", ""), "van": ("v", "a", "n"), "vn": ("v", "", "n"),
}  # fmt: skip
_APICAL = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})  # before these -i is another vowel
_NASAL = frozenset({"n", "ng"})
_CLASSES = ("bp", "dt", "gk", "zh ch z c j q", "sh s x", "n l r", "h f", "m")
_READINGS = """
    行 xing hang  重 zhong chong  长 chang zhang  还 hai huan  调 tiao diao  降 jiang xiang
    率 lv shuai  乐 le yue  便 bian pian  差 cha chai  朝 chao zhao  传 chuan zhuan  弹 dan tan
    得 de dei  地 di de  给 gei ji  会 hui kuai  觉 jue jiao  角 jiao jue  校 xiao jiao  卡 ka qia
    模 mo mu  没 mei mo  强 qiang jiang  省 sheng xing  石 shi dan  什 shen shi  塞 sai se
    色 se shai  厦 sha xia  折 zhe she  参 can shen  藏 cang zang  盛 sheng cheng  数 shu shuo
    提 ti di  系 xi ji  血 xue xie  着 zhe zhao zhuo  种 zhong chong  单 dan shan  车 che ju
    薄 bao bo  剥 bao bo  露 lu lou  绿 lv lu  落 luo la  壳 ke qiao  圈 quan juan  奇 qi ji
    曝 bao pu  泊 bo po  屏 ping bing  仇 chou qiu  解 jie xie  查 cha zha  区 qu ou  仔 zi zai
    乘 cheng sheng  番 fan pan  宿 su xiu  拓 tuo ta  尾 wei yi  吓 xia he  削 xue xiao
    粘 zhan nian  秘 mi bi  熟 shu shou  谁 shei shui  那 na nei  哪 na nei  这 zhe zhei
    六 liu lu  择 ze zhai  贾 jia gu  曾 ceng zeng  都 dou du  大 da dai  度 du duo  恶 e wu
    和 he huo  识 shi zhi  似 si shi  遗 yi wei
    钥 yao yue  叶 ye xie  咖 ka ga  夹 jia ga  嚼 jiao jue  刹 sha cha  褪 tui tun
"""
POLYPHONES = {
    entry[0]: tuple(entry[1].split()) for entry in re.findall(r"(\S) ((?:[a-z]+ ?)+)", _READINGS)
}
"""Characters that are read in more than one way today. Dictionaries list far more readings,
of old texts, and these make everything sound like everything."""


@cache
def parts(syllable: str) -> tuple[str, tuple[str, str, str]] | None:
    """Return the initial, and the medial, nucleus and coda; None when it is no syllable."""
    initial = to_initials(syllable, strict=True)
    final = to_finals(syllable, strict=True, v_to_u=False)
    if final == "i" and initial in _APICAL:
        return initial, ("", "ɨ", "")
    return (initial, _FINALS[final]) if final in _FINALS else None


@cache
def distance(one: str, other: str) -> float:
    """Return how unlike two syllables sound: 0 the same, 1 nothing in common."""
    if one == other:
        return 0.0
    left, right = parts(one), parts(other)
    if left is None or right is None:
        return 1.0
    return (_initials(left[0], right[0]) + _finals(left[1], right[1])) / 2


def _initials(one: str, other: str) -> float:
    return 0.0 if one == other else _INITIALS.get(frozenset({one, other}), 1.0)


def _finals(one: tuple[str, str, str], other: tuple[str, str, str]) -> float:
    cost = 0.0
    if one[0] != other[0]:
        cost += _MERGED if {one[0], other[0]} == {"i", "v"} else _FEATURE
    if one[1] != other[1]:
        cost += _FEATURE if {one[1], other[1]} <= {"e", "o", "ɨ"} else _MANNER
    if one[2] != other[2]:
        cost += _MERGED if {one[2], other[2]} == _NASAL else _MANNER
    return min(cost, 1.0)


@cache
def coarse(syllable: str) -> str:
    """Return a class that syllables easily taken for each other share, for lookup."""
    found = parts(syllable)
    if found is None:
        return syllable
    initial, (medial, nucleus, coda) = found
    group = next((g[0] for g in _CLASSES if initial in (g.split() if " " in g else g)), "")
    if not initial:
        group = ""
    vowel = nucleus or medial.replace("v", "i")
    return group + {"o": "e", "ɨ": "e"}.get(vowel, vowel) + ("N" if coda in _NASAL else coda)
