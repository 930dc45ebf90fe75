"""Listing templates, what they name, plans with every problem in its field, and drafts edited in place."""

from __future__ import annotations

from tests.api.etsy_shop import Seller, connected, seller
from tests.imaging.art import disc, png
from tests.listings.goods import TEMPLATE

__all__ = ["connected", "seller"]


def test_templates_one_by_one_and_as_a_table(seller: Seller) -> None:
    made = seller.template()
    assert made["drafts"] == 0 and made["price"] == "3.50"
    assert seller("POST", "listing-templates", 409, json=TEMPLATE)["code"] == "listing_template_exists"
    path = f"listing-templates/{made['id']}"
    changed = seller("PUT", path, json={**TEMPLATE, "name": "Wraps", "price": "4.25", "fields": {"season": "autumn"}})
    assert (changed["name"], changed["price"], changed["id"]) == ("Wraps", "4.25", made["id"])
    table = seller("GET", "listing-templates/export.csv").text
    assert seller("DELETE", path, 204) and seller("GET", path, 404)["code"] == "unknown_listing_template"
    headers = {"Content-Type": "text/csv"}
    back = seller("POST", "listing-templates/import", content=table.encode(), headers=headers)
    assert back == {"imported": ["Wraps"]}
    (again,) = seller("GET", "listing-templates")["items"]
    assert {**again, "id": 0} == {**changed, "id": 0}
    bad = seller("POST", "listing-templates/import", 422, content=b"name,price\nA,dear\n", headers=headers)
    assert "Row 1" in bad["detail"] and "price" in bad["detail"]
    for wrong in ({"price": "1e999999"}, {"title": "a\0b"}, {"fields": {"Number": "x"}}, {"colour": "x"}):
        seller("POST", "listing-templates", 422, json={**TEMPLATE, "name": "B", **wrong})


def test_names_words_and_pictures(connected: Seller) -> None:
    seller = connected
    assert [one["name"] for one in seller("GET", "listings/names?kind=section")["items"]] == ["Cup wraps", "Posters"]
    (mugs,) = seller("GET", "listings/names?kind=category&search=mugs")["items"]
    assert mugs["name"].endswith("> Mugs")
    assert seller("GET", "listings/names?limit=2")["more"]
    fox = seller.designs()[100]
    words = seller("PATCH", f"listings/words/{fox}", json={"words": {"season": "autumn"}})
    assert words == {"design": fox, "words": {"season": "autumn"}}
    table = b"number,season\n100,\n101,winter\n"
    taken = seller(
        "POST", "listings/words/import?product=UVDTF 16oz", content=table, headers={"Content-Type": "text/csv"}
    )
    assert taken == {"designs": 2}
    asked = "&".join(f"design={one}" for one in seller.designs().values())
    assert [one["words"] for one in seller("GET", f"listings/words?{asked}")["items"]] == [{"season": "winter"}]
    chart = png(disc(600, 600))
    added = seller("POST", "listings/pictures?name=Size chart.png", 201, content=chart)
    assert (added["width"], added["alt_text"]) == (600, "Size chart")
    assert seller("POST", "listings/pictures?name=x.png", 415, content=b"no picture")["code"]
    assert seller("GET", "listings/pictures")["items"] == [added]
    assert seller.api.nobody()("GET", added["url"]).content == chart
    seller.template(shared_pictures=["Size chart.png"])
    row = seller.plan(numbers=[100])["rows"][0]
    assert [one["shared"] for one in row["draft"]["pictures"]] == [False, False, True]
    assert row["draft"]["pictures"][2]["url"] == added["url"]


