"""Signing in: OAuth 2 with PKCE. There is no client secret in it; the keystring is the client's id."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from printdock.errors import EtsyError, EtsyReconnect, EtsyUnavailable, UsageError
from printdock.etsy.answers import RECONNECT, refused, said
from printdock.etsy.app import SCOPES, App
from printdock.etsy.wire import TIMEOUT


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Tokens and when the access token ends. They are in no repr."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A question put to the seller. ``state`` and ``verifier`` are good for one answer."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...] = SCOPES

    def url(self, app: App) -> str:
        """Where the seller's browser goes."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": app.keystring,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.scopes),
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{app.site}/oauth/connect?{urlencode(query)}"


def new_consent(redirect_uri: str, scopes: Sequence[str] = SCOPES) -> Consent:
    """A fresh question. The verifier has 64 characters of the 43 to 128 that are allowed."""
    return Consent(secrets.token_urlsafe(24), secrets.token_urlsafe(48), redirect_uri, tuple(scopes))


def state_in(address: str) -> str:
    """The ``state`` of an address one landed on, or "". The whole address, or only what follows its ``?``."""
    return _query(address).get("state", [""])[0]


def code_in(consent: Consent, address: str) -> str:
    """The code in the address that the seller landed on.

    Raises `UsageError` when it answers another question or holds no code, `EtsyReconnect` when the seller said no.
    """
    query = {name: values[0] for name, values in _query(address).items()}
    if not secrets.compare_digest(query.get("state", ""), consent.state):
        raise UsageError(
            "This address does not belong to this connection.",
            code="etsy_wrong_state",
            remedy="Paste the whole address from the browser's address bar, or begin again.",
        )
    if "error" in query:
        words = query.get("error_description") or query["error"]
        raise EtsyReconnect(
            f"Etsy did not connect the shop: {words}.", remedy="Begin again, and allow it.", words=words
        )
    if "code" not in query:
        raise UsageError("This address holds no code.", code="etsy_no_code", remedy="Paste the whole address.")
    return query["code"]


def _query(address: str) -> dict[str, list[str]]:
    text = address.strip()
    return parse_qs(urlsplit(text).query or text.lstrip("?"))


def exchange(app: App, consent: Consent, code: str, now: datetime) -> TokenPair:
    """The first tokens. Raises `EtsyReconnect` for a code that was used or too old, `EtsyUnavailable`."""
    fields = {
        "grant_type": "authorization_code",
        "client_id": app.keystring,
        "redirect_uri": consent.redirect_uri,
        "code": code,
        "code_verifier": consent.verifier,
    }
    return _ask(app, fields, "connect the shop", now, secret=code)


def refresh(app: App, token: str, now: datetime) -> TokenPair:
    """A new pair; ``token`` is used up, even where the answer is lost: a second try may end as `EtsyReconnect`.

    Raises `EtsyReconnect` when Etsy does not know ``token`` any more, `EtsyUnavailable` when it did not answer.
    """
    fields = {"grant_type": "refresh_token", "client_id": app.keystring, "refresh_token": token}
    return _ask(app, fields, "renew the connection", now, secret=token)


def _ask(app: App, fields: dict[str, str], what: str, now: datetime, *, secret: str) -> TokenPair:
    try:
        response = httpx.post(
            f"{app.api}/v3/public/oauth/token", data=fields, timeout=TIMEOUT, headers={"x-api-key": app.key}
        )
    except httpx.RequestError as error:
        raise _away(what, f"{type(error).__name__}: {error}".rstrip(": ")) from None  # its request holds the token
    if response.status_code >= 500 or response.status_code == 429:
        raise _away(what, f"HTTP {response.status_code}")
    if response.status_code >= 400:
        answer = said(
            response.status_code, response.headers, response.content, (secret, app.shared_secret, app.keystring)
        )
        raise _denied(refused(answer, what))
    try:
        return _pair(response.json(), now)
    except (ValueError, KeyError, TypeError):
        raise _away(what, "its answer cannot be read") from None


def _pair(document: Any, now: datetime) -> TokenPair:
    access, refresh_token = document["access_token"], document["refresh_token"]
    if not isinstance(access, str) or not isinstance(refresh_token, str):
        raise TypeError("tokens are text")
    return TokenPair(access, refresh_token, now + timedelta(seconds=int(document["expires_in"])))


def _away(what: str, sentence: str) -> EtsyUnavailable:
    return EtsyUnavailable(f"Etsy does not answer when asked to {what} ({sentence}).", remedy="Try again in a minute.")


def _denied(error: EtsyError) -> EtsyError:
    """Any refusal about a grant means: ask the seller again."""
    if "invalid_grant" not in error.words:
        return error
    return EtsyReconnect(
        f"Etsy ended the connection of this shop: {error.words}. It does so after 90 days without use, when it is taken "
        "back at Etsy, or when the password is changed.",
        remedy=RECONNECT,
        status=error.status,
        words=error.words,
        request_id=error.request_id,
    )
