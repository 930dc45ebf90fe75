"""A PostgreSQL and a NAS as the replaced system leaves them, defects included, made from what is known of its tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.end_to_end.pictures import art, save

SHOP, WRAP, SHIRT = "Rose Prints", "UVDTF 16oz", "DTF"

_SCHEMA = """
CREATE TABLE users (
    id uuid PRIMARY KEY, email varchar UNIQUE, hashed_password varchar, role varchar, shop_name varchar, etsy_shop_id varchar,
    root_folder varchar, is_active boolean, org_id uuid
);
CREATE TABLE etsy_product_templates (
    id uuid PRIMARY KEY, user_id uuid REFERENCES users, name varchar, template_title varchar, title varchar,
    description text, who_made varchar, when_made varchar, taxonomy_id integer, price double precision, materials text,
    shop_section_id bigint, quantity integer, tags text, item_weight double precision, item_weight_unit varchar,
    item_length double precision, item_width double precision, item_height double precision,
    item_dimensions_unit varchar, is_taxable boolean, type varchar, processing_min integer, processing_max integer,
    return_policy_id bigint, production_partner_ids text
);
CREATE TABLE canvas_configs (
    id uuid PRIMARY KEY, product_template_id uuid REFERENCES etsy_product_templates, name varchar,
    width_inches double precision, height_inches double precision, is_active boolean, is_stretch boolean DEFAULT true,
    dpi integer DEFAULT 300, spacing_width_inches double precision, spacing_height_inches double precision
);
CREATE TABLE size_configs (
    id uuid PRIMARY KEY, product_template_id uuid REFERENCES etsy_product_templates, canvas_id uuid, name varchar,
    width_inches double precision, height_inches double precision, is_active boolean
);
CREATE TABLE mockups (
    id uuid PRIMARY KEY, name varchar NOT NULL, user_id uuid REFERENCES users, product_template_id uuid,
    starting_name integer DEFAULT 100
);
CREATE TABLE mockup_images (
    id uuid PRIMARY KEY, mockups_id uuid REFERENCES mockups, filename varchar, file_path varchar, watermark_path varchar,
    image_type varchar
);
CREATE TABLE mockup_mask_data (
    id uuid PRIMARY KEY, mockup_image_id uuid REFERENCES mockup_images, masks json, points json, is_cropped boolean,
    alignment varchar, is_cropped_list json, alignment_list json
);
CREATE TABLE design_images (
    id uuid PRIMARY KEY, user_id uuid REFERENCES users, filename varchar, file_path varchar, description text,
    phash varchar(64), ahash varchar(64), dhash varchar(64), whash varchar(64), canvas_config_id uuid,
    is_active boolean DEFAULT true, is_digital boolean DEFAULT false, created_at timestamptz, updated_at timestamptz
);
"""

TABLES = (
    "users", "etsy_product_templates", "canvas_configs", "size_configs", "mockups", "mockup_images", "mockup_mask_data",
    "design_images",
)  # fmt: skip


@dataclass
class OldSystem:
    """``root`` is the NAS's ``/share/Graphics`` on this machine."""

    url: str
    root: Path
    _ids: int = 0

    def __post_init__(self) -> None:
        with psycopg.connect(self._plain) as connection:
            connection.execute(_SCHEMA)

    @property
    def _plain(self) -> str:
        return self.url.replace("postgresql+psycopg://", "postgresql://")

    def add(self, table: str, **values: Any) -> UUID:
        """A row; ids are made in order."""
        self._ids += 1
        key = UUID(int=self._ids)
        values = {"id": key} | {
            name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()
        }
        columns, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        with psycopg.connect(self._plain) as connection:
            connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
        return key

    def design(self, user: UUID, template: str, name: str, seed: int | None, **values: Any) -> Path:
        """A row, and its print file with art of its own unless ``seed`` is None. A minute passes between designs."""
        path = f"{SHOP}/{template}/{name}"
        moment = f"2024-03-01 10:{self._ids % 60:02d}:00+00"
        row = {"filename": name, "file_path": f"/share/Graphics/{path}", "created_at": moment} | values
        self.add("design_images", user_id=user, **row)
        return self.root / path if seed is None else self.file(path, seed)

    def file(self, path: str, seed: int) -> Path:
        """A picture on the NAS, without a row."""
        there = self.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        return save(there, art(seed))

    def export(self, folder: Path) -> Path:
        """Every table as CSV, as psql's ``\\copy`` writes it."""
        folder.mkdir()
        with psycopg.connect(self._plain) as connection:
            for table in TABLES:
                with (
                    (folder / f"{table}.csv").open("wb") as file,
                    connection.cursor().copy(f"COPY {table} TO STDOUT CSV HEADER") as copy,
                ):
                    for data in copy:
                        file.write(data)
        return folder

    def dump(self) -> dict[str, list[Any]]:
        """All rows, to see that nothing was written."""
        with psycopg.connect(self._plain) as connection:
            return {table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES}

    def digests(self) -> dict[str, bytes]:
        """Every file on the NAS and what is in it."""
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


