"""One draft from its row to Etsy: composed, checked, made once, brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from printdock.errors import EtsyRefused, ListingRefused, UsageError
from printdock.listings import templates
from printdock.listings.bench import Bench, on_bench
from printdock.listings.bring import bring
from printdock.listings.compose import Composer
from printdock.listings.create import ensure_draft, find_out
from printdock.listings.desk import Desk
from printdock.listings.directory import forget_directory, load_directory
from printdock.listings.draft import Draft
from printdock.listings.edits import find_edits
from printdock.listings.shared import load_shared_pictures
from printdock.listings.snapshots import undo
from printdock.listings.subject import Subject, is_deleted, subject_of


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a draft. ``outcome``: created, changed, same or published."""

    listing: UUID
    outcome: str
    etsy_listing: int
    changes: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "listing": str(self.listing),
            "outcome": self.outcome,
            "etsy_listing": self.etsy_listing,
            "changes": list(self.changes),
            "notes": list(self.notes),
        }


def make_draft(desk: Desk, key: UUID, *, overwrite: bool = False, published: bool = False) -> Made:
    """Make the draft of a row, or bring it up to date; safe to run again after any end.

    Raises `ListingRefused` (nothing was sent), `UsageError` ("design_deleted"; what was sent before has been looked
    for), and what `ensure_draft` and `bring` raise.
    """
    with on_bench(desk, key) as bench:
        check_shop(bench)
        _refuse_deleted(bench)
        draft, subject = _composed(bench)
        fresh = "fields" not in (bench.entry.sent or {})  # never finished before
        try:
            made = ensure_draft(bench, draft)
            brought = bring(bench, draft, subject, made, overwrite=overwrite, published=published)
        except EtsyRefused as error:
            forget_directory(desk)  # an id may have become stale since it was read
            bench.fail(error)
            raise
        outcome = "created" if fresh else _outcome(bench, brought.published, brought.changed)
        changes = () if fresh else tuple(change.as_dict() for change in brought.changes)
        return Made(key, outcome, bench.listing_id, changes, tuple(bench.notes))


def find_out_deleted(desk: Desk, key: UUID) -> None:
    """Learn whether Etsy made the draft of a design that was deleted since, and make none. Raises as `make_draft`."""
    with on_bench(desk, key) as bench:
        check_shop(bench)
        _refuse_deleted(bench)


def _refuse_deleted(bench: Bench) -> None:
    """A deleted design gets no draft; but one that may have been made must be known, so that it can be deleted, too."""
    desk = bench.desk
    with desk.database.read() as connection:
        if not is_deleted(connection, desk.shop, bench.entry.print_file):
            return
    find_out(bench)
    there = bench.entry.etsy_listing_id
    error = UsageError(
        "Its design was deleted." if there is None else f"Its design was deleted. Etsy has its listing {there}.",
        code="design_deleted",
        remedy="Bring the design back."
        if there is None
        else f"Bring the design back, or delete the draft: `printdock listings remove {bench.entry.id}`.",
    )
    bench.fail(error)
    raise error


def _outcome(bench: Bench, published: bool, changed: bool) -> str:
    return "published" if published else "changed" if changed else "same"


def _composed(bench: Bench) -> tuple[Draft, Subject]:
    """The draft as it is to be now. Raises `ListingRefused` with every problem."""
    desk, entry = bench.desk, bench.entry
    with desk.database.read() as connection:
        template = templates.listing_template_by_id(connection, desk.shop, entry.template_id).template
        subject = subject_of(connection, desk.shop, entry.print_file)
        own = templates.own_words(connection, desk.shop, [subject.design]).get(subject.design)
        edits = find_edits(connection, desk.shop, entry.template_id, [subject.design]).get(subject.design)
    shared = load_shared_pictures(desk.storage, desk.shop, template.shared_pictures)
    directory = load_directory(desk)
    composer = Composer(template, directory, desk.connected.currency, desk.shop.name, shared, desk.clock())
    made = composer.compose(subject, own, edits)
    if made.problems:
        error = ListingRefused(f"{subject.prefix} {subject.number}", made.problems)
        bench.fail(error)
        raise error
    return made.draft, subject


def undo_last(desk: Desk, key: UUID, snapshot: UUID | None = None) -> list[str]:
    """Undo the last change of a listing; answers which fields were put back.

    ``snapshot``: the change meant, so that doing it again after any end undoes no other one.
    """
    with on_bench(desk, key) as bench:
        check_shop(bench)
        if bench.entry.etsy_listing_id is None:
            raise UsageError("This listing is not at Etsy.", code="nothing_to_undo")
        return undo(bench, snapshot)


def check_shop(bench: Bench) -> None:
    """A draft stays with the shop at Etsy that it was made in."""
    there = bench.entry.etsy_shop_id
    if there is not None and there != bench.etsy_shop_id:
        raise UsageError(
            f"This listing belongs to another shop at Etsy ({there}).",
            code="other_etsy_shop",
            remedy="Connect that shop again, or make the drafts of this one in a printdock shop of its own.",
        )
