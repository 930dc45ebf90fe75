"""``printdock listings remove``: drafts that printdock made are deleted at Etsy."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, stoppable
from printdock.errors import UsageError

#: What is said of a draft that was left alone.
_WORDS = {
    "published": "is no draft any more: left alone",
    "edited": "was changed at Etsy ({differs}): left alone; --edited deletes it, too",
    "gone": "was not at Etsy any more",
    "never_made": "was never at Etsy",
}


def remove(
    listings: Annotated[list[UUID] | None, typer.Argument(help="Ids, as `printdock listings list` shows them.")] = None,
    job: Annotated[UUID | None, typer.Option("--job", help="All drafts that this job made.")] = None,
    edited: Annotated[bool, typer.Option("--edited", help="Also drafts that were changed by hand at Etsy.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Delete drafts at Etsy that printdock made. Published listings are never touched. Run it again whenever you like.

    Exit code 3 when some were left alone, failed, or wait.
    """
    from printdock.jobs import records
    from printdock.listings import journal
    from printdock.listings.removal import remove_drafts

    if bool(listings) == (job is not None):
        raise UsageError("Which drafts?", remedy="Give their ids, or --job.")
    with services_for(home) as services, stoppable(services.stop), services.etsy_desk(services.shop(shop)) as desk:
        with services.database.read() as connection:
            if job is not None:
                asked = records.find(connection, desk.shop.id, job)
                keys = journal.made_by(connection, desk.shop, asked.id, asked.created_at)
            else:
                keys = list(dict.fromkeys(listings or ()))
                journal.require_own(connection, desk.shop, keys)
        columns = (TextColumn("Drafts"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=errors_console, transient=True) as progress:
            task = progress.add_task("", total=len(keys))
            done = remove_drafts(desk, keys, lambda entry: progress.advance(task), edited=edited)
    counts = dict(Counter(one["outcome"] for one in done))
    print_json({"outcomes": counts, "listings": done}) if json else _show(done, counts)
    raise typer.Exit(3 if set(counts) - {"removed", "gone", "never_made"} else 0)


def _show(done: list[dict[str, Any]], counts: dict[str, int]) -> None:
    for one in done:
        if one["outcome"] in _WORDS:
            words = _WORDS[one["outcome"]].format(differs=", ".join(one["differs"]))
            console.print(f"[yellow]{one['listing']}[/] {shown(words, 400)}", highlight=False)
        if "error" in one:
            words = f"{one['error']['message']} {one['error']['remedy']}"
            console.print(f"[red]{one['listing']} {one['outcome']}[/] {shown(words, 400)}", highlight=False)
    console.print(
        ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "No drafts.", highlight=False
    )
