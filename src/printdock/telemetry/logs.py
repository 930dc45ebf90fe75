"""What happens, as one event with fields: a line of JSON for machines, a readable line for people.

``event("upload_finished", stored=20)`` says it; ``bound(upload=...)`` puts a field on everything said in its body, and
in threads that inherit its context. Existing calls of `logging` go the same way. Who runs the process decides about form
and place by `configure`; until then `logging` does with it what it does.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, Any

from printdock.telemetry.masking import Masking
from printdock.telemetry.traces import current_ids

#: Signs of the three places where work happens, for the console.
MARKS = {"nas": "📤", "database": "📊", "mockups": "🎨"}

#: Which of these a logger's messages belong to.
_PLACES = (
    ("printdock.storage", "nas"),
    ("printdock.designs.recover", "nas"),
    ("printdock.db", "database"),
    ("printdock.mockups", "mockups"),
    ("printdock.rendering", "mockups"),
)

#: Libraries that warn of what is told already, in our words.
_CHATTY = ("asyncssh", "stamina")

_fields: ContextVar[dict[str, Any] | None] = ContextVar("printdock_log_fields", default=None)
_log = logging.getLogger("printdock")
_configured = False


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Say that ``name`` (lower_snake_case, one for each kind of event) happened. ``place``: nas, database or mockups.

    Nothing in a process that did not `configure`: a command says itself what a person should know.
    """
    if _configured and _log.isEnabledFor(level):
        _log.log(level, name, extra={"printdock_fields": fields})


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Put ``fields`` (such as shop, upload, job) on all that is said while the body runs."""
    token = _fields.set({**(_fields.get() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def configure(
    *, form: str = "auto", level: str = "INFO", stream: IO[str] | None = None, secrets: Iterable[str] = ()
) -> None:
    """Write what is said in this process to ``stream`` (stderr): ``form`` is json, console, or auto (console where a
    person looks on). ``secrets`` are masked wherever they turn up.

    Replaces what was configured before. Loggers of libraries are heard from WARNING on.
    """
    import structlog

    global _configured
    _configured = True
    out = stream or sys.stderr
    shared = _processors(Masking(secrets))
    as_json = form == "json" or (form == "auto" and not out.isatty())
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    last += _as_json() if as_json else _for_people(colors=out.isatty())
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("printdock").setLevel(level.upper())
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _processors(masking: Masking) -> list[Any]:
    import structlog

    def masked(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        kept = {key: said[key] for key in ("_record", "_from_structlog") if key in said}
        return {**masking.masked({key: value for key, value in said.items() if key not in kept}), **kept}

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_fields,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        masked,  # after the traceback is text
    ]


def _with_fields(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = said.get("_record")
    own = getattr(record, "printdock_fields", None) or {}
    for name, value in {**(_fields.get() or {}), **current_ids(), **own}.items():
        said.setdefault(name, value)
    said.setdefault("place", _place(said.get("logger") or ""))
    if said["place"] is None:
        del said["place"]
    return said


def _place(logger: str) -> str | None:
    return next((place for prefix, place in _PLACES if logger == prefix or logger.startswith(f"{prefix}.")), None)


def _as_json() -> list[Any]:
    import structlog

    return [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]


def _for_people(*, colors: bool) -> list[Any]:
    import structlog

    def marked(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        mark = MARKS.get(said.pop("place", ""))
        if mark and not str(said["event"]).startswith(mark):
            said["event"] = f"{mark} {said['event']}"
        said.pop("logger", None)
        return said

    return [marked, structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0)]
