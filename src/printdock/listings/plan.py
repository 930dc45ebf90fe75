"""What would be made or changed at Etsy, as a diff. Nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection

from printdock.errors import EtsyNotFound, FieldProblem
from printdock.listings import journal, templates
from printdock.listings.changes import Change, field_changes, inventory_change
from printdock.listings.compose import Composer
from printdock.listings.desk import Desk
from printdock.listings.directory import load_directory
from printdock.listings.draft import Draft
from printdock.listings.edits import Edits, find_edits
from printdock.listings.fingerprint import of_draft
from printdock.listings.journal import Entry, State
from printdock.listings.plain import plain_fields
from printdock.listings.shared import load_shared_pictures
from printdock.listings.subject import Subject
from printdock.listings.templates import StoredTemplate

#: What would happen for one design.
Action = Literal["create", "change", "same", "finish", "refused", "ask", "gone", "published"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen for one design.

    ``action``: ``create``; ``change``; ``same`` (nothing to do); ``finish`` (begun before); ``refused`` (``problems`` say
    why); ``ask`` (a person has to choose); ``gone`` (deleted at Etsy); ``published`` (left alone).
    ``edits``: what the seller set for it; ``looked``: compared with the listing as it is at Etsy now.
    """

    subject: Subject
    action: Action
    draft: Draft
    problems: tuple[FieldProblem, ...] = ()
    changes: tuple[Change, ...] = ()
    entry: Entry | None = None
    edits: Edits | None = None
    looked: bool = False

    @property
    def works(self) -> bool:
        """Whether a job would do anything."""
        return self.action in ("create", "change", "finish")

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "number": self.subject.number,
            "design": str(self.subject.design),
            "action": self.action,
            "title": self.draft.title,
            "etsy_listing": self.entry.etsy_listing_id if self.entry else None,
            "problems": [
                {"field": one.field, "code": one.code, "message": one.message, "remedy": one.remedy}
                for one in self.problems
            ],
            "changes": [change.as_dict() for change in self.changes],
            "draft": self.draft.as_dict(),
        }


def make_plan(
    desk: Desk,
    stored: StoredTemplate,
    subjects: Sequence[Subject],
    *,
    overwrite: bool = False,
    look: bool = False,
    ask: bool = True,
) -> list[Planned]:
    """What drafts of these designs would need.

    Reads from Etsy: names, and the listings that would change; with ``look`` all that were made, which finds those that
    were deleted there; without ``ask`` none: the diff is then against what printdock last set.
    """
    template = stored.template
    shared = load_shared_pictures(desk.storage, desk.shop, template.shared_pictures)
    directory = load_directory(desk)
    composer = Composer(template, directory, desk.connected.currency, desk.shop.name, shared, desk.clock())
    with desk.database.read() as connection:
        designs = [subject.design for subject in subjects]
        own = templates.own_words(connection, desk.shop, designs)
        edits = find_edits(connection, desk.shop, stored.id, designs)
        entries = journal.find_entries(connection, desk.shop, stored.id, [subject.print_file for subject in subjects])
    found = []  # all as if they were to be created, until `_decided` has looked
    for subject in subjects:
        edited = edits.get(subject.design)
        made = composer.compose(subject, own.get(subject.design), edited)
        entry = entries.get(subject.print_file)
        found.append(Planned(subject, "create", made.draft, made.problems, entry=entry, edits=edited))
    with desk.database.read() as connection:
        found = _unlike(connection, desk, stored, found)
    return [_decided(desk, one, overwrite=overwrite, look=look or overwrite, ask=ask) for one in found]


def _unlike(connection: Connection, desk: Desk, stored: StoredTemplate, planned: list[Planned]) -> list[Planned]:
    """Two drafts that nothing tells apart could be taken for each other: both get a problem."""
    prints = [None if one.problems else of_draft(one.draft) for one in planned]
    many = Counter(prints)
    others = journal.same_fingerprints(connection, desk.shop, [one for one in many if one is not None])
    return [
        one if mark is None or (many[mark] == 1 and not others.get(mark, set()) - {(one.subject.print_file, stored.id)})
        else replace(one, problems=(_REPEATED,))
        for one, mark in zip(planned, prints, strict=True)
    ]  # fmt: skip


_REPEATED = FieldProblem(
    "title",
    "title_repeated",
    "is that of another draft with the same price and category",
    "Put {number} into the title: it also leads from an order to its print file.",
)


