"""A listing template: what the drafts of a product say, with placeholders, and with names where Etsy wants ids."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from printdock.errors import UsageError

#: The longest text a template holds, characters: ten times what Etsy's own editor was ever seen to take.
MOST_TEXT = 100_000

Text = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class ListingTemplate(BaseModel):
    """What a seller sets once for a product. Only kinds of values are checked here; `checks` knows Etsy's rules.

    Placeholders stand in title, description, tags, materials, alt_text and sku (see `placeholders`). ``category``: a
    path of the seller taxonomy such as ``Home & Living > … > Mugs``, its last name where that is unique, or its id.
    ``section``, ``shipping_profile``, ``return_policy``, ``processing_profile``, ``production_partners``: names as
    `printdock listings names` lists them, or ids. Price in the shop's currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line = Field(min_length=1)
    product: Line = ""
    title: Text = ""
    description: Text = ""
    tags: tuple[Line, ...] = ()
    materials: tuple[Line, ...] = ()
    styles: tuple[Line, ...] = ()
    alt_text: Text = ""
    sku: Line = ""
    price: Decimal | None = None
    quantity: int | None = None
    who_made: Line = "i_did"
    when_made: Line = "made_to_order"
    is_supply: bool = False
    category: Line = ""
    section: Line = ""
    shipping_profile: Line = ""
    return_policy: Line = ""
    processing_profile: Line = ""
    production_partners: tuple[Line, ...] = ()
    type: Line = "physical"
    item_weight: Decimal | None = None
    item_weight_unit: Line = ""
    item_length: Decimal | None = None
    item_width: Decimal | None = None
    item_height: Decimal | None = None
    item_dimensions_unit: Line = ""
    should_auto_renew: bool = False
    is_customizable: bool | None = None
    is_taxable: bool | None = None
    mockup_sets: tuple[Line, ...] = ()
    shared_pictures: tuple[Line, ...] = ()
    fields: dict[str, Line] = Field(default_factory=dict)

    @field_validator("price", "item_weight", "item_length", "item_width", "item_height")
    @classmethod
    def _finite(cls, value: Decimal | None) -> Decimal | None:
        if value is not None and not value.is_finite():
            raise ValueError("must be a number")
        return value

    @property
    def digital(self) -> bool:
        """Whether buyers get a file."""
        return self.type in ("download", "both")

    @property
    def physical(self) -> bool:
        """Whether buyers get a parcel."""
        return self.type != "download"

    def as_dict(self) -> dict[str, Any]:
        """Plain data; `listing_template` reads it back."""
        return self.model_dump(mode="json")


def listing_template(data: dict[str, Any], where: str = "") -> ListingTemplate:
    """The template that ``data`` describes. Raises `UsageError` with everything that is unknown or of a wrong kind."""
    try:
        return ListingTemplate.model_validate(data)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'template'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise UsageError(
            f"{where or 'The listing template'} cannot be used: {'; '.join(problems)}.",
            code="bad_listing_template",
            remedy="Known are: " + ", ".join(ListingTemplate.model_fields) + ".",
        ) from None
