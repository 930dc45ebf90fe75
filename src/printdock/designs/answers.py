"""The rows that say what became of each file of an upload: written once, whoever comes second changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from printdock.db.inserting import insert_into
from printdock.db.tables import upload_files
from printdock.designs.outcomes import Duplicate, Failed, Outcome, Planned, Stored, answer, code_of


def answer_row(upload: UUID, shop_id: int, position: int, source: str, outcome: Outcome) -> dict[str, Any]:
    """The row for the file at ``position``. A name that is no text is written with escapes."""
    entry = answer(source, outcome)
    entry["source"] = printable = source.encode("utf-8", "backslashreplace").decode()
    return {
        "upload_id": upload,
        "position": position,
        "shop_id": shop_id,
        "source": printable[:4500],
        "outcome": entry["outcome"],
        "code": code_of(outcome),
        "design_id": _design(outcome),
        "print_file_id": outcome.print_file if isinstance(outcome, Stored) else None,
        "answer": entry,
    }


def record_answers(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write ``rows`` (see `answer_row`); a file that has its answer keeps it."""
    if not rows:
        return
    connection.execute(insert_into(connection, upload_files).on_conflict_do_nothing(), list(rows))


def _design(outcome: Outcome) -> UUID | None:
    match outcome:
        case Stored() | Planned():
            return outcome.design
        case Duplicate():
            return outcome.duplicate_of
        case Failed():
            return None
