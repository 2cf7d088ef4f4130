"""Single sign-on against a real provider over HTTP, honest and not."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from huiting.access.claims import ClaimRules
from huiting.access.permissions import UserRole
from huiting.core.errors import ConfigError, Unauthenticated
from huiting.store import Store
from huiting.web.doors import PROOF
from huiting.web.provider import Client, Provider, ProviderFailed
from huiting.web.signing import SingleSignOn
from oidc_provider import CLIENT, SECRET, Forge, OidcProvider, Person, changed, provider
from unit.service.people.house import House
from unit.web.people.front import HTTPS, front, visiting

BACK = f"{HTTPS}/auth/single-sign-on/back"
LI = Person(
    "4711",
    {
        "preferred_username": "li.na",
        "name": "李娜",
        "email": "li.na@example.com",
        "email_verified": True,
        "groups": ["qa", "team-a"],
    },
)
RULES = ClaimRules(
    roles={"admins": UserRole.ADMINISTRATOR, "qa": UserRole.SUPERVISOR},
    teams={"team-a": "售后"},
    domains=frozenset({"example.com"}),
)


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    with provider(BACK) as made:
        yield made


@pytest.fixture
def there(running: OidcProvider) -> OidcProvider:
    """An honest provider, at which Li is signed in."""
    running.person, running.forge = LI, None
    running.metadata, running.more = {}, {}
    running.asked.clear()
    return running


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Store.open(str(tmp_path / "people.db")) as store:
        made = House(store)
        made.clock.time = datetime.fromtimestamp(time.time(), UTC)  # as the provider's tokens
        yield made


def ours(there: OidcProvider, house: House, **changes: Any) -> SingleSignOn:  # noqa: ANN401
    client = replace(Client(there.issuer, CLIENT, BACK, SECRET), **changes)
    return SingleSignOn(Provider(client, house.clock), house.signing_on, RULES, f"{HTTPS}/")


@pytest.fixture
def browser(there: OidcProvider, house: House) -> Iterator[TestClient]:
    with visiting(front(house, sso=ours(there, house))) as client:
        yield client


def leave(browser: TestClient, back: str = "/") -> str:
    """Return where we send a browser that wants to sign in."""
    answer = browser.get("/auth/single-sign-on", params={"back": back})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def arrive(browser: TestClient, brought: Mapping[str, str]) -> str:
    """Return where a browser that comes back is sent on to."""
    answer = browser.get("/auth/single-sign-on/back", params=brought)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_who_signed_in_there_is_signed_in_here(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    url = leave(browser, "/calls?agent=8001")
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["scope"] == ["openid profile email"]

    assert arrive(browser, there.browse(url)) == "/calls?agent=8001"
    me = browser.get("/auth/me").json()
    assert (me["name"], me["role"], me["only"]) == ("li.na", "supervisor", {"team": ["售后"]})
    assert house.accounts.named("li.na").profile.shown == "李娜"
    browser.headers[PROOF] = me["csrf"]
    assert browser.patch("/auth/me", json={"language": "zh"}).status_code == 200
    assert browser.get("/auth/ways").json() == {"password": True, "single_sign_on": True}


def test_the_same_person_comes_again_with_other_groups(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    arrive(browser, there.browse(leave(browser)))
    there.person = replace(LI, claims={**LI.claims, "groups": ["admins"], "name": "Na Li"})
    arrive(browser, there.browse(leave(browser)))

    [user] = house.accounts.all()
    assert (user.profile.role, user.profile.shown) == ("administrator", "Na Li")


def test_signing_out_here_leads_to_signing_out_there(
    there: OidcProvider, browser: TestClient
) -> None:
    arrive(browser, there.browse(leave(browser)))
    browser.headers[PROOF] = browser.get("/auth/me").json()["csrf"]
    url = browser.post("/auth/sign-out").json()["url"]

    assert url.startswith(f"{there.issuer}/end?")
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["post_logout_redirect_uri"] == f"{HTTPS}/"
    assert jwt.decode(asked["id_token_hint"], there.key).claims["sub"] == "4711"
    assert browser.get("/auth/me").status_code == 401


def test_a_code_is_taken_once(there: OidcProvider, browser: TestClient) -> None:
    brought = there.browse(leave(browser))
    arrive(browser, brought)

    assert arrive(browser, brought) == "/sign-in?failed=unauthenticated"


def test_nobody_is_signed_in_as_somebody_else_by_a_link(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    """The one who began must be the one who comes back."""
    brought = there.browse(leave(browser))
    with visiting(front(house, sso=ours(there, house))) as victim:
        assert arrive(victim, brought) == "/sign-in?failed=unauthenticated"
        leave(victim)
        assert arrive(victim, brought) == "/sign-in?failed=unauthenticated"
        assert victim.get("/auth/me").status_code == 401


@pytest.mark.parametrize(
    "brought",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"code": "x", "state": "made up"}, id="another state"),
        pytest.param({"error": "access_denied"}, id="refused, without state"),
    ],
)
def test_who_did_not_leave_does_not_arrive(browser: TestClient, brought: dict[str, str]) -> None:
    assert arrive(browser, brought) == "/sign-in?failed=unauthenticated"


def test_whom_the_provider_refuses_does_not_come_in(
    there: OidcProvider, browser: TestClient
) -> None:
    there.person = None
    brought = there.browse(leave(browser))

    assert brought["error"] == "access_denied"
    assert arrive(browser, brought) == "/sign-in?failed=unauthenticated"


def test_who_takes_too_long_begins_again(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    brought = there.browse(leave(browser))
    house.clock.on(minutes=11)

    assert arrive(browser, brought) == "/sign-in?failed=unauthenticated"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"groups": ["others"]}, id="in no group"),
        pytest.param({"email": "li@evil.com"}, id="of another domain"),
        pytest.param({"email_verified": False}, id="of an address that is not verified"),
    ],
)
def test_others_of_the_provider_stay_outside(
    there: OidcProvider, browser: TestClient, house: House, claims: dict[str, object]
) -> None:
    there.person = replace(LI, claims={**LI.claims, **claims})

    assert arrive(browser, there.browse(leave(browser))) == "/sign-in?failed=forbidden"
    assert house.accounts.all() == []


def unsigned(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
    signed = jwt.encode(header, found, key).split(".")
    nothing = jwt.encode({"alg": "HS256"}, found, OctKey.import_key("x" * 32)).split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    assert signed[1] == nothing[1]
    return f"{none}.{signed[1]}."


def with_the_secret(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "HS256"}, found, OctKey.import_key(SECRET.ljust(32)))


def with_the_public_key(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
    made = jwt.encode({"alg": "HS256", "kid": key.kid}, found, OctKey.import_key("x" * 32))
    signed = made.rpartition(".")[0]
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_another_key(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({**header, "kid": key.kid}, found, EVIL)


def with_a_key_it_brings(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
    header = {"alg": "RS256", "kid": EVIL.kid, "jwk": EVIL.as_dict(private=False)}
    return jwt.encode(header, found, EVIL)


EVIL = RSAKey.generate_key(2048, {"kid": "evil"})
NOW = int(time.time())


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(changed(nonce="another"), id="of another sign-in"),
        pytest.param(changed(nonce=None), id="of no sign-in"),
        pytest.param(changed(aud="another client"), id="for another client"),
        pytest.param(changed(aud=[CLIENT, "other"], azp="other"), id="given to another client"),
        pytest.param(changed(aud=None), id="for nobody"),
        pytest.param(changed(iss="https://evil.example"), id="of another provider"),
        pytest.param(changed(exp=NOW - 3600), id="over"),
        pytest.param(changed(exp=None), id="without an end"),
        pytest.param(changed(iat=NOW + 3600), id="of the future"),
        pytest.param(changed(sub=None), id="of nobody"),
        pytest.param(changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), id="with another access token"),
        pytest.param(unsigned, id="not signed"),
        pytest.param(with_the_secret, id="signed with our secret"),
        pytest.param(with_the_public_key, id="signed with the public key"),
        pytest.param(with_another_key, id="signed with another key"),
        pytest.param(with_a_key_it_brings, id="signed with a key that it brings"),
        pytest.param(lambda *_: "a.b.c", id="no token"),
        pytest.param(lambda *_: None, id="nothing"),
    ],
)
def test_a_token_that_is_not_genuine_opens_nothing(
    there: OidcProvider, browser: TestClient, house: House, forge: Forge
) -> None:
    there.forge = forge

    assert arrive(browser, there.browse(leave(browser))) == "/sign-in?failed=unauthenticated"
    assert house.accounts.all() == []


def test_without_our_proof_the_provider_gives_nothing(there: OidcProvider, house: House) -> None:
    """A stolen code is worth nothing: PKCE is checked there."""
    sso = ours(there, house)
    departure = sso.provider.depart()
    brought = there.browse(departure.url)

    with pytest.raises(ProviderFailed, match="answer 400"):
        sso.provider.arrive(brought, departure.nonce, "another verifier" * 3)


def test_without_our_secret_the_provider_gives_nothing(there: OidcProvider, house: House) -> None:
    sso = ours(there, house, secret="wrong")
    departure = sso.provider.depart()

    with pytest.raises(ProviderFailed, match="answer 401"):
        sso.provider.arrive(there.browse(departure.url), departure.nonce, departure.verifier)


def test_the_secret_may_be_sent_in_the_form(there: OidcProvider, browser: TestClient) -> None:
    there.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert arrive(browser, there.browse(leave(browser))) == "/"


def test_new_keys_of_the_provider_are_taken(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    arrive(browser, there.browse(leave(browser)))
    there.rotate()
    house.clock.on(seconds=11)

    assert arrive(browser, there.browse(leave(browser))) == "/"


def test_a_false_token_does_not_have_us_ask_for_keys_each_time(
    there: OidcProvider, browser: TestClient
) -> None:
    there.forge = with_another_key
    for _ in range(3):
        arrive(browser, there.browse(leave(browser)))

    assert there.asked.count("/keys") == 1


def test_what_only_the_user_information_says_counts(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    claims = {k: v for k, v in LI.claims.items() if k != "groups"}
    there.person, there.more = replace(LI, claims=claims), {"groups": ["qa"]}

    assert arrive(browser, there.browse(leave(browser))) == "/"
    assert house.accounts.named("li.na").profile.role == "supervisor"


def test_what_the_token_says_cannot_be_changed_by_the_user_information(
    there: OidcProvider, browser: TestClient, house: House
) -> None:
    there.more = {"groups": ["admins"], "preferred_username": "boss"}
    arrive(browser, there.browse(leave(browser)))

    assert house.accounts.named("li.na").profile.role == "supervisor"


def test_user_information_of_somebody_else_is_refused(
    there: OidcProvider, browser: TestClient
) -> None:
    there.more = {"sub": "1"}

    assert arrive(browser, there.browse(leave(browser))) == "/sign-in?failed=unauthenticated"


def test_an_answer_of_another_provider_is_refused(there: OidcProvider, browser: TestClient) -> None:
    brought = there.browse(leave(browser))

    assert arrive(browser, {**brought, "iss": "https://evil.example"}).endswith("unauthenticated")


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"issuer": "https://evil.example"}, id="says that it is another"),
        pytest.param({"token_endpoint": "http://192.0.2.1/token"}, id="wants our secret in clear"),
        pytest.param({"jwks_uri": "file:///etc/passwd"}, id="keys in a file"),
        pytest.param({"authorization_endpoint": None}, id="nowhere to go"),
    ],
)
def test_a_provider_that_is_not_safe_is_not_used(
    there: OidcProvider, house: House, metadata: dict[str, object]
) -> None:
    there.metadata = metadata

    with pytest.raises(ProviderFailed):
        ours(there, house).provider.depart()


def test_keys_that_cannot_be_read_are_no_keys(there: OidcProvider, house: House) -> None:
    there.metadata = {"jwks_uri": f"{there.issuer}/.well-known/openid-configuration"}

    with pytest.raises(ProviderFailed, match="keys cannot be read"):
        ours(there, house).provider.depart()


def test_a_provider_that_does_not_answer_is_said_so(house: House, there: OidcProvider) -> None:
    sso = ours(there, house, issuer="http://localhost:9")
    with visiting(front(house, sso=sso)) as browser:
        assert leave(browser) == "/sign-in?failed=provider"

    assert sso.end("hint") is None


def test_a_provider_without_user_information_or_sign_out_will_do(
    there: OidcProvider, browser: TestClient
) -> None:
    there.metadata = {"userinfo_endpoint": None, "end_session_endpoint": None}
    assert arrive(browser, there.browse(leave(browser))) == "/"
    browser.headers[PROOF] = browser.get("/auth/me").json()["csrf"]

    assert browser.post("/auth/sign-out").json() == {"url": None}


@pytest.mark.parametrize("issuer", ["http://sso.example", "ftp://localhost", "sso.example", ""])
def test_an_issuer_in_clear_is_refused_at_once(
    there: OidcProvider, house: House, issuer: str
) -> None:
    with pytest.raises(ConfigError, match="not HTTPS"):
        ours(there, house, issuer=issuer)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "",
        "/a\\b",
        "/\n",
    ],
)
def test_nobody_is_sent_on_to_another_site(
    there: OidcProvider, browser: TestClient, back: str
) -> None:
    assert arrive(browser, there.browse(leave(browser, back))) == "/"


def test_without_a_provider_there_is_no_single_sign_on(house: House) -> None:
    with visiting(front(house)) as browser:
        assert browser.get("/auth/single-sign-on").status_code == 404


def test_an_answer_without_end_is_broken_off(
    there: OidcProvider, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiting.web.provider._MOST", 100)

    with pytest.raises(ProviderFailed, match="without end"):
        ours(there, house).provider.depart()


def test_a_refusal_says_nothing_of_the_token() -> None:
    error = Unauthenticated("single sign-on", "the ID token is not genuine", "try again")

    assert "eyJ" not in str(error)
