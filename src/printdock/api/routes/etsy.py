"""The shop's connection to Etsy: how it stands, making it, ending it; and the calls that Etsy still allows today."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from printdock.accounts import audit
from printdock.api import etsy_return
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.etsy_return import PAGE, LastProblem
from printdock.api.origin import own_origin
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import PrintdockError, UsageError
from printdock.etsy.app import App
from printdock.listings import connection
from printdock.listings.connect import note_own_shop
from printdock.listings.connection import CONSENT_LIFE, EtsyConnection
from printdock.listings.pace import Budget, budget
from printdock.wiring import Services, etsy_app

router = APIRouter(prefix="/etsy", tags=["etsy"])

_CALLBACK = "/api/v1/etsy/callback"

#: Etsy's terms ask for this sentence, word for word.
TRADEMARK = (
    "The term 'Etsy' is a trademark of Etsy, Inc. This application uses the Etsy API but is not endorsed or certified by "
    "Etsy, Inc."
)


class EtsyShopOut(BaseModel):
    """The shop at Etsy."""

    id: int = Field(examples=[12345678])
    name: str = Field(examples=["RosePrints"])
    currency: str = Field(description="Prices are in it", examples=["USD"])
    url: str = Field(examples=["https://www.etsy.com/shop/RosePrints"])


class EtsyProblem(BaseModel):
    """What keeps something from working, and what to do."""

    code: str = Field(examples=["etsy_reconnect"])
    message: str = Field(examples=["Etsy ended the connection of this shop."])
    remedy: str


class EtsyConnectionOut(BaseModel):
    """How the shop's connection to Etsy stands. Nothing is asked of Etsy for it."""

    connected: bool = Field(description="Drafts can be made")
    shop: EtsyShopOut | None
    since: datetime | None = Field(description="When it was connected")
    renewed_at: datetime | None = Field(description="When its access was last renewed")
    scopes: list[str] = Field(description="What the seller has allowed", examples=[["listings_r", "listings_w"]])
    missing_scopes: list[str] = Field(
        description="Not allowed yet, since it was connected by an older printdock: connect again to have them",
        examples=[["listings_d"]],
    )
    can_delete_drafts: bool = Field(description="Whether drafts that were made can be deleted again (`listings_d`)")
    reconnect: EtsyProblem | None = Field(description="Why it has to be connected again; null while all is well")
    app: EtsyProblem | None = Field(description="What is wrong with the app's keys in the settings; null: nothing")
    redirect: str = Field(
        description="The callback address in force (ETSY_REDIRECT); Etsy must know it letter by letter",
        examples=["http://localhost:8517/callback"],
    )
    own_redirect: str = Field(
        description="This server's own callback: with it the browser comes back by itself",
        examples=["https://prints.example.com/api/v1/etsy/callback"],
    )
    comes_back: bool = Field(description="Both are the same; else the address one lands on has to be pasted")
    last_problem: EtsyProblem | None = Field(description="Why this browser's last way back from Etsy failed")
    trademark: str = Field(description="Etsy's terms ask for this sentence, word for word", examples=[TRADEMARK])


class ConnectIn(BaseModel):
    """How to come back from Etsy."""

    own_redirect: bool = Field(
        default=False,
        description="Come back to this server's own address, whatever the settings say; Etsy must know it",
    )


class ConnectOut(BaseModel):
    """A question for the seller, good for one answer."""

    url: str = Field(
        description="Send the browser there", examples=["https://www.etsy.com/oauth/connect?response_type=code&..."]
    )
    redirect: str = Field(examples=["http://localhost:8517/callback"])
    comes_back: bool = Field(description="The browser comes back by itself; else paste the address one landed on")
    expires_at: datetime


class ReturnIn(BaseModel):
    """Where the seller's browser landed."""

    address: str = Field(
        min_length=1,
        max_length=8000,
        description="The whole address, or what follows its `?`",
        examples=["http://localhost:8517/callback?code=...&state=..."],
    )


class BudgetOut(BaseModel):
    """How many calls Etsy allows, as its last answers said."""

    known: bool = Field(description="False before the first call: Etsy says its limits with each answer")
    per_second: int = Field(description="Nine tenths of it are used", examples=[10])
    per_day: int | None = Field(examples=[10_000])
    left_today: int | None = Field(description="Of a window of 24 hours that slides", examples=[9_871])
    parked_until: datetime | None = Field(description="The calls of the day are used up; it goes on by itself then")
    heard_at: datetime | None = Field(description="When Etsy said so")


@router.get("/connection")
def show_etsy_connection(
    request: Request, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> EtsyConnectionOut:
    """How the connection stands."""
    return _shown(request, services, caller)


@router.post("/connection", status_code=201)
def begin_etsy_connection(
    request: Request,
    response: Response,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.ADMIN)],
    body: ConnectIn | None = None,
) -> ConnectOut:
    """Begin connecting: where to send the browser. Only who begins can finish, for an hour."""
    app, now = etsy_app(services.settings), services.clock()
    own = own_origin(request, services) + _CALLBACK
    redirect = own if body is not None and body.own_redirect else services.settings.etsy_redirect
    fernet = services.secret.fernet("etsy")
    url = connection.begin(services.database, caller.shop, app, redirect, fernet, now, asked_by=_asker(caller))
    etsy_return.forget(request, response, services)
    return ConnectOut(url=url, redirect=redirect, comes_back=redirect == own, expires_at=now + CONSENT_LIFE)


