"""Templates: the products a shop sells, and how art becomes a print file for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.accounts import audit
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key, Line
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.state import ServicesIn
from printdock.errors import NotFound, UsageError
from printdock.imaging.types import Fit
from printdock.templates import queries
from printdock.templates.naming import DEFAULT_PATTERN
from printdock.templates.presets import PRESETS
from printdock.templates.queries import FIRST_NUMBER, Template, recipe_data, recipe_from

router = APIRouter(prefix="/templates", tags=["templates"])


class RecipeIn(BaseModel):
    """How art becomes a print file. What is left out stays as it is, or as the preset has it."""

    width_in: float | None = Field(default=None, description="Print width, inches", examples=[9.5])
    height_in: float | None = Field(default=None, description="Print height, inches", examples=[4.33])
    dpi: int | None = Field(default=None, description="Dots per inch", examples=[400])
    fit: Fit | None = Field(default=None, description="How art meets the print area")
    canvas_in: tuple[float, float] | None = Field(default=None, description="Transparent canvas, inches")
    margin_in: float | None = Field(default=None, description="Kept free on every side, inches")
    rotate_to_fit: bool | None = None
    mirror: bool | None = Field(default=None, description="Left-right, for sublimation")
    despeckle: bool | None = Field(default=None, description="Erase stray specks")
    needs_alpha: bool | None = None
    max_upscale: float | None = Field(default=None, description="Warn when enlarged more than this")
    alpha_threshold: int | None = Field(default=None, description="Alpha up to this is nothing")
    errors: list[Line] | None = Field(default=None, max_length=50, description="Print warnings that refuse a file")

    def changes(self) -> dict[str, Any]:
        """What was given, as plain data."""
        return self.model_dump(mode="json", exclude_none=True)


class TemplateIn(BaseModel):
    """A new template."""

    name: Line = Field(description="Also its folder in the storage; cannot be changed later", examples=["UVDTF 16oz"])
    like: str | None = Field(default=None, description="Start from this preset", examples=["UVDTF 16oz"])
    recipe: RecipeIn = RecipeIn()
    prefix: Line | None = Field(default=None, description="UV or DTF; from the name when not given", examples=["UV"])
    pattern: Line | None = Field(default=None, description="File name pattern", examples=[DEFAULT_PATTERN])
    first_number: int = Field(default=FIRST_NUMBER, ge=0, le=1_000_000_000)


class TemplateChange(BaseModel):
    """What is to change; the rest stays. Print files made before stay as they are."""

    recipe: RecipeIn = RecipeIn()
    prefix: Line | None = None
    pattern: Line | None = None
    next_number: int | None = Field(default=None, ge=0, le=1_000_000_000, description="Only upwards")


class RecipeOut(BaseModel):
    """How art becomes a print file."""

    width_in: float
    height_in: float
    dpi: int
    fit: Fit
    canvas_in: tuple[float, float] | None
    margin_in: float
    rotate_to_fit: bool
    mirror: bool
    despeckle: bool
    needs_alpha: bool
    max_upscale: float
    alpha_threshold: int
    errors: list[str]


class TemplateOut(BaseModel):
    """One product of the shop."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["UVDTF 16oz"])
    prefix: str = Field(examples=["UV"])
    pattern: str = Field(examples=[DEFAULT_PATTERN])
    next_number: int = Field(description="The number of the next new print file", examples=[907])
    recipe: RecipeOut


class PresetOut(BaseModel):
    """A product ready to use: it becomes a template of the shop when it is first used."""

    name: str = Field(examples=["Mug 11oz"])
    recipe: RecipeOut


class PresetsOut(BaseModel):
    """All presets."""

    items: list[PresetOut]


@router.get("")
def list_templates(
    services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], paging: PagingIn
) -> Page[TemplateOut]:
    """The shop's templates by name."""
    after = paging.after(str)
    with services.database.read() as connection:
        own = queries.list_templates(connection, caller.shop)
    left = [one for one in own if after is None or one.name > after[0]]
    return Page[TemplateOut](**page_of(left, paging, _shown, lambda one: (one.name,)))


@router.get("/presets")
def list_presets(_caller: Annotated[Caller, allowed(Scope.READ)]) -> PresetsOut:
    """Products ready to use: an upload may name one, a new template may start from one (`like`)."""
    return PresetsOut(
        items=[PresetOut(name=name, recipe=RecipeOut(**recipe_data(recipe))) for name, recipe in PRESETS.items()]
    )


@router.get("/{template}", responses=declared(404))
def show_template(template: Key, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> TemplateOut:
    """One template."""
    with services.database.read() as connection:
        return _shown(_found(queries.template_by_id(connection, caller.shop, template)))


@router.post("", status_code=201, responses=declared(409))
def create_template(
    body: TemplateIn, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.ADMIN)]
) -> TemplateOut:
    """A new template. Without `like` its recipe needs `width_in` and `height_in`."""
    values = _preset(body.like) | body.recipe.changes()
    if "width_in" not in values or "height_in" not in values:
        raise UsageError("A template needs width_in and height_in, or a preset it is like.", code="no_print_size")
    now = services.clock()
    with services.database.write() as connection:
        made = queries.add_template(
            connection,
            caller.shop,
            body.name,
            recipe_from(values),
            now,
            prefix=body.prefix,
            pattern=body.pattern or DEFAULT_PATTERN,
            first_number=body.first_number,
        )
        audit.record(connection, caller.shop.id, caller.actor, "template_made", now, subject=made.name)
    return _shown(made)


@router.patch("/{template}", responses=declared(404))
def change_template(
    template: Key, body: TemplateChange, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.ADMIN)]
) -> TemplateOut:
    """Change a template for what is made from now on."""
    now = services.clock()
    with services.database.write() as connection:
        before = _found(queries.template_by_id(connection, caller.shop, template))
        after = queries.change_template(
            connection,
            replace(
                before,
                recipe=recipe_from(recipe_data(before.recipe) | body.recipe.changes()),
                prefix=before.prefix if body.prefix is None else body.prefix,
                pattern=before.pattern if body.pattern is None else body.pattern,
                next_number=before.next_number if body.next_number is None else body.next_number,
            ),
        )
        changes = body.model_dump(mode="json", exclude_none=True)
        audit.record(
            connection, caller.shop.id, caller.actor, "template_changed", now, subject=after.name, data=changes
        )
    return _shown(after)


def _preset(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    if name not in PRESETS:
        raise UsageError(
            f"There is no preset {name[:80]!r}.", code="unknown_preset", remedy="GET /api/v1/templates/presets."
        )
    return recipe_data(PRESETS[name])


def _found(template: Template | None) -> Template:
    if template is None:
        raise NotFound("The shop has no such template.", code="no_such_template")
    return template


def _shown(template: Template) -> TemplateOut:
    return TemplateOut(
        id=template.id,
        name=template.name,
        prefix=template.prefix,
        pattern=template.pattern,
        next_number=template.next_number,
        recipe=RecipeOut(**recipe_data(template.recipe)),
    )
