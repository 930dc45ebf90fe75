"""Bring a shop's life over from the system that printdock replaces: tables and folders, in one command.

    old tables --> staging on disk --> templates -> plan -> print files -> hashes -> mockup sets -> listing texts

The old database is only read. On the NAS nothing is removed and nothing written over. Each step finds what an earlier run
has done by its name, so a run that was killed is repeated, and a run after the last one changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from printdock.errors import UsageError
from printdock.moving import source
from printdock.moving.files import bring_files
from printdock.moving.groups import bring_groups
from printdock.moving.hashes import bring_hashes
from printdock.moving.parts import Move, Parts, note
from printdock.moving.plan import plan_files
from printdock.moving.staging import Staging
from printdock.moving.templates import bring_templates, known_folders
from printdock.moving.texts import bring_texts
from printdock.shops.queries import check_folder_name, ensure_shop, find_shop

#: Most problems of one kind that the report names.
EXAMPLES = 5

#: Codes that are told, and need nobody to do anything.
NOTES = frozenset({"same_name", "several_sizes", "no_print_file", "deleted", "shared_shop", "same_file"})

_BY_CODE = """
SELECT shop, source, code, count(*) AS count, min(id) AS first FROM problems GROUP BY shop, source, code ORDER BY min(id)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came, per shop; ``problems`` by kind, with how many and the first of them. ``finished``: not stopped early."""

    source: str
    dry_run: bool
    finished: bool
    seconds: float
    shops: list[dict[str, Any]]
    problems: list[dict[str, Any]]

    @property
    def all_came(self) -> bool:
        """Nothing is left for a person to look at."""
        return self.finished and all(one["code"] in NOTES for one in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "source": self.source,
            "dry_run": self.dry_run,
            "finished": self.finished,
            "all_came": self.all_came,
            "seconds": round(self.seconds, 1),
            "shops": self.shops,
            "problems": self.problems,
        }


#: Is told every problem: shop, table, code, what, message, remedy.
Listing = Callable[[tuple[str, ...]], None]


def move_over(where: str, parts: Parts, *, only: Collection[str] = (), listing: Listing = lambda row: None) -> Moved:
    """Bring over ``where`` (a database's address or a folder of CSV), all its shops or ``only`` some.

    With ``parts.dry_run`` nothing is written but the staging file, which goes again; print files are then not opened.
    Raises `UsageError` for tables that cannot be read and shops that are not there, `StorageUnavailable` and
    `DatabaseUnavailable`: run again when they are back.
    """
    started = time.monotonic()
    with Staging(parts.scratch / "moving.db") as staging:
        parts.report("Reading the old tables")
        source.load(where, staging)
        names = _shops(staging, only)
        shops = [_bring(Move(parts, staging, name, _shop(parts, name))) for name in names if not parts.stop.is_set()]
        for row in staging.rows("SELECT shop, source, code, what, message, remedy FROM problems ORDER BY id"):
            listing(tuple(row))
        return Moved(
            source.shown(where), parts.dry_run, not parts.stop.is_set(), time.monotonic() - started, shops,
            list(_problems(staging)),
        )  # fmt: skip


def _bring(move: Move) -> dict[str, Any]:
    folders = bring_templates(move) | known_folders(move)
    plan_files(move, folders)
    if move.parts.dry_run or bring_files(move, folders):
        bring_hashes(move)
        bring_groups(move)
        bring_texts(move, folders)
    return move.as_dict()


def _shop(parts: Parts, name: str) -> Any:
    if parts.dry_run:
        with parts.database.read() as connection:
            return find_shop(connection, name)
    with parts.database.write() as connection:
        return ensure_shop(connection, name, parts.clock())


def _shops(staging: Staging, only: Collection[str]) -> list[str]:
    """The old shops that come, by name; who owns what is noted in the staging."""
    accounts: dict[str, list[str]] = {}
    for row in list(staging.rows("SELECT * FROM users ORDER BY id")):
        name = str(row["shop_name"] or "").strip()
        if _usable(staging, name, str(row["email"] or row["id"])) and (not only or name in only):
            accounts.setdefault(name, []).append(row["id"])
    missing = sorted(set(only) - set(accounts))
    if missing:
        known = [
            str(row[0]) for row in staging.rows("SELECT DISTINCT shop_name FROM users WHERE shop_name IS NOT NULL")
        ]
        raise UsageError(
            f"The old system has no shop {missing[0]!r}.",
            code="unknown_shop",
            remedy="It has: " + ", ".join(known) + ".",
        )
    for name, users in accounts.items():
        staging.write("INSERT INTO owners VALUES (?, ?)", [(user, name) for user in users])
        if len(users) > 1:
            message = f"{len(users)} old accounts share this shop's folder: they are one shop."
            note(staging, name, "users", "shared_shop", name, message, "Invite each: `printdock users add EMAIL`.")
    return sorted(accounts)


def _usable(staging: Staging, name: str, who: str) -> bool:
    try:
        check_folder_name(name, "shop")
    except UsageError as error:
        note(staging, name, "users", "no_shop", who, f"This account has no shop that can be a folder: {error.message}")
        return False
    return True


def _problems(staging: Staging) -> list[dict[str, Any]]:
    found = []
    for row in list(staging.rows(_BY_CODE)):
        query = f"SELECT what FROM problems WHERE shop = ? AND source = ? AND code = ? ORDER BY id LIMIT {EXAMPLES}"
        examples = [one["what"] for one in staging.rows(query, row["shop"], row["source"], row["code"])]
        (first,) = list(staging.rows("SELECT message, remedy FROM problems WHERE id = ?", row["first"]))
        one = {"shop": row["shop"], "table": row["source"], "code": row["code"], "count": row["count"]}
        found.append(one | {"message": first["message"], "remedy": first["remedy"], "examples": examples})
    return found
