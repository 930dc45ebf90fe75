"""What goes otherwise than planned with drafts: a run is cancelled, the day's calls are used up, Etsy ends the connection."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from printdock.demo.etsy import FakeEtsy
from printdock.demo.etsy.faults import Fault
from printdock.demo.etsy.world import Listing
from printdock.settings import load
from printdock.wiring import open_services
from tests.browser.site import Site
from tests.browser.test_listings import PRODUCT, connect, etsy, looks_well, site
from tests.listings.goods import TEMPLATE, stock
from tests.services.serving import PATIENCE
from tests.services.ssh import wait_for

__all__ = ["etsy", "site"]

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def ready(signed_in: Page, site: Site) -> Page:
    """A connected shop with a listing template and two designs, at its plan."""
    connect(signed_in)
    with site.owner() as owner:
        owner.post("/api/v1/listing-templates", json=TEMPLATE).raise_for_status()
    signed_in.goto("/listings/new?template=1")
    return signed_in


def more(site: Site, numbers: range) -> None:
    """Further designs with a mockup each, while the server runs."""
    with open_services(load(site.home)) as services:
        product = services.template(PRODUCT, services.shop())
        with services.database.write() as connection:
            stock(connection, services.storage, product, numbers, 1)


def drafts(etsy: FakeEtsy) -> list[Listing]:
    return etsy.world.drafts(next(iter(etsy.world.shops.values())))


def test_a_cancelled_run_stops_between_drafts_and_the_rest_is_made_later(
    ready: Page, site: Site, etsy: FakeEtsy
) -> None:
    page = ready
    more(site, range(102, 110))
    page.reload()
    etsy.faults.slow_s = 4.0
    etsy.faults.plan(Fault.COMMIT_THEN_SLOW, "createDraftListing", times=10)
    page.get_by_role("button", name="Create 10 drafts").click()
    expect(page.get_by_role("heading", name="Making drafts")).to_be_visible()
    wait_for(lambda: etsy.count("createDraftListing") > 0, "the first draft to be sent", PATIENCE)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled: what was made stays.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert 1 <= len(drafts(etsy)) < 10

    etsy.faults.clear()
    page.goto("/listings/new?template=1")
    page.get_by_role("button", name=re.compile(r"^(Create|Update) ")).click()
    expect(page.get_by_role("heading", name="Drafts made")).to_be_visible()
    expect(page.get_by_text("All is done.")).to_be_visible()
    titles = [f"UV {number} | Design {number} cup wrap" for number in range(100, 110)]
    assert sorted(one.fields["title"] for one in drafts(etsy)) == titles


def test_a_used_up_day_says_when_it_goes_on(ready: Page, etsy: FakeEtsy) -> None:
    page = ready
    etsy.faults.tired_s = 3600
    etsy.faults.plan(Fault.TIRED, "createDraftListing", skip=1)
    page.get_by_role("button", name="Create 2 drafts").click()
    expect(page.get_by_text("The calls of the day are used up. It goes on by itself at")).to_be_visible()
    expect(page.get_by_role("heading", name="Drafts wait for Etsy")).to_be_visible()
    expect(page.get_by_text(re.compile("[12] waiting"))).to_be_visible()
    expect(page.get_by_role("list", name="Drafts")).to_contain_text("next try in")
    looks_well(page, page.url)
    page.goto("/listings/new?template=1")
    made = page.get_by_role("toolbar", name="Make the drafts")
    expect(made).to_contain_text("Today's calls are used up. What you start now goes on by itself at")
    page.goto("/settings/etsy")
    told = page.get_by_role("region", name="The connection")
    expect(told).to_contain_text(re.compile(r"0 of [\d,]+ calls are left today"))
    expect(told).to_contain_text("It goes on at")
    assert len(drafts(etsy)) == 1


def test_a_connection_that_etsy_ended_is_made_again(ready: Page, etsy: FakeEtsy) -> None:
    page = ready
    shop = next(iter(etsy.world.shops.values()))
    expect(page.get_by_role("button", name="Create 2 drafts")).to_be_visible()  # what it asks of Etsy is answered
    page.goto("/settings/etsy")
    told = page.get_by_role("region", name="The connection")
    check = told.get_by_role("button", name="Check it")
    expect(check).to_be_visible()
    etsy.tokens.forget(shop.user_id)  # what a changed password does
    check.click()
    expect(told.get_by_text("Ended", exact=True)).to_be_visible()
    expect(told.get_by_role("alert").first).to_contain_text("Connect")
    looks_well(page, page.url)
    page.goto("/listings/new")
    expect(page.get_by_role("heading", name="The connection to Etsy has ended")).to_be_visible()
    page.get_by_role("link", name="Connect again").click()
    page.get_by_label("This server's: the browser comes back by itself").check()
    page.get_by_role("button", name="Connect Etsy").click()
    expect(told.get_by_text("Connected", exact=True)).to_be_visible()
    page.goto("/listings/new?template=1")
    page.get_by_role("button", name="Create 2 drafts").click()
    expect(page.get_by_text("2 made")).to_be_visible()
    assert len(drafts(etsy)) == 2
