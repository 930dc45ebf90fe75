"""What became of one file of an upload: exactly one of `Stored`, `Duplicate`, `Failed` (`Planned` in a dry run)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from printdock.errors import PrintdockError


@dataclass(frozen=True, slots=True)
class Stored:
    """A print file is in the storage and in the database."""

    design: UUID
    print_file: UUID
    number: int
    path: str
    width: int  # px
    height: int  # px
    dpi: int
    size: int  # bytes
    sha256: bytes
    similar_to: UUID | None = None
    distance: float | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a dry run says of art that would be stored: nothing was written, so it has no number yet."""

    design: UUID
    width: int  # px
    height: int  # px
    dpi: int
    similar_to: UUID | None = None
    distance: float | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The shop already has this art for this template; ``reason`` names the file and how alike they are."""

    duplicate_of: UUID
    distance: float
    reason: str
    code: str = "same_art"  # or "same_bytes"


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was stored for this file; ``code`` is stable, ``reason`` says why and what to do."""

    code: str
    reason: str

    @classmethod
    def of(cls, error: PrintdockError) -> Failed:
        return cls(error.code, str(error))


Outcome = Stored | Planned | Duplicate | Failed


def answer(source: str, outcome: Outcome) -> dict[str, Any]:
    """The file's entry in the document that ``--json`` prints; every key is always there."""
    entry: dict[str, Any] = dict.fromkeys(ANSWER_KEYS)
    entry |= {"source": source, "warnings": []}
    match outcome:
        case Stored():
            entry |= {
                "outcome": "stored",
                "design": str(outcome.design),
                "number": outcome.number,
                "path": outcome.path,
                "width": outcome.width,
                "height": outcome.height,
                "dpi": outcome.dpi,
                "bytes": outcome.size,
                "sha256": outcome.sha256.hex(),
                "similar_to": None if outcome.similar_to is None else str(outcome.similar_to),
                "distance": outcome.distance,
                "reason": outcome.reason,
                "warnings": list(outcome.warnings),
            }
        case Planned():
            entry |= {
                "outcome": "stored",
                "design": str(outcome.design),
                "width": outcome.width,
                "height": outcome.height,
                "dpi": outcome.dpi,
                "similar_to": None if outcome.similar_to is None else str(outcome.similar_to),
                "distance": outcome.distance,
                "reason": f"Dry run, nothing written. {outcome.reason or ''}".strip(),
                "warnings": list(outcome.warnings),
            }
        case Duplicate():
            entry |= {
                "outcome": "duplicate",
                "duplicate_of": str(outcome.duplicate_of),
                "distance": outcome.distance,
                "reason": outcome.reason,
            }
        case Failed():
            entry |= {"outcome": "failed", "reason": f"{outcome.code}: {outcome.reason}"}
    return entry


ANSWER_KEYS = (
    "source", "outcome", "design", "number", "path", "width", "height", "dpi", "bytes", "sha256",
    "duplicate_of", "similar_to", "distance", "reason", "warnings",
)  # fmt: skip


def code_of(outcome: Outcome) -> str | None:
    """The stable code of a duplicate or a failure; stored files have none."""
    return outcome.code if isinstance(outcome, Duplicate | Failed) else None
