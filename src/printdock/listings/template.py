"""A listing template: what the drafts of a product say, with placeholders, and with names where Etsy wants ids."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from printdock.errors import UsageError

#: The longest text a template holds, characters: ten times what Etsy's own editor was ever seen to take.
MOST_TEXT = 100_000

#: Signs that texts may hold besides those that are seen.
_SPACES = "\t\n\r"

#: Amounts and measures lie below this, and have at most so many places after the point.
_MOST_AMOUNT, _MOST_PLACES = Decimal(10**9), 6


def _no_control(text: str) -> str:
    if any((ord(char) < 32 and char not in _SPACES) or ord(char) == 127 for char in text):
        raise ValueError("must not hold control characters")
    return text


Text = Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(_no_control)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_no_control)]
Amount = Annotated[Decimal, Field(examples=["3.50"])]


class ListingTemplate(BaseModel):
    """What a seller sets once for a product. Only kinds of values are checked here; `checks` knows Etsy's rules.

    Placeholders stand in title, description, tags, materials, alt_text and sku (see `placeholders`). ``category``: a
    path of the seller taxonomy such as ``Home & Living > … > Mugs``, its last name where that is unique, or its id.
    ``section``, ``shipping_profile``, ``return_policy``, ``processing_profile``, ``production_partners``: names as
    `printdock listings names` lists them, or ids. Price in the shop's currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Line, Field(min_length=1, max_length=200, examples=["Cup wraps"])]
    product: Line = Field(
        default="",
        description="Product template whose print files it lists; the name when empty",
        examples=["UVDTF 16oz"],
    )
    title: Text = Field(default="", description="With placeholders", examples=["{prefix} {number} | {design} cup wrap"])
    description: Text = Field(default="", description="With placeholders", examples=["{design}.\nFor 16oz cups."])
    tags: tuple[Line, ...] = Field(default=(), max_length=100, examples=[["cup wrap", "uv dtf"]])
    materials: tuple[Line, ...] = Field(default=(), max_length=100)
    styles: tuple[Line, ...] = Field(default=(), max_length=100, description="Only when the draft is made")
    alt_text: Text = Field(
        default="", description="With placeholders, also {picture}, {colour}, {set}", examples=["{design}, {picture}"]
    )
    sku: Line = Field(default="", description="With placeholders", examples=["UV-{number:05d}"])
    price: Amount | None = Field(default=None, description="In the shop's currency", examples=["3.50"])
    quantity: int | None = Field(default=None, ge=-(2**31), lt=2**31, examples=[5])
    who_made: Line = Field(default="i_did", description="i_did, someone_else, collective")
    when_made: Line = Field(default="made_to_order", description="made_to_order, or a decade")
    is_supply: bool = False
    category: Line = Field(
        default="", description="Path, last name or id of a category", examples=["Tumblers & Water Glasses"]
    )
    section: Line = Field(default="", description="Name or id", examples=["Cup wraps"])
    shipping_profile: Line = Field(default="", description="Name or id", examples=["Standard"])
    return_policy: Line = Field(default="", description="Its terms, or id", examples=["no returns"])
    processing_profile: Line = Field(default="", description="Name or id", examples=["ready_to_ship 1-2 days"])
    production_partners: tuple[Line, ...] = Field(default=(), max_length=100, description="Names or ids")
    type: Line = Field(default="physical", description="physical, download or both")
    item_weight: Amount | None = None
    item_weight_unit: Line = Field(default="", description="oz, lb, g, kg")
    item_length: Amount | None = None
    item_width: Amount | None = None
    item_height: Amount | None = None
    item_dimensions_unit: Line = Field(default="", description="in, ft, mm, cm, m, yd, inches")
    should_auto_renew: bool = Field(default=False, description="Renewing costs money")
    is_customizable: bool | None = None
    is_taxable: bool | None = None
    mockup_sets: tuple[Line, ...] = Field(
        default=(), max_length=200, description="Whose mockups are shown, in this order; all when empty"
    )
    shared_pictures: tuple[Line, ...] = Field(default=(), max_length=200, description="Names; they come last")
    fields: dict[str, Line] = Field(
        default_factory=dict, max_length=200, description="Words of the seller's own, for placeholders"
    )

    @field_validator("price", "item_weight", "item_length", "item_width", "item_height")
    @classmethod
    def _finite(cls, value: Decimal | None) -> Decimal | None:
        if value is None:
            return value
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or abs(value) >= _MOST_AMOUNT or exponent < -_MOST_PLACES:
            raise ValueError(f"must be a number below {_MOST_AMOUNT:,} with at most {_MOST_PLACES} places")
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