def test_a_plan_shows_the_draft_and_sends_nothing(connected: Seller) -> None:
    connected.template()
    found = connected.plan(limit=2)
    assert (found["total"], found["actions"], found["next"]) == (3, {"create": 3}, 101)
    first = found["rows"][0]
    assert first["draft"]["title"] == "UV 100 | Design 100 cup wrap" and first["draft"]["section"] == "Cup wraps"
    assert first["draft"]["category"].endswith("> Tumblers & Water Glasses") and first["draft"]["price"] == "3.50"
    assert [one["alt_text"] for one in first["draft"]["pictures"]] == ["Design 100, view 1", "Design 100, view 2"]
    picture = connected.api.nobody()("GET", first["draft"]["pictures"][0]["url"])
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert [one["number"] for one in connected.plan(after=101)["rows"]] == [102]
    assert found["enough"] and found["limits"]["title"] == 140 and found["budget"]["left_today"] > 0
    assert not {"createDraftListing", "updateListing", "uploadListingImage"} & set(connected.etsy.arrived)
    assert connected("POST", "listings/plan", 404, json={"template": "Nothing"})["code"] == "unknown_listing_template"


def test_every_problem_stands_in_its_field(connected: Seller) -> None:
    connected.template(title="$" + "x" * 150, tags=["a" * 21], section="Mugs", shipping_profile="", price=None)
    row = connected.plan(numbers=[100])["rows"][0]
    assert row["action"] == "refused"
    found = {(one["field"], one["code"]) for one in row["problems"]}
    assert {
        ("title", "title_long"),
        ("title", "title_characters"),
        ("tags", "tag_long"),
        ("price", "field_missing"),
    } < found
    assert {("section", "section_unknown"), ("shipping_profile", "shipping_missing")} < found
    long = next(one for one in row["problems"] if one["code"] == "title_long")
    assert long["message"] == "Title: has 151 characters, 140 are allowed." and long["remedy"] == "Leave out 11."


def test_edits_in_place_are_kept_and_taken_back_field_by_field(connected: Seller) -> None:
    made, fox = connected.template(), connected.designs()[100]
    path = f"listing-templates/{made['id']}/edits/{fox}"
    name = connected.plan(numbers=[100])["rows"][0]["draft"]["pictures"][1]["name"]
    edits = {"title": "UV {number} | Fox", "price": "4.00", "tags": ["fox"], "alt_texts": {name: "A fox on a cup"}}
    answer = connected("PATCH", path, json=edits)
    assert answer["edits"] == edits and answer["row"]["draft"]["title"] == "UV 100 | Fox"
    row = connected.plan(numbers=[100, 101])["rows"]
    assert (row[0]["draft"]["price"], row[1]["draft"]["price"]) == ("4.00", "3.50") and row[1]["edits"] == {}
    assert [one["alt_text"] for one in row[0]["draft"]["pictures"]] == ["Design 100, view 1", "A fox on a cup"]
    long = connected("PATCH", path, json={"title": "x" * 141})["row"]
    assert long["problems"][0]["code"] == "title_long", "Etsy's rules are told, and what was typed is kept"
    back = connected("PATCH", path, json={"title": None, "alt_texts": {name: None}})
    assert back["edits"] == {"price": "4.00", "tags": ["fox"]} == connected("GET", path)["edits"]
    assert back["row"]["draft"]["title"] == "UV 100 | Design 100 cup wrap"
    connected("DELETE", path, 204)
    connected("DELETE", path, 204)
    assert connected("GET", path)["edits"] == {}
    connected("PATCH", path, 422, json={"who_made": "nobody"})
    connected("DELETE", f"listing-templates/{made['id']}", 204)


def test_without_a_connection_a_plan_says_connect(seller: Seller) -> None:
    made = seller.template()
    assert seller("POST", "listings/plan", 409, json={"template": "Cup wraps"})["code"] == "etsy_not_connected"
    path = f"listing-templates/{made['id']}/edits/{seller.designs()[100]}"
    assert seller("PATCH", path, json={"price": "4.00"}) == {"edits": {"price": "4.00"}, "row": None}
    nobody = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert seller("PATCH", f"listings/words/{nobody}", 404, json={"words": {}})["code"] == "unknown_design"
