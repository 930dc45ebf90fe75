"""Secrets never reach a log: masked by the name of a field, by their form in a text, and by being known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MASK = "•••"

#: A field of such a name holds a secret, whatever it looks like.
_NAMES = re.compile(
    r"(^|[_\-.])(password|passwd|secret|token|api_?key|apikey|authorization|cookie|set-cookie|session|csrf|"
    r"private_?key|passphrase|signature|credentials?)s?$",
    re.IGNORECASE,
)

#: What comes before a secret in a text, and the secret.
_FORMS = (
    re.compile(r"(?P<before>://[^\s:/@]*:)[^\s/@]+(?=@)"),  # scheme://user:password@host
    re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE),
    re.compile(r"(?P<before>\b(?:set-)?cookie['\"]?\s*[:=]\s*['\"]?)[^'\"\r\n]{6,}", re.IGNORECASE),
    re.compile(r"(?P<before>\b(?:password|passwd|secret|token|api_?key|signature|sig)=)[^\s&'\",;]+", re.IGNORECASE),
    re.compile(r"(?P<before>[?&](?:code|state)=)[^\s&'\",;]+"),  # of a sign-in by OpenID Connect
    re.compile(r"(?P<before>\bpd[a-z]?_)[A-Za-z0-9_\-]{16,}"),  # our own keys
    re.compile(r"(?P<before>-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?=-----END|$)"),
)

#: A known secret shorter than this, characters, is not looked for in texts: it would blank out half of them.
_SHORTEST = 6


class Masking:
    """Masks anything that may be logged. ``secrets``: values in force, such as the passwords of the settings."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def masked(self, value: Any, name: str = "") -> Any:
        """``value`` of the field ``name`` without secrets; lists and mappings go through as such."""
        if name and _NAMES.search(name) and value not in (None, "", True, False):
            return MASK
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.masked(each, str(key)) for key, each in value.items()}
            case list() | tuple():
                return [self.masked(each) for each in value]
            case None | bool() | int() | float():
                return value
            case _:
                return self.text(str(value))

    def text(self, text: str) -> str:
        """``text`` without the secrets in it."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for form in _FORMS:
            text = form.sub(rf"\g<before>{MASK}", text)
        return text
