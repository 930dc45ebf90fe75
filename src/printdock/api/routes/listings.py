"""Drafts at Etsy: make them, see what became of each, put a change back, delete those that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from printdock.accounts import audit
from printdock.api.addresses import Addresses, AddressesIn, StoredFile
from printdock.api.background import Background, BackgroundIn
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Key, Line
from printdock.api.idempotency import OnceIn
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.plan_shown import manager_url
from printdock.api.problems import declared
from printdock.api.routes.etsy import EtsyProblem
from printdock.api.routes.jobs import JobOut
from printdock.api.routes.listing_plan import MOST_DESIGNS, Chosen
from printdock.api.state import ServicesIn
from printdock.errors import Conflict, UsageError
from printdock.jobs import records
from printdock.jobs.job import Job, NewJob, Priority
from printdock.jobs.job import State as JobState
from printdock.jobs.kinds import new_job
from printdock.jobs.kinds.drafts import draft_job, key_of
from printdock.listings import journal, templates
from printdock.listings.connection import get_connection
from printdock.listings.journal import State
from printdock.listings.ledger import ListingRow, Wanted, count_listings, one_listing, page_of_listings
from printdock.listings.removal import Outcome, Removal, removals_of, require_scope
from printdock.listings.snapshots import latest_changes
from printdock.wiring import Services

router = APIRouter(prefix="/listings", tags=["listings"])

Urgency = Literal["high", "normal", "low"]


class CreateIn(Chosen):
    """Drafts to be made, or brought up to date."""

    overwrite: bool = Field(default=False, description="Change also what was changed by hand at Etsy")
    published: bool = Field(default=False, description="Change listings that are published, too")
    again: bool = Field(default=False, description="Make those anew that were deleted at Etsy")
    priority: Urgency = Field(default="normal", description="Which jobs come first")


class RemoveIn(BaseModel):
    """Drafts to be deleted at Etsy: those of `listings`, or all that a job made."""

    listings: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_DESIGNS)
    job: UUID | None = Field(default=None, description="The job that made them (`make_drafts`)")
    edited: bool = Field(default=False, description="Also those that the seller has changed at Etsy since")
    priority: Urgency = "normal"


class SettleIn(BaseModel):
    """Which of several drafts at Etsy it is."""

    etsy_listing: int | None = Field(
        ge=1, lt=2**63, description="One of the candidates; null: none of them", examples=[1234567890]
    )


class ListingJob(BaseModel):
    """The job that sees to a draft, or was the last to."""

    id: UUID
    kind: str = Field(examples=["make_drafts"])
    state: JobState


class ListingOut(BaseModel):
    """A draft that was made, begun or planned."""

    id: UUID
    state: State = Field(
        description="planned: nothing was sent; sending, unknown: it is looked up before it is sent again; made: it is at "
        "Etsy, and not all of it yet; done; refused; ask: a person has to choose; gone: it is not at Etsy any more"
    )
    template: str = Field(description="Name of its listing template", examples=["Cup wraps"])
    template_id: int = Field(examples=[1])
    design: UUID
    name: str = Field(description="Of the design", examples=["Fox in fog"])
    number: int = Field(examples=[906])
    thumbnail: str | None = Field(description="Of the print file. Needs no key")
    title: str | None = Field(description="As it was last set at Etsy", examples=["UV 906 | Fox in fog cup wrap"])
    etsy_listing: int | None = Field(examples=[1234567890])
    etsy_url: str | None = Field(description="Where to look at it in Etsy's Shop Manager")
    problem: EtsyProblem | None = Field(description="Why it did not go on")
    notes: list[str] = Field(description="What a person should know, though all went on")
    candidates: list[int] = Field(description="Drafts at Etsy of which a person has to choose (`ask`)")
    job: ListingJob | None
    next_try_at: datetime | None = Field(description="When it goes on by itself")
    last_change_at: datetime | None = Field(description="When it was last changed; what undo puts back")
    removal: Outcome | None = Field(description="What became of deleting it, where somebody asked for that")
    created_at: datetime
    updated_at: datetime


class ListingCounts(BaseModel):
    """How many listings the shop has in each state."""

    planned: int
    sending: int
    unknown: int
    made: int
    done: int
    refused: int
    ask: int
    gone: int


@router.get("")
def list_listings(
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.READ)],
    addresses: AddressesIn,
    paging: PagingIn,
    state: Annotated[list[State] | None, Query(description="Only in this state; may be given again")] = None,
    template: Annotated[Key | None, Query(description="Only of this listing template")] = None,
    design: Annotated[UUID | None, Query(description="Only of this design")] = None,
    job: Annotated[UUID | None, Query(description="Only those that this job was the last to see to")] = None,
    search: Annotated[Line | None, Query(description="Part of the design's name, or a number exactly")] = None,
) -> Page[ListingOut]:
    """Drafts that were made or begun, newest first. Etsy is not asked."""
    after = paging.after(UUID)
    wanted = Wanted(state or (), template, design, job, search)
    with services.database.read() as connection:
        before = None if after is None else after[0]
        rows = page_of_listings(connection, caller.shop, wanted, before=before, limit=paging.limit + 1)
        shown = _shown(connection, services, caller, addresses, rows)
    return Page[ListingOut](**page_of(rows, paging, lambda row: shown[row.entry.id], lambda row: (row.entry.id,)))


@router.get("/counts")
def count_listings_(services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)]) -> ListingCounts:
    """How many are in each state."""
    with services.database.read() as connection:
        found = count_listings(connection, caller.shop)
    return ListingCounts(**{state.value: number for state, number in found.items()})


@router.post("", status_code=202, responses=declared(404, 409))
def create_listings(
    body: CreateIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    background: BackgroundIn,
    once: OnceIn,
) -> JobOut:
    """Make drafts in the background: what is missing is made, what differs is changed, what is refused is said. Answers
    the job. Safe to ask for twice: no draft is made twice."""
    given = body.model_dump(mode="json", exclude={"priority"})
    job = new_job("make_drafts", given, priority=Priority[body.priority.upper()])
    with services.database.write() as connection:
        # Looked at now, so that it is answered here and not by a job that fails.
        templates.get_listing_template(connection, caller.shop, body.template)
        get_connection(connection, caller.shop)
        key = records.enqueue(connection, caller.shop.id, job)
        answer = once.keep(connection, _job(connection, caller, key), status=202)
    background.wake(job.priority)
    return answer


@router.post("/remove", status_code=202, responses=declared(404, 409))
def remove_listings(
    body: RemoveIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    background: BackgroundIn,
    once: OnceIn,
) -> JobOut:
    """Undo drafts that were made: they are deleted at Etsy, in the background, as long as they are still drafts there and
    as printdock left them. Published ones are never touched. Answers the job; its result says what was left alone."""
    with services.database.write() as connection:
        require_scope(get_connection(connection, caller.shop))
        keys = _to_remove(connection, caller, body)
        given = {"listings": [str(key) for key in keys], "edited": body.edited}
        job = new_job("remove_drafts", given, priority=Priority[body.priority.upper()])
        now, count = services.clock(), {"listings": len(keys), "edited": body.edited}
        audit.record(connection, caller.shop.id, caller.actor, "etsy_drafts_removed", now, data=count)
        key = records.enqueue(connection, caller.shop.id, job)
        answer = once.keep(connection, _job(connection, caller, key), status=202)
    background.wake(job.priority)
    return answer


@router.get("/{listing}", responses=declared(404))
def show_listing(
    listing: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.READ)], addresses: AddressesIn
) -> ListingOut:
    """One of them."""
    with services.database.read() as connection:
        return _one(connection, services, caller, addresses, listing)


@router.post("/{listing}/retry", status_code=202, responses=declared(404, 409))
def retry_listing(
    listing: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Go on with one: finish it, bring it up to date, or make it anew where it is gone. Answers the job."""
    with services.database.write() as connection:
        entry = journal.get_entry(connection, caller.shop, listing)
        get_connection(connection, caller.shop)
        if entry.state is State.ASK:
            raise Conflict("Say first which of the drafts at Etsy it is.", code="listing_ask")
        if entry.state is State.GONE:
            journal.begin_again(connection, caller.shop, listing, services.clock())
    return _enqueued(services, caller, background, draft_job(listing))


