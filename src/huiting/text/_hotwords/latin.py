"""How alike words in Latin letters sound, by English spelling; knows no dictionary.

Source:
    The sound key follows the idea of Metaphone (L. Philips, "Hanging on the Metaphone",
    Computer Language 7(12), 1990): spelling rules that send a word to the consonants one
    hears. The rules here are our own short list; vowels are kept apart from consonants,
    so that words with the same consonants are compared by their vowels too.
"""

import re
from functools import cache

from rapidfuzz.distance import Levenshtein

_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"^wh", "w"),
        (r"ph", "f"), (r"tch|ch", "C"), (r"sch|sh", "S"), (r"(?:t|s|c)i(?=o|a)", "S"),
        (r"th", "T"), (r"ck|cc(?![eiy])|qu?", "k"), (r"sc(?=[eiy])|c(?=[eiy])", "s"), (r"c", "k"),
        (r"dge?(?=[^a-z]|$|e|i)", "J"), (r"g(?=[eiy])|j", "J"), (r"gh(?=t|$)", ""), (r"gh", "g"),
        (r"x", "ks"), (r"z", "s"), (r"mb$", "m"), (r"(?<=[aeiouy])e$|(?<=[^aeiouy])e$", ""),
        (r"(?<=[aeiou])[hw](?![aeiou])", ""), (r"([a-zA-Z])\1+", r"\1"),
    ]
]  # fmt: skip
COMMON = frozenset(
    re.findall(
        r"[a-z]+",
        """
    a able about above account across action actually add address after afternoon again against ago
    agent all almost already also although always am amount an and another answer any anyone
    anything app are area around as ask asked at available away back bad bank be because become been
    before began behind being believe below best better between big bill both bought box bring
    brought build business but buy by bye call called calling came can card care case cause change
    charge charged check city clear close code come company complete contact correct cost could
    country course customer cut data date day days deal decide delivered delivery did different do
    does doing dollar dollars done door down drive during each early easy eight either else email
    end enough even evening ever every everyone everything exactly expect fact family far fast feel
    few figure file fill final find fine first five fix follow food for form four free friday friend
    from front full game gave get give given go going gone good got great group grow had half hand
    happen happened hard has have he head hear heard hello help her here hey hi high him his hold
    home hope hotel hour hours house how however hundred i idea if important in increase inside into
    is issue it item its job just keep kind knew know known large last late later learn least leave
    left less let letter level life light like line list little live local long look lose lost lot
    love low made mail main make man many march matter may maybe me mean meet member message might
    mind mine minute minutes monday money month months more morning most move much must my name near
    need never new news next nice night nine no none nor not note nothing now number of off offer
    office often oh okay old on once one only open or order other our out over own package paid part
    party pay people per perfect perhaps person phone place plan play please point possible post
    power present price problem product provide public put question quick quite rate reach read ready
    real really reason receive received refund report rest result return right road room run said
    same saturday save saw say says second see seem seen sell send sent service set seven several
    shall she ship should show side sign since single sir sit six size small so some someone
    something soon sorry sound speak speaking spend stand start started state stay step still stop
    store story street such sunday support sure system take taken talk team tell ten than thank
    thanks that the their them then there these they thing things think third this those though
    thought thousand three through thursday time times to today together told tomorrow tonight too
    took total toward town try trying tuesday turn twenty twice two under understand until up upon
    us use used very visit wait waiting walk want was watch water way we website wednesday week
    weeks well went were what when where whether which while white who whole why will wish with
    within without woman word work working world would write wrong yeah year years yes yesterday yet
    you young your
    """,
    )
)
"""English words that calls are full of; what stands as one of them is left alone."""
_VOWELS = re.compile(r"[aeiouy]+")
_KINDS = str.maketrans("dbgvJDZ", "tpkfCTS")  # voiced as unvoiced: the telephone hides it


@cache
def key(word: str) -> str:
    """Return the sounds of a word: its consonants, and one letter for each run of vowels."""
    sound = word.casefold()
    for pattern, heard in _RULES:
        sound = pattern.sub(heard, sound)
    return _VOWELS.sub(lambda run: {"y": "i"}.get(run[0][0], run[0][0]), sound)


@cache
def skeleton(word: str) -> str:
    """Return a class that words easily taken for each other share, for lookup.

    The consonants without voice, and a mark where the word begins with a vowel.
    """
    sound = key(word)
    return ("a" if sound[:1] in tuple("aeiou") else "") + _VOWELS.sub("", sound).translate(_KINDS)


def distance(one: str, other: str) -> float:
    """Return how unlike two words are, by sound and by letters: 0 the same, 1 nothing in common."""
    one, other = one.casefold(), other.casefold()
    if one == other:
        return 0.0
    spelled = Levenshtein.normalized_distance(one, other)
    heard = Levenshtein.normalized_distance(key(one), key(other))
    return (spelled + heard) / 2


def nearby(skeleton: str) -> set[str]:
    """Return the skeleton and each one that lacks one of its consonants.

    Two skeletons one edit apart share one of these, so that a dictionary finds them.

    Source:
        Symmetric deletion, W. Garbe, SymSpell, 2012.
    """
    return {skeleton, *(skeleton[:i] + skeleton[i + 1 :] for i in range(len(skeleton)))}
