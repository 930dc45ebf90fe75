"""What drafts would need: planned, looked at, edited in place. Nothing is sent to Etsy."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from printdock.api.addresses import Addresses, AddressesIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key, Line
from printdock.api.plan_shown import ListingLimits, PlanRow, PlanView
from printdock.api.problems import declared
from printdock.api.routes.etsy import BudgetOut, budget_of
from printdock.api.state import ServicesIn
from printdock.designs.catalog import one_design
from printdock.errors import EtsyReconnect, UsageError
from printdock.listings import edits as edited
from printdock.listings import templates
from printdock.listings.calls import calls_for
from printdock.listings.desk import Desk
from printdock.listings.directory import load_directory
from printdock.listings.pace import SHARE
from printdock.listings.plan import Action, Planned
from printdock.listings.shared import load_shared_pictures
from printdock.listings.template import Amount, Text
from printdock.listings.template import Line as TemplateLine
from printdock.listings.templates import StoredTemplate
from printdock.wiring import Services

router = APIRouter(tags=["listings"])

#: Most designs that one request names; most of them that are compared with Etsy while somebody waits: two calls each.
MOST_DESIGNS, MOST_LOOKED_AT = 10_000, 50

Numbers = Annotated[
    list[Annotated[int, Field(ge=0, le=2_147_483_647)]],
    Field(min_length=1, max_length=MOST_DESIGNS, description="Numbers of the product's print files", examples=[[906]]),
]
Designs = Annotated[list[UUID], Field(min_length=1, max_length=MOST_DESIGNS, description="Ids of designs")]


class Chosen(BaseModel):
    """Designs under a listing template. Without `designs` and `numbers`: all of its product."""

    template: Line = Field(description="Name of a listing template", examples=["Cup wraps"])
    designs: Designs | None = None
    numbers: Numbers | None = None


class PlanIn(Chosen):
    """What is to be planned."""

    overwrite: bool = Field(default=False, description="As if what was changed by hand at Etsy were changed, too")
    look: bool = Field(
        default=False,
        description=f"Compare with the listings as they are at Etsy now; for at most {MOST_LOOKED_AT} designs",
    )
    after: int | None = Field(default=None, ge=0, description="Rows from the number after this one on", examples=[None])
    limit: int = Field(default=100, ge=1, le=500, description="Most rows of the answer; the counts are of all")


class PlanOut(BaseModel):
    """What drafts of the chosen designs would need."""

    template: int = Field(description="Id of the listing template", examples=[1])
    rows: list[PlanRow] = Field(description="By number")
    next: int | None = Field(description="`after` of the next rows; null on the last ones")
    total: int = Field(description="Designs in all", examples=[12])
    actions: dict[Action, int] = Field(description="How many of each", examples=[{"create": 10, "refused": 2}])
    calls: int = Field(description="Calls to Etsy that all of it takes when nothing goes wrong", examples=[100])
    seconds: float = Field(description="What these take at the pace that Etsy allows", examples=[22.2])
    enough: bool | None = Field(description="Whether today's calls suffice; null where Etsy has not said how many")
    budget: BudgetOut
    limits: ListingLimits


class EditsIn(BaseModel):
    """What is to be set for a design; null takes a field back to the template's; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Text | None = Field(default=None, examples=["UV {number} | Fox in fog, hand drawn"])
    description: Text | None = None
    tags: list[TemplateLine] | None = Field(default=None, max_length=100, examples=[["cup wrap", "fox"]])
    materials: list[TemplateLine] | None = Field(default=None, max_length=100)
    styles: list[TemplateLine] | None = Field(default=None, max_length=100)
    alt_text: Text | None = Field(default=None, description="Of all its mockups")
    alt_texts: dict[TemplateLine, Text | None] | None = Field(
        default=None, max_length=100, description="Of single mockups, by their file names"
    )
    sku: TemplateLine | None = None
    price: Amount | None = Field(default=None, examples=["4.00"])
    quantity: int | None = Field(default=None, ge=0, lt=2**31)
    category: TemplateLine | None = None
    section: TemplateLine | None = None
    shipping_profile: TemplateLine | None = None
    return_policy: TemplateLine | None = None
    processing_profile: TemplateLine | None = None
    mockup_sets: list[TemplateLine] | None = Field(default=None, max_length=200)

    def changes(self) -> dict[str, Any]:
        """What was given, as plain data."""
        given = self.model_dump(exclude_unset=True)
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in given.items()}


class EditsOut(BaseModel):
    """What is set for a design, and what comes of it."""

    edits: dict[str, Any] = Field(examples=[{"price": "4.00"}])
    row: PlanRow | None = Field(description="The design's row of the plan; null where no shop is connected")


