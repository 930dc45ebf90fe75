"""``printdock jobs``: what is done in the background, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.jobs.job import Job
    from printdock.wiring import Services

app = typer.Typer(help="Background work: what is under way, what failed, what waits.", no_args_is_help=True)

JobArgument = Annotated[str, typer.Argument(help="The job's id: see `printdock jobs list`.")]

_COLOURS = {"completed": "green", "processing": "cyan", "failed": "bold red", "cancelled": "dim", "paused": "yellow"}


@app.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only pending, processing, paused, ...; may be given again.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most rows.")] = 50,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Jobs, newest first."""
    from printdock.jobs import records

    states = [_state(word) for word in state or ()]
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = records.list_jobs(connection, chosen.id, states=states, kind=kind, limit=limit)
    if json:
        print_json([job.as_dict() for job in found])
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("job", no_wrap=True, min_width=36)  # an id is of use only whole
    for name in ("kind", "state", "progress", "since"):
        table.add_column(name)
    for job in found:
        since = (job.finished_at or job.started_at or job.created_at).astimezone()
        table.add_row(str(job.id), job.kind, _shown_state(job), _progress(job), f"{since:%m-%d %H:%M}")
    console.print(table if found else "No jobs.")


@app.command()
def show(job: JobArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """All of one job."""
    from printdock.jobs import records

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = records.find(connection, chosen.id, _id(job))
    _answer(found, json=json)


@app.command()
def pause(job: JobArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Stop a job until it is resumed; what it has done stays done."""
    _wish("pause", job, shop, home, json=json)


@app.command()
def resume(job: JobArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Let a paused job go on."""
    _wish("resume", job, shop, home, json=json)


@app.command()
def cancel(job: JobArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """End a job for good; what is begun is finished."""
    _wish("cancel", job, shop, home, json=json)


@app.command()
def retry(
    job: Annotated[str | None, typer.Argument(help="The job's id.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All failed jobs of the shop.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Run a failed or cancelled job again, or all that failed."""
    from printdock.jobs import wishes

    if (job is None) != failed:
        raise UsageError("Which job?", remedy="Give its id, or --failed for all that failed.")
    if job is not None:
        _wish("retry", job, shop, home, json=json)
        return
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            ids = wishes.failed_ids(connection, chosen.id)
        for one in ids:
            with services.database.write() as connection:
                wishes.retry(connection, chosen.id, one, services.clock())
        _wake(services, len(ids))
    if json:
        print_json({"retried": [str(one) for one in ids]})
    else:
        console.print(f"{len(ids)} jobs run again.")


def _wish(word: str, job: str, shop: str | None, home: Any, *, json: bool) -> None:
    from printdock.jobs import wishes

    with services_for(home) as services:
        chosen, wanted, now = services.shop(shop), _id(job), services.clock()
        with services.database.write() as connection:
            match word:
                case "pause":
                    changed = wishes.pause(connection, chosen.id, wanted)
                case "resume":
                    changed = wishes.resume(connection, chosen.id, wanted, now)
                case "cancel":
                    changed = wishes.cancel(connection, chosen.id, wanted, now)
                case _:
                    changed = wishes.retry(connection, chosen.id, wanted, now)
        if word in ("resume", "retry"):
            _wake(services, 1)
    _answer(changed, json=json)


def _wake(services: Services, many: int) -> None:
    from printdock.jobs.broker import broker_for

    broker = broker_for(services)
    broker.wake(many=many)
    broker.close()


def _answer(job: Job, *, json: bool) -> None:
    if json:
        print_json(job.as_dict())
        return
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    for name, value in job.as_dict().items():
        if name == "state":
            table.add_row(name, _shown_state(job))
        elif value is not None:
            table.add_row(name, shown(str(value), 500))
    console.print(table)


def _shown_state(job: Job) -> str:
    word = "retrying" if job.retrying else job.state.value
    asked = f" ({job.asked.value} asked)" if job.asked else ""
    colour = _COLOURS.get(word)
    return f"[{colour}]{word}[/]{asked}" if colour else word + asked


def _progress(job: Job) -> str:
    if job.error is not None:
        return shown(f"{job.error['code']}: {job.error['message']}", 60)
    done = job.progress or {}
    return f"{done['done']} of {done['total']}" if "done" in done and "total" in done else ""


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not the id of a job.", remedy="See `printdock jobs list`.") from error


def _state(word: str) -> Any:
    from printdock.jobs.job import State

    try:
        return State(word)
    except ValueError as error:
        raise UsageError(f"There is no state {word!r}.", remedy="Known are: " + ", ".join(State) + ".") from error
