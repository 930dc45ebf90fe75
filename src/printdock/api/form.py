"""A whole upload as one form: its files go to the incoming folder while the form is being read.

The form's parts come in the order the client sent them; the field ``template`` comes before the files.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from uuid_utils.compat import uuid7

from printdock.api.incoming import SPARE_BYTES, Reception
from printdock.designs.outcomes import Failed
from printdock.errors import InputRefused, NoRoom, UsageError
from printdock.jobs import events
from printdock.jobs.kinds.uploads import end, tell_state
from printdock.shops.queries import Shop
from printdock.templates.queries import Template
from printdock.uploads import queries, records
from printdock.uploads.offsets import Span
from printdock.uploads.receive import Receiver, holding, receiver
from printdock.uploads.types import Announced

#: Longest value of a field that is no file, bytes.
_MAX_FIELD = 1000


@dataclass(slots=True)
class _Part:
    """One part of the form, while it comes."""

    name: str
    file_name: str | None
    value: bytearray = field(default_factory=bytearray)
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    receiver: Receiver | None = None  # None once its bytes are not wanted any more
    refused: InputRefused | None = None
    closing: ExitStack = field(default_factory=ExitStack)


class Form:
    """Takes the pieces of a form's body in `write`; `close` in the end, whatever happened. Used by one thread at a time.

    ``template``: where it was given with the address. ``skip_known``: a file whose bytes are known is a duplicate.
    """

    def __init__(
        self, reception: Reception, shop: Shop, by: str, content_type: str, template: str | None, *, skip_known: bool
    ) -> None:
        self._reception, self._shop, self._by, self._skip_known = reception, shop, by, skip_known
        self._template_name = template
        self._template: Template | None = None
        self._upload: UUID | None = None
        self._count = 0
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._part: _Part | None = None
        self._complete = False
        self._parser = _parser(content_type, self)

    def write(self, data: bytes) -> None:
        """Take a piece of the body. Raises `UsageError` for what is no form, or not the one expected; `NoRoom`."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed(str(error)) from error

    def finish(self) -> UUID:
        """The body has ended; answers the upload, with all files there. Raises `UsageError`."""
        try:
            self._parser.finalize()
        except FormParserError as error:
            raise _malformed(str(error)) from error
        if not self._complete:
            raise _malformed("it ends in the middle")
        if self._upload is None:
            raise UsageError("The form has no files.", code="no_files", remedy="Send them as parts named `files`.")
        return self._upload

    def close(self) -> None:
        """Let go of what is open."""
        if self._part is not None:
            self._part.closing.close()

    def give_up(self) -> None:
        """The form did not come to its end: the upload is cancelled, and what came of it goes."""
        if self._upload is None:
            return
        services = self._reception.services
        why = Failed("cancelled", "The form did not arrive whole. Send it again.")
        with services.database.write() as connection:
            end(connection, self._shop, self._upload, "cancelled", services.clock(), why)
        self._reception.place.remove(self._upload)

    # --- what the parser finds -----------------------------------------------------------------------------------

    def on_part_begin(self) -> None:
        self._disposition = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def on_header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise _malformed("a part has no name")
        file_name = options.get(b"filename")
        self._part = part = _Part(_text(options[b"name"]), None if file_name is None else _text(file_name))
        if part.file_name is not None:
            self._begin_file(part)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        assert part is not None
        piece = memoryview(data)[start:end]
        part.size += len(piece)
        if part.file_name is None:
            if part.size > _MAX_FIELD:
                raise _malformed(f"the field {part.name[:60]!r} is too long")
            part.value += piece
        elif part.size > self._most:
            part.receiver = None  # `records.add` says why
        elif part.receiver is not None:
            part.digest.update(piece)
            self._guarded(part, piece)

    def on_part_end(self) -> None:
        part = self._part
        assert part is not None
        self._part = None
        with part.closing:
            if part.file_name is not None:
                self._end_file(part, part.file_name)
        if part.file_name is None and part.name == "template" and self._upload is None:
            self._template_name = _text(bytes(part.value))

    def on_end(self) -> None:
        self._complete = True

    # --- files ---------------------------------------------------------------------------------------------------

    @property
    def _most(self) -> int:
        return self._reception.services.settings.max_file_mb * 1_000_000

    def _begin_file(self, part: _Part) -> None:
        upload = self._begun()
        if self._count >= self._reception.services.settings.upload_files:
            raise UsageError(
                f"An upload has at most {self._count} files.",
                code="too_many_files",
                remedy="Send the rest as another upload.",
            )
        if self._reception.place.room() < SPARE_BYTES:
            raise NoRoom("The server's disk for incoming files is full.", remedy="Try again later.")
        handle = part.closing.enter_context(holding(self._reception.place.path(upload, self._count)))
        part.receiver = receiver(handle, Span(0, self._most), self._most, None)

    def _begun(self) -> UUID:
        """The upload; begun with the first file."""
        if self._upload is not None:
            return self._upload
        if self._template_name is None:
            raise UsageError(
                "The form's first part must be the field `template`.",
                code="no_template",
                remedy="Send it before the files, or as ?template=NAME.",
            )
        services, reception = self._reception.services, self._reception
        self._template = services.template(self._template_name, self._shop)
        upload, now = uuid7(), services.clock()
        reception.place.make(upload)
        with services.database.write() as connection:
            begun = records.begin(
                connection, self._template, [], upload=upload, place=reception.place.id, by=self._by,
                bounds=reception.bounds, skip_known=False, now=now, expires_at=now + reception.lasts,
            )  # fmt: skip
            tell_state(connection, self._shop, begun)
        self._upload = upload
        return upload

    def _guarded(self, part: _Part, piece: memoryview | None) -> None:
        """Write ``piece`` (None: the end). What is no picture is refused by name; the files after it are still taken."""
        assert part.receiver is not None
        try:
            if piece is not None:
                part.receiver.write(piece)
            else:
                part.receiver.end_here()
                part.receiver.finish()
        except InputRefused as error:
            part.refused, part.receiver = error, None

    def _end_file(self, part: _Part, name: str) -> None:
        if part.receiver is not None:
            self._guarded(part, None)
        position, self._count = self._count, self._count + 1
        kept = self._record(part, name, position)
        if not kept:
            assert self._upload is not None
            self._reception.place.forget(self._upload, position)

    def _record(self, part: _Part, name: str, position: int) -> bool:
        """Write down the file, and what is known of it; answers whether its bytes are wanted."""
        assert self._upload is not None and self._template is not None
        upload, services, now = self._upload, self._reception.services, self._reception.services.clock()
        sha256 = part.digest.digest() if part.receiver is not None else None
        lasts = now + self._reception.lasts
        bounds = self._reception.bounds
        with services.database.write() as connection:
            records.add(
                connection, self._template, upload, [Announced(name, part.size, sha256)], bounds=bounds,
                skip_known=self._skip_known, expires_at=lasts,
            )  # fmt: skip
            _, file = queries.find_file(connection, self._shop, upload, position)
            data = {"position": position, "size": part.size, "answer": file.answer}
            if part.refused is not None and file.answer is None:
                file = records.refuse(connection, self._shop, upload, position, part.refused)
                data["answer"] = file.answer
            elif file.answer is None:
                records.received(connection, self._shop, upload, position, now=now, expires_at=lasts)
            kind = "received" if file.answer is None else "refused"
            events.append(connection, self._shop.id, "upload", upload, kind, data)
        return file.answer is None


def _parser(content_type: str, form: Form) -> MultipartParser:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UsageError(
            "The request is no form with files (multipart/form-data).", code="malformed_form", remedy="curl -F does it."
        )
    names = (
        "on_part_begin", "on_part_data", "on_part_end", "on_header_field", "on_header_value", "on_header_end",
        "on_headers_finished", "on_end",
    )  # fmt: skip
    callbacks: Any = {name: getattr(form, name) for name in names}
    try:
        return MultipartParser(boundary, callbacks)
    except FormParserError as error:
        raise _malformed(str(error)) from error


def _malformed(why: str) -> UsageError:
    return UsageError(f"The form cannot be read: {why}.", code="malformed_form")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
