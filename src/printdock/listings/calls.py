"""How many calls to Etsy a plan takes when all goes well: repeated ones come on top."""

from __future__ import annotations

from collections.abc import Sequence

from printdock.listings.plan import Planned

#: Of a new draft besides its pictures, SKU and file: made, its stock looked at, pictures ordered, read back.
_NEW = 4

#: Of one that changes: looked at with its stock, changed, read back.
_CHANGED = 4


def calls_for(planned: Sequence[Planned]) -> int:
    """Calls for all of ``planned``. A shared picture counts once, whether it was uploaded for other drafts before or not."""
    shared: set[bytes] = set()
    return sum(_of(one, shared) for one in planned if one.works)


def _of(planned: Planned, shared: set[bytes]) -> int:
    draft, sent = planned.draft, (planned.entry.sent if planned.entry else None) or {}
    known = {bytes.fromhex(text) for text in sent.get("pictures") or ()}
    own = sum(1 for one in draft.pictures if not one.shared and one.digest not in known)
    fresh = {one.digest for one in draft.pictures if one.shared and one.digest not in known} - shared
    shared |= fresh
    if planned.action == "change":
        changed = {change.field for change in planned.changes if not change.kept}
        return _CHANGED + own + len(fresh) + ("inventory" in changed) + 3 * ("file" in changed)
    return _NEW + own + len(fresh) + bool(draft.sku) + 2 * (draft.file is not None)
