"""The routes about people, on a house of our own, without the rest of the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from huiting.access.credentials import Doorkeeper
from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.people.entrance import Open
from huiting.web import problems
from huiting.web.api import audit, auth, single_sign_on, tokens, users
from huiting.web.doors import PROOF, require
from huiting.web.security import Guard, Rules
from huiting.web.signing import Access, SingleSignOn
from unit.service.people.house import GOOD, House

HTTPS = "https://huiting.example"


@dataclass(frozen=True)
class Parts:
    """What the routes about people need of the server's parts."""

    doorkeeper: Doorkeeper
    access: Access | None


def front(
    house: House | None, rules: Rules | None = None, sso: SingleSignOn | None = None
) -> FastAPI:
    """Return the application; without a house nobody signs in."""
    app = FastAPI(responses=problems.documented(), redirect_slashes=False)
    if house is None:
        app.state.parts = Parts(Open(), None)
    else:
        access = Access(
            house.entrance, house.signing, house.accounts, house.tokens, house.audit, sso
        )
        app.state.parts = Parts(house.entrance, access)
    problems.install(app)
    for module in (audit, auth, single_sign_on, tokens, users):
        app.include_router(module.router)

    @app.get("/calls", operation_id="see")
    @app.post("/calls", operation_id="change")
    def calls(
        principal: Annotated[Principal, Depends(require(Permission.CALLS_READ))],
    ) -> str:
        return principal.id

    app.add_middleware(Guard, rules=rules or Rules(), clock=lambda: house.clock.time.timestamp() if house else 0.0)  # fmt: skip
    return app


@contextmanager
def visiting(app: FastAPI, url: str = HTTPS) -> Iterator[TestClient]:
    """Give a browser."""
    with TestClient(app, url, follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, name: str = "wang", password: str = GOOD) -> None:
    """Sign a browser in, and have it send the proof from now on."""
    answer = client.post("/auth/sign-in", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers[PROOF] = answer.json()["csrf"]
