"""From a shop that knows nothing of Etsy to drafts there and back, in a real browser, against the stand-in for Etsy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from printdock.cli.etsy import TRADEMARK
from printdock.demo.etsy import FakeEtsy, Limits
from printdock.settings import load
from printdock.wiring import open_services
from tests.browser.site import Site
from tests.browser.test_accessible import look_at
from tests.listings.goods import stock

pytestmark = pytest.mark.xdist_group("browser")

PRODUCT = "UVDTF 16oz"


@pytest.fixture
def etsy() -> Iterator[FakeEtsy]:
    with FakeEtsy(Limits(per_second=1000, per_day=50_000)) as standing_in:
        standing_in.world.add_shop("RosePrints")
        yield standing_in


@pytest.fixture
def site(tmp_path: Path, etsy: FakeEtsy) -> Iterator[Site]:
    """Two designs with mockups; the settings name an app at the stand-in, which knows this server's callback."""
    site = Site(tmp_path / "home")
    etsy.world.redirects.add(f"{site.address}/api/v1/etsy/callback")
    told = {
        "ETSY_KEYSTRING": etsy.world.keystring, "ETSY_SHARED_SECRET": etsy.world.shared_secret,
        "ETSY_API": etsy.api, "ETSY_SITE": etsy.api,
    }  # fmt: skip
    lines = "".join(f'{name} = "{value}"\n' for name, value in told.items())
    (site.home / "settings.toml").write_text(lines, encoding="utf-8")
    with open_services(load(site.home)) as services:
        product = services.template(PRODUCT, services.shop())
        with services.database.write() as connection:
            stock(connection, services.storage, product, range(100, 102), 2)
    with site:
        yield site


def test_from_connecting_to_drafts_and_back(signed_in: Page, etsy: FakeEtsy) -> None:
    page = signed_in
    connect(page)
    make_template(page)
    page.get_by_role("link", name="Plan drafts with it").click()
    page.wait_for_url("**/listings/new?template=1")
    looks_well(page, page.url)
    mend(page)
    make(page)
    drafts = etsy.world.drafts(next(iter(etsy.world.shops.values())))
    assert sorted(one.fields["title"] for one in drafts) == ["Design 100 | UV 100", "Fox in fog | UV 101"]
    fox = next(one for one in drafts if one.fields["title"].startswith("Fox"))
    (product,) = fox.inventory
    assert product["sku"] == "FOX-101"
    assert product["offerings"][0]["quantity"] == 7
    take_back(page)
    looks_well(page, "/listings")
    assert etsy.world.drafts(next(iter(etsy.world.shops.values()))) == []


