"""``printdock listings plan|create|list|undo|remove|settle``: drafts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, stoppable
from printdock.cli.removals import remove
from printdock.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from printdock.listings.changes import Change
    from printdock.listings.desk import Desk
    from printdock.listings.plan import Planned
    from printdock.listings.templates import StoredTemplate
    from printdock.wiring import Services

TemplateOption = Annotated[str, typer.Option("--template", "-t", help="The listing template.")]
DesignOption = Annotated[list[str] | None, typer.Option("--design", "-d", help="Number or id of a design; repeatable.")]
AllOption = Annotated[bool, typer.Option("--all", help="All designs of the product.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Change also what was changed by hand at Etsy.")]


def add_to(app: typer.Typer) -> None:
    """Make these commands of ``app``."""
    app.command("plan")(plan)
    app.command("create")(create)
    app.command("list")(list_)
    app.command("undo")(undo)
    app.command("remove")(remove)
    app.command("settle")(settle)


def plan(
    template: TemplateOption,
    design: DesignOption = None,
    every: AllOption = False,
    overwrite: OverwriteOption = False,
    check: Annotated[
        bool, typer.Option("--check", help="Look at every draft at Etsy, not only at those that would change.")
    ] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what would be made or changed at Etsy. Sends nothing. Exit code 3 when something is refused."""
    numbers, designs = _chosen(design, every)
    with services_for(home) as services, services.etsy_desk(services.shop(shop)) as desk:
        _stored, planned = services.draft_plan(
            desk, template, numbers=numbers, designs=designs, overwrite=overwrite, look=check
        )
    if json:
        print_json({"template": template, "actions": _actions(planned), "listings": [one.as_dict() for one in planned]})
    else:
        _show_plan(planned)
    raise typer.Exit(3 if any(one.problems for one in planned) else 0)


