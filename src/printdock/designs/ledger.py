"""The rows behind an upload: claim before a byte is stored, confirm after, release or finish what was cut off.

States of a print file: ``storing`` (claimed by an owner) -> ``stored``, or ``spooled`` (kept locally until the storage
is back) -> ``stored``. ``missing``: its file is gone from the storage; the same art restores it under its old number.
``deleted``: dropped by a person; the number stays taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from uuid_utils.compat import uuid7

from printdock.db.tables import designs, matches, print_files, shops, sources
from printdock.designs import index, sides
from printdock.designs.lease import LEASE
from printdock.errors import LeaseLost
from printdock.imaging.fingerprint import Fingerprint
from printdock.imaging.small import SmallPicture
from printdock.shops.queries import Shop
from printdock.templates.queries import Template, recipe_data, take_numbers


@dataclass(frozen=True, slots=True)
class NewPrintFile:
    """Art to be stored, as (or for) ``design``; ``restores`` names a print file whose stored file is gone."""

    design: UUID
    is_new_design: bool
    source: str
    position: int  # of the source in its upload
    name: str
    sha256: bytes  # of the source
    width: int
    height: int
    dpi: int
    art_width: int
    art_height: int
    preflight: dict[str, Any]
    fingerprint: Fingerprint | None
    restores: UUID | None = None
    similar_to: UUID | None = None
    distance: float | None = None
    evidence: dict[str, Any] | None = None
    sides: dict[str, SmallPicture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedSource:
    """A file whose art the shop already has, and what proves it.

    ``print_file`` is None while the art it repeats is claimed in the same transaction.
    """

    source: str
    sha256: bytes
    design: UUID
    print_file: UUID | None
    distance: float
    reason: str
    evidence: dict[str, Any]
    sides: dict[str, SmallPicture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A print file's row, taken for this process."""

    print_file: UUID
    design: UUID
    number: int
    path: str


class Stale(Exception):
    """Another upload claimed something since this one looked: look again."""


def revision(connection: Connection, shop: Shop) -> int:
    """The count of claims so far; hand it to `claim`."""
    return int(connection.execute(select(shops.c.revision).where(shops.c.id == shop.id)).scalar_one())


def claim(
    connection: Connection,
    template: Template,
    news: Sequence[NewPrintFile],
    refused: Sequence[RefusedSource],
    *,
    seen: int,
    owner: str,
    upload: UUID,
    now: datetime,
) -> list[Claim]:
    """Take rows and numbers for ``news`` and remember the bytes of all; one claim per new, in order.

    The row of the shop is taken first, so claims of one shop follow each other. Raises `Stale` (and the transaction
    must be rolled back) when the shop's revision is no longer ``seen``.
    """
    _advance(connection, template.shop, seen)
    restored = [new for new in news if new.restores is not None]
    claims = {new.design: _restore(connection, template, new, owner, upload, now) for new in restored}
    claims |= _insert(connection, template, [new for new in news if new.restores is None], owner, upload, now)
    _say_arrived(connection, template, news)
    for new in news:
        if new.similar_to is not None:
            _record_match(connection, template, upload, now, "similar", new, new.design)
    answers: dict[bytes, tuple[UUID, int | None]] = {new.sha256: (claims[new.design].print_file, None) for new in news}
    for bad in refused:
        bad = replace(bad, print_file=bad.print_file or claims[bad.design].print_file)
        assert bad.print_file is not None
        answers[bad.sha256] = bad.print_file, _record_match(connection, template, upload, now, "duplicate", bad, None)
    _remember(connection, template, answers)
    return [claims[new.design] for new in news]


def hold(connection: Connection, shop: Shop) -> None:
    """Hold the shop's row until the transaction ends, before anything is read: what else holds or advances it waits."""
    connection.execute(select(shops.c.id).where(shops.c.id == shop.id).with_for_update(key_share=True)).one()


def advance(connection: Connection, shop: Shop) -> int:
    """Raise the shop's revision, and hold its row until the transaction ends: what was looked up before is stale."""
    advanced = (
        update(shops).where(shops.c.id == shop.id).values(revision=shops.c.revision + 1).returning(shops.c.revision)
    )
    return int(connection.execute(advanced).scalar_one())


def _advance(connection: Connection, shop: Shop, seen: int) -> None:
    if advance(connection, shop) != seen + 1:
        raise Stale


