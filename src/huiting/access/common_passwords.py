"""Words of which people make passwords, and what of a password is more than such words.

Not a list of leaked passwords: a list of what they are made of. So `Passw0rd2024!` is
known although nobody wrote it down here.
"""

import re
import unicodedata
from collections.abc import Iterable

_WORDS = """
password passwort passwd pass pwd secret geheim login logon signin welcome willkommen hello hallo
admin administrator administrateur root toor superuser sysadmin manager master supervisor operator
user username guest default changeme change letmein access enter open system server service
support helpdesk callcenter callcentre contact center centre agent customer client company office
test testing temp temporary demo sample example backup database mysql oracle postgres windows linux
ubuntu internet computer laptop google facebook microsoft apple samsung android iphone huawei
monkey dragon football baseball basketball soccer hockey tennis jordan superman batman pokemon
starwars shadow ninja mustang ferrari mercedes porsche harley tiger lion eagle falcon panther
princess sunshine flower butterfly rainbow angel lovely beautiful sweet honey baby darling love
iloveyou loveyou forever family mother father daddy mommy friend friends freedom trustno trust
whatever nothing killer hunter ranger thunder silver golden diamond crystal purple orange yellow
banana cookie chocolate pepper ginger summer winter spring autumn january february march april
june july august september october november december monday tuesday wednesday thursday friday
saturday sunday london paris berlin america england canada china beijing shanghai shenzhen
guangzhou hongkong taiwan taipei tokyo japan korea michael jennifer jessica charlie thomas george
andrew daniel robert william joshua matthew anthony ashley amanda nicole michelle
woaini woaiwojia wodemima mima denglu guanliyuan guanli kefu zuoxi yonghu ceshi moren zhongguo
nihao dajiahao xiexie laopo laogong baobao baobei qinai tianya feifei tingting xiaoxiao mingming
zhang wang zhao chen yang huang zhou huiting 5201314 1314520 520 1314 886 110
密码 管理员 管理 客服 坐席 登录 用户 默认 测试 中国 你好 我爱你 慧听 北京 上海
"""
_ROWS = """
01234567890 abcdefghijklmnopqrstuvwxyz qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm
1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p !@#$%^&*() 147258369 987456321 123qwe456asd789zxc
q1w2e3r4t5y6u7i8o9p0 1q2w3e4r5t6y7u8i9o0p a1b2c3d4e5f6g7h8
"""
RUN = 3
"""Characters in a row, on the keyboard or in the alphabet, that count as one."""
_LOOKALIKES = str.maketrans("013457@$!|", "oleastasii")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_REPEATED = re.compile(r"(.{1,4}?)\1+")
_WHITE = re.compile(r"[\s._\-]+")


def remainder(password: str, personal: Iterable[str] = ()) -> int:
    """Return how many characters are more than common words, runs, dates and repetitions.

    Args:
        password: as it was typed.
        personal: more words that anybody would try: the name of the person, of the team.
    """
    plain = _WHITE.sub("", unicodedata.normalize("NFKC", password).casefold())
    words = sorted({*_KNOWN, *_parts(personal)}, key=len, reverse=True)
    dateless = _without_runs(_YEAR.sub("\0", _DATE.sub("\0", plain)))
    # Words first, in which digits are digits; or digits first, then those that stand for letters.
    return min(_left(plain, words), _left(dateless.translate(_LOOKALIKES), words))


def _left(text: str, words: Iterable[str]) -> int:
    """Count what is left of `text` when all that is known is taken out, the longest first."""
    for word in words:
        text = text.replace(word, "\0")
    text = _without_runs(_YEAR.sub("\0", _DATE.sub("\0", text)))
    text = _REPEATED.sub(lambda found: found[1], text)
    return len(text.replace("\0", ""))


def _without_runs(text: str) -> str:
    """Replace stretches that follow a row of keys or the alphabet, in either direction."""
    kept, at = [], 0
    while at < len(text):
        length = _run(text, at)
        kept.append("\0" if length >= RUN else text[at])
        at += max(length, 1) if length >= RUN else 1
    return "".join(kept)


def _run(text: str, at: int) -> int:
    """Return the length of the longest run that begins at `at`."""
    length = 0
    while at + length < len(text) and any(text[at : at + length + 1] in row for row in _RUNS):
        length += 1
    return length


def _parts(personal: Iterable[str]) -> Iterable[str]:
    """Yield the words of names and addresses that are long enough to matter."""
    for name in personal:
        folded = unicodedata.normalize("NFKC", name).casefold()
        for word in [_WHITE.sub("", folded), *re.split(r"[\W_]+", folded)]:
            if len(word) >= RUN or (len(word) > 1 and not word.isascii()):
                yield word


_KNOWN = frozenset(_WORDS.split())
_RUNS = tuple(form for row in _ROWS.split() for form in (row, row[::-1]))
