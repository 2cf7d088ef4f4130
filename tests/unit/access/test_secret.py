from hypothesis import given
from hypothesis import strategies as st

from huiting.access import secret


def test_secrets_are_long_and_never_the_same() -> None:
    made = {make() for make in (secret.token, secret.key) for _ in range(100)}

    assert len(made) == 200
    assert all(len(each) >= 43 for each in made)


def test_a_token_says_what_it_is() -> None:
    assert secret.token().startswith("hth_")


def test_a_one_time_password_can_be_read_out() -> None:
    assert len(secret.one_time_password()) == 23
    assert not set(secret.one_time_password()) & set("0o1liI")


def test_what_is_kept_is_not_the_secret() -> None:
    assert secret.digest("hth_a") == secret.digest("hth_a") != secret.digest("hth_b")
    assert len(secret.digest("")) == 64


def test_a_session_is_proved_by_its_own_proof_only() -> None:
    mine, other = secret.key(), secret.key()

    assert secret.proves(mine, secret.proof(mine))
    assert not secret.proves(mine, secret.proof(other))
    assert not secret.proves(mine, None)
    assert not secret.proves(mine, "")
    assert mine not in secret.proof(mine)


@given(st.text())
def test_whatever_a_browser_sends_is_borne(text: str) -> None:
    assert not secret.proves(secret.key(), text)
    assert len(secret.digest(text)) == 64


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert secret.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
