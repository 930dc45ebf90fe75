"""What Etsy would refuse is found before anything is sent, all at once; the stand-in refuses the same by the same name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from printdock.demo.etsy import FakeEtsy
from printdock.errors import UsageError
from printdock.etsy.encode import form
from printdock.etsy.models import Category, Named
from printdock.listings import limits
from printdock.listings.checks import check_draft
from printdock.listings.compose import Composed, Composer
from printdock.listings.directory import Directory
from printdock.listings.draft import Draft, Picture
from printdock.listings.placeholders import fill
from printdock.listings.shared import SharedPicture
from printdock.listings.spreadsheet import read_templates, read_words, write_templates
from printdock.listings.subject import Shot, Subject
from printdock.listings.template import ListingTemplate, listing_template
from tests.etsy.conftest import Caller, caller

__all__ = ["caller"]

NOW = datetime.now(UTC)
GOOD: dict[str, Any] = {
    "name": "Cup wraps", "title": "UV {number} | {design} {season} wrap", "description": "It's {design}.",
    "tags": ["cup wrap", "uv dtf"], "materials": ["vinyl"], "alt_text": "{design} on {picture}", "sku": "UV-{number:05d}",
    "price": "3.50", "quantity": 5, "category": "Tumblers & Water Glasses", "section": "cup WRAPS",
    "shipping_profile": "Standard", "return_policy": "no returns", "processing_profile": "ready_to_ship 1-2 days",
    "fields": {"season": "Summer"},
}  # fmt: skip
SHOT = Shot("Rose/Mockups/UV 906.jpg", "Cups", "front", None, b"1" * 32, 400_000, 2000, 1500, UUID(int=1))
SUBJECT = Subject(
    UUID(int=1), UUID(int=2), "Bloom Wreath", 906, "UV", "UVDTF 16oz", "Rose/UV 906.png", 9_000, b"2" * 32, (SHOT,)
)


def _directory(fake: FakeEtsy) -> Directory:
    shop = next(iter(fake.world.shops.values()))
    readiness = {
        key: f"{one['readiness_state']} {one['processing_days_display_label']}" for key, one in shop.readiness.items()
    }
    return Directory(
        section=tuple(Named(key, title) for key, title in shop.sections.items()),
        shipping_profile=tuple(
            Named(key, one["title"], one["profile_type"]) for key, one in shop.shipping.items() if not one["is_deleted"]
        ),
        return_policy=tuple(
            Named(key, name) for key, name in zip(shop.returns, ("no returns", "returns within 30 days"), strict=True)
        ),
        processing_profile=tuple(Named(key, name) for key, name in readiness.items()),
        production_partners=tuple(Named(key, one["partner_name"]) for key, one in shop.partners.items()),
        category=(
            Category(1071, "Home & Living > Drink & Barware > Tumblers & Water Glasses", True),
            Category(1061, "Home & Living > Drink & Barware", False),
            Category(118, "Art & Collectibles > Prints", False),
            Category(119, "Art & Collectibles > Prints > Digital Prints", True),
        ),
    )


@dataclasses.dataclass
class Desk:
    fake: FakeEtsy

    def compose(self, subject: Subject = SUBJECT, shared: Any = None, **changes: Any) -> Composed:
        template = listing_template({**GOOD, **changes})
        return Composer(template, _directory(self.fake), "USD", "Rose Prints", shared or {}, NOW).compose(subject)

    def codes(self, **changes: Any) -> list[str]:
        return [problem.code for problem in self.compose(**changes).problems]


@pytest.fixture
def desk(fake: FakeEtsy) -> Iterator[Desk]:
    yield Desk(fake)


def test_a_good_template_has_no_problem_and_etsy_takes_it(desk: Desk, caller: Caller) -> None:
    made = desk.compose()
    assert made.problems == ()
    assert (made.draft.title, made.draft.sku) == ("UV 906 | Bloom Wreath Summer wrap", "UV-00906")
    assert made.draft.pictures[0].alt_text == "Bloom Wreath on front"
    answer = caller.call("POST", f"/shops/{caller.shop.id}/listings", data=form(made.draft.fields))
    assert answer.status_code == 201, answer.text
    put = caller.call("PUT", f"/listings/{answer.json()['listing_id']}/inventory", json=made.draft.inventory())
    assert put.status_code == 200, put.text


#: (what the stand-in and the check both call it, the field it names, what is changed)
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("field_missing", "title", {"title": " "}),
    ("field_missing", "description", {"description": ""}),
    ("field_missing", "price", {"price": None}),
    ("field_missing", "quantity", {"quantity": None}),
    ("field_missing", "category", {"category": ""}),
    ("title_long", "title", {"title": "x" * 141}),
    ("title_long", "title", {"title": "x" * 99_000}),
    ("title_characters", "title", {"title": "Rose ♥ wrap"}),
    ("title_characters", "title", {"title": "Rose\nwrap"}),
    ("title_characters", "title", {"title": "Only $5"}),
    ("title_characters", "title", {"title": "a ^ b"}),
    ("title_repeats", "title", {"title": "A & B & C"}),
    ("title_repeats", "title", {"title": "100% cotton, 50% off"}),
    ("title_repeats", "title", {"title": "a: b: c"}),
    ("title_repeats", "title", {"title": "a + b + c"}),
    ("price_low", "price", {"price": "0.19"}),
    ("price_bad", "price", {"price": "0"}),
    ("quantity_bad", "quantity", {"quantity": 0}),
    ("quantity_bad", "quantity", {"quantity": 1000}),
    ("who_made_bad", "who_made", {"who_made": "me"}),
    ("when_made_bad", "when_made", {"when_made": f"2020_{NOW.year - 1}"}),
    ("partner_missing", "production_partners", {"who_made": "someone_else"}),
    ("partner_unknown", "production_partners", {"production_partners": ["77"]}),
    ("tags_many", "tags", {"tags": [f"tag {n}" for n in range(14)]}),
    ("tag_long", "tags", {"tags": ["x" * 21]}),
    ("tag_characters", "tags", {"tags": ["a&b"]}),
    ("tag_twice", "tags", {"tags": ["Rose", "rose"]}),
    ("materials_many", "materials", {"materials": [f"m {n}" for n in range(14)]}),
    ("material_long", "materials", {"materials": ["x" * 46]}),
    ("material_characters", "materials", {"materials": ["poly-ester"]}),
    ("styles_many", "styles", {"styles": ["a", "b", "c"]}),
    ("style_long", "styles", {"styles": ["x" * 46]}),
    ("taxonomy_unknown", "category", {"category": "999999"}),
    ("section_unknown", "section", {"section": "52993337"}),
    ("shipping_unknown", "shipping_profile", {"shipping_profile": "1"}),
    ("shipping_missing", "shipping_profile", {"shipping_profile": ""}),
    ("returns_unknown", "return_policy", {"return_policy": "1"}),
    ("readiness_missing", "processing_profile", {"processing_profile": ""}),
    ("readiness_unknown", "processing_profile", {"processing_profile": "1"}),
    ("weight_missing", "item_weight", {"shipping_profile": "By weight"}),
    ("dimension_zero", "item_weight", {"item_weight": "0", "item_weight_unit": "oz"}),
    ("unit_unknown", "item_weight_unit", {"item_weight": "1", "item_weight_unit": "stone"}),
    ("unit_unknown", "item_dimensions_unit", {"item_width": "1", "item_dimensions_unit": "miles"}),
    ("type_unknown", "type", {"type": "digital"}),
    ("description_long", "description", {"description": "{long}" * 110, "fields": {"season": "", "long": "y" * 1000}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "field", "changes"), REFUSED, ids=[f"{code}-{n}" for n, (code, _, _) in enumerate(REFUSED)]
)
def test_what_etsy_refuses_is_found_before(
    code: str, field: str, changes: dict[str, Any], desk: Desk, caller: Caller
) -> None:
    made = desk.compose(**changes)
    assert [(problem.code, problem.field) for problem in made.problems] == [(code, field)]
    (problem,) = made.problems
    assert problem.message and problem.remedy and len(str(problem)) < 700
    answer = caller.call("POST", f"/shops/{caller.shop.id}/listings", data=form(made.draft.fields))
    assert answer.headers["x-stand-in-rule"] == code, answer.text


def test_rules_of_pictures_files_and_sku(desk: Desk) -> None:
    shots = tuple(dataclasses.replace(SHOT, sha256=bytes([n]) * 32) for n in range(21))
    assert desk.codes(subject=dataclasses.replace(SUBJECT, shots=shots)) == ["images_many"]
    assert desk.codes(subject=dataclasses.replace(SUBJECT, shots=(SHOT,) * 21)) == [], "one picture is shown once"
    assert desk.codes(subject=dataclasses.replace(SUBJECT, shots=())) == ["pictures_missing"]
    webp = dataclasses.replace(SHOT, path="a.webp", size=11_000_000, width=300)
    assert desk.codes(subject=dataclasses.replace(SUBJECT, shots=(webp,))) == [
        "picture_format", "picture_big", "picture_small",
    ]  # fmt: skip
    assert desk.codes(alt_text="x" * 501) == ["alt_long"]
    assert desk.codes(sku="x" * 33) == ["inventory_sku"]
    large = dataclasses.replace(SUBJECT, size=21 * 1024 * 1024, path="Rose/" + "x" * 71)
    assert desk.codes(subject=large, type="download") == ["file_big", "file_name_long"]
    assert desk.codes(mockup_sets=["Posters"]) == ["pictures_missing", "pictures_missing"]
    assert desk.codes(shared_pictures=["chart.png"]) == ["picture_unknown"]
    chart = SharedPicture("chart.png", "Rose/Listings/chart.png", b"3" * 32, "png", 1000, 900, 900)
    made = desk.compose(shared={"chart.png": chart}, shared_pictures=["chart.png"])
    assert made.problems == () and [one.shared for one in made.draft.pictures] == [False, True]


def test_all_problems_are_told_at_once(desk: Desk) -> None:
    codes = desk.codes(title="x" * 141, price="0", tags=["a&b"], shipping_profile="Standrad", processing_profile="")
    assert set(codes) == {"title_long", "price_bad", "tag_characters", "shipping_unknown", "readiness_missing"}


def test_names_that_are_not_enough(desk: Desk) -> None:
    assert desk.codes(category="Prints") == ["taxonomy_unknown"], "it has categories below it"
    assert desk.codes(category="art & collectibles>prints > digital prints", type="download") == []
    (problem,) = desk.compose(section="Mugs").problems
    assert problem.code == "section_unknown" and "'Cup wraps', 'Posters'" in problem.remedy
    next(iter(desk.fake.world.shops.values())).sections[99] = "Posters"
    assert desk.codes(section="Posters") == ["name_several"]


def test_a_download_needs_no_parcel(desk: Desk) -> None:
    made = desk.compose(type="download", shipping_profile="", processing_profile="", return_policy="")
    assert made.problems == () and "shipping_profile_id" not in made.draft.fields and made.draft.file is not None


def test_placeholders() -> None:
    words: dict[str, str | int] = {"number": 7, "design": "Rose {x}"}
    assert fill("{number} {number:03d} {design} {{}}", words).text == "7 007 Rose {x} {}"
    assert fill("{other} {other}", words).unknown == ("other",)
    for broken in ("{number:x}", "{design:>9}", "{design!r}", "{", "{number:099999d}", "{design.__class__}"):
        filled = fill(broken, words)
        assert filled.broken or filled.unknown, broken


def test_missing_words_and_broken_patterns_name_their_field(desk: Desk) -> None:
    assert desk.codes(fields={}) == ["word_missing"]
    assert desk.codes(description="{") == ["pattern_broken"]


def test_the_years_word_rolls() -> None:
    assert limits.this_decade(datetime(2027, 1, 1, tzinfo=UTC)) == "2020_2027"


def test_templates_go_to_csv_and_back() -> None:
    templates = [
        listing_template(GOOD),
        listing_template({**GOOD, "name": "Other, \"quoted\"\nlines", "fields": {"motto": "a; b"}, "is_taxable": False,
                          "production_partners": ["A, B", "C"], "item_weight": "1.50", "item_weight_unit": "oz"}),
    ]  # fmt: skip
    assert read_templates(write_templates(templates), is_json=False) == templates
    assert read_templates("﻿name,price\nA,3\n", is_json=False)[0].price == Decimal(3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,price\nA,cheap\n", "price"),
        ("name,colour\nA,red\n", "colour"),
        ("name,price\n,3\n", "name"),
        ("name,is_supply\nA,perhaps\n", "yes or no"),
        ("name\nA,b,c\n", "more cells"),
        ("", "no listing template"),
        ("name,title\nA," + "x" * 3_000_000 + "\n", "title"),
    ],
)
def test_a_bad_table_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        read_templates(text, is_json=False)
    assert len(str(raised.value)) < 2000


def test_words_about_designs() -> None:
    assert read_words("number,motto\n906,Bloom\n") == [("906", {"motto": "Bloom"})]
    with pytest.raises(UsageError, match="names no design"):
        read_words("motto\nBloom\n")


def test_checks_know_every_field_problem_by_its_template_name() -> None:
    template = ListingTemplate(name="x", type="digital", who_made="me", when_made="x", item_weight=Decimal(0))
    draft = Draft({"title": "", "price": None}, pictures=(Picture("a", "x" * 501, b""),) * 21)
    fields = {problem.field for problem in check_draft(template, draft, "USD", NOW)}
    assert fields <= set(ListingTemplate.model_fields)
