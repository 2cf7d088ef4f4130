"""Pages go out compressed, to our own pages and the address line only."""

import pytest

from huiting.web.squeezing import LEAST
from unit.web.site.conftest import HTML, Site

OURS = {**HTML, "Accept-Encoding": "gzip, br", "Sec-Fetch-Site": "same-origin"}


def test_a_page_is_sent_compressed_and_reads_the_same(site: Site) -> None:
    site.enter()

    squeezed = site.web.get("/users", headers=OURS)
    plain = site.web.get("/users", headers={**OURS, "Accept-Encoding": "identity"})

    assert squeezed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in squeezed.headers["vary"]
    assert int(squeezed.headers["content-length"]) < len(plain.content) / 2
    assert squeezed.text == plain.text


@pytest.mark.parametrize("came", ["cross-site", "same-site", None])
def test_nobody_elsewhere_learns_from_the_length_of_a_page(site: Site, came: str | None) -> None:
    site.enter()
    headers = {name: value for name, value in OURS.items() if name != "Sec-Fetch-Site"}

    answer = site.web.get(
        "/users", headers=headers if came is None else {**headers, "Sec-Fetch-Site": came}
    )

    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_what_is_no_page_or_too_little_stays_as_it_is(site: Site) -> None:
    site.enter()

    data = site.web.get("/api/v1/users", headers=OURS)
    part = site.web.get("/system/queue", headers=OURS)

    assert "content-encoding" not in data.headers
    assert len(part.content) < LEAST
    assert "content-encoding" not in part.headers
