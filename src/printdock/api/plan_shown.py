"""A plan of drafts as it is shown: each with all that a page needs to show it as Etsy does, and every problem by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from printdock.api.addresses import Addresses, StoredFile
from printdock.errors import FieldProblem
from printdock.listings import limits
from printdock.listings.changes import Change
from printdock.listings.directory import Directory
from printdock.listings.draft import Draft, Picture
from printdock.listings.plan import Action, Planned
from printdock.listings.subject import Shot, Subject
from printdock.listings.template import ListingTemplate


class PlanProblem(BaseModel):
    """One thing that Etsy would refuse."""

    field: str = Field(description="As listing templates name it", examples=["title"])
    code: str = Field(examples=["title_long"])
    message: str = Field(description="A sentence", examples=["Title: has 150 characters, 140 are allowed."])
    remedy: str = Field(examples=["Leave out 10."])

    @classmethod
    def of(cls, one: FieldProblem) -> PlanProblem:
        """As it is shown."""
        label = one.field.replace("_", " ").capitalize()
        return cls(field=one.field, code=one.code, message=f"{label}: {one.message}.", remedy=one.remedy)


class PlanChange(BaseModel):
    """A field as it is at Etsy, and as it is to be."""

    field: str = Field(
        description="As listing templates name it; or inventory (price, quantity, SKU), pictures, file",
        examples=["tags"],
    )
    before: Any = Field(
        description="Null where there is nothing yet; of pictures, how many there are", examples=[["cup wrap"]]
    )
    after: Any = Field(examples=[["cup wrap", "rose"]])
    kept: bool = Field(description="The seller changed it at Etsy, and it stays so")


class PlanPicture(BaseModel):
    """A picture of a draft, in its place."""

    name: str = Field(description="Its file name, which edits of alternative texts go by", examples=["UV 906_1.jpg"])
    alt_text: str = Field(examples=["Fox in fog, front"])
    url: str = Field(description="Needs no key; never changes")
    thumbnail: str = Field(description="A small WebP of it; of a shared picture, the picture itself")
    width: int = Field(description="px", examples=[2000])
    height: int = Field(description="px", examples=[1500])
    shared: bool = Field(description="Many drafts show it; its alternative text is its name's")
    set: str | None = Field(description="Its mockup set", examples=["Mug 11oz"])
    picture: str | None = Field(description="Its base image", examples=["Front"])
    colour: str | None


class PlanDraft(BaseModel):
    """A draft as it would be sent, with names in the places of ids."""

    title: str = Field(examples=["UV 906 | Fox in fog cup wrap"])
    description: str
    tags: list[str] = Field(examples=[["cup wrap", "uv dtf"]])
    materials: list[str]
    styles: list[str]
    price: str | None = Field(description="In `currency`", examples=["3.50"])
    currency: str = Field(examples=["USD"])
    quantity: int | None = Field(examples=[5])
    sku: str = Field(examples=["UV-00906"])
    type: str = Field(examples=["physical"])
    who_made: str = Field(examples=["i_did"])
    when_made: str = Field(examples=["made_to_order"])
    category: str = Field(examples=["Home & Living > Kitchen & Dining > Drink & Barware > Tumblers & Water Glasses"])
    section: str = Field(examples=["Cup wraps"])
    shipping_profile: str = Field(examples=["Standard"])
    return_policy: str = Field(examples=["no returns"])
    processing_profile: str = Field(examples=["ready_to_ship 1-2 days"])
    pictures: list[PlanPicture]
    file: str | None = Field(description="What buyers of a download get")


class PlanRow(BaseModel):
    """What would happen for one design."""

    design: UUID
    print_file: UUID
    number: int = Field(examples=[906])
    name: str = Field(description="Of the design", examples=["Fox in fog"])
    thumbnail: str | None = Field(description="Of the print file. Needs no key")
    action: Action = Field(
        description="create; change; same: nothing to do; finish: begun before; refused: see problems; ask: a person has to "
        "choose; gone: deleted at Etsy; published: left alone"
    )
    looked: bool = Field(description="Compared with the listing as it is at Etsy now; else with what was last set")
    problems: list[PlanProblem]
    changes: list[PlanChange] = Field(description="Of what is at Etsy; empty for what is new: all of its draft is")
    draft: PlanDraft
    edits: dict[str, Any] = Field(
        description="What the seller set for this design in place of the template", examples=[{"price": "4.00"}]
    )
    listing: UUID | None = Field(description="Its row among the listings, once there is one")
    etsy_listing: int | None = Field(examples=[1234567890])
    etsy_url: str | None = Field(description="Where to look at it in Etsy's Shop Manager")


class ListingLimits(BaseModel):
    """Etsy's limits, for counters beside fields. Characters, unless said otherwise."""

    title: int = limits.MOST_TITLE
    title_once: str = Field(default=limits.TITLE_ONCE, description="Signs that a title may hold once each")
    description: int = limits.MOST_DESCRIPTION
    tags: int = Field(default=limits.MOST_TAGS, description="How many")
    tag: int = limits.MOST_TAG
    materials: int = Field(default=limits.MOST_MATERIALS, description="How many")
    material: int = limits.MOST_MATERIAL
    styles: int = Field(default=limits.MOST_STYLES, description="How many")
    style: int = limits.MOST_STYLE
    alt_text: int = limits.MOST_ALT
    sku: int = limits.MOST_SKU
    quantity: int = Field(default=limits.MOST_QUANTITY, description="The most there may be")
    pictures: int = Field(default=limits.MOST_PICTURES, description="How many")


