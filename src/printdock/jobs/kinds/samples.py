"""``add_samples``: printdock's own designs and base images come into a shop, by the way that a seller's come.
``remove_samples``: they go again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from printdock.designs.item import Source
from printdock.jobs import records
from printdock.jobs.job import FINAL, Job, NewJob, Priority, State
from printdock.jobs.kinds.uploads import end
from printdock.jobs.upload_news import UploadNews
from printdock.jobs.work import Input, Kind, Result, Work
from printdock.samples.content import GROUPS, NAMES, Group
from printdock.samples.tags import sample_set, sample_template, sample_upload, tagged
from printdock.shops.queries import Shop

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from printdock.mockups.batch import Progress

#: Designs drawn and taken in together: the first ones are seen while the others are drawn.
_TOGETHER = 3

#: How long a removal waits for samples that are still being added to stop, and how often it looks, s.
_PATIENCE_S, _POLL_S = 120.0, 0.2


class SamplesInput(Input):
    """Nothing is to be said."""


def add(work: Work) -> Result:
    """Draw the sample designs, take them in, import the sample sets, render a few mockups. What is there is left."""
    shop = work.services.shop_of(work.job.shop_id)
    steps = _Steps(work, len(NAMES) + len(GROUPS) + sum(group.shown for group in GROUPS))
    uploads: dict[str, UUID] = {}
    with tempfile.TemporaryDirectory(prefix="printdock-samples-") as name:
        for group in GROUPS:
            uploads[group.template] = _take_in(work, shop, group, Path(name), steps)
    for group in GROUPS:
        _show(work, shop, group, uploads[group.template], steps)
    return Result({"designs": steps.designs, "mockups": steps.mockups})


def _take_in(work: Work, shop: Shop, group: Group, folder: Path, steps: _Steps) -> UUID:
    """The group's designs as an upload of their own; its id."""
    from printdock.designs.ingest import ingest
    from printdock.uploads import queries

    services = work.services
    with services.database.write() as connection:
        template = sample_template(connection, shop, group.template, services.clock())
        upload = sample_upload(connection, template, work.job.id, services.clock())
        found = queries.find(connection, shop, upload, files=False)
        counts = queries.counts_so_far(connection, shop, upload)
    if found.ended:
        steps.done += len(group.names)
        return upload
    with UploadNews(services.database, shop.id, upload, len(group.names), counts, lambda told: None) as news:
        for sources in _drawn(work, group.names, folder):
            report = ingest(services.upload(template, report=news.report, resumes=upload), sources)
            work.check_stopped()
            steps.designs += report.stored
            steps.advance(len(sources))
    with services.database.write() as connection:
        end(connection, shop, upload, "finished", services.clock())
    return upload


def _drawn(work: Work, names: Sequence[str], folder: Path) -> Iterator[list[Source]]:
    """The designs, a few at a time, each drawn when its turn has come."""
    from printdock.demo import SAMPLES

    numbered = enumerate(names)
    while some := list(islice(numbered, _TOGETHER)):
        sources = []
        for position, name in some:
            work.check_stopped()
            (folder / name).write_bytes(SAMPLES[name](folder))
            sources.append(Source(folder / name, name, position))
        yield sources


def _show(work: Work, shop: Shop, group: Group, upload: UUID, steps: _Steps) -> None:
    """Import the group's mockup set, unless the shop has another of its name, and show its designs on it."""
    from printdock.demo.bases import PACKS
    from printdock.errors import UsageError
    from printdock.mockups.render import render_batch
    from printdock.mockups.sets import import_pack, list_sets
    from printdock.mockups.stored import manifest_name

    work.check_stopped()
    services = work.services
    pack = PACKS[group.pack]()
    with services.database.write() as connection:
        own = {one.name: one.id for one in list_sets(connection, shop)}
        key = None if pack.name in own else sample_set(connection, shop, manifest_name(pack.text), pack.name)
    work.check_stopped()
    if key is not None:
        import_pack(services.database, services.storage, shop, pack, services.clock(), key=key)
    steps.advance(1)
    with services.database.read() as connection:
        designs = _designs_of(connection, shop, upload)
    if not designs:
        return
    try:
        plan = services.mockup_plan(shop, pack.name, group.template, designs=designs).sample(group.shown)
    except UsageError:  # a set of the shop's own that has this name is for another product
        return
    report = render_batch(services.mockup_batch(report=steps.rendered), plan)
    work.check_stopped()
    steps.mockups += report.rendered


def _designs_of(connection: Connection, shop: Shop, upload: UUID) -> list[UUID]:
    from sqlalchemy import select

    from printdock.db.tables import LIVE, print_files

    own = print_files.c.shop_id == shop.id, print_files.c.upload_id == upload, print_files.c.state.in_(LIVE)
    return list(connection.execute(select(print_files.c.design_id).where(*own)).scalars())


class _Steps:
    """How far it is."""

    def __init__(self, work: Work, total: int) -> None:
        self._work, self._total = work, total
        self.done = self.designs = self.mockups = 0
        self.advance(0)

    def advance(self, count: int) -> None:
        self.done += count
        self._work.progress({"done": min(self.done, self._total), "total": self._total, "designs": self.designs})

    def rendered(self, _progress: Progress) -> None:
        self.advance(1)


def remove(work: Work) -> Result:
    """Take away what came with the sample data, once nothing more of it comes."""
    from printdock.samples.remove import Place, remove_samples

    services = work.services
    shop = services.shop_of(work.job.shop_id)
    _wait_for_adding(work)
    removed = remove_samples(Place(shop, services.database, services.storage, services.spool))
    return Result({**asdict(removed), "kept_sets": list(removed.kept_sets)})


def _wait_for_adding(work: Work) -> None:
    """Raises `Busy` where a job that adds samples does not end."""
    from printdock.errors import Busy

    waited = 0.0
    while True:
        with work.services.database.read() as connection:
            if unfinished(connection, work.job.shop_id, ADD.name) is None:
                return
        work.check_stopped()
        if waited >= _PATIENCE_S:
            raise Busy("Samples are still being added.", remedy="Cancel that job first.")
        work.stop.wait(_POLL_S)
        waited += _POLL_S


def unfinished(connection: Connection, shop_id: int, kind: str) -> Job | None:
    """The shop's job of this kind that has not ended."""
    states = [state for state in State if state not in FINAL]
    return next(iter(records.list_jobs(connection, shop_id, states=states, kind=kind, limit=1)), None)


def _ended(connection: Connection, job: Job) -> None:
    """Uploads of samples that will not go on have ended, too."""
    from datetime import UTC, datetime

    from printdock.shops.queries import get_shop

    shop = get_shop(connection, job.shop_id)
    for one in tagged(connection, shop, "upload"):
        end(connection, shop, UUID(one.thing), "cancelled", datetime.now(UTC))


def samples_job(kind: Kind) -> NewJob:
    """At most one of each kind at a time."""
    data: dict[str, Any] = {}
    return NewJob(kind.name, data, priority=kind.priority, key="samples")


ADD = Kind("add_samples", "Brings sample designs and mockup sets into the shop", SamplesInput, add, ended=_ended)
REMOVE = Kind("remove_samples", "Takes the sample data away again", SamplesInput, remove, Priority.HIGH)
