"""Every error printdock raises on purpose, as values a person can act on.

    PrintdockError
    ├── UsageError               the command or setting makes no sense as given (exit 2)
    ├── InputRefused             this file will never work as it is; the next one may
    │   ├── PackRefused          a mockup pack, with every problem found in it
    │   └── ListingRefused       a draft that Etsy would refuse, with every problem found in it
    ├── StorageError
    │   ├── StorageNotFound      no such key
    │   ├── StorageUnavailable   the storage is away or overloaded: trying again may work
    │   ├── StorageRefused       the storage answered no: trying again will not help
    │   └── KeyTaken             another file already has this key
    ├── EtsyError                what Etsy said, in its own words
    │   ├── EtsyRefused          Etsy said no to this request: as it is, it will be refused again
    │   │   ├── EtsyNotFound     no such thing, or it is not this shop's
    │   │   └── EtsyKeyRefused   the app's keystring or shared secret is wrong: a matter of settings
    │   ├── EtsyReconnect        the seller has to connect the shop again
    │   ├── EtsyUnavailable      Etsy is away, and nothing was done: trying again may work
    │   ├── EtsyParked           the calls of the day are used up: it goes on at ``until``
    │   └── EtsyUnknown          sent, and no readable answer: it may have been done
    ├── AccessRefused
    │   ├── NotSignedIn          who calls is not known
    │   ├── NotAllowed           who calls is known, and may not
    │   └── TooManyAttempts      too many wrong passwords: wait
    ├── NotFound                 the shop has no such thing (another shop may)
    ├── Conflict                 the thing is not in a state that allows this
    │   └── OffsetConflict       a piece of a file would leave a hole: says where to go on
    ├── Busy                     another request is at work on the same thing: trying again may work
    ├── NoRoom                   the disk for incoming files is full
    ├── DatabaseUnavailable      the database is away: trying again may work
    ├── LeaseLost                another process took over what this one had claimed
    └── Cancelled                a person stopped the work

Each carries a stable ``code`` for programs, a ``message`` in a person's words and a ``remedy``: what to do next.
Foreign exceptions are turned into these in one place per library, never further up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


class PrintdockError(Exception):
    """Base of all refusals and failures.

    ``code`` is stable and lower_snake_case; ``message`` is one sentence without a trailing newline;
    ``remedy`` says what to do next, or is empty where nothing can be done.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(PrintdockError):
    code = "wrong_use"


class InputRefused(PrintdockError):
    code = "input_refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote. ``line`` counts from 1; ``level`` is ``error`` or ``warning``.

    ``place``: the same in its tables, keys and numbers from the top: ``("picture", 0, "area", 1, "points")``.
    """

    file: str
    line: int
    level: str
    code: str
    message: str
    remedy: str = ""
    place: tuple[str | int, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        remedy = f" - {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.line}: {self.level} {self.code} {self.message}{remedy}"


class PackRefused(InputRefused):
    """``problems``: one or more, in the order of the lines they are about."""

    code = "pack_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        first = self.problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.file}:{first.line}: {first.message}{more}", remedy=first.remedy)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with a field of a listing. ``field`` as listing templates name it."""

    field: str
    code: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" - {self.remedy}" if self.remedy else ""
        return f"{self.field}: {self.message}{remedy}"


class ListingRefused(InputRefused):
    """``problems``: one or more."""

    code = "listing_refused"

    def __init__(self, what: str, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{what} cannot be sent to Etsy: {'; '.join(map(str, problems))}")


class StorageError(PrintdockError):
    code = "storage_error"


class StorageNotFound(StorageError):
    code = "storage_not_found"


class StorageUnavailable(StorageError):
    code = "storage_unavailable"


class StorageRefused(StorageError):
    code = "storage_refused"


class KeyTaken(StorageError):
    code = "key_taken"


class EtsyError(PrintdockError):
    """``words``: Etsy's own, empty where it said none. ``request_id``: its x-etsy-request-uuid, for its support."""

    code = "etsy_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        remedy: str = "",
        status: int = 0,
        words: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.status = status
        self.words = words
        self.request_id = request_id

    @property
    def told(self) -> str:
        """The remedy, with what Etsy's support asks for."""
        return f"{self.remedy} (Etsy's request id: {self.request_id})".strip() if self.request_id else self.remedy


class EtsyRefused(EtsyError):
    code = "etsy_refused"


class EtsyNotFound(EtsyRefused):
    code = "etsy_not_found"


class EtsyKeyRefused(EtsyRefused):
    code = "etsy_key_refused"


class EtsyReconnect(EtsyError):
    code = "etsy_reconnect"


class EtsyUnavailable(EtsyError):
    code = "etsy_unavailable"


class EtsyParked(EtsyError):
    """``until``: when calls are allowed again, seconds since the epoch."""

    code = "etsy_parked"

    def __init__(self, message: str, *, until: float, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy, status=429)
        self.until = until


class EtsyUnknown(EtsyError):
    code = "etsy_unknown"


class AccessRefused(PrintdockError):
    code = "access_refused"


class NotSignedIn(AccessRefused):
    code = "not_signed_in"


class NotAllowed(AccessRefused):
    code = "not_allowed"


class TooManyAttempts(AccessRefused):
    """``wait_s``: whole seconds until another try is looked at."""

    code = "too_many_attempts"

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__("There were too many failed attempts.", remedy=f"Wait {wait_s} s, then try again.")


class NotFound(PrintdockError):
    code = "not_found"


class Conflict(PrintdockError):
    code = "conflict"


class OffsetConflict(Conflict):
    """``have``: bytes of the file that are there, so where to go on."""

    code = "offset_conflict"

    def __init__(self, have: int, start: int) -> None:
        self.have = have
        super().__init__(
            f"The piece begins at byte {start}, and {have} bytes are there.", remedy=f"Go on from byte {have}."
        )


class Busy(PrintdockError):
    code = "busy"


class NoRoom(PrintdockError):
    code = "no_room"


class DatabaseUnavailable(PrintdockError):
    code = "database_unavailable"


class LeaseLost(PrintdockError):
    code = "lease_lost"


class Cancelled(PrintdockError):
    code = "cancelled"


#: Refusals of a storage that end without anybody changing what was asked: space is freed.
_PASSING_CODES = ("disk_full",)


def passes(error: BaseException) -> bool:
    """Whether the same thing may succeed later, though its input and the settings stay as they are.

    So it is where the storage or the database is away, and where a disk is full.
    """
    if isinstance(error, StorageUnavailable | DatabaseUnavailable | NoRoom):
        return True
    return isinstance(error, PrintdockError) and error.code in _PASSING_CODES
