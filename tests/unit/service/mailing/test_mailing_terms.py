"""What may be mailed, to whom, when it is due, and which days it tells of."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from huiting.core.errors import InputError
from huiting.service.mailing.terms import RECIPIENTS, Postal, told
from huiting.store.mailings import Period, Terms

POSTAL = Postal("Asia/Shanghai", ("example.com", "@Shop.cn"), server=True)
TERMS = Terms(Period.DAY, Period.DAY, 8, ("lead@example.com",), "A")


@pytest.mark.parametrize(
    ("of", "since", "until"),
    [
        pytest.param(Period.DAY, date(2025, 3, 2), date(2025, 3, 2), id="the day before"),
        pytest.param(Period.WEEK, date(2025, 2, 17), date(2025, 2, 23), id="Monday to Sunday"),
        pytest.param(Period.MONTH, date(2025, 2, 1), date(2025, 2, 28), id="a whole month"),
    ],
)
def test_what_is_told_is_over(of: Period, since: date, until: date) -> None:
    assert told(of, date(2025, 3, 3) if of is Period.DAY else date(2025, 3, 2)) == (since, until)


@pytest.mark.parametrize(
    ("every", "due"),
    [
        pytest.param(Period.DAY, datetime(2025, 3, 12, 0, tzinfo=UTC), id="every day"),
        pytest.param(Period.WEEK, datetime(2025, 3, 10, 0, tzinfo=UTC), id="every Monday"),
        pytest.param(Period.MONTH, datetime(2025, 3, 1, 0, tzinfo=UTC), id="the first"),
    ],
)
def test_it_is_due_at_its_hour_of_the_zone(every: Period, due: datetime) -> None:
    now = datetime(2025, 3, 12, 12, tzinfo=UTC)

    assert POSTAL.due(replace(TERMS, every=every), now) == due


def test_addresses_are_kept_once_and_only_of_known_domains() -> None:
    asked = (" lead@example.com", "lead@example.com", "boss@SHOP.cn")

    checked = POSTAL.checked(replace(TERMS, to=asked, team=" A "))

    assert checked.to == ("lead@example.com", "boss@SHOP.cn")
    assert checked.team == "A"


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        pytest.param(replace(TERMS, to=()), "none", id="nobody"),
        pytest.param(
            replace(TERMS, to=tuple(f"p{n}@example.com" for n in range(RECIPIENTS + 1))),
            "too many", id="too many",
        ),
        pytest.param(replace(TERMS, to=("nonsense",)), "not an address", id="no address"),
        pytest.param(replace(TERMS, to=("a b@example.com",)), "not an address", id="a space"),
        pytest.param(
            replace(TERMS, to=("a@example.com\nBcc: x@y.z",)), "not an address", id="line break"
        ),
        pytest.param(replace(TERMS, to=("a" * 250 + "@example.com",)), "not an address", id="long"),
        pytest.param(replace(TERMS, to=("x@evil-example.com",)), "must not", id="other domain"),
        pytest.param(replace(TERMS, to=("x@sub.example.com",)), "must not", id="below a domain"),
        pytest.param(replace(TERMS, team='A" agent=1'), "not a team", id="more than a team"),
        pytest.param(replace(TERMS, team="A|B"), "not a team", id="two teams"),
        pytest.param(replace(TERMS, hour=24), "not an hour", id="no hour"),
    ],
)  # fmt: skip
def test_what_must_not_be_sent_is_refused(terms: Terms, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        POSTAL.checked(terms)


def test_what_is_lacking_is_named() -> None:
    assert Postal().lacking == ("mail_domains", "channels", "timezone")
    with pytest.raises(InputError, match="mail_domains, channels, timezone not set"):
        Postal().checked(TERMS)
