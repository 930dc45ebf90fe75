"""Bodies of requests, read the way Etsy's servers read them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart import create_form_parser


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a multipart body."""

    name: str
    data: bytes
    content_type: str


@dataclass(slots=True)
class Body:
    """Fields and files. Of repeated fields only the last is there."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Part] = field(default_factory=dict)


def read_pairs(text: str) -> dict[str, str]:
    """A query or form. Of repeated names the last one wins; names with brackets are other names."""
    return dict(parse_qsl(text, keep_blank_values=True))


def read_body(content_type: str, raw: bytes) -> Body:
    """A form or multipart body; anything else has no fields."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return Body(read_pairs(raw.decode("utf-8", "replace")))
    if kind == "multipart/form-data" and "boundary=" in content_type:
        return _multipart(content_type, raw)
    return Body()


def _multipart(content_type: str, raw: bytes) -> Body:
    body = Body()

    def on_field(found: Any) -> None:
        body.fields[found.field_name.decode()] = (found.value or b"").decode("utf-8", "replace")

    def on_file(found: Any) -> None:
        found.file_object.seek(0)
        name = (found.file_name or b"").decode("utf-8", "replace")
        body.files[found.field_name.decode()] = Part(name, found.file_object.read(), found.content_type or "")

    headers = {"Content-Type": content_type.encode(), "Content-Length": str(len(raw)).encode()}
    parser = create_form_parser(headers, on_field, on_file, config={"MAX_MEMORY_FILE_SIZE": 1 << 26})
    stream = io.BytesIO(raw)
    while chunk := stream.read(1 << 16):
        parser.write(chunk)
    parser.finalize()
    return body
