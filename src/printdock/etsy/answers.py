"""What Etsy's answers mean: its shapes of errors become `printdock.errors`, with its own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from printdock.errors import EtsyError, EtsyKeyRefused, EtsyNotFound, EtsyReconnect, EtsyRefused

RECONNECT = "Connect this shop again: `printdock etsy connect`."

#: Longest text kept of an answer that is not an error of Etsy's (a gateway's page).
_MOST_WORDS = 500

#: ``error`` of the answers about tokens.
_ABOUT_TOKENS = ("invalid_token", "invalid_grant", "insufficient_scope", "access_denied")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that is an error. ``code``: of the OAuth shape only; ``words``: Etsy's own, on one line."""

    status: int
    words: str
    code: str
    request_id: str


def said(status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str] = ()) -> Said:
    """Read an error of any shape. ``secrets`` do not appear in its words, whatever Etsy echoes."""
    document = _document(body)
    words = _words(document) or _plain(body) or f"HTTP {status}"
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    code = document.get("error", "") if isinstance(document, dict) and "error_description" in document else ""
    return Said(status, words, str(code), headers.get("x-etsy-request-uuid", ""))


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _words(document: Any) -> str:
    """``{"error": text}``, ``{"error": code, "error_description": text}``, or a bare list of problems."""
    if isinstance(document, list):
        return "; ".join(filter(None, map(_problem, document)))
    if not isinstance(document, dict):
        return ""
    described = document.get("error_description")
    error = document.get("error") or document.get("message") or document.get("errors")
    if described:
        return f"{error}: {described}"
    return _words(error) if isinstance(error, list | dict) else str(error or "")


def _problem(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    path, message = entry.get("path", ""), entry.get("message") or entry.get("type") or ""
    return f"{path} {message}".strip()


def _plain(body: bytes) -> str:
    text = re.sub(r"<[^>]*>", " ", body[:20_000].decode("utf-8", "replace"))
    return " ".join(text.split())[:_MOST_WORDS]


def refused(answer: Said, what: str) -> EtsyError:
    """The error for an answer of 4xx (but 429). ``what`` is what was asked, in words: ``create a draft``."""
    kept: dict[str, Any] = {"status": answer.status, "words": answer.words, "request_id": answer.request_id}
    sentence = f"Etsy refused to {what}: {answer.words}"
    if answer.status == 403 and _about_key(answer.words):
        return EtsyKeyRefused(
            f"Etsy does not accept the app's key: {answer.words}",
            remedy="Check ETSY_KEYSTRING and ETSY_SHARED_SECRET against your app's page at Etsy.",
            **kept,
        )
    if answer.status == 401 or answer.code in _ABOUT_TOKENS or _about_scope(answer.words):
        return EtsyReconnect(sentence, remedy=RECONNECT, **kept)
    if answer.status == 404:
        return EtsyNotFound(sentence, remedy="It may have been deleted at Etsy.", **kept)
    return EtsyRefused(sentence, remedy=_remedy(answer), **kept)


def _about_key(words: str) -> bool:
    return re.search(r"api key|x-api-key|shared secret", words, re.IGNORECASE) is not None


def _about_scope(words: str) -> bool:
    return "requires scope" in words or "lacks scope" in words


def _remedy(answer: Said) -> str:
    if answer.status == 409:
        return "Something else changed it at the same time: run it again."
    found = re.search(r"problem with (/\S+)", answer.words) or re.search(r"(^|; )(/\S+)", answer.words)
    where = "" if found is None else f" It is about {found.group(found.lastindex or 1)}."
    return f"Correct the listing template, and run it again.{where}"
