import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from hypothesis import given
from hypothesis import strategies as st

from huiting.access.common_passwords import remainder
from huiting.access.passwords import LONGEST, Cost, Passwords
from huiting.core.errors import ConfigError, InputError

CHEAP = Cost(memory=8, passes=1)


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(cost=CHEAP)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("correct horse battery staple", id="words that do not belong together"),
        pytest.param("青蛙在雨天骑自行车去买菜花", id="a Chinese sentence"),
        pytest.param("vT9#qLm2!xZr", id="chance"),
        pytest.param("the otter reads my mail", id="no capital, digit or sign is asked for"),
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(passwords: Passwords, password: str) -> None:
    passwords.check(password, ["wang.wei", "王伟"])


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("Passw0rd2024!", id="a word in disguise with a year"),
        pytest.param("qwertyuiop[]1", id="a row of keys"),
        pytest.param("1qaz2wsx3edc", id="columns of keys"),
        pytest.param("aaaaaaaaaaaaaaaa", id="one letter"),
        pytest.param("abcabcabcabcabc", id="repeated"),
        pytest.param("woaini5201314woaini", id="love in digits and pinyin"),
        pytest.param("WangWei-20260101", id="own name and a date"),
        pytest.param("慧听慧听管理员123456", id="Chinese words and a row"),
        pytest.param("ＰＡＳＳＷＯＲＤ１２３４", id="full width"),
        pytest.param("admin_admin_admin", id="a word thrice"),
    ],
)
def test_what_everybody_would_try_is_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(InputError, match=r"common words|characters"):
        passwords.check(password, ["wang.wei", "王伟"])

    assert len(password) >= 12


def test_short_and_endless_passwords_are_refused(passwords: Passwords) -> None:
    with pytest.raises(InputError, match="11 characters; take at least 12"):
        passwords.check("vT9#qLm2!xZ")
    with pytest.raises(InputError, match=f"take at most {LONGEST}"):
        passwords.check("vT9#qLm2!xZr" * 11)


def test_nobody_may_allow_passwords_that_are_no_secret() -> None:
    with pytest.raises(ConfigError, match="set 8 to 128"):
        Passwords(shortest=6, cost=CHEAP)


def test_only_the_same_password_fits(passwords: Passwords) -> None:
    kept = passwords.hash("correct horse")

    assert passwords.fits(kept, "correct horse")
    assert not passwords.fits(kept, "Correct horse")
    assert not passwords.fits(kept, "correct horse" + "x" * 2 * LONGEST)
    assert not passwords.fits("not a hash", "correct horse")
    assert not passwords.fits(None, "nobody has this password")


def test_the_keyboard_does_not_matter(passwords: Passwords) -> None:
    assert passwords.fits(passwords.hash("ｃａｆé 密碼"), "cafe\u0301 密碼")


def test_passwords_are_kept_at_the_cost_that_is_advised() -> None:
    kept = Passwords().hash("correct horse")

    found = extract_parameters(kept)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (
        Type.ID, 19_456, 2, 1,
    )  # fmt: skip
    assert Passwords(cost=CHEAP).outdated(kept)
    assert not Passwords().outdated(kept)


@given(st.text(max_size=LONGEST))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert 0 <= remainder(text, [text[:5]]) <= 18 * len(text)
