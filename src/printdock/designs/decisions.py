"""A person's decision on a match: keep both, drop the newcomer, or let it replace what the shop has; and back again.

What a decision changes is written into the match as it was before, in the same transaction, so that any decision can be
undone, in any order, by anybody who may decide: dropping and replacing as long as the files are kept (`bin.GRACE`),
keeping for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, text, update

from printdock.db.engine import Database
from printdock.db.tables import IS_REPLACING, LIVE, designs, matches, print_files, sources
from printdock.designs import bin as bin_
from printdock.designs import ledger, replace
from printdock.designs.lease import Clock
from printdock.designs.matches import Match, find_match
from printdock.designs.replace import Pair
from printdock.errors import Conflict, StorageError, StorageUnavailable
from printdock.shops.queries import Shop
from printdock.storage.base import Storage

log = logging.getLogger(__name__)

#: How many open replacements are looked at together.
PAGE = 100

Word = Literal["keep", "drop", "replace"]

#: Values of `matches.undo`: plain data, in JSON.
Before = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person decides. ``by``: who, for the record."""

    shop: Shop
    database: Database
    storage: Storage
    clock: Clock
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The match after the decision. ``send_again``: its file was refused, so it has to come once more to be stored."""

    match: Match
    send_again: bool


def decide(desk: Desk, key: int, word: Word) -> Decided:
    """Decide on match ``key``. Repeatable. Raises `UsageError` ("unknown_match") and `Conflict`:

    ``already_decided`` otherwise (undo that first), what `bin.delete_design` and `replace.pairs_of` raise, and what the
    storage raises while art is replaced: the decision stands then, and the next upload or check finishes it.
    """
    with desk.database.write() as connection:
        match = _held(connection, desk, key)
        if match.row.decision not in (None, word):
            raise Conflict(
                f"Match {key} was decided before: {match.row.decision}.",
                code="already_decided",
                remedy="Undo that first.",
            )
        if match.row.decision is None:
            _note(connection, desk, match, word, _make(connection, desk, match, word))
    if word == "replace":
        finish_replacing(desk, key)
    with desk.database.read() as connection:
        after = find_match(connection, desk.shop, key)
    return Decided(after, send_again=word != "drop" and after.row.design_id is None)


def undo(desk: Desk, key: int) -> Match:
    """Take the decision on match ``key`` back. Repeatable. Raises `UsageError` ("unknown_match") and `Conflict`:

    ``too_late`` when what it removed is gone, ``stored_meanwhile`` when a refused file that was kept has been stored
    since, ``changed_since`` when a later decision has replaced the same art.
    """
    with desk.database.write() as connection:
        match = _held(connection, desk, key)
        if match.row.decision == "replace" and match.row.design_id is not None:
            _begin_return(connection, desk, match)
    if match.row.decision == "replace" and match.row.design_id is not None:
        finish_replacing(desk, key)
    else:
        with desk.database.write() as connection:
            match = _held(connection, desk, key)
            if match.row.decision is not None:
                _take_back(connection, desk, match)
                _clear(connection, desk.shop, key)
    with desk.database.read() as connection:
        return find_match(connection, desk.shop, key)


def restore_design(connection: Connection, desk: Desk, key: UUID) -> None:
    """Bring a deleted design back. One that a decision dropped comes back undecided. Raises as `bin.bring_back`, and
    `Conflict` ("replaced_art") for art that was replaced: that is undone by its decision."""
    ledger.hold(connection, desk.shop)
    of_design = matches.c.shop_id == desk.shop.id, matches.c.design_id == key, matches.c.decision.is_not(None)
    for row in connection.execute(select(matches.c.id, matches.c.decision).where(*of_design)).all():
        if row.decision == "replace":
            raise Conflict(
                "This is the earlier art of a design whose art was replaced.",
                code="replaced_art",
                remedy=f"Undo the decision on match {row.id}.",
            )
        if row.decision == "drop":
            _point(connection, desk.shop, find_match(connection, desk.shop, row.id))
            _clear(connection, desk.shop, row.id)
    bin_.bring_back(connection, desk.shop, key, desk.clock())


def _held(connection: Connection, desk: Desk, key: int) -> Match:
    """The match; who else would change it waits until this transaction ends, and sees it as it is then."""
    ledger.hold(connection, desk.shop)
    return find_match(connection, desk.shop, key)


# --- making ------------------------------------------------------------------------------------------------------


def _make(connection: Connection, desk: Desk, match: Match, word: Word) -> Before:
    """Make the decision true; answers what it changed, as it was."""
    if match.row.kind == "duplicate" and match.row.design_id is None:
        return {} if word == "drop" else {"sources": _forget_source(connection, desk.shop, match)}
    if word == "keep":
        return _unflag(connection, desk.shop, match)
    if word == "drop":
        until = bin_.delete_design(connection, desk.shop, match.row.design_id, desk.clock())
        return {"until": until.isoformat(), "sources": _refuse_from_now_on(connection, desk.shop, match)}
    return _begin_replacing(connection, desk, match)


def _unflag(connection: Connection, shop: Shop, match: Match) -> Before:
    here = designs.c.shop_id == shop.id, designs.c.id == match.row.design_id
    before = connection.execute(select(designs.c.similar_to, designs.c.similar_distance).where(*here)).one_or_none()
    connection.execute(update(designs).where(*here).values(similar_to=None, similar_distance=None))
    if before is None or before.similar_to is None:
        return {}
    return {"similar_to": before.similar_to.hex, "similar_distance": before.similar_distance}


def _forget_source(connection: Connection, shop: Shop, match: Match) -> list[dict[str, Any]]:
    """The refused bytes are new from now on."""
    own = (*_own_source(shop, match), sources.c.match_id == match.id)
    before = [_plain(row) for row in connection.execute(select(sources).where(*own))]
    connection.execute(delete(sources).where(*own))
    return before


def _refuse_from_now_on(connection: Connection, shop: Shop, match: Match) -> list[dict[str, Any]]:
    """The bytes of a newcomer that is not wanted answer as what the shop has."""
    files = select(print_files.c.id).where(
        print_files.c.shop_id == shop.id, print_files.c.design_id == match.row.design_id
    )
    theirs = sources.c.shop_id == shop.id, sources.c.print_file_id.in_(files)
    before = [_plain(row) for row in connection.execute(select(sources).where(*theirs))]
    stays = select(print_files.c.id, print_files.c.template_id).where(
        print_files.c.shop_id == shop.id,
        print_files.c.design_id == match.row.matched_design_id,
        print_files.c.state.in_(LIVE),
    )
    kept = {row.template_id: row.id for row in connection.execute(stays.order_by(print_files.c.id.desc()))}
    if not kept:
        return []
    first = kept.get(match.row.template_id, next(iter(kept.values())))
    for row in before:
        mine = sources.c.template_id == row["template_id"], sources.c.sha256 == bytes.fromhex(row["sha256"])
        there = update(sources).where(sources.c.shop_id == shop.id, *mine)
        connection.execute(there.values(print_file_id=kept.get(row["template_id"], first), match_id=match.id))
    return before


def _begin_replacing(connection: Connection, desk: Desk, match: Match) -> Before:
    pairs, moved = replace.pairs_of(connection, desk.shop, match.row)
    replace.begin(connection, desk.shop, pairs, desk.clock())
    return {
        "pairs": [[pair.kept.hex, pair.newcomer.hex] for pair in pairs],
        "moved": [one.hex for one in moved],
        "step": "going",
    }


# --- replacing goes on where it stopped --------------------------------------------------------------------------


def finish_replacing(desk: Desk, key: int) -> None:
    """Go on with replacing, or with undoing it, until the files lie where they belong and the rows say so."""
    replace.finish(desk.shop, desk.database, desk.storage, desk.clock, match=key)
    with desk.database.write() as connection:
        match = _held(connection, desk, key)
        before: Before = match.row.undo or {}
        if replace.under_way(connection, desk.shop, key):
            return
        if before.get("step") == "going":
            _settle_replaced(connection, desk, match, before)
        elif before.get("step") == "returning":
            _settle_returned(connection, desk, match, before)


def finish_all(desk: Desk) -> None:
    """Finish every replacement of the shop that was cut off, and begin those that waited for their file.

    One that cannot go on, because a file is not what it was, is logged and keeps nobody else waiting. Raises
    `StorageUnavailable`.
    """
    for row in _open_replacements(desk):
        if (row.undo or {}).get("step") is None and not _began(desk, row.id):
            continue
        try:
            finish_replacing(desk, row.id)
        except StorageUnavailable:
            raise
        except StorageError as reason:
            log.warning("match %d cannot be replaced: %s", row.id, reason)


def _open_replacements(desk: Desk) -> Iterator[Row[int, Any]]:
    """Newest first, a page at a time."""
    found = (
        select(matches.c.id, matches.c.undo)
        .where(matches.c.shop_id == desk.shop.id, text(IS_REPLACING), matches.c.design_id.is_not(None))
        .order_by(matches.c.id.desc())
        .limit(PAGE)
    )
    older = found
    while True:
        with desk.database.read() as connection:
            rows = connection.execute(older).all()
        yield from rows
        if len(rows) < PAGE:
            return
        older = found.where(matches.c.id < rows[-1].id)


def _began(desk: Desk, key: int) -> bool:
    """Whether what waited for its file to be sent again could be begun."""
    try:
        with desk.database.write() as connection:
            match = _held(connection, desk, key)
            _note(connection, desk, match, "replace", _begin_replacing(connection, desk, match))
    except Conflict as reason:
        log.warning("match %d waits for its files: %s", key, reason)
        return False
    return True


def _settle_replaced(connection: Connection, desk: Desk, match: Match, before: Before) -> None:
    shop, row = desk.shop, match.row
    _give(connection, shop, before["moved"], row.matched_design_id)
    until = bin_.delete_design(connection, shop, row.design_id, desk.clock())
    replace.exchange_looks(connection, shop, row.matched_design_id, row.design_id)
    pointed = _refuse_from_now_on(connection, shop, match)
    mine = sources.c.shop_id == shop.id, sources.c.match_id == match.id
    connection.execute(update(sources).where(*mine).values(match_id=None))  # they are stored: as the kept number
    _note(connection, desk, match, "replace", before | {"step": "done", "sources": pointed, "until": until.isoformat()})


def _begin_return(connection: Connection, desk: Desk, match: Match) -> None:
    shop, before = desk.shop, match.row.undo or {}
    if before.get("step") != "done":
        return
    _check_in_time(before, desk.clock())
    _check_stands(connection, shop, match)
    pairs = [Pair(match.id, UUID(kept), UUID(newcomer)) for kept, newcomer in before["pairs"]]
    replace.begin(connection, shop, pairs, desk.clock())
    _set(connection, shop, match.id, undo=before | {"step": "returning"}, undo_until=None)


def _check_stands(connection: Connection, shop: Shop, match: Match) -> None:
    """The design has the art that this decision gave it, and is there."""
    later = select(matches.c.id).where(
        matches.c.shop_id == shop.id,
        matches.c.matched_design_id == match.row.matched_design_id,
        matches.c.decision == "replace",
        matches.c.design_id.is_not(None),  # else it waits for its file
        matches.c.decided_at > match.row.decided_at,
    )
    other = connection.execute(later.limit(1)).scalar_one_or_none()
    if other is not None:
        raise Conflict(
            "The same design's art was replaced again since.", code="changed_since", remedy=f"Undo match {other} first."
        )
    here = designs.c.shop_id == shop.id, designs.c.id == match.row.matched_design_id, designs.c.deleted_at.is_(None)
    if connection.execute(select(designs.c.id).where(*here)).one_or_none() is None:
        raise Conflict("The design was deleted since.", code="changed_since", remedy="Bring it back first.")


def _settle_returned(connection: Connection, desk: Desk, match: Match, before: Before) -> None:
    shop, row = desk.shop, match.row
    replace.exchange_looks(connection, shop, row.matched_design_id, row.design_id)
    bin_.bring_back(connection, shop, row.design_id, desk.clock())
    _give(connection, shop, before["moved"], row.design_id)
    _repoint(connection, shop, before.get("sources", []), None)
    _clear(connection, shop, match.id)


def _give(connection: Connection, shop: Shop, files: list[str], design: UUID) -> None:
    """Print files of products that only one of the two was prepared for go with the art."""
    if files:
        theirs = print_files.c.shop_id == shop.id, print_files.c.id.in_([UUID(one) for one in files])
        connection.execute(update(print_files).where(*theirs).values(design_id=design))


# --- undoing -----------------------------------------------------------------------------------------------------


def _take_back(connection: Connection, desk: Desk, match: Match) -> None:
    shop, before = desk.shop, match.row.undo or {}
    if match.row.design_id is None:
        _forget_nothing_stored(connection, shop, match, before)
    elif match.row.decision == "keep":
        if "similar_to" in before:
            flag = {"similar_to": UUID(before["similar_to"]), "similar_distance": before["similar_distance"]}
            here = update(designs).where(designs.c.shop_id == shop.id, designs.c.id == match.row.design_id)
            connection.execute(here.values(**flag))
    else:
        _check_in_time(before, desk.clock())
        bin_.bring_back(connection, shop, match.row.design_id, desk.clock())
        _point(connection, shop, match)


def _forget_nothing_stored(connection: Connection, shop: Shop, match: Match, before: Before) -> None:
    """A refused file is refused again, unless it was stored since."""
    known = connection.execute(select(sources.c.match_id).where(*_own_source(shop, match))).one_or_none()
    if before.get("sources") and known is not None:
        raise Conflict(
            "The file was sent again and is stored.", code="stored_meanwhile", remedy="Delete that design instead."
        )
    rows = [_row(one) for one in before.get("sources", [])]
    if rows:
        connection.execute(insert(sources), [one | {"shop_id": shop.id} for one in rows])


def _point(connection: Connection, shop: Shop, match: Match) -> None:
    _repoint(connection, shop, (match.row.undo or {}).get("sources", []), match.id)


def _repoint(connection: Connection, shop: Shop, before: list[dict[str, Any]], match: int | None) -> None:
    """Bytes answer as they did, but for those that mean something else since: only what ``match`` set is set back."""
    for one in map(_row, before):
        own = (
            sources.c.shop_id == shop.id,
            sources.c.template_id == one["template_id"],
            sources.c.sha256 == one["sha256"],
            sources.c.match_id.is_(None) if match is None else sources.c.match_id == match,
        )
        values = {"print_file_id": one["print_file_id"], "match_id": one["match_id"]}
        connection.execute(update(sources).where(*own).values(**values))


def _check_in_time(before: Before, now: datetime) -> None:
    if "until" in before and datetime.fromisoformat(before["until"]) <= now:
        raise Conflict(
            "It was decided too long ago: the files are gone.", code="too_late", remedy="Upload the art again."
        )


# --- rows --------------------------------------------------------------------------------------------------------


def _note(connection: Connection, desk: Desk, match: Match, word: Word, before: Before) -> None:
    until = datetime.fromisoformat(before["until"]) if "until" in before else None
    decided = {"decision": word, "decided_at": desk.clock(), "decided_by": desk.by or match.row.decided_by}
    _set(connection, desk.shop, match.id, **decided, undo=before, undo_until=until)


def _clear(connection: Connection, shop: Shop, key: int) -> None:
    _set(connection, shop, key, decision=None, decided_at=None, decided_by=None, undo=None, undo_until=None)


def _set(connection: Connection, shop: Shop, key: int, **values: Any) -> None:
    connection.execute(update(matches).where(matches.c.shop_id == shop.id, matches.c.id == key).values(**values))


def _own_source(shop: Shop, match: Match) -> tuple[ColumnElement[bool], ...]:
    return (
        sources.c.shop_id == shop.id,
        sources.c.template_id == match.row.template_id,
        sources.c.sha256 == match.row.sha256,
    )


def _plain(row: Any) -> dict[str, Any]:
    return {
        "template_id": row.template_id,
        "sha256": bytes(row.sha256).hex(),
        "print_file_id": row.print_file_id.hex,
        "match_id": row.match_id,
    }


def _row(plain: dict[str, Any]) -> dict[str, Any]:
    return plain | {"sha256": bytes.fromhex(plain["sha256"]), "print_file_id": UUID(plain["print_file_id"])}