@router.post("/connection/finish", responses=declared(409, 502))
def finish_etsy_connection(
    body: ReturnIn,
    request: Request,
    response: Response,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.ADMIN)],
) -> EtsyConnectionOut:
    """Finish with the address one landed on; the page there need not have opened."""
    _finish(services, caller, body.address)
    etsy_return.forget(request, response, services)
    return _shown(request, services, caller, told=False)


@router.post("/connection/check", responses=declared(409, 502))
def check_etsy_connection(
    request: Request, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> EtsyConnectionOut:
    """Ask Etsy whether the app's key and the connection are good. What is wrong is the answer's problem."""
    with services.etsy_desk(caller.shop) as desk:
        desk.etsy.ping()
        note_own_shop(desk)
    return _shown(request, services, caller)


@router.delete("/connection")
def end_etsy_connection(
    request: Request, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.ADMIN)]
) -> EtsyConnectionOut:
    """Forget the tokens. Drafts stay at Etsy, and printdock still knows them. Repeatable."""
    with services.database.write() as tables:
        before = connection.find_connection(tables, caller.shop)
        if connection.disconnect(tables, caller.shop) and before is not None:
            now = services.clock()
            audit.record(tables, caller.shop.id, caller.actor, "etsy_disconnected", now, subject=before.name)
    return _shown(request, services, caller)


@router.get("/callback", status_code=302, response_class=RedirectResponse)
def return_from_etsy(
    request: Request,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.ADMIN)],
    state: Annotated[str, Query(min_length=1, max_length=500, description="As Etsy sends it back")],
    code: Annotated[str, Query(max_length=4000, description="As Etsy sends it; absent where the seller said no")] = "",
) -> Response:
    """Etsy sends the browser back here. It goes on to the settings' page; `GET /etsy/connection` says there what became
    of it."""
    try:
        _finish(services, caller, request.url.query)
    except PrintdockError as error:
        response = RedirectResponse(f"{PAGE}?connected=no", 302)
        etsy_return.remember(request, response, services, LastProblem.of(caller.shop.id, error))
        return response
    response = RedirectResponse(f"{PAGE}?connected=yes", 302)
    etsy_return.forget(request, response, services)
    return response


@router.get("/budget")
def show_etsy_budget(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> BudgetOut:
    """How many calls are left today, and how fast they may come. Etsy is not asked."""
    return budget_of(services, caller)


def budget_of(services: Services, caller: Caller) -> BudgetOut:
    """The shop's budget as it is shown."""
    with services.database.read() as tables:
        found = budget(tables, caller.shop, services.clock())
    known = found or Budget.cautious()
    return BudgetOut(
        known=found is not None and found.heard_at is not None,
        per_second=known.per_second,
        per_day=known.per_day,
        left_today=known.left_today,
        parked_until=known.parked_until,
        heard_at=known.heard_at,
    )


def _finish(services: Services, caller: Caller, address: str) -> None:
    app, fernet = etsy_app(services.settings), services.secret.fernet("etsy")
    who = _asker(caller)
    connection.finish(services.database, caller.shop, app, address, fernet, services.clock(), asked_by=who)
    with services.etsy_desk(caller.shop) as desk:
        made = note_own_shop(desk)
    with services.database.write() as tables:
        now = services.clock()
        audit.record(tables, caller.shop.id, caller.actor, "etsy_connected", now, subject=made.name)


def _asker(caller: Caller) -> str:
    return f"{caller.actor.kind}:{caller.actor.id}"


def _shown(request: Request, services: Services, caller: Caller, *, told: bool = True) -> EtsyConnectionOut:
    with services.database.read() as tables:
        found = connection.find_connection(tables, caller.shop)
    own, redirect = own_origin(request, services) + _CALLBACK, services.settings.etsy_redirect
    trouble = _trouble(found)
    app, wrong = _app(services)
    last = etsy_return.read(request, services, caller.shop.id) if told else None
    return EtsyConnectionOut(
        connected=found is not None and trouble is None and app is not None,
        shop=None if found is None or not found.whole else _etsy_shop(services, found),
        since=None if found is None else found.connected_at,
        renewed_at=None if found is None else found.refreshed_at,
        scopes=[] if found is None else list(found.scopes),
        missing_scopes=[] if found is None else list(found.missing_scopes),
        can_delete_drafts=found is not None and "listings_d" in found.scopes,
        reconnect=trouble,
        app=wrong,
        redirect=redirect,
        own_redirect=own,
        comes_back=own == redirect,
        last_problem=None if last is None else EtsyProblem(code=last.code, message=last.message, remedy=last.remedy),
        trademark=TRADEMARK,
    )


def _trouble(found: EtsyConnection | None) -> EtsyProblem | None:
    if found is None:
        return None
    if found.broken:
        return EtsyProblem(code="etsy_reconnect", message=found.broken, remedy="Connect the shop again.")
    if not found.whole:
        words = "Connecting was cut off before Etsy had said which shop it is."
        return EtsyProblem(code="etsy_half_connected", message=words, remedy="Connect the shop again.")
    return None


def _app(services: Services) -> tuple[App | None, EtsyProblem | None]:
    try:
        return etsy_app(services.settings), None
    except UsageError as error:
        return None, EtsyProblem(code=error.code, message=error.message, remedy=error.remedy)


def _etsy_shop(services: Services, found: EtsyConnection) -> EtsyShopOut:
    site = services.settings.etsy_site.rstrip("/")
    return EtsyShopOut(id=found.etsy_shop_id, name=found.name, currency=found.currency, url=f"{site}/shop/{found.name}")