@router.post("/{listing}/undo", status_code=202, responses=declared(404, 409))
def undo_listing(
    listing: UUID, services: ServicesIn, caller: Annotated[Caller, allowed(Scope.WRITE)], background: BackgroundIn
) -> JobOut:
    """Put a listing back as it was before printdock last changed it, pictures included. Answers the job."""
    with services.database.read() as connection:
        journal.get_entry(connection, caller.shop, listing)
        get_connection(connection, caller.shop)
        found = latest_changes(connection, caller.shop, [listing]).get(listing)
    if found is None:
        raise UsageError(
            "There is no change of this listing to undo.",
            code="nothing_to_undo",
            remedy="A draft that was made is deleted, as long as it is one.",
        )
    given = {"listing": str(listing), "snapshot": str(found[0])}
    return _enqueued(services, caller, background, new_job("restore_draft", given, key=f"snapshot:{found[0]}"))


@router.post("/{listing}/settle", responses=declared(404, 409))
def settle_listing(
    listing: UUID,
    body: SettleIn,
    services: ServicesIn,
    caller: Annotated[Caller, allowed(Scope.WRITE)],
    addresses: AddressesIn,
) -> ListingOut:
    """Say which of several drafts at Etsy it is; retry goes on with it."""
    with services.database.write() as connection:
        journal.settle(connection, caller.shop, listing, body.etsy_listing, services.clock())
        return _one(connection, services, caller, addresses, listing)


