"""Rendered mockups, and rendering more of them in the background."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from printdock.api.addresses import AddressesIn
from printdock.api.background import BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key, Line
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.routes.jobs import JobOut
from printdock.api.shown import MockupOut
from printdock.api.state import ServicesIn
from printdock.errors import NotFound
from printdock.jobs import records
from printdock.jobs.kinds import new_job
from printdock.mockups.ledger import mockup_by_id, page_of_mockups

router = APIRouter(prefix="/mockups", tags=["mockups"])

#: Most designs that one request names; all of a template are asked for by naming none.
_MOST = 10_000


class RenderIn(BaseModel):
    """What is to be rendered. Without `designs` and `numbers`: all of the template's designs."""

    set: Line = Field(description="Name of a mockup set", examples=["Mug 11oz"])
    template: Line | None = Field(
        default=None, description="The product; the set's own when not given", examples=[None]
    )
    designs: list[UUID] | None = Field(default=None, min_length=1, max_length=_MOST, description="Ids of designs")
    numbers: list[Annotated[int, Field(ge=0, le=2_147_483_647)]] | None = Field(
        default=None,
        min_length=1,
        max_length=_MOST,
        description="Numbers of the template's print files",
        examples=[[906]],
    )
    colours: list[Line] | None = Field(default=None, min_length=1, max_length=200, description="Only these colours")
    sample: int | None = Field(default=None, ge=1, le=1_000_000, description="Only the first so many, for approval")
    force: bool = Field(default=False, description="Render again what is there; replace files of other origin")


@router.get("")
def list_mockups(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
    paging: PagingIn,
    design: Annotated[UUID | None, Query(description="Only of this design")] = None,
    mockup_set: Annotated[Line | None, Query(alias="set", description="Only of the set of this name")] = None,
    template: Annotated[Key | None, Query(description="Only of this template")] = None,
    number: Annotated[
        int | None, Query(ge=0, le=2_147_483_647, description="Only of print files of this number")
    ] = None,
) -> Page[MockupOut]:
    """Rendered mockups, newest first."""
    after = paging.after(UUID)
    with services.database.read() as connection:
        rows = page_of_mockups(
            connection,
            caller.shop,
            design=design,
            set_name=mockup_set,
            template_id=template,
            number=number,
            before=None if after is None else after[0],
            limit=paging.limit + 1,
        )
    return Page[MockupOut](
        **page_of(rows, paging, lambda row: MockupOut.of(row, caller.shop.id, addresses), lambda row: (row.id,))
    )


@router.get("/{mockup}", responses=declared(404))
def show_mockup(
    mockup: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> MockupOut:
    """One rendered mockup."""
    with services.database.read() as connection:
        row = mockup_by_id(connection, caller.shop, mockup)
    if row is None:
        raise NotFound("The shop has no such mockup.", code="unknown_mockup")
    return MockupOut.of(row, caller.shop.id, addresses)


@router.post("", status_code=202, responses=declared(404))
def render_mockups(
    body: RenderIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Render in the background: only what is not there already, unless forced. Answers the job: follow it there."""
    job = new_job("render_mockups", body.model_dump(mode="json"))
    # Names are looked up now, so that a mistyped one is answered here and not by a job that fails. Designs are
    # looked up by the job, however many they are.
    services.mockup_set(caller.shop, body.set, body.template)
    with services.database.write() as connection:
        key = records.enqueue(connection, caller.shop.id, job)
    background.wake(job.priority)
    with services.database.read() as connection:
        return JobOut.of(records.find(connection, caller.shop.id, key))
