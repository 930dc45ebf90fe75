"""What people and workers ask of a library, each as one call: what grows with the library shows here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from printdock.db.tables import designs, print_files, uploads
from printdock.designs import bin as bin_
from printdock.designs import catalog, known, ledger, matches, thumbnails, uncompared
from printdock.designs import queries as named
from printdock.designs.catalog import Filter
from printdock.jobs import records
from printdock.jobs.kinds import KINDS
from printdock.mockups import ledger as mockups
from printdock.mockups.plan import find_print_files
from printdock.shops.queries import Shop
from printdock.templates.queries import Template
from printdock.uploads import queries as sent

#: One of them: what a page, a command or a worker does in the database.
Operation = Callable[[Connection], Any]

PAGE = 60


@dataclass(frozen=True)
class Sample:
    """Things of a library that questions are asked about."""

    shop: Shop
    template: Template
    middle: UUID  # a design in the middle, and its print file
    number: int
    path: str
    upload: UUID
    upload_in_the_middle: UUID

    @classmethod
    def of(cls, connection: Connection, template: Template, size: int) -> Sample:
        """From a library of ``size`` designs."""
        wanted = select(print_files).where(print_files.c.shop_id == template.shop.id)
        numbers = [size // 2 + n for n in range(200)]
        rows = connection.execute(
            wanted.where(print_files.c.number.in_(numbers), print_files.c.template_id == template.id)
        ).all()
        row = next(row for row in rows if row.state == "stored")
        newest = connection.execute(select(uploads.c.id).order_by(uploads.c.id.desc()).limit(1)).scalar_one()
        return cls(template.shop, template, row.design_id, row.number, row.path, newest, row.upload_id)


def quick(at: Sample) -> dict[str, Operation]:
    """Those that should cost the same in every library."""
    shop, now = at.shop, datetime.now(UTC)

    def page(wanted: Filter, before: UUID | None = None) -> Operation:
        return lambda c: catalog.page_of_designs(c, shop, wanted, before=before, limit=PAGE)

    some_digests = [bytes([n]) * 32 for n in range(20)]
    return {
        "designs, first page": page(Filter()),
        "designs, a page in the middle": page(Filter(), at.middle),
        "designs of a template": page(Filter(template_id=at.template.id)),
        "designs of a template, in the middle": page(Filter(template_id=at.template.id), at.middle),
        "similar designs": page(Filter(similar=True)),
        "similar designs, in the middle": page(Filter(similar=True), at.middle),
        "deleted designs": page(Filter(deleted=True)),
        "designs whose file is missing": page(Filter(state="missing")),
        "designs whose file is spooled (none)": page(Filter(state="spooled")),
        "designs of an upload": page(Filter(upload=at.upload)),
        "designs of an upload in the middle": page(Filter(upload=at.upload_in_the_middle)),
        "one design": lambda c: catalog.history(c, shop, catalog.one_design(c, shop, at.middle)),
        "matches of a design": lambda c: matches.list_matches(c, shop, decided=True, design=at.middle),
        "matches that wait": lambda c: matches.list_matches(c, shop),
        "mockups of a design": lambda c: mockups.page_of_mockups(c, shop, design=at.middle),
        "mockups, first page": lambda c: mockups.page_of_mockups(c, shop),
        "mockups, in the middle": lambda c: mockups.page_of_mockups(c, shop, before=at.middle),
        "mockups of a template": lambda c: mockups.page_of_mockups(c, shop, template_id=at.template.id),
        "mockups of a number": lambda c: mockups.page_of_mockups(c, shop, number=at.number),
        "mockups list": lambda c: mockups.list_results(c, shop, limit=PAGE),
        "mockups list, one number": lambda c: mockups.list_results(c, shop, numbers=[at.number]),
        "designs list": lambda c: named.list_designs(c, shop),
        "designs list --template": lambda c: named.list_designs(c, shop, template=at.template.name),
        "designs list --deleted": lambda c: named.list_designs(c, shop, deleted=True),
        "designs show, by number": lambda c: named.show_design(c, shop, str(at.number)),
        "designs show, by file name": lambda c: named.show_design(c, shop, at.path.rsplit("/", 1)[-1]),
        "designs show, by path": lambda c: named.show_design(c, shop, at.path),
        "designs show, by id": lambda c: named.show_design(c, shop, str(at.middle)),
        "uploads list": lambda c: named.list_uploads(c, shop),
        "uploads show": lambda c: named.show_upload(c, shop, str(at.upload_in_the_middle)),
        "uploads, first page": lambda c: sent.list_sent(c, shop, limit=PAGE),
        "uploads that are received": lambda c: sent.list_sent(c, shop, limit=PAGE, state="receiving"),
        "an upload with its files": lambda c: sent.find(c, shop, at.upload_in_the_middle),
        "known bytes, of twenty files": lambda c: known.known_files(c, at.template, some_digests),
        "unfinished claims": lambda c: ledger.unfinished(c, shop),
        "what is due in the bin": lambda c: bin_.due(c, shop, now),
        "jobs, first page": lambda c: records.list_jobs(c, shop.id),
        "jobs that failed": lambda c: records.list_jobs(c, shop.id, states=[records.State.FAILED]),
        "jobs due": lambda c: records.due(c, now, KINDS, (), 2),
        "jobs waiting, by priority": records.depth,
        "old jobs swept": lambda c: records.sweep(c, now - timedelta(days=10_000)),
        "thumbnails, 200 in the middle": lambda c: c.execute(
            thumbnails.page_after(shop, at.middle)).all(),
        "print files for mockups, one design": lambda c: find_print_files(c, at.template, designs=[at.middle]),
    }  # fmt: skip


def growing(at: Sample) -> dict[str, Operation]:
    """Those that look at every design, and so cost in proportion."""
    shop = at.shop
    return {
        "designs, part of a name": lambda c: catalog.page_of_designs(
            c, shop, Filter(search=f"no {at.number}"), before=None, limit=PAGE),
        "designs, by number or part of a name": lambda c: catalog.page_of_designs(
            c, shop, Filter(search=str(at.number)), before=None, limit=PAGE),
        "designs list --search": lambda c: named.list_designs(c, shop, search=f"no {at.number}"),
        "outline of all pages": lambda c: catalog.outline_of_designs(c, shop, Filter(), every=PAGE),
        "print files by state": lambda c: named.count_print_files(c, shop),
        "print files not compared": lambda c: uncompared.count_uncompared(c, shop),
        "thumbnails to look at": lambda c: thumbnails.count(c, shop),
        "designs, counted": lambda c: c.execute(
            select(designs.c.similar_to).where(designs.c.shop_id == shop.id).limit(1)).all(),
    }  # fmt: skip