def looks_well(page: Page, address: str) -> None:
    """axe finds nothing serious, on a phone in the dark and on a desk in the light."""
    for scheme, width in (("dark", 375), ("light", 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert look_at(page, scheme, address) == []


def connect(page: Page) -> None:
    page.goto("/listings/new")
    page.get_by_role("link", name="Connect Etsy").click()
    expect(page.get_by_text(TRADEMARK)).to_be_visible()
    page.get_by_label("This server's: the browser comes back by itself").check()
    page.get_by_role("button", name="Connect Etsy").click()
    expect(page.get_by_role("region", name="The connection").get_by_text("RosePrints")).to_be_visible()
    expect(page.get_by_text("The shop is connected to RosePrints at Etsy.")).to_be_visible()


def make_template(page: Page) -> None:
    """What the stand-in's shop has is chosen, not typed."""
    page.goto("/listings/templates/new")
    page.get_by_label("Name", exact=True).fill("Cup wraps")
    choose(page, "Product", PRODUCT)
    page.get_by_label("Title", exact=True).fill("{design} | {prefix} {number}")
    page.get_by_label("Description", exact=True).fill("{design}, for 16oz cups.")
    page.get_by_role("textbox", name="Tags", exact=True).fill("cup wrap, a tag much too long for Etsy")
    page.get_by_label("Price", exact=True).fill("3.50")
    page.get_by_label("Quantity", exact=True).fill("5")
    page.get_by_role("combobox", name="Category", exact=True).fill("water glasses")
    page.get_by_role("option", name="Tumblers & Water Glasses").click()
    choose(page, "Shipping profile", "Standard")
    choose(page, "Processing profile", "ready_to_ship 1-2 days")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Cup wraps", exact=True)).to_be_visible()


def choose(page: Page, label: str, name: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=name, exact=True).click()


def row_of(page: Page, number: int) -> Locator:
    return page.get_by_role("list", name="Plan").get_by_role("listitem", name=f"No. {number}")


def mend(page: Page) -> None:
    """Each problem stands in its cell, and is mended there."""
    create = page.get_by_role("button", name="Nothing to make")
    expect(create).to_be_disabled()
    leave_out(page, 100)
    tags = row_of(page, 100).locator("[data-cell=tags]")
    tags.get_by_role("button", name="Change the tags of No. 100").click()
    tags.get_by_role("button", name="As the template has it").click()
    leave_out(page, 100)
    leave_out(page, 101)
    title = row_of(page, 101).locator("[data-cell=title]")
    title.get_by_role("button", name="Change the title of No. 101").click()
    title.get_by_role("textbox").fill("Fox in fog | UV {number}")
    page.keyboard.press("Enter")
    expect(title.get_by_text("Fox in fog")).to_be_visible()
    sale(page, 101)
    page.get_by_role("button", name="Preview No. 101").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Fox in fog | UV 101")).to_be_visible()
    expect(drawer.get_by_text("$3.50")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def sale(page: Page, number: int) -> None:
    """Quantity, SKU and category of one design, in place of the template's; a bad one says so where it stands."""
    row = row_of(page, number)
    cells = {name: row.locator(f"[data-cell={name}]") for name in ("quantity", "sku", "category")}
    cells["quantity"].get_by_role("button", name=f"Change the quantity of No. {number}").click()
    cells["quantity"].get_by_role("textbox").fill("1000")
    page.keyboard.press("Enter")
    expect(cells["quantity"].locator("[data-code]")).to_contain_text("999")
    cells["quantity"].get_by_role("button", name=f"Change the quantity of No. {number}").click()
    cells["quantity"].get_by_role("textbox").fill("7")
    page.keyboard.press("Enter")
    expect(cells["quantity"].get_by_text("7 in stock")).to_be_visible()
    expect(cells["quantity"].locator("[data-code]")).to_have_count(0)

    cells["sku"].get_by_role("button", name=f"Change the SKU of No. {number}").click()
    cells["sku"].get_by_role("textbox").fill("a code that has more than 32 characters")
    page.keyboard.press("Enter")
    expect(cells["sku"].locator("[data-code]")).to_contain_text("32 are allowed")
    cells["sku"].get_by_role("button", name=f"Change the SKU of No. {number}").click()
    cells["sku"].get_by_role("textbox").fill("FOX-{number}")
    page.keyboard.press("Enter")
    expect(cells["sku"].get_by_text(f"FOX-{number}")).to_be_visible()

    cells["category"].get_by_role("button", name=f"Change the category of No. {number}").click()
    cells["category"].get_by_role("combobox").fill("mugs")
    page.get_by_role("option", name="Mugs").first.click()
    cells["category"].get_by_role("button", name="Save").click()
    expect(cells["category"].get_by_text("Mugs", exact=True)).to_be_visible()


def leave_out(page: Page, number: int) -> None:
    """The tag that is too long."""
    tags = row_of(page, number).locator("[data-cell=tags]")
    expect(tags.locator("[data-code=tag_long]")).to_contain_text("20 are allowed")
    tags.get_by_role("button", name=f"Change the tags of No. {number}").click()
    tags.get_by_role("button", name="Leave out a tag much too long for Etsy").click()
    tags.get_by_role("button", name="Save").click()
    expect(tags.locator("[data-code]")).to_have_count(0)


def make(page: Page) -> None:
    expect(page.get_by_role("toolbar", name="Make the drafts")).to_contain_text("calls to Etsy")
    page.get_by_role("button", name="Create 2 drafts").click()
    expect(page.get_by_role("heading", name="Drafts made")).to_be_visible()
    expect(page.get_by_text("2 made")).to_be_visible()
    links = page.get_by_role("list", name="Drafts").get_by_role("link", name="at Etsy")
    expect(links).to_have_count(2)


def take_back(page: Page) -> None:
    page.get_by_role("button", name="Undo: delete these drafts").click()
    page.get_by_role("button", name="Delete at Etsy").click()
    expect(page.get_by_role("heading", name="Drafts deleted")).to_be_visible()
    expect(page.get_by_text("2 deleted")).to_be_visible()
    page.get_by_role("link", name="Listings", exact=True).first.click()
    expect(page.get_by_role("list", name="Drafts").get_by_text("Deleted")).to_have_count(2)