#: Etsy's names of ids, and the fields of listing templates that name the same things.
_FIELDS = {
    "taxonomy_id": "category",
    "shop_section_id": "section",
    "shipping_profile_id": "shipping_profile",
    "return_policy_id": "return_policy",
    "production_partner_ids": "production_partners",
}


@dataclass(frozen=True, slots=True)
class PlanView:
    """What showing the rows of one plan needs. ``shared``: width and height of shared pictures, by name."""

    template: ListingTemplate
    directory: Directory
    currency: str
    shop_id: int
    addresses: Addresses
    site: str
    shared: Mapping[str, tuple[int, int]]

    def row(self, planned: Planned) -> PlanRow:
        """One design's row."""
        subject, entry = planned.subject, planned.entry
        etsy_listing = entry.etsy_listing_id if entry else None
        file = StoredFile(subject.print_file, subject.sha256, subject.path.rsplit("/", 1)[-1])
        return PlanRow.model_validate(
            {
                "design": subject.design,
                "print_file": subject.print_file,
                "number": subject.number,
                "name": subject.design_name,
                "thumbnail": self.addresses.small(self.shop_id, file),
                "action": planned.action,
                "looked": planned.looked,
                "problems": [PlanProblem.of(one) for one in planned.problems],
                "changes": [self._change(one) for one in planned.changes if entry and entry.etsy_listing_id],
                "draft": self._draft(planned.draft, subject),
                "edits": planned.edits.as_dict() if planned.edits else {},
                "listing": entry.id if entry else None,
                "etsy_listing": etsy_listing,
                "etsy_url": None if etsy_listing is None else manager_url(self.site, etsy_listing),
            }
        )

    def _draft(self, draft: Draft, subject: Subject) -> PlanDraft:
        fields = draft.fields
        shots = {shot.path: shot for shot in subject.shots}
        price = fields.get("price")
        return PlanDraft.model_validate(
            {
                "title": str(fields.get("title") or ""),
                "description": str(fields.get("description") or ""),
                "tags": fields.get("tags") or [],
                "materials": fields.get("materials") or [],
                "styles": fields.get("styles") or [],
                "price": str(price) if isinstance(price, Decimal) else None,
                "currency": self.currency,
                "quantity": fields.get("quantity"),
                "sku": draft.sku,
                "type": str(fields.get("type") or ""),
                "who_made": str(fields.get("who_made") or ""),
                "when_made": str(fields.get("when_made") or ""),
                "category": self._named("category", fields.get("taxonomy_id")),
                "section": self._named("section", fields.get("shop_section_id")),
                "shipping_profile": self._named("shipping_profile", fields.get("shipping_profile_id")),
                "return_policy": self._named("return_policy", fields.get("return_policy_id")),
                "processing_profile": self._named("processing_profile", fields.get("readiness_state_id")),
                "pictures": [self._picture(one, shots) for one in draft.pictures],
                "file": draft.file.name if draft.file else None,
            }
        )

    def _change(self, one: Change) -> PlanChange:
        """A field of the diff, with names in the places of ids and of stored keys."""
        field, before, after = _FIELDS.get(one.field, one.field), one.before, one.after
        if field != one.field:
            before, after = self._named_in(field, before), self._named_in(field, after)
        elif field == "pictures":
            before, after = len(before), [str(key).rsplit("/", 1)[-1] for key in after]
        elif field == "inventory":
            before, after = (self._stock(value) for value in (before, after))
        return PlanChange(field=field, before=before, after=after, kept=one.kept)

    def _stock(self, value: Any) -> Any:
        """Price, quantity, SKU and processing profile; a sentence where the seller has made variations."""
        if not isinstance(value, dict):
            return value
        named = self._named("processing_profile", value["processing"])
        return {name: shown for name, shown in value.items() if name != "processing"} | {"processing_profile": named}

    def _named_in(self, kind: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named_in(kind, one) for one in value]
        return None if value is None else self._named(kind, int(value))

    def _named(self, kind: str, key: object) -> str:
        """What the thing of this id is called; the id itself where it is not known."""
        if key is None:
            return ""
        if kind == "category":
            return next((one.path for one in self.directory.category if one.id == key), str(key))
        return next((one.name for one in self.directory.named(kind) if one.id == key), str(key))

    def _picture(self, one: Picture, shots: Mapping[str, Shot]) -> PlanPicture:
        shot = None if one.shared else shots[one.key]
        if shot is None:
            width, height = self.shared.get(one.name, (0, 0))
            url = small = self.addresses.shared_picture(self.shop_id, one.name, one.sha256)
        else:
            width, height = shot.width, shot.height
            url = self.addresses.mockup(self.shop_id, shot)
            small = self.addresses.mockup_small(self.shop_id, shot)
        return PlanPicture(
            name=one.name,
            alt_text=one.alt_text,
            url=url,
            thumbnail=small,
            width=width,
            height=height,
            shared=one.shared,
            set=shot.set_name if shot else None,
            picture=shot.picture if shot else None,
            colour=shot.colour if shot else None,
        )


def manager_url(site: str, etsy_listing: int) -> str:
    """Where the seller edits a listing in Shop Manager: the only page that shows a draft."""
    return f"{site.rstrip('/')}/your/shops/me/listing-editor/edit/{etsy_listing}"