def create(
    template: TemplateOption,
    design: DesignOption = None,
    every: AllOption = False,
    overwrite: OverwriteOption = False,
    again: Annotated[bool, typer.Option("--again", help="Make drafts anew that were deleted at Etsy.")] = False,
    published: Annotated[bool, typer.Option("--published", help="Change listings that are published, too.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to the workers (printdock worker).")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make drafts at Etsy, and bring those that were made up to date. Run it again whenever you like.

    Exit code 3 when some were refused, failed, or wait.
    """
    from printdock.listings.plan import begin_gone_again

    numbers, designs = _chosen(design, every)
    options = {"overwrite": overwrite, "published": published}
    with services_for(home) as services, stoppable(services.stop), services.etsy_desk(services.shop(shop)) as desk:
        chosen: dict[str, Any] = {"numbers": numbers, "designs": designs, "overwrite": overwrite}
        stored, planned = services.draft_plan(desk, template, **chosen, look=again)
        if again and begin_gone_again(desk, planned):
            stored, planned = services.draft_plan(desk, template, **chosen)
        works = [one for one in planned if one.works or (published and one.action == "published")]
        keys = _entered(desk, stored, works)
        run = _queue(services, desk, keys, options) if queue else _work(desk, keys, options)
    outcomes = {one.subject.number: outcome for one, outcome in zip(works, run, strict=True)}
    entries = [_entry(one, outcomes.get(one.subject.number)) for one in planned]
    counts = dict(Counter(one["outcome"] for one in entries))
    print_json({"template": template, "outcomes": counts, "listings": entries}) if json else _show_made(entries, counts)
    raise typer.Exit(3 if set(counts) & {"refused", "failed", "waiting", "ask", "gone"} else 0)


def _entered(desk: Desk, stored: StoredTemplate, works: Sequence[Planned]) -> list[UUID]:
    from printdock.listings.plan import enter_all

    with desk.database.write() as connection:
        return enter_all(desk, connection, stored, works)


def _work(desk: Desk, keys: list[UUID], options: dict[str, bool]) -> list[dict[str, Any]]:
    """Make them here and now."""
    from printdock.listings.batch import Options, make_drafts

    columns = (TextColumn("Drafts"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors_console, transient=True) as progress:
        task = progress.add_task("", total=len(keys))
        return make_drafts(desk, keys, Options(**options), lambda entry: progress.advance(task))


def _queue(services: Services, desk: Desk, keys: list[UUID], options: dict[str, bool]) -> list[dict[str, Any]]:
    """Leave them to the workers."""
    from printdock.jobs.broker import broker_for
    from printdock.jobs.kinds.drafts import draft_job
    from printdock.jobs.records import enqueue_all

    with services.database.write() as connection:
        jobs = enqueue_all(connection, desk.shop.id, [draft_job(key, **options) for key in keys])
    broker = broker_for(services)
    broker.wake(many=len(jobs))
    broker.close()
    return [{"listing": str(key), "outcome": "queued", "job": str(job)} for key, job in zip(keys, jobs, strict=True)]


def _entry(planned: Planned, outcome: dict[str, Any] | None) -> dict[str, Any]:
    """One design's answer."""
    entry = planned.as_dict()
    kept = {name: entry[name] for name in ("number", "design", "title", "etsy_listing", "problems")}
    return kept | (outcome or {"outcome": planned.action})


def _chosen(design: list[str] | None, every: bool) -> tuple[list[int] | None, list[UUID] | None]:
    if bool(design) == every:
        raise UsageError("Which designs?", remedy="Give --design for each, or --all.")
    if every:
        return None, None
    numbers, ids = [], []
    for text in design or ():
        if text.isdigit() and len(text) < 10:
            numbers.append(int(text))
            continue
        try:
            ids.append(UUID(text))
        except ValueError as error:
            raise UsageError(f"{text!r} is neither a number nor an id of a design.", code="unknown_design") from error
    return numbers, ids


def _show_plan(planned: Sequence[Planned]) -> None:
    for one in planned:
        if one.action == "same":
            continue
        where = f" [dim](listing {one.entry.etsy_listing_id})[/]" if one.entry and one.entry.etsy_listing_id else ""
        console.print(
            f"[bold]{one.subject.number}[/] {one.action}{where}: {shown(one.draft.title, 140)}", highlight=False
        )
        for problem in one.problems:
            console.print(f"    [red]{shown(str(problem), 400)}[/]", highlight=False)
        for change in one.changes:
            show_change(change)
    counts = ", ".join(f"{count} {action}" for action, count in sorted(_actions(planned).items()))
    console.print(f"{counts or 'No designs'}. Nothing was sent.", highlight=False)


def show_change(change: Change) -> None:
    """One field of a diff."""
    if change.kept:
        console.print(
            f"    [dim]  {change.field}: {_value(change.before)} (changed at Etsy: stays)[/]", highlight=False
        )
        return
    if change.before is not None:
        console.print(f"    [red]- {change.field}: {_value(change.before)}[/]", highlight=False)
    console.print(f"    [green]+ {change.field}: {_value(change.after)}[/]", highlight=False)


def _value(value: Any) -> str:
    if isinstance(value, list):
        parts = [one["file"].rsplit("/", 1)[-1] if isinstance(one, dict) else str(one) for one in value]
        return shown(", ".join(parts), 300)
    return shown(str(value), 300)


def _actions(planned: Sequence[Planned]) -> dict[str, int]:
    return dict(Counter(one.action for one in planned))


def _show_made(entries: Sequence[dict[str, Any]], counts: dict[str, int]) -> None:
    for one in entries:
        for problem in one["problems"]:
            words = f"{problem['field']}: {problem['message']} - {problem['remedy']}"
            console.print(f"[red]{one['number']}[/] {shown(words, 400)}", highlight=False)
        if "error" in one:
            words = f"{one['error']['message']} {one['error']['remedy']}"
            console.print(f"[red]{one['number']} {one['outcome']}[/] {shown(words, 400)}", highlight=False)
        for note in one.get("notes", ()):
            console.print(f"[yellow]{one['number']}[/] {shown(note, 400)}", highlight=False)
    console.print(
        ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "No designs.", highlight=False
    )


def list_(
    state: Annotated[str | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many to show at most.")] = 50,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Drafts that were made or begun, the last changed first."""
    from printdock.listings.journal import State, list_entries

    if state is not None and state not in list(State):
        raise UsageError(f"There is no state {state!r}.", remedy="Known are: " + ", ".join(State) + ".")
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = list_entries(connection, chosen, state=State(state) if state else None, limit=limit)
    if json:
        print_json([one.as_dict() for one in found])
        return
    table = Table("listing", "state", "at Etsy", "", box=None, pad_edge=False)
    for one in found:
        words = one.error["message"] if one.error else "; ".join(one.notes or ())
        table.add_row(str(one.id), one.state.value, str(one.etsy_listing_id or ""), shown(words, 100))
    console.print(table if found else "No drafts.")


def undo(
    listings: Annotated[list[UUID], typer.Argument(help="Ids, as `printdock listings list` shows them.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put listings back as they were before printdock last changed them, pictures included."""
    from printdock.listings.work import undo_last

    with services_for(home) as services, stoppable(services.stop), services.etsy_desk(services.shop(shop)) as desk:
        done = [{"listing": str(key), "restored": undo_last(desk, key)} for key in listings]
    if json:
        print_json(done)
        return
    for one in done:
        console.print(f"{one['listing']}: {', '.join(one['restored']) or 'nothing was different'}", highlight=False)


def settle(
    listing: Annotated[UUID, typer.Argument(help="Its id, as `printdock listings list` shows it.")],
    is_: Annotated[int | None, typer.Option("--is", help="The listing at Etsy that it is.")] = None,
    none: Annotated[bool, typer.Option("--none", help="It is none of them: make it.")] = False,
    shop: ShopOption = None,
    home: HomeOption = None,
) -> None:
    """Say which of several drafts at Etsy this one is."""
    from printdock.listings import journal

    if (is_ is None) != none:
        raise UsageError("Which is it?", remedy="Give --is ID, or --none.")
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.write() as connection:
            journal.settle(connection, chosen, listing, is_, services.clock())
    console.print("Settled. `printdock listings create` goes on with it.")
