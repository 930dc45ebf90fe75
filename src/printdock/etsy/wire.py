"""One call to Etsy: sent in turn, with the key and the token, and its answer read.

What may be repeated is decided here and nowhere else:

- A call that was not executed is repeated: no connection was made, 429, a token that had expired.
- A call whose repetition changes nothing (``repeatable``) is repeated after any failure that may pass.
- Any other call is sent once. When no readable answer came, it ends as `EtsyUnknown`.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx

from printdock.errors import Cancelled, EtsyError, EtsyReconnect, EtsyUnavailable, EtsyUnknown
from printdock.etsy.answers import RECONNECT, Said, refused, said
from printdock.etsy.app import App
from printdock.etsy.pace import Pace, allowance_of, too_many_of

Parsed = TypeVar("Parsed")

#: Seconds: to connect, and without a byte. Uploads of pictures take longer than answers.
TIMEOUT = httpx.Timeout(30.0, connect=10.0)

#: Tries of a repeatable call, and of any call that met 429.
TRIES = 5

#: Failures before anything was sent. All others of httpx leave it open whether Etsy has done what was asked.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Tokens(Protocol):
    """The access token of one shop. Safe from many threads."""

    def access(self) -> str:
        """One that should be good now. Raises `EtsyReconnect`."""
        ...

    def renewed(self, refused: str) -> str:
        """Another one than ``refused``, refreshed unless somebody else did so already. Raises `EtsyReconnect`."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A call below ``/v3/application``. ``what``: in words, for errors; ``signed``: with the seller's token."""

    method: str
    path: str
    what: str
    signed: bool = True
    repeatable: bool = True
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    document: Any = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


class Wire:
    """Connections to Etsy for one shop. Safe from many threads."""

    def __init__(
        self,
        app: App,
        tokens: Tokens | None,
        pace: Pace,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        first_wait_s: float = 0.5,
        stop: threading.Event | None = None,
    ) -> None:
        self._app, self._tokens, self._pace = app, tokens, pace
        self._first_wait_s, self._stop = first_wait_s, stop or threading.Event()
        headers = {"x-api-key": app.key, "accept": "application/json", "user-agent": "printdock"}
        self._http = httpx.Client(base_url=f"{app.api}/v3/application", headers=headers, timeout=timeout)
        # A connection that was idle may be closed by the other side just as a request goes out, and then nobody
        # knows whether it arrived. A call that must not be repeated gets a connection of its own.
        alone = httpx.Limits(max_keepalive_connections=0)
        self._once = httpx.Client(base_url=f"{app.api}/v3/application", headers=headers, timeout=timeout, limits=alone)

    def close(self) -> None:
        """End the connections. Idempotent."""
        self._http.close()
        self._once.close()

    def send(self, request: Request, parse: Callable[[Any], Parsed]) -> Parsed:
        """The parsed answer. Raises the errors of `printdock.errors.EtsyError`, and `Cancelled` while waiting."""
        token = self._tokens.access() if request.signed and self._tokens else ""
        renewed = False
        for tries in range(1, TRIES + 1):
            self._pace.turn()
            try:
                response = self._exchange(request, token)
                if not renewed and self._tokens and self._has_ended(response, token):
                    token, renewed = self._tokens.renewed(token), True
                elif response.status_code == 429:
                    self._pace.refused(too_many_of(response.headers, self._said(response, token).words))
                else:
                    return self._read(request, response, token, parse)
            except EtsyUnavailable:
                if tries == TRIES:
                    raise
                self._wait(tries)
        raise EtsyUnavailable(
            f"Etsy kept saying that there are too many calls, when asked to {request.what}.",
            remedy="It is tried again later.",
            status=429,
        )

    def _exchange(self, request: Request, token: str) -> httpx.Response:
        """The answer, whatever it says. Raises `EtsyUnavailable`, or `EtsyUnknown` for what must not be repeated."""
        client = self._http if request.repeatable else self._once
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body: dict[str, Any] = {}
        if request.document is not None:
            headers["content-type"] = "application/json"
            body["content"] = json.dumps(request.document)
        if request.form is not None:
            body["data"] = request.form
        if request.files is not None:
            body["files"] = request.files
        try:
            response = client.request(request.method, request.path, params=request.query, headers=headers, **body)
        except httpx.RequestError as error:
            sentence = f"{type(error).__name__}: {error}".rstrip(": ")
            if request.repeatable or isinstance(error, NOT_SENT):
                raise EtsyUnavailable(
                    f"Etsy does not answer when asked to {request.what} ({sentence}).",
                    remedy="It is tried again later.",
                ) from None  # the cause carries the request's headers
            raise _unknown(request, sentence) from None
        if response.status_code != 429:
            self._pace.heard(allowance_of(response.headers))
        return response

    def _read(self, request: Request, response: httpx.Response, token: str, parse: Callable[[Any], Parsed]) -> Parsed:
        status = response.status_code
        if status < 300:
            try:
                return parse(response.json() if response.content else None)
            except (ValueError, KeyError, TypeError, AttributeError):
                raise self._uncertain(request, self._said(response, token), "an answer that cannot be read") from None
        answer = self._said(response, token)
        if status >= 500:
            raise self._uncertain(request, answer, answer.words)
        raise refused(answer, request.what)

    def _uncertain(self, request: Request, answer: Said, sentence: str) -> EtsyError:
        """For an answer that does not say whether it was done."""
        if not request.repeatable:
            return _unknown(request, sentence, answer)
        return EtsyUnavailable(
            f"Etsy failed to {request.what}: {sentence}",
            remedy="It is tried again later.",
            status=answer.status,
            words=answer.words,
            request_id=answer.request_id,
        )

    def _has_ended(self, response: httpx.Response, token: str) -> bool:
        """Whether the answer is that ``token`` does not count any more; nothing was done then."""
        return response.status_code == 401 and token != "" and self._said(response, token).code == "invalid_token"

    def _said(self, response: httpx.Response, token: str) -> Said:
        secrets = (token, self._app.shared_secret, self._app.keystring)
        return said(response.status_code, response.headers, response.content, secrets)

    def _wait(self, tries: int) -> None:
        if self._stop.wait(self._first_wait_s * 2 ** (tries - 1) * random.uniform(0.5, 1.0)):
            raise Cancelled("Stopped while waiting for Etsy.")


def _unknown(request: Request, sentence: str, answer: Said | None = None) -> EtsyUnknown:
    kept = {} if answer is None else {"words": answer.words, "request_id": answer.request_id}
    return EtsyUnknown(
        f"Etsy was asked to {request.what}, and whether it did is not known ({sentence}).",
        remedy="It is looked up at Etsy before anything is sent again.",
        status=0 if answer is None else answer.status,
        **kept,
    )


def not_connected() -> EtsyReconnect:
    """For a shop without tokens."""
    return EtsyReconnect("This shop is not connected to Etsy.", code="etsy_not_connected", remedy=RECONNECT)