def _insert(
    connection: Connection, template: Template, news: Sequence[NewPrintFile], owner: str, upload: UUID, now: datetime
) -> dict[UUID, Claim]:
    if not news:
        return {}
    claims = {}
    design_rows, file_rows = [], []
    prints: dict[UUID, Fingerprint] = {}
    for number, new in enumerate(news, take_numbers(connection, template, len(news))):
        taken = claims[new.design] = Claim(uuid7(), new.design, number, template.path(number))
        file_rows.append(_file_row(template, taken, new, owner, upload, now))
        if new.is_new_design:
            design_rows.append(_design_row(template.shop, new, now))
            if new.fingerprint is not None:
                prints[new.design] = new.fingerprint
    if design_rows:
        connection.execute(insert(designs), design_rows)
    index.remember(connection, template.shop, prints)
    connection.execute(insert(print_files), file_rows)
    return claims


def _design_row(shop: Shop, new: NewPrintFile, now: datetime) -> dict[str, Any]:
    return {
        "id": new.design,
        "shop_id": shop.id,
        "name": new.name,
        "similar_to": new.similar_to,
        "similar_distance": new.distance if new.similar_to else None,
        "created_at": now,
    }


def _file_row(
    template: Template, taken: Claim, new: NewPrintFile, owner: str, upload: UUID, now: datetime
) -> dict[str, Any]:
    return {
        "id": taken.print_file,
        "shop_id": template.shop.id,
        "template_id": template.id,
        "design_id": taken.design,
        "number": taken.number,
        "path": taken.path,
        "created_at": now,
    } | _made(template, new, owner, upload, now)


def _made(template: Template, new: NewPrintFile, owner: str, upload: UUID, now: datetime) -> dict[str, Any]:
    return {
        "upload_id": upload,
        "upload_position": new.position,
        "state": "storing",
        "owner": owner,
        "lease_until": now + LEASE,
        "width": new.width,
        "height": new.height,
        "dpi": new.dpi,
        "art_width": new.art_width,
        "art_height": new.art_height,
        "recipe": recipe_data(template.recipe),
        "preflight": new.preflight,
    }


def _restore(
    connection: Connection, template: Template, new: NewPrintFile, owner: str, upload: UUID, now: datetime
) -> Claim:
    taken = (
        update(print_files)
        .where(
            print_files.c.shop_id == template.shop.id,
            print_files.c.id == new.restores,
            print_files.c.state == "missing",
        )
        .values(**_made(template, new, owner, upload, now))
        .returning(print_files.c.id, print_files.c.design_id, print_files.c.number, print_files.c.path)
    )
    row = connection.execute(taken).one_or_none()
    if row is None:
        raise Stale
    return Claim(row.id, row.design_id, row.number, row.path)


def _record_match(
    connection: Connection,
    template: Template,
    upload: UUID,
    now: datetime,
    kind: str,
    found: NewPrintFile | RefusedSource,
    newcomer: UUID | None,
) -> int:
    matched = found.similar_to if isinstance(found, NewPrintFile) else found.design
    values = {
        "shop_id": template.shop.id,
        "template_id": template.id,
        "upload_id": upload,
        "kind": kind,
        "source": found.source,
        "sha256": found.sha256,
        "design_id": newcomer,
        "matched_design_id": matched,
        "matched_print_file_id": found.print_file if isinstance(found, RefusedSource) else None,
        "distance": found.distance or 0.0,
        "evidence": found.evidence or {},
        "created_at": now,
    }
    key = int(connection.execute(insert(matches).values(**values).returning(matches.c.id)).scalar_one())
    if found.sides:
        sides.remember(connection, template.shop, key, found.sides)
    return key


def _say_arrived(connection: Connection, template: Template, news: Sequence[NewPrintFile]) -> None:
    """Refused files that a person wants in the place of what the shop has are here now (designs/decisions.py)."""
    by_digest = {new.sha256: new.design for new in news if new.is_new_design}
    awaited = matches.c.decision == "replace", matches.c.design_id.is_(None), matches.c.template_id == template.id
    here = matches.c.shop_id == template.shop.id, matches.c.sha256.in_(list(by_digest)), *awaited
    for row in connection.execute(select(matches.c.id, matches.c.sha256).where(*here)).all() if by_digest else ():
        arrived = update(matches).where(matches.c.shop_id == template.shop.id, matches.c.id == row.id)
        connection.execute(arrived.values(design_id=by_digest[bytes(row.sha256)], kind="similar"))


def _remember(connection: Connection, template: Template, answers: Mapping[bytes, tuple[UUID, int | None]]) -> None:
    """Each file's bytes point to the print file that answers for them; bytes known before are pointed anew."""
    if not answers:
        return
    own = sources.c.shop_id == template.shop.id, sources.c.template_id == template.id
    connection.execute(delete(sources).where(*own, sources.c.sha256.in_(list(answers))))
    rows = [
        {
            "shop_id": template.shop.id,
            "template_id": template.id,
            "sha256": digest,
            "print_file_id": file,
            "match_id": match,
        }
        for digest, (file, match) in answers.items()
    ]
    connection.execute(insert(sources), rows)


