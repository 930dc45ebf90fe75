"""What differs between a draft as it is wanted and as it is at Etsy, and what of that is the seller's own doing.

Three sides are compared: what printdock last set, what is at Etsy now, and what is wanted now. A field that the seller
changed at Etsy, and that the template has not changed since, is the seller's and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from printdock.etsy import inventory
from printdock.listings.plain import TOGETHER


@dataclass(frozen=True, slots=True)
class Change:
    """A field: as it is at Etsy, and as it is wanted. ``kept``: the seller changed it at Etsy, and it stays so."""

    field: str
    before: Any
    after: Any
    kept: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"field": self.field, "before": self.before, "after": self.after, "kept": self.kept}


def field_changes(
    sent: Mapping[str, Any], there: Mapping[str, Any], wanted: Mapping[str, Any], *, overwrite: bool = False
) -> list[Change]:
    """Of fields in the form of `plain.plain_fields`. What the template does not set is left alone."""
    found = []
    for name, value in wanted.items():
        now = there.get(name)
        if now == value:
            continue
        theirs = name in sent and sent[name] == value and not overwrite
        found.append(Change(name, now, value, kept=theirs))
    return found


def to_send(changes: list[Change], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The form fields of a PATCH for what is not kept."""
    names = {change.field for change in changes if not change.kept}
    if names & set(TOGETHER):
        names |= set(TOGETHER)
    return {name: wanted[name] for name in sorted(names) if name in wanted}


def inventory_change(
    sent: Mapping[str, Any] | None, there: dict[str, Any], wanted: dict[str, Any], *, overwrite: bool = False
) -> Change | None:
    """Of price, quantity, SKU and processing profile; None where nothing differs.

    A listing with variations is the seller's own work: it is kept, whatever the template says.
    """
    if _same(there, wanted):
        return None
    theirs = not inventory.is_plain(there) or (sent is not None and _same(sent, wanted) and not overwrite)
    return Change("inventory", _shown(there), _shown(wanted), kept=theirs)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["products"] == other["products"])


def _shown(document: Mapping[str, Any]) -> Any:
    products = document["products"]
    if not inventory.is_plain(dict(document)):
        return f"{len(products)} variations"
    offering = products[0]["offerings"][0]
    shown = {"sku": products[0]["sku"], "price": offering["price"], "quantity": offering["quantity"]}
    return shown | {"processing": offering.get("readiness_state_id")}
