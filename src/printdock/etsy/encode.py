"""Values as Etsy reads them in forms and queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from printdock.errors import InputRefused

Value = str | int | float | Decimal | bool | Sequence[str] | Sequence[int] | None


def form(values: Mapping[str, Value]) -> dict[str, str]:
    """``values`` as form fields; None is left out.

    An array is one value with commas between: of repeated keys Etsy keeps only the last. Raises `InputRefused` for an
    item that holds a comma itself.
    """
    return {name: _text(name, value) for name, value in values.items() if value is not None}


def _text(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return str(value)
    items = [str(item) for item in value or ()]
    if any("," in item for item in items):
        raise InputRefused(f"An item of {name} holds a comma, which separates items.", code="comma_in_item")
    return ",".join(items)
