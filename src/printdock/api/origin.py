"""Where a request comes from: the caller's address, and whether a page of ours made it."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from fastapi import Request

from printdock.accounts.sessions import is_csrf_token
from printdock.errors import NotAllowed, UsageError
from printdock.wiring import Services

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


def is_secure(request: Request, services: Services) -> bool:
    """Whether people reach the server by TLS: by its own, or by that of a proxy that PRINTDOCK_URL tells of."""
    return request.url.scheme == "https" or (services.settings.url or "").startswith("https:")


def own_origin(request: Request, services: Services) -> str:
    """The server's address as people see it, ``https://prints.example.com``, without a slash at the end."""
    if services.settings.url:
        return services.settings.url.rstrip("/")
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


def require_own_page(request: Request, services: Services) -> None:
    """Raise `NotAllowed` unless the browser says that a page of ours made this request.

    Browsers put ``Sec-Fetch-Site`` and ``Origin`` on every request that is not a plain GET, and no page can change
    them. One of them must be there, and none may tell of another origin.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if (site is None and origin is None) or site not in (None, "same-origin") or not _is_own(origin, request, services):
        raise NotAllowed(
            "The request does not come from a page of this server.",
            code="cross_site",
            remedy="A script signs in with an API key; behind a proxy, set PRINTDOCK_URL.",
        )


def require_same_origin(request: Request, services: Services, key: bytes, token: str) -> None:
    """Raise `NotAllowed` for an unsafe request that rides on the session's cookie without the page's knowledge.

    Two proofs, each enough against most attacks and neither against all. The browser's word (`require_own_page`) costs
    pages nothing, but a proxy may strip it. The session's token in a header can only be sent by a page that could read
    our answer; other origins cannot set such a header at all without being asked first (CORS), which nothing here
    answers.
    """
    if request.method in SAFE_METHODS:
        return
    require_own_page(request, services)
    if not is_csrf_token(key, token, request.headers.get(CSRF_HEADER, "")):
        raise NotAllowed(
            f"The header {CSRF_HEADER} is missing or of another session.",
            code="csrf_token_missing",
            remedy="GET /api/v1/me tells it.",
        )


def client_address(request: Request, services: Services) -> str:
    """The caller's address. Of ``X-Forwarded-For`` the last one that no trusted proxy has, and only behind such."""
    address = request.client.host if request.client is not None else ""
    trusted = trusted_networks(services.settings.trusted_proxies)
    if not trusted:
        return address
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address[:60]


@lru_cache(maxsize=8)
def trusted_networks(setting: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of PRINTDOCK_TRUSTED_PROXIES. Raises `UsageError` naming what is none."""
    networks = []
    for word in filter(None, (word.strip() for word in setting.split(","))):
        try:
            networks.append(ipaddress.ip_network(word, strict=False))
        except ValueError as error:
            raise UsageError(
                f"PRINTDOCK_TRUSTED_PROXIES: {word!r} is neither an address nor a network.",
                remedy="Such as 10.0.0.0/8.",
            ) from error
    return tuple(networks)


def _is_trusted(address: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in networks)
    except ValueError:
        return False


def _is_own(origin: str | None, request: Request, services: Services) -> bool:
    if origin is None:
        return True
    if services.settings.url:
        return origin == services.settings.url.rstrip("/")
    # Which scheme people use is not known behind a proxy that ends TLS; the host and port are.
    return origin.partition("://")[2] == request.headers.get("host", "") != ""
