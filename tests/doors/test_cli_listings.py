"""`printdock listings` as a seller uses it, against the stand-in: import, plan, create, change, undo."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.testing

from printdock.cli.app import app
from printdock.demo.etsy import FakeEtsy, Fault, Limits
from printdock.demo.etsy.world import Shop as EtsyShop
from printdock.errors import PrintdockError
from printdock.settings import load
from printdock.wiring import open_services
from tests.imaging.art import disc, png
from tests.listings.goods import TEMPLATE, stock


class Seller:
    """Runs commands in this process; ``code`` and ``out`` are of the last one."""

    def __init__(self, etsy: FakeEtsy, shop: EtsyShop) -> None:
        self.etsy, self.shop = etsy, shop
        self.code, self.error = 0, ""

    def run(self, *arguments: str) -> str:
        done = typer.testing.CliRunner().invoke(app, list(arguments))
        self.code, self.error = done.exit_code, ""
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            if not isinstance(done.exception, PrintdockError):
                raise done.exception
            self.error = str(done.exception)
        return done.stdout

    def json(self, *arguments: str) -> Any:
        out = self.run(*arguments, "--json")
        assert not self.error, self.error
        return json.loads(out)


@pytest.fixture
def seller(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seller]:
    with FakeEtsy(Limits(per_second=1000, per_day=50_000)) as etsy:
        shop = etsy.world.add_shop("RosePrints")
        monkeypatch.setenv("ETSY_KEYSTRING", etsy.world.keystring)
        monkeypatch.setenv("ETSY_SHARED_SECRET", etsy.world.shared_secret)
        monkeypatch.setenv("ETSY_API", etsy.api)
        monkeypatch.setenv("ETSY_SITE", etsy.api)
        monkeypatch.setenv("COLUMNS", "300")
        seller = Seller(etsy, shop)
        begun = seller.json("etsy", "connect", "--begin")
        seller.json("etsy", "connect", "--address", httpx.get(begun["open"]).headers["location"])
        with open_services(load(home)) as services:
            product = services.template("UVDTF 16oz", services.shop())
            with services.database.write() as connection:
                stock(connection, services.storage, product, range(100, 103), 2)
        yield seller


def _import(seller: Seller, folder: Path, **changes: Any) -> None:
    file = folder / "templates.json"
    file.write_text(json.dumps([{**TEMPLATE, **changes}]))
    assert seller.json("listings", "templates", "import", str(file)) == {"imported": ["Cup wraps"]}


def test_from_a_template_to_drafts_and_back(seller: Seller, tmp_path: Path) -> None:
    assert [one["name"] for one in seller.json("listings", "names", "section")["section"]] == ["Cup wraps", "Posters"]
    assert len(seller.json("listings", "names", "category", "--search", "mugs")["category"]) == 1
    _import(seller, tmp_path, title="{prefix} {number} | {design} {season}")
    refused = seller.run("listings", "plan", "-t", "Cup wraps", "--all")
    assert seller.code == 3 and "{season} stands for nothing" in refused
    with (tmp_path / "words.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["number", "season"], *([str(n), f"season {n}"] for n in range(100, 103))])
    assert seller.json("listings", "words", str(tmp_path / "words.csv"), "--product", "UVDTF 16oz") == {"designs": 3}
    planned = seller.run("listings", "plan", "-t", "Cup wraps", "--all")
    assert seller.code == 0 and "+ title: UV 100 | Design 100 season 100" in planned and "Nothing was sent" in planned
    assert seller.etsy.world.drafts(seller.shop) == []
    made = seller.json("listings", "create", "-t", "Cup wraps", "-d", "100", "-d", "101")
    assert seller.code == 0 and made["outcomes"] == {"created": 2}
    rest = seller.json("listings", "create", "-t", "Cup wraps", "--all")
    assert rest["outcomes"] == {"same": 2, "created": 1} and len(seller.etsy.world.drafts(seller.shop)) == 3
    _import(seller, tmp_path, title="{prefix} {number} | {design} {season}", tags=["rose"])
    changed = seller.run("listings", "plan", "-t", "Cup wraps", "-d", "100")
    assert "- tags: cup wrap, uv dtf" in changed and "+ tags: rose" in changed
    assert seller.json("listings", "create", "-t", "Cup wraps", "-d", "100")["outcomes"] == {"changed": 1}
    key = next(one["listing"] for one in made["listings"] if one["number"] == 100)
    assert seller.json("listings", "undo", key) == [{"listing": key, "restored": ["tags"]}]
    assert {one["state"] for one in seller.json("listings", "list")} == {"done"}
    assert "done" in seller.run("listings", "list")
    _remove_all(seller)


def _remove_all(seller: Seller) -> None:
    """As the undo of `create`: what is still a draft goes, what was published or changed by hand stays."""
    first, second, third = seller.etsy.world.drafts(seller.shop)
    second.state = "active"
    third.fields["title"] = "By hand"
    keys = [one["listing"] for one in seller.json("listings", "list")]
    told = seller.run("listings", "remove", *keys)
    assert seller.code == 3 and "no draft any more" in told and "(title): left alone" in told and "1 removed" in told
    assert set(seller.etsy.world.listings) == {second.id, third.id} and first.id not in seller.etsy.world.listings
    assert seller.json("listings", "remove", *keys, "--edited")["outcomes"] == {"removed": 2, "published": 1}
    seller.run("listings", "remove")
    assert "--job" in seller.error


def test_templates_pictures_and_bad_input(seller: Seller, tmp_path: Path) -> None:
    chart = tmp_path / "Size chart.png"
    chart.write_bytes(png(disc(600, 600)))
    assert seller.json("listings", "pictures", "add", str(chart)) == {"added": ["Size chart.png"]}
    assert seller.json("listings", "pictures", "list") == ["Size chart.png"]
    (tmp_path / "not.png").write_text("no picture")
    seller.run("listings", "pictures", "add", str(tmp_path / "not.png"))
    assert seller.code == 1 and seller.error
    _import(seller, tmp_path, shared_pictures=["Size chart.png"])
    assert seller.json("listings", "templates", "show", "Cup wraps")["shared_pictures"] == ["Size chart.png"]
    seller.run("listings", "templates", "export", str(tmp_path / "out.csv"))
    before = seller.json("listings", "templates", "list")
    seller.json("listings", "templates", "import", str(tmp_path / "out.csv"))
    assert seller.json("listings", "templates", "list") == before
    (tmp_path / "big.csv").write_text("name,title\nA," + "x" * 3_000_000 + "\n")
    seller.run("listings", "templates", "import", str(tmp_path / "big.csv"))
    assert seller.code == 1 and "title" in seller.error and len(seller.error) < 2000
    seller.run("listings", "plan", "-t", "Nothing", "--all")
    assert "Known are: Cup wraps" in seller.error
    seller.run("listings", "plan", "-t", "Cup wraps")
    assert "--all" in seller.error
    seller.run("listings", "templates", "remove", "Cup wraps")
    assert seller.json("listings", "templates", "list") == []


def test_the_days_limit_leaves_the_rest_waiting(seller: Seller, tmp_path: Path) -> None:
    _import(seller, tmp_path)
    seller.etsy.faults.plan(Fault.TIRED, "uploadListingImage", skip=3)
    answer = seller.json("listings", "create", "-t", "Cup wraps", "--all")
    assert seller.code == 3 and "waiting" in answer["outcomes"]
    assert any("goes on at" in one.get("error", {}).get("message", "") for one in answer["listings"])
    assert "goes on at" in seller.run("etsy", "status")


def test_drafts_for_the_workers(seller: Seller, tmp_path: Path) -> None:
    _import(seller, tmp_path)
    answer = seller.json("listings", "create", "-t", "Cup wraps", "--all", "--queue")
    assert answer["outcomes"] == {"queued": 3}
    assert {job["kind"] for job in seller.json("jobs", "list")} == {"make_draft"}
    again = seller.json("listings", "create", "-t", "Cup wraps", "--all", "--queue")
    assert [one["job"] for one in again["listings"]] == [one["job"] for one in answer["listings"]], "one job a draft"


def test_gone_and_settled(seller: Seller, tmp_path: Path) -> None:
    _import(seller, tmp_path)
    made = seller.json("listings", "create", "-t", "Cup wraps", "-d", "100")
    seller.etsy.world.listings.clear()
    _import(seller, tmp_path, tags=["rose"])
    assert seller.json("listings", "create", "-t", "Cup wraps", "-d", "100")["outcomes"] == {"gone": 1}
    assert seller.code == 3
    assert seller.json("listings", "create", "-t", "Cup wraps", "-d", "100", "--again")["outcomes"] == {"created": 1}
    seller.etsy.world.listings.clear()
    assert seller.json("listings", "plan", "-t", "Cup wraps", "-d", "100")["actions"] == {"same": 1}, (
        "nobody has looked"
    )
    assert seller.json("listings", "plan", "-t", "Cup wraps", "-d", "100", "--check")["actions"] == {"gone": 1}
    seller.run("listings", "settle", made["listings"][0]["listing"], "--none")
    assert "nothing to settle" in seller.error