SQUARE, WIDE = [[40, 30], [160, 30], [160, 150], [40, 150]], [[180, 40], [280, 40], [280, 100], [180, 100]]


def furnish(old: OldSystem) -> None:
    """One shop's life: products, designs with the defects that the old system left, and a mockup group."""
    user = old.add("users", email="rose@example.com", shop_name=SHOP)
    old.add("users", email="second@example.com", shop_name=SHOP)
    old.add("users", email="nobody@example.com", shop_name=None)
    wrap = old.add(
        "etsy_product_templates", user_id=user, name=WRAP, template_title="Glass can wrap {ready}", description="Peel.",
        tags="wrap,uv dtf", materials="film", price=4.5, taxonomy_id=1062, quantity=999, who_made="i_did", is_taxable=True,
    )  # fmt: skip
    shirt = old.add("etsy_product_templates", user_id=user, name=SHIRT, title="Shirt transfer")
    old.add("etsy_product_templates", user_id=user, name="Odd Thing")
    old.add("size_configs", product_template_id=wrap, name=WRAP, width_inches=9.5, height_inches=4.33, is_active=True)
    for name, side in (("Adult+", 12), ("Pocket", 4)):
        old.add("size_configs", product_template_id=shirt, name=name, width_inches=side, height_inches=side)
    for number in range(100, 105):
        old.design(user, WRAP, f"UV {number} UVDTF_16oz_{number}.png", number, description=f"Words of {number}")
    old.design(user, WRAP, "UV 1000 UVDTF_16oz_1000.png", 1000)
    old.design(user, SHIRT, "DTF 101 DTF_101.png", 201)
    old.design(user, SHIRT, "UV 101 DTF_101.png", 202)  # the old multi-file path named every file UV
    old.design(user, SHIRT, "DTF 102 DTF_102.png", 203)
    old.design(user, SHIRT, "DTF 102 DTF_102.png", None)  # a second row for a file that was written over
    old.design(user, SHIRT, "DTF 150 DTF_150.png", None, phash="0f" * 32, ahash="3c" * 32, dhash="55" * 32)
    old.design(user, SHIRT, "DTF 151 DTF_151.png", 204, is_active=False)
    old.design(user, "Gone Product", "UV 7 Gone_Product_7.png", 205)
    old.design(user, f"Digital/{WRAP}", "Digital 100.png", None, is_digital=True)
    old.design(user, SHIRT, "DTF 103 DTF_103.png", 206).write_bytes(b"\x89PNG\r\n\x1a\n half of it")
    old.file(f"{SHOP}/{WRAP}/UV 107 UVDTF_16oz_107.png", 107)  # the row was lost
    (old.root / SHOP / WRAP / "Thumbs.db").write_bytes(b"x")
    _group(old, user, wrap)


def _group(old: OldSystem, user: UUID, product: UUID) -> None:
    group = old.add("mockups", name="Glasses", user_id=user, product_template_id=product, starting_name=1200)
    base = f"{SHOP}/Mockups/BaseMockups"
    mark = old.file(f"{base}/Watermarks/logo.png", 900)
    for index in (0, 1):
        path = f"{base}/{WRAP}/mockup_{group}_{index}.png"
        old.file(path, 901 + index)
        image = old.add(
            "mockup_images", mockups_id=group, filename=f"mockup_{group}_{index}.png",
            file_path=f"/share/Graphics/{path}", image_type=WRAP,
            watermark_path=f"/share/Graphics/{mark.relative_to(old.root).as_posix()}",
        )  # fmt: skip
        old.add(
            "mockup_mask_data", mockup_image_id=image, masks=[SQUARE, WIDE] if index else [SQUARE], points=[SQUARE],
            is_cropped=False, alignment="center", is_cropped_list=[True, False], alignment_list=["left", "center"],
        )  # fmt: skip