def _decided(desk: Desk, planned: Planned, *, overwrite: bool, look: bool, ask: bool) -> Planned:
    entry = planned.entry
    if entry is not None and entry.state in (State.ASK, State.GONE):
        return replace(planned, action="ask" if entry.state is State.ASK else "gone")
    if planned.problems:
        return replace(planned, action="refused")
    if entry is None or entry.etsy_listing_id is None:
        sent = entry is not None and entry.sends > 0 and entry.state is not State.REFUSED
        return replace(planned, action="finish" if sent else "create", changes=_everything(planned.draft))
    if entry.state is State.MADE:
        return replace(planned, action="finish")
    if not (look and ask) and _unchanged(entry, planned):
        return replace(planned, action="same")
    if not ask:
        return _assumed(planned, entry)
    return _compared(desk, planned, entry, overwrite=overwrite)


def _everything(draft: Draft) -> tuple[Change, ...]:
    shown = draft.as_dict()
    return tuple(Change(name, None, value) for name, value in shown.items() if value not in (None, [], ""))


def _unchanged(entry: Entry, planned: Planned) -> bool:
    """Whether all that is wanted was set before; what the seller did at Etsy since is the seller's."""
    sent = entry.sent or {}
    file = (sent.get("file") or {}).get("sha256")
    return (
        sent.get("fields") == plain_fields(planned.draft.fields)
        and sent.get("inventory") == planned.draft.inventory()
        and sent.get("pictures") == [picture.digest.hex() for picture in planned.draft.pictures]
        and (planned.draft.file is None or file == planned.subject.sha256.hex())
    )


def _assumed(planned: Planned, entry: Entry) -> Planned:
    """The diff against what printdock last set, as if nobody had touched the listing since."""
    sent, draft = entry.sent or {}, planned.draft
    changes = field_changes({}, sent.get("fields") or {}, plain_fields(draft.fields), overwrite=True)
    if sent.get("inventory") is not None:
        stock = inventory_change(None, sent["inventory"], draft.inventory(), overwrite=True)
        changes += [stock] if stock else []
    return _changing(planned, changes + _attached(planned, sent, list(sent.get("order") or ())))


def _compared(desk: Desk, planned: Planned, entry: Entry, *, overwrite: bool) -> Planned:
    """The diff against the listing as it is at Etsy now."""
    assert entry.etsy_listing_id is not None
    planned = replace(planned, looked=True)
    try:
        there = desk.etsy.listing(entry.etsy_listing_id)
    except EtsyNotFound:
        with desk.database.write() as connection:
            journal.note_gone(connection, desk.shop, entry.id, entry.etsy_listing_id, desk.clock())
        return replace(planned, action="gone")
    if there.state != "draft":
        return replace(planned, action="published")
    sent, draft = entry.sent or {}, planned.draft
    changes = field_changes(
        sent.get("fields") or {}, plain_fields(there.fields), plain_fields(draft.fields), overwrite=overwrite
    )
    stock = inventory_change(
        sent.get("inventory"), desk.etsy.inventory(there.id), draft.inventory(), overwrite=overwrite
    )
    changes += [stock] if stock else []
    return _changing(planned, changes + _attached(planned, sent, [image.id for image in there.images or ()]))


def _attached(planned: Planned, sent: dict[str, Any], now: list[int]) -> list[Change]:
    """Pictures and the buyers' file, where they are others than those last sent. ``now``: ids of the pictures there."""
    draft, changes = planned.draft, []
    if sent.get("pictures") != [picture.digest.hex() for picture in draft.pictures]:
        changes.append(Change("pictures", now, [picture.key for picture in draft.pictures]))
    if draft.file is not None and (sent.get("file") or {}).get("sha256") != planned.subject.sha256.hex():
        changes.append(Change("file", (sent.get("file") or {}).get("name"), draft.file.name))
    return changes


def _changing(planned: Planned, changes: list[Change]) -> Planned:
    action: Action = "change" if any(not change.kept for change in changes) else "same"
    return replace(planned, action=action, changes=tuple(changes))


def enter_all(desk: Desk, connection: Connection, stored: StoredTemplate, planned: Sequence[Planned]) -> list[UUID]:
    """The rows of these, in order; made where there are none."""
    now = desk.clock()
    return [journal.enter(connection, desk.shop, stored.id, one.subject, now) for one in planned]


def begin_gone_again(desk: Desk, planned: Sequence[Planned]) -> int:
    """Let those that were deleted at Etsy be made anew; answers how many."""
    gone = [one.entry for one in planned if one.action == "gone" and one.entry is not None]
    with desk.database.write() as connection:
        for entry in gone:
            journal.begin_again(connection, desk.shop, entry.id, desk.clock())
    return len(gone)
