"""The part of ``printdock demo`` that makes drafts: at a stand-in for Etsy in this process, which fails now and then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from printdock.cli.common import console, shown
from printdock.cli.drafts import show_change
from printdock.cli.etsy import TRADEMARK

if TYPE_CHECKING:
    from printdock.demo.etsy import FakeEtsy
    from printdock.listings.desk import Desk
    from printdock.listings.plan import Planned
    from printdock.wiring import Services

#: Everything it names is in the stand-in's shop.
TEMPLATE: dict[str, Any] = {
    "name": "Cup wraps", "title": "{prefix} {number} | {design}, UV DTF cup wrap for 16oz glass cans",
    "description": "{design} on a ready-to-apply UV DTF wrap.\n\nIt fits 16oz glass cans.",
    "tags": ["uv dtf", "cup wrap", "glass can"], "materials": ["vinyl"], "alt_text": "{design} on a {picture}",
    "sku": "UV-{number:05d}", "price": "3.50", "quantity": 25, "category": "Tumblers & Water Glasses",
    "section": "Cup wraps", "shipping_profile": "Standard", "return_policy": "no returns",
    "processing_profile": "ready_to_ship 1-2 days",
}  # fmt: skip


def show_drafts(services: Services, product: str) -> None:
    """Drafts of the designs that have mockups, although answers get lost; then a change, and the way back."""
    from printdock.demo.etsy import FakeEtsy, Limits
    from printdock.listings.connection import disconnect

    console.print("\n[bold]Drafts at Etsy[/], here at a stand-in on this machine: nothing leaves it.", highlight=False)
    console.print(f"[dim]{TRADEMARK}[/]\n", highlight=False)
    with FakeEtsy(Limits(per_second=100)) as etsy:
        shop = etsy.world.add_shop("RosePrints")
        connected = _connected(services, etsy)
        with connected.etsy_desk(connected.shop()) as desk:
            _create(connected, desk, etsy, product)
            _change(connected, desk, product)
        _show_shop(etsy, len(etsy.world.drafts(shop)))
        own = connected.shop()
        with services.database.write() as tables:
            disconnect(tables, own)  # the stand-in ends here


def _connected(services: Services, etsy: FakeEtsy) -> Services:
    """The same services, connected to the stand-in, as a seller's browser would do it."""
    import httpx
    from pydantic import SecretStr

    from printdock.listings import connection
    from printdock.wiring import etsy_app

    told = {
        "etsy_keystring": SecretStr(etsy.world.keystring), "etsy_shared_secret": SecretStr(etsy.world.shared_secret),
        "etsy_api": etsy.api, "etsy_site": etsy.api,
    }  # fmt: skip
    found = replace(services, settings=services.settings.model_copy(update=told))
    shop, app, fernet = found.shop(), etsy_app(found.settings), found.secret.fernet("etsy")
    url = connection.begin(found.database, shop, app, found.settings.etsy_redirect, fernet, found.clock())
    landed = httpx.get(url).headers["location"]
    connection.finish(found.database, shop, app, landed, fernet, found.clock())
    with found.etsy_desk(shop) as desk:
        at_etsy = desk.etsy.shop(desk.etsy.me().shop_id)
    with found.database.write() as tables:
        connection.note_shop(tables, shop, at_etsy)
    return found


def _create(services: Services, desk: Desk, etsy: FakeEtsy, product: str) -> None:
    from printdock.demo.etsy import Fault

    _save(services, desk, product, {})
    planned = _plan(services, desk)
    etsy.faults.plan(Fault.COMMIT_THEN_DROP, "createDraftListing")
    etsy.faults.plan(Fault.COMMIT_THEN_500, "uploadListingImage", skip=1)
    etsy.faults.plan(Fault.TOO_MANY, "updateListing")
    for entry in _make(desk, services, planned):
        words = f": {shown(entry['notes'][0], 200)}" if entry.get("notes") else ""
        console.print(f"  {entry['outcome']} listing {entry.get('etsy_listing', '')}{words}", highlight=False)


def _change(services: Services, desk: Desk, product: str) -> None:
    """A template that says something else changes only that."""
    from printdock.listings.work import undo_last

    _save(services, desk, product, {"tags": ["uv dtf", "cup wrap", "gift for her"]})
    planned = _plan(services, desk)
    if not planned:
        return
    console.print("\nThe template got other tags. `printdock listings plan` says:", highlight=False)
    for change in planned[0].changes:
        show_change(change)
    made = _make(desk, services, planned[:1])
    restored = undo_last(desk, UUID(made[0]["listing"]))
    console.print(f"Changed one, and undid it: {', '.join(restored)}", highlight=False)


def _save(services: Services, desk: Desk, product: str, changes: dict[str, Any]) -> None:
    from printdock.listings.template import listing_template
    from printdock.listings.templates import save_listing_template

    with services.database.write() as connection:
        template = listing_template({**TEMPLATE, "product": product, **changes})
        save_listing_template(connection, desk.shop, template, services.clock())


def _plan(services: Services, desk: Desk) -> list[Planned]:
    """What there is to do; designs without mockups are refused, and left out. Drafts of an earlier demo are gone."""
    from printdock.listings.plan import begin_gone_again

    _stored, planned = services.draft_plan(desk, TEMPLATE["name"], look=True)
    if begin_gone_again(desk, planned):
        _stored, planned = services.draft_plan(desk, TEMPLATE["name"])
    return [one for one in planned if one.works]


def _make(desk: Desk, services: Services, planned: list[Planned]) -> list[dict[str, Any]]:
    from printdock.listings.batch import Options, make_drafts
    from printdock.listings.plan import enter_all
    from printdock.listings.templates import get_listing_template

    with services.database.write() as connection:
        stored = get_listing_template(connection, desk.shop, TEMPLATE["name"])
        keys = enter_all(desk, connection, stored, planned)
    return make_drafts(desk, keys, Options(), lambda entry: None)


def _show_shop(etsy: FakeEtsy, drafts: int) -> None:
    pictures = sum(len(listing.images) for listing in etsy.world.listings.values())
    lost = sum(etsy.faults.met.values())
    calls = sum(etsy.arrived.values())
    console.print(
        f"The stand-in has {drafts} drafts with {pictures} pictures; {lost} of {calls} calls went wrong.",
        highlight=False,
    )
