"""What became of one planned mockup: exactly one of `Rendered`, `Fresh`, `Failed` (`Planned` in a dry run)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from printdock.errors import PrintdockError, passes
from printdock.mockups.plan import Mockup


@dataclass(frozen=True, slots=True)
class Rendered:
    """The mockup is in the storage and in the database."""

    width: int  # px
    height: int  # px
    size: int  # bytes
    sha256: bytes
    quality: int  # it was written with, lowered where a byte limit asked for it


@dataclass(frozen=True, slots=True)
class Fresh:
    """The stored mockup is what would be rendered now: nothing was done."""

    width: int
    height: int
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Planned:
    """What a dry run says of a mockup that would be rendered."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No mockup was stored; ``code`` is stable, ``reason`` says why and what to do.

    ``passing``: it may be rendered later, though nothing of it is changed: the storage is away.
    """

    code: str
    reason: str
    passing: bool = False

    @classmethod
    def of(cls, error: PrintdockError) -> Failed:
        return cls(error.code, str(error), passes(error))


Outcome = Rendered | Fresh | Planned | Failed

ANSWER_KEYS = (
    "design", "number", "picture", "colour", "outcome", "path", "thumbnail", "width", "height", "bytes", "sha256", "reason",
)  # fmt: skip


def answer(mockup: Mockup, outcome: Outcome) -> dict[str, Any]:
    """The mockup's entry in the document that ``--json`` prints; every key is always there."""
    entry: dict[str, Any] = dict.fromkeys(ANSWER_KEYS)
    entry |= {
        "design": str(mockup.print_file.design),
        "number": mockup.print_file.number,
        "picture": mockup.picture.name,
        "colour": mockup.colour,
    }
    match outcome:
        case Rendered() | Fresh():
            entry |= {
                "outcome": "rendered" if isinstance(outcome, Rendered) else "fresh",
                "path": mockup.path,
                "thumbnail": mockup.thumbnail,
                "width": outcome.width,
                "height": outcome.height,
                "bytes": outcome.size,
                "sha256": outcome.sha256.hex(),
            }
        case Planned():
            entry |= {"outcome": "rendered", "path": mockup.path, "reason": "Dry run, nothing written."}
        case Failed():
            entry |= {"outcome": "failed", "reason": f"{outcome.code}: {outcome.reason}"}
    return entry
