"""Signing in with an OpenID Connect provider: authorization code, PKCE (S256) and nonce.

Nothing is kept here between the two halves of a sign-in: the caller keeps `Pending` for the browser, sealed.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from printdock.accounts.access import Identity
from printdock.errors import AccessRefused, NotAllowed

#: Seconds a person has to sign in at the provider.
PENDING_LASTS_S = 600
#: Seconds the provider has to answer, and by which its clock may differ.
_PATIENCE_S, _LEEWAY_S = 10.0, 60
#: Seconds the provider's addresses are kept; its keys are asked for again when a token names a new one.
_KEEP_S = 3600.0
#: Signatures that a public key verifies. ``none`` and secrets shared with the provider are not taken.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that waits for the provider's answer. ``then``: the path to go to afterwards."""

    state: str
    nonce: str
    verifier: str
    then: str

    def __repr__(self) -> str:
        return "Pending(***)"

    def sealed(self, seal: Fernet) -> str:
        """As a cookie's value, readable by this server only."""
        return seal.encrypt(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def unsealed(cls, text: str, seal: Fernet) -> Pending:
        """Raises `NotAllowed` for what is forged or too old."""
        try:
            return cls(**json.loads(seal.decrypt(text.encode("utf-8", "surrogateescape"), ttl=PENDING_LASTS_S)))
        except InvalidToken as error:
            raise _stale() from error


class Provider:
    """One provider. Asks it for its addresses and keys when they are first needed; safe from threads."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._known: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"Provider({self.issuer})"

    def start(self, redirect_uri: str, then: str) -> tuple[str, Pending]:
        """Where to send the browser, and what to remember. Raises `AccessRefused` when the provider does not answer."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = Pending(state, nonce, verifier, then)
        address = prepare_grant_uri(
            self._about()["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope="openid email profile",
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return str(address), pending

    def finish(self, pending: Pending, state: str, code: str, redirect_uri: str) -> Identity:
        """Whom the provider vouches for. Raises `NotAllowed` when anything does not fit together."""
        if not secrets.compare_digest(pending.state.encode(), state.encode("utf-8", "surrogateescape")):
            raise _stale()
        tokens = self._exchange(code, pending.verifier, redirect_uri)
        claims = self._verified(tokens, pending.nonce)
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"])[:255],
            email=claims.get("email"),
            email_verified=claims.get("email_verified") is True,
            name=claims.get("name"),
        )

    def _exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        about = self._about()
        secret, auth = self._client_secret, None
        if secret is not None:
            methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                auth = (quote(self._client_id, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
            else:
                form["client_secret"] = secret
        tokens = _json(
            httpx.post, about["token_endpoint"], data=form, auth=auth, headers={"Accept": "application/json"}
        )
        if "id_token" not in tokens:
            raise NotAllowed("The provider did not say who you are.", code="oidc_failed")
        return tokens

    def _verified(self, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        try:
            token = self._decoded(tokens["id_token"])
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._about()["issuer"]},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")},
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise NotAllowed(
                "The provider's answer cannot be trusted.", code="oidc_failed", remedy="Sign in again."
            ) from error
        return dict(claims)

    def _decoded(self, text: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(text, self._key_set(), registry=registry)
        except InvalidKeyIdError:
            self._keys = {}  # it may have new ones
            return jwt.decode(text, self._key_set(), registry=registry)

    def _key_set(self) -> KeySet:
        if not self._keys:
            self._keys = _json(httpx.get, self._about()["jwks_uri"])
        return KeySet.import_key_set(self._keys)  # type: ignore[arg-type]

    def _about(self) -> dict[str, Any]:
        read_at, about = self._known
        if not about or time.monotonic() - read_at > _KEEP_S:
            about = _json(httpx.get, f"{self.issuer}/.well-known/openid-configuration")
            needed = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
            if not needed <= set(about) or str(about["issuer"]).rstrip("/") != self.issuer:
                raise AccessRefused("The provider's description does not fit its address.", code="oidc_unavailable")
            self._known = (time.monotonic(), about)
        return about


def _json(call: Any, address: str, **arguments: Any) -> dict[str, Any]:
    """The provider's answer. Raises `AccessRefused` when there is none, `NotAllowed` when it is a refusal."""
    try:
        response = call(address, timeout=_PATIENCE_S, **arguments)
        if 400 <= response.status_code < 500:
            raise NotAllowed("The provider refused.", code="oidc_failed", remedy="Sign in again.")
        response.raise_for_status()
        answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise AccessRefused(
            "The sign-in provider does not answer.", code="oidc_unavailable", remedy="Try again in a moment."
        ) from error
    if not isinstance(answer, dict):
        raise AccessRefused("The sign-in provider's answer makes no sense.", code="oidc_unavailable")
    return answer


def _stale() -> NotAllowed:
    return NotAllowed("The sign-in was begun too long ago, or elsewhere.", code="oidc_failed", remedy="Sign in again.")
