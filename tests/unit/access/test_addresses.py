import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.access.addresses import check_binding, client, networks, within
from huiting.core.errors import ConfigError

PROXIES = networks(["10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        pytest.param("10.1.2.3", True, id="IPv4"),
        pytest.param("11.1.2.3", False, id="another"),
        pytest.param("fd00::1", True, id="IPv6"),
        pytest.param("fd00::1%eth0", True, id="IPv6 with a zone"),
        pytest.param("::ffff:10.1.2.3", True, id="IPv4 in IPv6"),
        pytest.param("010.1.2.3", False, id="octal or not, nobody knows"),
        pytest.param("", False, id="nothing"),
        pytest.param("testclient", False, id="a name"),
    ],
)
def test_ranges_hold_their_addresses(address: str, *, inside: bool) -> None:
    assert within(address, PROXIES) is inside


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "office", ""])
def test_what_is_no_range_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match="address range"):
        networks([text])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        pytest.param("203.0.113.9", ["1.1.1.1"], "203.0.113.9", id="a stranger is not believed"),
        pytest.param("10.0.0.1", ["1.1.1.1"], "1.1.1.1", id="our proxy is"),
        pytest.param("10.0.0.1", [], "10.0.0.1", id="it says nothing"),
        pytest.param("10.0.0.1", ["6.6.6.6, 1.1.1.1"], "1.1.1.1", id="what the client made up"),
        pytest.param("10.0.0.1", ["6.6.6.6", "1.1.1.1"], "1.1.1.1", id="in two headers"),
        pytest.param("10.0.0.1", ["1.1.1.1, 10.0.0.2"], "1.1.1.1", id="two proxies"),
        pytest.param("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3", id="from inside"),
        pytest.param("10.0.0.1", ["1.1.1.1:4711"], "1.1.1.1", id="with a port"),
        pytest.param("10.0.0.1", ['"[2001:db8::1]:99"'], "2001:db8::1", id="IPv6 with a port"),
        pytest.param("10.0.0.1", ["1.1.1.1, nonsense"], "10.0.0.1", id="nonsense ends it"),
        pytest.param("", ["1.1.1.1"], "", id="a socket without address"),
    ],
)
def test_a_request_comes_from_where_trusted_proxies_say(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert client(peer, forwarded, PROXIES) == expected


@given(st.lists(st.text(st.sampled_from("0123456789.:,af []%"))))
def test_nobody_can_pretend_to_be_somewhere_else(made_up: list[str]) -> None:
    assert client("203.0.113.9", made_up, PROXIES) == "203.0.113.9"
    assert client("10.0.0.1", [*made_up, "203.0.113.9"], PROXIES) == "203.0.113.9"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.0.1", "[::1]"])
def test_alone_on_the_machine_nobody_need_sign_in(host: str) -> None:
    check_binding(host, authentication=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "huiting.example", "0"])
def test_others_can_reach_it_only_where_they_sign_in(host: str) -> None:
    check_binding(host, authentication=True)

    with pytest.raises(ConfigError, match="nobody has to sign in; turn authentication on"):
        check_binding(host, authentication=False)
