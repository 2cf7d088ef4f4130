"""A real provider of single sign-on, over HTTP on this machine: Authlib's server side on Flask.

It keeps what it gives out, checks the proof of PKCE and our secret, and signs with its own
keys. `forge` makes it misbehave.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import grants  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core import UserInfo  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "huiting", "the client's secret"
Forge = Callable[[dict[str, Any], dict[str, Any], RSAKey], str]
"""Makes another ID token of the claims, the header and the key."""


@dataclass
class Person:
    """Somebody the provider knows."""

    id: str
    claims: dict[str, Any] = field(default_factory=dict)

    def get_user_id(self) -> str:
        return self.id


@dataclass
class Code:
    """A code that was given out, and for what."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    user: Person
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(frozen=True)
class Known:
    """The one client that the provider knows: us."""

    back: str

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"

    def check_redirect_uri(self, uri: str) -> bool:
        return uri == self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def get_client_id(self) -> str:
        return CLIENT

    @property
    def client_id(self) -> str:
        return CLIENT


class OidcProvider:
    """The provider, and what may be changed of it."""

    def __init__(self, back: str) -> None:
        self.back = back
        self.person: Person | None = None
        """Who is signed in there, in every browser."""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.forge: Forge | None = None
        self.metadata: dict[str, Any] = {}
        """Published besides, or instead."""
        self.more: dict[str, Any] = {}
        """Said at the endpoint for user information."""
        self.asked: list[str] = []
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Person] = {}
        self.issuer = ""
        self.app = _app(self)

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})

    def browse(self, url: str) -> dict[str, str]:
        """Go where we send a browser; return what it brings back."""
        answer = httpx.get(url, follow_redirects=False, trust_env=False)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@contextmanager
def provider(back: str) -> Iterator[OidcProvider]:
    """Run a provider that sends browsers back to this address."""
    made = OidcProvider(back)
    server = make_server("127.0.0.1", 0, made.app, threaded=True)
    made.issuer = f"http://localhost:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _app(made: OidcProvider) -> Flask:
    app = Flask("oidc_provider")
    app.config["OAUTH2_SCOPES_SUPPORTED"] = ["openid", "profile", "email"]
    server = AuthorizationServer(
        app,
        query_client=lambda name: Known(made.back) if name == CLIENT else None,
        save_token=lambda token, asked: made.tokens.update({token["access_token"]: asked.user}),
    )
    server.register_grant(_grant(made), [_Tokens(made), CodeChallenge(required=True)])

    @app.before_request
    def remember() -> None:
        made.asked.append(request.path)

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        return jsonify(
            {
                "issuer": made.issuer,
                "authorization_endpoint": f"{made.issuer}/authorize",
                "token_endpoint": f"{made.issuer}/token",
                "jwks_uri": f"{made.issuer}/keys",
                "userinfo_endpoint": f"{made.issuer}/userinfo",
                "end_session_endpoint": f"{made.issuer}/end",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                **made.metadata,
            }
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(KeySet([made.key]).as_dict(private=False))

    @app.get("/authorize")
    def authorize() -> Any:  # noqa: ANN401  (Flask's many kinds of answers)
        grant = server.get_consent_grant(end_user=made.person)
        return server.create_authorization_response(grant_user=made.person, grant=grant)

    @app.post("/token")
    def token() -> Any:  # noqa: ANN401
        answer = server.create_token_response()
        if made.forge is not None and answer.status_code == 200:
            found = answer.get_json()
            known = jwt.decode(found["id_token"], made.key)
            header = {"alg": "RS256", "kid": made.key.kid}
            return jsonify({**found, "id_token": made.forge(dict(known.claims), header, made.key)})
        return answer

    @app.get("/userinfo")
    def userinfo() -> Any:  # noqa: ANN401
        person = made.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return Response(status=401)
        return jsonify({"sub": person.id, **made.more})

    return app


def _grant(made: OidcProvider) -> type:
    class Codes(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        def save_authorization_code(self, code: str, asked: Any) -> None:  # noqa: ANN401
            data = asked.payload.data
            made.codes[code] = Code(
                code, asked.payload.redirect_uri, asked.payload.scope, data.get("nonce", ""),
                asked.user, data.get("code_challenge", ""), data.get("code_challenge_method", ""),
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Known) -> Code | None:
            return made.codes.get(code)

        def delete_authorization_code(self, code: Code) -> None:
            del made.codes[code.code]

        def authenticate_user(self, code: Code) -> Person:
            return code.user

    return Codes


class _Tokens(OpenIDCode):  # type: ignore[misc]
    """How this provider makes ID tokens."""

    def __init__(self, made: OidcProvider) -> None:
        super().__init__(require_nonce=True)
        self._made = made

    def exists_nonce(self, nonce: str, asked: Any) -> bool:  # noqa: ANN401
        return any(code.nonce == nonce for code in self._made.codes.values())

    def resolve_client_private_key(self, client: Known) -> RSAKey:
        return self._made.key

    def get_client_algorithm(self, client: Known) -> str:
        return "RS256"

    def get_client_claims(self, client: Known) -> dict[str, Any]:
        return {"iss": self._made.issuer}

    def get_encode_header(self, client: Known) -> dict[str, Any]:
        return {"alg": "RS256", "kid": self._made.key.kid}

    def generate_user_info(self, person: Person, scope: str) -> UserInfo:
        return UserInfo(sub=person.id, **person.claims)


def changed(**claims: object) -> Forge:
    """Return a forge that changes claims, and takes out those that are None."""

    def forge(found: dict[str, Any], header: dict[str, Any], key: RSAKey) -> str:
        wanted = {k: v for k, v in {**found, **claims}.items() if v is not None}
        return jwt.encode(header, wanted, key)

    return forge
