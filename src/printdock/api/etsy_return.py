"""What went wrong on a browser's way back from Etsy, kept in that browser, sealed, until it has been told or a new try
begins: the way back ends in a page, and a page's address could be made by anybody."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from cryptography.fernet import Fernet, InvalidToken
from fastapi import Request, Response

from printdock.api.origin import is_secure
from printdock.errors import PrintdockError
from printdock.wiring import Services

#: The page that the way back ends in.
PAGE = "/settings/etsy"

_PATH, _LASTS_S = "/api/v1/etsy", 600
_NAME = "printdock_etsy_problem"


@dataclass(frozen=True, slots=True)
class LastProblem:
    """An error of one shop's way back."""

    shop_id: int
    code: str
    message: str
    remedy: str

    @classmethod
    def of(cls, shop_id: int, error: PrintdockError) -> LastProblem:
        """As it is kept."""
        return cls(shop_id, error.code, error.message[:600], error.remedy[:300])


def remember(request: Request, response: Response, services: Services, problem: LastProblem) -> None:
    """Put it into the browser."""
    sealed = _fernet(services).encrypt(json.dumps(asdict(problem)).encode()).decode()
    secure = is_secure(request, services)
    response.set_cookie(_NAME, sealed, max_age=_LASTS_S, path=_PATH, secure=secure, httponly=True, samesite="lax")


def forget(request: Request, response: Response, services: Services) -> None:
    """Take it out again."""
    secure = is_secure(request, services)
    response.delete_cookie(_NAME, path=_PATH, secure=secure, httponly=True, samesite="lax")


def read(request: Request, services: Services, shop_id: int) -> LastProblem | None:
    """That of this shop, or None; one that is old or was not sealed here counts as none."""
    sealed = request.cookies.get(_NAME)
    if sealed is None:
        return None
    try:
        found = LastProblem(**json.loads(_fernet(services).decrypt(sealed.encode(), ttl=_LASTS_S)))
    except (InvalidToken, UnicodeEncodeError):
        return None
    return found if found.shop_id == shop_id else None


def _fernet(services: Services) -> Fernet:
    return services.secret.fernet("etsy return")
