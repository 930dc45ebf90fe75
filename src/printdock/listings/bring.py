"""A draft that is at Etsy is brought to what it is to be: pictures, fields, stock, file. Every step may be run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from printdock.errors import EtsyKeyRefused, EtsyNotFound, EtsyRefused
from printdock.etsy.models import Listing
from printdock.listings.bench import Bench
from printdock.listings.changes import Change, field_changes, inventory_change, to_send
from printdock.listings.create import look_for_twins
from printdock.listings.draft import Draft
from printdock.listings.files import ensure_file
from printdock.listings.journal import State
from printdock.listings.pictures import forget_absent, in_order, read_back, upload_missing
from printdock.listings.plain import plain_fields
from printdock.listings.snapshots import take_snapshot
from printdock.listings.subject import Subject


@dataclass(frozen=True, slots=True)
class Brought:
    """``changes``: what was changed and what was left as the seller made it. ``published``: not a draft any more, and
    therefore left alone."""

    changes: tuple[Change, ...] = ()
    published: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is other than before."""
        return any(not change.kept for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is to be changed, and what was found. ``theirs``: the seller's own pictures, which come
    after printdock's."""

    fields: list[Change]
    stock: Change | None
    pictures: bool
    theirs: list[int]

    @property
    def nothing(self) -> bool:
        stocked = self.stock is not None and not self.stock.kept
        return not self.pictures and not stocked and all(change.kept for change in self.fields)


def bring(
    bench: Bench,
    draft: Draft,
    subject: Subject,
    made: Listing | None,
    *,
    overwrite: bool = False,
    published: bool = False,
) -> Brought:
    """Make the listing what ``draft`` says. ``made``: as Etsy just showed it, None where it is to be asked.

    What the seller changed at Etsy stays, unless ``overwrite``. A listing that is not a draft any more is left alone,
    unless ``published``. Raises `EtsyNotFound` (it was deleted), `EtsyUnavailable`, `EtsyRefused`.
    """
    there = made if made is not None and made.images is not None else _there(bench)
    if there.state != "draft" and not published:
        bench.note(f"It is {there.state} at Etsy: left alone.")
        return Brought(published=True)
    stock = bench.desk.etsy.inventory(bench.listing_id)
    aim = _aim(bench, draft, there, stock, overwrite=overwrite)
    new_file = draft.file is not None and _file_sent(bench) != subject.sha256.hex()
    if bench.entry.state is State.DONE:
        if aim.nothing and not new_file:
            return Brought(_all(aim))
        take_snapshot(bench, there, stock)
        kept = {"theirs": aim.theirs, "keep_pictures": not aim.pictures}
        bench.write(state=State.MADE.value, sent={**(bench.entry.sent or {}), **kept})
    shown, pictured = _show(bench, draft, there, aim)
    if aim.stock is not None and not aim.stock.kept:
        bench.desk.etsy.put_inventory(bench.listing_id, draft.inventory())
        bench.write()
    filed = _file(bench, draft, subject, new=new_file)
    _check(bench, shown, plain_fields(draft.fields), aim.fields)
    look_for_twins(bench)
    _finish(bench, draft, shown if aim.pictures else None)
    return Brought((*_all(aim), *pictured, *filed))


def _there(bench: Bench) -> Listing:
    try:
        return bench.desk.etsy.listing(bench.listing_id)
    except EtsyNotFound as error:
        bench.fail(error, State.GONE)
        raise


def _aim(bench: Bench, draft: Draft, there: Listing, stock: dict[str, Any], *, overwrite: bool) -> _Aim:
    """Compare. Pictures that the seller added, took off or reordered at Etsy stay so, while the template's are the same.

    Only a draft that was done can have such: what else is there that nobody knows came of an answer that was lost.
    """
    sent = bench.entry.sent or {}
    changes = field_changes(
        sent.get("fields") or {}, plain_fields(there.fields), plain_fields(draft.fields), overwrite=overwrite
    )
    stocked = inventory_change(sent.get("inventory"), stock, draft.inventory(), overwrite=overwrite)
    if bench.entry.state is not State.DONE:
        return _Aim(changes, stocked, not sent.get("keep_pictures", False), list(sent.get("theirs") or ()))
    now, before = [image.id for image in there.images or ()], list(sent.get("order") or ())
    same = sent.get("pictures") == [picture.digest.hex() for picture in draft.pictures]
    theirs = [image for image in now if image not in before]
    return _Aim(changes, stocked, not same or (overwrite and now != before), [] if overwrite else theirs)


def _file_sent(bench: Bench, what: str = "sha256") -> str | None:
    found = ((bench.entry.sent or {}).get("file") or {}).get(what)
    return None if found is None else str(found)


def _file(bench: Bench, draft: Draft, subject: Subject, *, new: bool) -> tuple[Change, ...]:
    """Have the buyers' file there. ``new``: another one than before."""
    if draft.file is None:
        return ()
    before = _file_sent(bench, "name")
    ensure_file(bench, draft.file, subject.sha256)
    return (Change("file", before, draft.file.name),) if new else ()


def _all(aim: _Aim) -> tuple[Change, ...]:
    return (*aim.fields, *([aim.stock] if aim.stock else []))


def _show(bench: Bench, draft: Draft, there: Listing, aim: _Aim) -> tuple[Listing, tuple[Change, ...]]:
    """Pictures and fields; the listing as it reads afterwards."""
    before = [image.id for image in there.images or ()]
    try:
        order = _apply(bench, draft, before, aim)
    except EtsyRefused as error:
        if isinstance(error, EtsyNotFound | EtsyKeyRefused) or not forget_absent(bench, draft.pictures, before):
            raise
        order = _apply(bench, draft, before, aim)
    shown = read_back(bench, order)
    return shown, () if before == order else (Change("pictures", before, order),)


def _apply(bench: Bench, draft: Draft, before: list[int], aim: _Aim) -> list[int]:
    fields = to_send(aim.fields, plain_fields(draft.fields))
    order = in_order(upload_missing(bench, draft.pictures), aim.theirs) if aim.pictures else before
    if order != before:
        fields["image_ids"] = order
    if fields:
        bench.desk.etsy.update_listing(bench.etsy_shop_id, bench.listing_id, fields)
        bench.write()
    return order


def _check(bench: Bench, shown: Listing, wanted: dict[str, Any], changes: list[Change]) -> None:
    """Etsy answers 200 to changes that it does not make: what it did not take is said."""
    kept = {change.field for change in changes if change.kept}
    now = plain_fields(shown.fields)
    for name, value in wanted.items():
        if name not in kept and name in now and now[name] != value:
            bench.note(f"Etsy did not take {name}: it shows {str(now[name])[:80]!r}.")


def _finish(bench: Bench, draft: Draft, shown: Listing | None) -> None:
    """Write down what printdock has set. ``shown``: None where the pictures are as the seller left them."""
    sent = {name: value for name, value in (bench.entry.sent or {}).items() if name not in ("theirs", "keep_pictures")}
    sent |= {
        "fields": plain_fields(draft.fields),
        "inventory": draft.inventory(),
        "pictures": [picture.digest.hex() for picture in draft.pictures],
    }
    if shown is not None:
        sent["order"] = [image.id for image in shown.images or ()]
    bench.write(state=State.DONE.value, sent=sent, error=None, notes=bench.notes or None)
