"""Errors as answers: RFC 9457 problem details, with printdock's stable code and remedy.

One table says which status an error has; what is not in it is a fault of printdock, logged once and answered without
its inside.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from printdock import errors
from printdock.errors import ListingRefused, OffsetConflict, PackRefused, PrintdockError, TooManyAttempts

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("printdock.api")

#: The status of an error, by its code where that says more than its class.
STATUS_BY_CODE: dict[str, int] = {
    "already_decided": 409,
    "bad_key": 422,
    "job_ended": 409,
    "job_taken": 409,
    "listing_ask": 409,
    "listing_busy": 409,
    "listing_not_asked": 409,
    "listing_not_gone": 409,
    "listing_template_in_use": 409,
    "nothing_to_undo": 409,
    "oidc_unavailable": 503,
    "malformed_form": 400,
    "set_exists": 409,
    "shop_exists": 409,
    "template_exists": 409,
    "too_large": 413,
    "too_many_pixels": 413,
    "too_slow": 408,
    "unsupported_format": 415,
    "unknown_design": 404,
    "unknown_download": 404,
    "unknown_job": 404,
    "unknown_listing": 404,
    "unknown_listing_template": 404,
    "unknown_match": 404,
    "unknown_mockup_set": 404,
    "unknown_template": 404,
    "unknown_upload": 404,
}
STATUS_BY_CLASS: dict[type[PrintdockError], int] = {
    errors.UsageError: 422,
    errors.InputRefused: 422,
    errors.StorageError: 502,
    errors.StorageNotFound: 404,
    errors.StorageUnavailable: 503,
    errors.StorageRefused: 502,
    errors.KeyTaken: 409,
    errors.EtsyError: 502,
    errors.EtsyRefused: 502,
    errors.EtsyReconnect: 409,
    errors.EtsyUnavailable: 503,
    errors.EtsyParked: 503,
    errors.EtsyUnknown: 502,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.TooManyAttempts: 429,
    errors.AccessRefused: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Busy: 423,
    errors.NoRoom: 507,
    errors.DatabaseUnavailable: 503,
    errors.LeaseLost: 409,
    errors.Cancelled: 409,
}
#: Errors whose words name hosts and folders of this installation: told to the log, not to the caller.
_INSIDE: dict[type[PrintdockError], str] = {
    errors.DatabaseUnavailable: "The database does not answer.",
    errors.StorageUnavailable: "The storage does not answer.",
    errors.StorageError: "The storage refused.",
}
#: Seconds after which a caller may try again what is away now.
_RETRY_AFTER_S = 5


class FieldProblem(BaseModel):
    """One thing wrong with what was sent."""

    where: str = Field(description="The field, such as `body.width_in`, or file and line", examples=["body.width_in"])
    code: str = Field(examples=["greater_than"])
    message: str = Field(examples=["Input should be greater than 0"])


class Problem(BaseModel):
    """Why a request was not fulfilled (RFC 9457), and what to do."""

    type: str = Field(description="`urn:printdock:problem:` and the code", examples=["urn:printdock:problem:not_found"])
    title: str = Field(description="The status in words", examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable, for programs", examples=["not_found"])
    detail: str = Field(description="What happened, for people", examples=["The shop has no template 7."])
    remedy: str = Field(description="What to do next; empty where nothing can be done", examples=[""])
    errors: list[FieldProblem] = Field(default=[], description="Each thing that is wrong, where there are several")


def status_of(error: PrintdockError) -> int:
    """The HTTP status of ``error``: by its code, else by the nearest of its classes, else 500."""
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    return next((STATUS_BY_CLASS[kind] for kind in type(error).__mro__ if kind in STATUS_BY_CLASS), 500)


def answer(error: PrintdockError) -> Response:
    """``error`` as a response."""
    status = status_of(error)
    detail, remedy = _told(error, status)
    several = _several(error)
    return problem(status, error.code, detail, remedy, several, _headers(error, status))


def problem_of(error: PrintdockError) -> Problem:
    """``error`` as a part of a response, where a request was about several things."""
    status = status_of(error)
    detail, remedy = _told(error, status)
    return _problem(status, error.code, detail, remedy, [])


def _told(error: PrintdockError, status: int) -> tuple[str, str]:
    """What a caller is told of it: the sentence and the remedy."""
    hidden = next((_INSIDE[kind] for kind in type(error).__mro__ if kind in _INSIDE), None)
    if hidden is None or status < 500:
        return error.message, error.remedy
    _log.warning("%s: %s", error.code, error.message)
    return hidden, "Try again in a moment; if it stays so, see the server's log."


def problem(
    status: int,
    code: str,
    detail: str,
    remedy: str = "",
    several: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem response."""
    body = _problem(status, code, detail, remedy, several or [])
    content = body.model_dump(mode="json", exclude_defaults=True) | {"remedy": remedy}
    return JSONResponse(content, status, {"Cache-Control": "no-store"} | (headers or {}), MEDIA_TYPE)


def _problem(status: int, code: str, detail: str, remedy: str, several: list[FieldProblem]) -> Problem:
    return Problem(
        type=f"urn:printdock:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        remedy=remedy,
        errors=several,
    )


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses=`` of a route that may end in these statuses, for the OpenAPI document.

    401, 403, 422 and 503 are declared for every route that can have them (`printdock.api.document`).
    """
    return {status: {"description": HTTPStatus(status).phrase, "content": CONTENT} for status in statuses}


CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def answer_errors(app: FastAPI) -> None:
    """Make every error of ``app`` a problem response."""
    app.add_exception_handler(PrintdockError, _on_ours)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(AnswerFaults)


async def _on_ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PrintdockError)
    if status_of(error) == 500:
        _log.error("an error without a status: %s", error.code, exc_info=error)
    return answer(error)


async def _on_invalid(_request: Request, error: Exception) -> Response:
    """What was sent does not have the form the API asks for. What was sent is not repeated: it may be a password."""
    assert isinstance(error, RequestValidationError)
    several = [
        FieldProblem(where=".".join(map(str, one["loc"])), code=one["type"], message=one["msg"])
        for one in error.errors()
    ]
    return problem(422, "invalid_request", "The request does not have the form the API asks for.", several=several)


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))


class AnswerFaults:
    """Outermost of the application: an error nobody foresaw is logged, once, and answered with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:  # the door's outermost handler
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if began:
                raise  # the server cuts the connection: half an answer must not look whole
            sorry = problem(500, "internal_error", "Something went wrong in printdock.", "See the server's log.")
            await sorry(scope, receive, send)


def _several(error: PrintdockError) -> list[FieldProblem]:
    if isinstance(error, PackRefused):
        places = [(f"{one.file}:{one.line}", one.code, one.message) for one in error.problems]
    elif isinstance(error, ListingRefused):
        places = [(one.field, one.code, one.message) for one in error.problems]
    else:
        return []
    return [FieldProblem(where=where, code=code, message=message) for where, code, message in places]


def _headers(error: PrintdockError, status: int) -> dict[str, str]:
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.wait_s)}
    if isinstance(error, OffsetConflict):
        return {"Upload-Offset": str(error.have)}
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="printdock"'}
    return {"Retry-After": str(_RETRY_AFTER_S)} if status == 503 else {}