def mark_encoded(connection: Connection, owner: str, files: Sequence[tuple[UUID, int, bytes]]) -> None:
    """Write down size and digest of (print file, bytes, sha256) before they are stored: a sweep knows them again."""
    marked = (
        update(print_files)
        .where(print_files.c.id == bindparam("key"), print_files.c.owner == owner, print_files.c.state == "storing")
        .values(bytes=bindparam("size"), sha256=bindparam("digest"))
    )
    connection.execute(marked, [{"key": key, "size": size, "digest": digest} for key, size, digest in files])


def finished(connection: Connection, keys: Iterable[UUID]) -> set[UUID]:
    """Which of ``keys`` are stored, whoever has confirmed them."""
    stored = select(print_files.c.id).where(print_files.c.id.in_(list(keys)), print_files.c.state == "stored")
    return set(connection.execute(stored).scalars())


def settle(connection: Connection, owner: str, state: str, keys: Sequence[UUID], now: datetime) -> set[UUID]:
    """Move ``keys`` of ``owner`` from storing to ``state`` ("stored" or "spooled"). Answers those still owned."""
    settled = (
        update(print_files)
        .where(print_files.c.id.in_(keys), print_files.c.owner == owner, print_files.c.state == "storing")
        .values(state=state, owner=None, lease_until=None, stored_at=now if state == "stored" else None)
        .returning(print_files.c.id)
    )
    return set(connection.execute(settled).scalars())


def renew(connection: Connection, owner: str, now: datetime) -> None:
    """Keep the claims of ``owner`` for another lease."""
    connection.execute(
        update(print_files)
        .where(print_files.c.owner == owner, print_files.c.state == "storing")
        .values(lease_until=now + LEASE)
    )


def lapse(connection: Connection, owner: str, now: datetime) -> None:
    """End the lease of what ``owner`` still claims: it has ended, whatever its process does."""
    connection.execute(
        update(print_files)
        .where(print_files.c.owner == owner, print_files.c.state == "storing")
        .values(lease_until=now)
    )


def renumber(connection: Connection, template: Template, owner: str, key: UUID) -> Claim:
    """Give a claim the next number, because another file already has its name. Raises `LeaseLost`."""
    number = take_numbers(connection, template, 1)
    moved = (
        update(print_files)
        .where(print_files.c.id == key, print_files.c.owner == owner, print_files.c.state == "storing")
        .values(number=number, path=template.path(number))
        .returning(print_files.c.design_id)
    )
    design = connection.execute(moved).scalar_one_or_none()
    if design is None:
        raise LeaseLost("Another process took this file over.", remedy="Run again.")
    return Claim(key, design, number, template.path(number))


def release(connection: Connection, shop: Shop, keys: Sequence[UUID]) -> None:
    """Give claims back: their rows, the bytes that pointed to them, and designs that nothing else belongs to.

    A claim that was restoring a print file is put back to ``missing``, with its number.
    """
    own = print_files.c.shop_id == shop.id, print_files.c.id.in_(keys)
    connection.execute(delete(sources).where(sources.c.shop_id == shop.id, sources.c.print_file_id.in_(keys)))
    restored = update(print_files).where(*own, print_files.c.stored_at.is_not(None))
    connection.execute(restored.values(state="missing", owner=None, lease_until=None))
    gone = delete(print_files).where(*own, print_files.c.stored_at.is_(None)).returning(print_files.c.design_id)
    candidates = set(connection.execute(gone).scalars())
    connection.execute(
        delete(matches).where(
            matches.c.shop_id == shop.id, matches.c.matched_print_file_id.in_(keys), matches.c.decision.is_(None)
        )
    )
    if candidates:
        kept = connection.execute(
            select(print_files.c.design_id).where(print_files.c.design_id.in_(candidates))
        ).scalars()
        forget_designs(connection, shop, candidates - set(kept))


def forget_designs(connection: Connection, shop: Shop, keys: Iterable[UUID]) -> None:
    """Remove designs without print files, with what makes them findable."""
    keys = list(keys)
    if not keys:
        return
    index.forget(connection, shop, keys)
    own = matches.c.shop_id == shop.id, matches.c.design_id.in_(keys)
    awaited = update(matches).where(*own, matches.c.decision == "replace")  # their files come again
    connection.execute(awaited.values(design_id=None, kind="duplicate"))
    connection.execute(delete(matches).where(*own))
    connection.execute(delete(designs).where(designs.c.shop_id == shop.id, designs.c.id.in_(keys)))


def unfinished(connection: Connection, shop: Shop) -> Sequence[Row[Any]]:
    """All claims of the shop that are not settled yet, whoever holds them."""
    return connection.execute(
        select(print_files).where(print_files.c.shop_id == shop.id, print_files.c.state == "storing")
    ).all()
