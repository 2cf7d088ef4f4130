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
_PALATAL = frozenset({"j", "q", "x"})  # after these u is written for ü
_SHORT = {"iu": "iou", "ui": "uei", "un": "uen"}
_ALONE = {
    "yi": "i", "yin": "in", "ying": "ing", "you": "iou", "yong": "iong", "yo": "o", "wu": "u",
    "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
}  # fmt: skip
_SYLLABLE = re.compile("(?P<initial>zh|ch|sh|[bpmfdtnlgkhjqxrzcs])?(?P<final>[a-z]+)")
_NASAL = frozenset({"n", "ng"})
_CLASSES = ("bp", "dt", "gk", "zh ch z c j q", "sh s x", "n l r", "h f", "m")


@cache
def parts(syllable: str) -> tuple[str, tuple[str, str, str]] | None:
    """Return the initial, and the medial, nucleus and coda; None when it is no syllable."""
    found = _SYLLABLE.fullmatch(syllable)
    if found is None:
        return None
    initial, final = found["initial"] or "", found["final"]
    if not initial:
        final = _bare(final)
    elif initial in _PALATAL and final.startswith("u"):
        final = "v" + final[1:]
    elif final in _SHORT:
        final = _SHORT[final]
    if final == "i" and initial in _APICAL:
        return initial, ("", "ɨ", "")
    return (initial, _FINALS[final]) if final in _FINALS else None


def _bare(final: str) -> str:
    """Return the final of a syllable without an initial as after one: yan is ian, wo is uo."""
    if final in _ALONE:
        return _ALONE[final]
    if final[0] in "yw":
        return ("u" if final[0] == "w" else "i") + final[1:]
    return final


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
