"""OAuth 2 with PKCE as Etsy does it: no client secret, an hour for access tokens, refresh tokens that rotate."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from printdock.demo.etsy.rules import refuse
from printdock.demo.etsy.world import World

#: Of Etsy's OpenAPI document; asking for any other fails the whole consent.
SCOPES = frozenset(
    {
        "address_r", "address_w", "email_r", "listings_d", "listings_r", "listings_w", "profile_r", "profile_w",
        "shops_r", "shops_w", "transactions_r", "transactions_w",
    }
)  # fmt: skip
ACCESS_S = 3600
REFRESH_S = 90 * 86_400


@dataclass
class _Code:
    user_id: int
    scopes: frozenset[str]
    redirect: str
    challenge: str


@dataclass
class _Grant:
    user_id: int
    scopes: frozenset[str]
    until: float


class Tokens:
    """Codes and tokens that were given out and still count."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refreshes = 0
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Grant] = {}
        self._refresh: dict[str, _Grant] = {}

    def consent(self, query: dict[str, str], user_id: int, *, denied: bool = False) -> str:
        """Where the browser is sent after the seller's answer. Raises `Refused` where Etsy shows an error page."""
        if query.get("client_id") != self.world.keystring:
            raise refuse("client_unknown")
        redirect = query.get("redirect_uri", "")
        if redirect not in self.world.redirects:
            raise refuse("redirect_unknown")
        scopes = frozenset(query.get("scope", "").split())
        if not scopes or scopes - SCOPES:
            raise refuse("scope_unknown")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge") or not query.get("state"):
            raise refuse("field_missing", field="code_challenge")
        if denied:
            words = {"error": "access_denied", "error_description": "The user denied consent"}
            return f"{redirect}?{urlencode(words | {'state': query['state']})}"
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(user_id, scopes, redirect, query["code_challenge"])
        return f"{redirect}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, fields: dict[str, str]) -> dict[str, object]:
        """The token endpoint."""
        if fields.get("client_id") != self.world.keystring:
            raise refuse("client_unknown")
        match fields.get("grant_type"):
            case "authorization_code":
                return self._first(fields)
            case "refresh_token":
                return self._refreshed(fields)
            case _:
                raise refuse("grant_unknown")

    def _first(self, fields: dict[str, str]) -> dict[str, object]:
        code = self._codes.pop(fields.get("code", ""), None)
        if code is None or code.redirect != fields.get("redirect_uri"):
            raise refuse("code_used")
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            raise refuse("verifier_wrong")
        return self._pair(code.user_id, code.scopes)

    def _refreshed(self, fields: dict[str, str]) -> dict[str, object]:
        grant = self._refresh.pop(fields.get("refresh_token", ""), None)
        if grant is None or grant.until <= self.world.clock():
            raise refuse("refresh_revoked")
        self.refreshes += 1
        return self._pair(grant.user_id, grant.scopes)

    def _pair(self, user_id: int, scopes: frozenset[str]) -> dict[str, object]:
        now = self.world.clock()
        access = f"{user_id}.{secrets.token_urlsafe(40)}"
        refresh = f"{user_id}.{secrets.token_urlsafe(40)}"
        self._access[access] = _Grant(user_id, scopes, now + ACCESS_S)
        self._refresh[refresh] = _Grant(user_id, scopes, now + REFRESH_S)
        return {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_S, "refresh_token": refresh}

    def user(self, authorization: str | None, scope: str) -> int:
        """Who calls. Raises `Refused`."""
        if not authorization or not authorization.startswith("Bearer "):
            raise refuse("token_missing", scope=scope)
        grant = self._access.get(authorization.removeprefix("Bearer "))
        if grant is None:
            raise refuse("token_unknown")
        if grant.until <= self.world.clock():
            raise refuse("token_expired")
        if scope not in grant.scopes:
            raise refuse("scope_missing", scope=scope)
        return grant.user_id

    def scopes(self, token: str) -> list[str]:
        grant = self._access.get(token)
        if grant is None:
            raise refuse("token_unknown")
        return sorted(grant.scopes)

    def forget(self, user_id: int) -> None:
        """What a changed password does: all of the seller's tokens end."""
        for grants in (self._access, self._refresh):
            for token in [token for token, grant in grants.items() if grant.user_id == user_id]:
                del grants[token]

    def expire(self) -> None:
        """All access tokens are past their hour."""
        for grant in self._access.values():
            grant.until = 0.0
