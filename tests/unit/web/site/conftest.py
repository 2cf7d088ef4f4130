"""The pages of a whole service that people sign in to, and a browser a test drives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy

import pytest
from starlette.testclient import TestClient

from applications import application
from huiting.access.permissions import UserRole
from huiting.access.secret import proof
from huiting.store import Store
from huiting.web.doors import COOKIE, PROOF
from huiting.web.noting import Noting
from huiting.web.parts import Parts
from huiting.web.signing import Access
from served import Clock, parts_in
from unit.service.people.house import GOOD, House

HTML = {"Accept": "text/html,application/xhtml+xml"}


@dataclass(frozen=True)
class Site:
    """A service with people, and what tests do with its pages."""

    parts: Parts
    house: House
    web: TestClient

    def enter(self, role: UserRole = UserRole.ADMINISTRATOR, language: str = "en") -> int:
        """Sign somebody of a role in, who is added first; return their number."""
        name = f"{role.value}.{language}"
        number = self.house.add(name, role, language=language)
        signed = self.house.sign_in(name, GOOD)
        self.web.cookies.set(COOKIE, signed.secret)
        self.web.headers[PROOF] = proof(signed.secret)
        return number

    def read(self, path: str, status: int = 200) -> str:
        """Return a page, as a browser asks for it."""
        answer = self.web.get(path, headers=HTML)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 200, **fields: str) -> str:
        """Send a form as htmx does; return the part of a page that comes back."""
        answer = self.web.post(path, data=fields, headers={"HX-Request": "true"})
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture
def site(tmp_path: Path, empty: Path) -> Iterator[Site]:
    """Give a service without calls, to which nobody has signed in."""
    copy(empty, tmp_path / "calls.db")
    with Store.open(str(tmp_path / "calls.db")) as store:
        house = House(store)
        access = Access(
            house.entrance, house.signing, house.accounts, house.tokens, house.audit, None
        )
        bare = parts_in(tmp_path, store, Clock())
        noting = Noting(house.audit)
        parts = replace(bare, access=access, doorkeeper=house.entrance, noting=noting)
        with (
            application(parts) as app,
            TestClient(app, "http://testserver", follow_redirects=False) as web,
        ):
            yield Site(parts, house, web)
