"""``printdock upload``: designs to a printdock server, over any connection."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from printdock.cli.common import errors_console, print_json
from printdock.cli.context import HomeOption, JsonOption, settings_for, stoppable
from printdock.cli.progress import UploadProgress, print_report
from printdock.designs.item import Event, Stage
from printdock.errors import Cancelled, PrintdockError, UsageError

if TYPE_CHECKING:
    from printdock.cli.remote import Server
    from printdock.cli.sending import Local
    from printdock.designs.ingest import Report

_ENDED = ("finished", "cancelled", "expired")


def upload(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, or folders of pictures.")],
    server: Annotated[str, typer.Option("--server", "-s", help="The server, such as https://prints.example.com.")],
    template: Annotated[str, typer.Option("--template", "-t", help="The product, such as 'UVDTF 16oz'.")],
    key: Annotated[
        str, typer.Option("--key", envvar="PRINTDOCK_API_KEY", help="An API key with the scopes upload and read.")
    ],
    json: JsonOption = False,
    patience: Annotated[
        float, typer.Option("--patience", min=0, help="Seconds to keep trying while the server is away.")
    ] = 300.0,
    home: HomeOption = None,
) -> None:
    """Send designs to a server, which takes them in as `printdock ingest` does.

    Known files are not sent. Interrupted, the same command goes on where it was. Exit codes as of `printdock ingest`.
    """
    from stamina.instrumentation import set_on_retry_hooks

    from printdock.cli.remote import Server

    set_on_retry_hooks([])  # we say ourselves, in words, what is tried again
    stop = threading.Event()
    with (
        stoppable(stop),
        Server(server, key, stop=stop, patience_s=patience, on_away=_say_once()) as there,
    ):
        report = _upload(there, paths, template, settings_for(home).home / "uploads", stop)
    if json:
        print_json(report.as_dict())
    else:
        print_report(report, server)
    raise typer.Exit(3 if report.failed else 0)


def _upload(server: Server, paths: Sequence[Path], template: str, folder: Path, stop: threading.Event) -> Report:
    from printdock.cli.sending import Sending, Ticket

    files = _look(paths, stop)
    good = [file for file in files if file.failed is None]
    if not good:
        return _report(None, files, [])
    ticket = Ticket(folder, server.url, template, good)
    with _bytes(sum(file.size for file in good)) as sent:
        sending = Sending(server, good, sent)
        begun = sending.begin(template, ticket)
        whole = sending.send(begun)
    if stop.is_set():
        raise Cancelled("Stopped.", remedy="Run the same command again: it goes on where it was.")
    if begun["state"] == "receiving":
        server.call("POST", f"uploads/{begun['id']}/complete", json={"leave_out_missing": not whole})
    with UploadProgress(len(good)) as progress:
        _follow(server, begun["id"], progress.report, stop)
    ended = server.call("GET", f"uploads/{begun['id']}/report")
    ticket.forget()
    return _report(ended, files, good)


def _say_once() -> Callable[[str], None]:
    """Says a sentence on stderr unless it is the one said last."""
    said: list[str] = []

    def say(sentence: str) -> None:
        if said[-1:] != [sentence]:
            said.append(sentence)
            errors_console.print(sentence, style="yellow", highlight=False)

    return say


def _look(paths: Sequence[Path], stop: threading.Event) -> list[Local]:
    """What is to be sent, in the order of `printdock ingest`, with digests."""
    from printdock.cli.sending import look

    with ThreadPoolExecutor(4, thread_name_prefix="printdock-look") as pool:
        found = list(pool.map(lambda one: look(*one), _named(paths)))
    if stop.is_set():
        raise Cancelled("Stopped.")
    if not found:
        raise UsageError("There are no files.", code="no_files", remedy="Give pictures or folders of pictures.")
    return found


def _named(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files, with the names the server is told: those below the folders that were given."""
    from printdock.designs.admit import find_sources

    for path in paths:
        for source in find_sources([path]):
            name = source.relative_to(path).as_posix() if path.is_dir() else source.name
            yield source, name.encode("utf-8", "replace").decode()


class _bytes:  # used as a function
    """A bar of the bytes that have arrived. Thread-safe."""

    def __init__(self, total: int) -> None:
        self._bar = Progress(
            TextColumn("Sending"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
            console=errors_console, disable=not errors_console.is_terminal, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        return lambda size: self._bar.advance(self._task, size)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _follow(server: Server, upload: str, report: Callable[[Event], None], stop: threading.Event) -> None:
    """Tell ``report`` what happens to the upload until it has ended: by events, or where they do not come, by asking."""
    following = _Following(server, upload, report)
    while not following.by_events() and not following.by_asking():
        if stop.wait(random.uniform(0.5, 1.5)):
            raise Cancelled("Stopped; the server goes on.", remedy="Run the same command again to see its report.")


class _Following:
    def __init__(self, server: Server, upload: str, report: Callable[[Event], None]) -> None:
        self._server, self._upload, self._report = server, upload, report
        self._last: str | None = None
        self._settled: set[int] = set()

    def by_events(self) -> bool:
        """Follow the stream as far as it goes; answers whether the upload has ended."""
        import httpx

        try:
            with self._server.events(f"uploads/{self._upload}/events", self._last) as events:
                for event in events:
                    self._last = str(event["id"])
                    for change in event["data"].get("changed", ()):
                        self._tell(change["position"], change["stage"], change.get("answer"))
                    if event["kind"] == "state" and event["data"]["state"] in _ENDED:
                        return True
        except (httpx.TransportError, PrintdockError):
            return False
        return False

    def by_asking(self) -> bool:
        """Ask once; answers whether the upload has ended."""
        found: dict[str, Any] = self._server.call("GET", f"uploads/{self._upload}")
        for file in found["files"]:
            if file["answer"] is not None:
                self._tell(file["position"], Stage.SETTLED.value, file["answer"])
        return found["state"] in _ENDED

    def _tell(self, position: int, stage: str, answer: dict[str, Any] | None) -> None:
        if position in self._settled:
            return
        if answer is not None:
            self._settled.add(position)
        self._report(Event(Stage(stage), "" if answer is None else answer["source"], position, answer))


def _report(ended: dict[str, Any] | None, files: Sequence[Local], good: Sequence[Local]) -> Report:
    """The server's report with what could not be sent, all named as they were given here."""
    from printdock.designs.ingest import Report

    answers = iter(() if ended is None else ended["files"])
    entries = [
        file.failure() if file.failed is not None else {**next(answers), "source": str(file.path)} for file in files
    ]
    counts = {word: sum(entry["outcome"] == word for entry in entries) for word in ("stored", "duplicate", "failed")}
    upload, seconds = ("", 0.0) if ended is None else (ended["upload"], ended["seconds"])
    return Report(upload, counts["stored"], counts["duplicate"], counts["failed"], seconds, entries)
