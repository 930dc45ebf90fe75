"""Listing templates: what the drafts of a product say. One by one, or all as a spreadsheet."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from printdock.accounts import audit
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import UsageError
from printdock.listings import templates
from printdock.listings.spreadsheet import read_templates, write_templates
from printdock.listings.template import ListingTemplate
from printdock.listings.templates import StoredTemplate

router = APIRouter(prefix="/listing-templates", tags=["listings"])

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_LIST: dict[str, Any] = {
    "schema": {
        "type": "array",
        "items": {"$ref": "#/components/schemas/ListingTemplate"},
        "examples": [[{"name": "Cup wraps", "title": "{prefix} {number} | {design} cup wrap", "price": "3.50"}]],
    }
}
_TABLE = {"requestBody": {"required": True, "content": {"text/csv": _TEXT, "application/json": _LIST}}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"description": "The table", "content": {"text/csv": _TEXT}}}


class ListingTemplateOut(ListingTemplate):
    """A listing template of the shop."""

    id: int = Field(examples=[1])
    drafts: int = Field(description="Made or begun from it; while there are any, it cannot be removed", examples=[12])


class ListingTemplateList(BaseModel):
    """Every listing template of the shop, by name."""

    items: list[ListingTemplateOut]


class ListingTemplatesImported(BaseModel):
    """What a table held: all of it was taken in, or nothing."""

    imported: list[str] = Field(description="Names", examples=[["Cup wraps"]])


async def text_sent(request: Request) -> str:
    """The body as text. Raises `UsageError`."""
    try:
        return (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("The text is not UTF-8.", code="not_text", remedy="Save it as UTF-8.") from error


TextIn = Annotated[str, Depends(text_sent)]


@router.get("")
def list_listing_templates(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> ListingTemplateList:
    """The shop's listing templates by name."""
    with services.database.read() as connection:
        found = templates.list_listing_templates(connection, caller.shop)
        drafts = templates.count_drafts(connection, caller.shop)
    return ListingTemplateList(items=[_shown(one, drafts.get(one.id, 0)) for one in found])


@router.post("", status_code=201, responses=declared(409))
def create_listing_template(
    body: ListingTemplate, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> ListingTemplateOut:
    """Add a listing template. Etsy's rules are looked at by the plan, design by design."""
    now = services.clock()
    with services.database.write() as connection:
        made = templates.add_listing_template(connection, caller.shop, body, now)
        audit.record(connection, caller.shop.id, caller.actor, "listing_template_made", now, subject=body.name)
    return _shown(made, 0)


@router.post("/import", openapi_extra=_TABLE)
def import_listing_templates(
    text: TextIn, request: Request, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> ListingTemplatesImported:
    """Add listing templates from a table (CSV with a header row, or JSON), or replace those of the same names."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    read, now = read_templates(text, is_json=is_json), services.clock()
    names = [one.name for one in read]
    with services.database.write() as connection:
        for one in read:
            templates.save_listing_template(connection, caller.shop, one, now)
        said = {"names": names[:50], "count": len(names)}
        audit.record(connection, caller.shop.id, caller.actor, "listing_templates_imported", now, data=said)
    return ListingTemplatesImported(imported=names)


@router.get("/export.csv", responses=_CSV, response_class=Response)
def export_listing_templates(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> Response:
    """All listing templates as a table that any spreadsheet opens, and import takes back."""
    with services.database.read() as connection:
        found = [one.template for one in templates.list_listing_templates(connection, caller.shop)]
    headers = {"Content-Disposition": 'attachment; filename="listing-templates.csv"'}
    return Response(write_templates(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{listing_template}", responses=declared(404))
def show_listing_template(
    listing_template: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]
) -> ListingTemplateOut:
    """One listing template."""
    with services.database.read() as connection:
        found = templates.listing_template_by_id(connection, caller.shop, listing_template)
        drafts = templates.count_drafts(connection, caller.shop)
    return _shown(found, drafts.get(found.id, 0))


@router.put("/{listing_template}", responses=declared(404, 409))
def replace_listing_template(
    listing_template: Key,
    body: ListingTemplate,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
) -> ListingTemplateOut:
    """Replace all of it, its name included. Drafts that were made from it differ from then on: the plan says how."""
    now = services.clock()
    with services.database.write() as connection:
        made = templates.change_listing_template(connection, caller.shop, listing_template, body, now)
        drafts = templates.count_drafts(connection, caller.shop)
        audit.record(connection, caller.shop.id, caller.actor, "listing_template_changed", now, subject=body.name)
    return _shown(made, drafts.get(made.id, 0))


@router.delete("/{listing_template}", status_code=204, responses=declared(404, 409))
def remove_listing_template(
    listing_template: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)]
) -> Response:
    """Remove one that no draft was made from."""
    now = services.clock()
    with services.database.write() as connection:
        found = templates.listing_template_by_id(connection, caller.shop, listing_template)
        templates.remove_listing_template(connection, caller.shop, found.template.name)
        name = found.template.name
        audit.record(connection, caller.shop.id, caller.actor, "listing_template_removed", now, subject=name)
    return Response(status_code=204)


def _shown(stored: StoredTemplate, drafts: int) -> ListingTemplateOut:
    return ListingTemplateOut(**stored.template.model_dump(), id=stored.id, drafts=drafts)