def _to_remove(connection: Connection, caller: Caller, body: RemoveIn) -> list[UUID]:
    if (body.listings is None) == (body.job is None):
        raise UsageError("Name listings, or a job.", code="which_listings")
    if body.job is not None:
        asked = records.find(connection, caller.shop.id, body.job)
        keys = journal.made_by(connection, caller.shop, asked.id, asked.created_at)
        if not keys:
            raise UsageError("This job made no drafts that are still its own.", code="nothing_to_undo")
        return keys
    keys = list(dict.fromkeys(body.listings or ()))
    journal.require_own(connection, caller.shop, keys)
    return keys


def _enqueued(services: Services, caller: Caller, background: Background, job: NewJob) -> JobOut:
    with services.database.write() as connection:
        key = records.enqueue(connection, caller.shop.id, job)
    background.wake(job.priority)
    with services.database.read() as connection:
        return _job(connection, caller, key)


def _job(connection: Connection, caller: Caller, key: UUID) -> JobOut:
    return JobOut.of(records.find(connection, caller.shop.id, key))


def _one(connection: Connection, services: Services, caller: Caller, addresses: Addresses, key: UUID) -> ListingOut:
    row = one_listing(connection, caller.shop, key)
    return _shown(connection, services, caller, addresses, [row])[key]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is known of some listings besides their rows, by id."""

    jobs: Mapping[UUID, Job]
    removals: Mapping[UUID, Removal]
    changes: Mapping[UUID, tuple[UUID, datetime]]


def _shown(
    connection: Connection, services: Services, caller: Caller, addresses: Addresses, rows: Sequence[ListingRow]
) -> dict[UUID, ListingOut]:
    keys = [row.entry.id for row in rows]
    beside = _Beside(
        _jobs(connection, caller, rows),
        removals_of(connection, caller.shop, keys),
        latest_changes(connection, caller.shop, keys),
    )
    site, now = services.settings.etsy_site, services.clock()
    return {row.entry.id: _out(row, beside, caller, addresses, site, now) for row in rows}


def _jobs(connection: Connection, caller: Caller, rows: Sequence[ListingRow]) -> dict[UUID, Job]:
    """The job of each listing: an unfinished one of its own, else the one that its row names."""
    own = records.unfinished_with(connection, caller.shop.id, "make_draft", [key_of(row.entry.id) for row in rows])
    named = records.some(connection, caller.shop.id, {row.entry.job for row in rows if row.entry.job is not None})
    found = {row.entry.id: own.get(key_of(row.entry.id)) or named.get(row.entry.job or row.entry.id) for row in rows}
    return {key: job for key, job in found.items() if job is not None}


def _out(
    row: ListingRow, beside: _Beside, caller: Caller, addresses: Addresses, site: str, now: datetime
) -> ListingOut:
    entry, file = row.entry, StoredFile(row.entry.print_file, row.sha256, row.path.rsplit("/", 1)[-1])
    job, removal = beside.jobs.get(entry.id), beside.removals.get(entry.id)
    change = beside.changes.get(entry.id)
    number = entry.etsy_listing_id
    return ListingOut(
        id=entry.id,
        state=entry.state,
        template=row.template,
        template_id=entry.template_id,
        design=entry.design,
        name=row.design_name,
        number=row.number,
        thumbnail=addresses.small(caller.shop.id, file),
        title=row.title,
        etsy_listing=number,
        etsy_url=None if number is None or entry.state is State.GONE else manager_url(site, number),
        problem=None if entry.error is None else EtsyProblem(**entry.error),
        notes=entry.notes or [],
        candidates=entry.candidates or [],
        job=None if job is None else ListingJob(id=job.id, kind=job.kind, state=job.state),
        next_try_at=None if job is None else _next_try(job, now),
        last_change_at=None if change is None else change[1],
        removal=removal.outcome if removal and removal.etsy_listing == number else None,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )


def _next_try(job: Job, now: datetime) -> datetime | None:
    """When the job goes on: a try that follows a failed one, or the day after the calls of this one were used up."""
    if job.state is JobState.PENDING:
        return job.run_at
    result: dict[str, Any] = job.result or {}
    if result.get("outcome") == "parked":
        until = datetime.fromisoformat(result["until"])
        return until if until > now else None
    return None