@router.post("/listings/plan", responses=declared(404, 409, 502))
def plan_listings(
    body: PlanIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> PlanOut:
    """What would be made or changed at Etsy, and every problem in its field. Sends nothing."""
    with services.etsy_desk(caller.shop) as desk:
        stored, planned = _planned(services, desk, body)
        shown = [one for one in planned if body.after is None or one.subject.number > body.after]
        here = shown[: body.limit]
        view = _view(services, desk, stored, addresses, caller)
    budget, calls = budget_of(services, caller), calls_for(planned)
    left = 0 if budget.parked_until else budget.left_today
    return PlanOut(
        template=stored.id,
        rows=[view.row(one) for one in here],
        next=here[-1].subject.number if len(shown) > len(here) else None,
        total=len(planned),
        actions=dict(Counter(one.action for one in planned)),
        calls=calls,
        seconds=round(calls / (budget.per_second * SHARE), 1),
        enough=None if left is None else calls <= left,
        budget=budget,
        limits=ListingLimits(),
    )


@router.get("/listing-templates/{listing_template}/edits/{design}", responses=declared(404))
def show_listing_edits(
    listing_template: Key,
    design: UUID,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
) -> EditsOut:
    """What is set for a design in place of what the template says."""
    stored = _checked(services, caller, listing_template, design)
    return _edits(services, caller, stored, design, addresses)


@router.patch("/listing-templates/{listing_template}/edits/{design}", responses=declared(404))
def change_listing_edits(
    listing_template: Key,
    design: UUID,
    body: EditsIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
) -> EditsOut:
    """Edit a draft in place: kept for this design, in all plans and drafts from now on. Placeholders work here, too."""
    stored = _checked(services, caller, listing_template, design)
    with services.database.write() as connection:
        key = (stored.id, stored.template)
        edited.change_edits(connection, caller.shop, key, design, body.changes(), services.clock())
    return _edits(services, caller, stored, design, addresses)


@router.delete("/listing-templates/{listing_template}/edits/{design}", status_code=204, responses=declared(404))
def remove_listing_edits(
    listing_template: Key, design: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> Response:
    """Everything is as the template says again. Repeatable."""
    stored = _checked(services, caller, listing_template, design)
    with services.database.write() as connection:
        edited.remove_edits(connection, caller.shop, stored.id, design)
    return Response(status_code=204)


def _planned(services: Services, desk: Desk, body: PlanIn) -> tuple[StoredTemplate, list[Planned]]:
    if body.look and len(body.designs or ()) + len(body.numbers or ()) not in range(1, MOST_LOOKED_AT + 1):
        raise UsageError(
            f"At most {MOST_LOOKED_AT} designs are compared with Etsy at a time.",
            code="too_many_to_look_at",
            remedy="Name fewer, or leave out look.",
        )
    return services.draft_plan(
        desk,
        body.template,
        numbers=body.numbers,
        designs=body.designs,
        overwrite=body.overwrite,
        look=body.look,
        ask=body.look,
    )


def _view(services: Services, desk: Desk, stored: StoredTemplate, addresses: Addresses, caller: Caller) -> PlanView:
    template = stored.template
    shared = load_shared_pictures(desk.storage, desk.shop, template.shared_pictures)
    return PlanView(
        template,
        load_directory(desk),
        desk.connected.currency,
        caller.shop.id,
        addresses,
        services.settings.etsy_site,
        {name: (one.width, one.height) for name, one in shared.items()},
    )


def _checked(services: Services, caller: Caller, listing_template: int, design: UUID) -> StoredTemplate:
    """The template, and that there is such a design."""
    with services.database.read() as connection:
        stored = templates.listing_template_by_id(connection, caller.shop, listing_template)
        one_design(connection, caller.shop, design)
    return stored


def _edits(services: Services, caller: Caller, stored: StoredTemplate, design: UUID, addresses: Addresses) -> EditsOut:
    with services.database.read() as connection:
        found = edited.find_edits(connection, caller.shop, stored.id, [design]).get(design)
    return EditsOut(edits=found.as_dict() if found else {}, row=_row(services, caller, stored, design, addresses))


def _row(
    services: Services, caller: Caller, stored: StoredTemplate, design: UUID, addresses: Addresses
) -> PlanRow | None:
    try:
        with services.etsy_desk(caller.shop) as desk:
            _stored, planned = services.draft_plan(desk, stored.template.name, designs=[design], ask=False)
            view = _view(services, desk, stored, addresses, caller)
    except EtsyReconnect:
        return None
    return view.row(planned[0])
