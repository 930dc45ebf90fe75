"""Sending a file: whole or in part, in pieces from wherever it lies, with what caches need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from printdock.api.problems import problem
from printdock.api.ranges import Part, Verdict, wanted
from printdock.errors import StorageUnavailable

#: Bytes read and sent at a time.
PIECE = 256 * 1024

#: The content of an address never changes, so whoever has it need never ask again.
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Content:
    """A file to be sent. ``tag``: names exactly these bytes; ``open``: a stream that can seek, closed by the sender."""

    size: int
    tag: str
    media_type: str
    name: str
    open: Callable[[], BinaryIO]


def deliver(request: Request, content: Content) -> Response:
    """The answer to a GET or HEAD for ``content``. Opens it only where bytes of it are sent; may block.

    Raises what opening raises, before anything is sent.
    """
    etag = f'"{content.tag}"'
    headers = {
        "ETag": etag,
        "Cache-Control": IMMUTABLE,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        # A file that somebody opens by itself runs nothing and loads nothing.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Disposition": disposition(content.name),
    }
    part = wanted(request.headers, etag, content.size)
    match part:
        case Verdict.NOT_MODIFIED:
            return Response(status_code=304, headers=headers)
        case Verdict.CHANGED:
            return problem(412, "changed", "The file is another one than you have.")
        case Verdict.NOT_SATISFIABLE:
            unsatisfied = {"Content-Range": f"bytes */{content.size}", "Accept-Ranges": "bytes"}
            return problem(416, "range_not_satisfiable", "The file has no such part.", headers=unsatisfied)
        case Verdict.WHOLE:
            part = Part(0, content.size - 1)
            status = 200
        case Part():
            headers["Content-Range"] = f"bytes {part.first}-{part.last}/{content.size}"
            status = 206
    headers["Content-Length"] = str(part.length)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=content.media_type)
    stream = content.open()
    return StreamingResponse(_pieces(stream, part), status, headers, content.media_type)


def disposition(name: str, kind: str = "inline") -> str:
    """``Content-Disposition`` for any name: plain for old programs, in UTF-8 for the rest (RFC 6266)."""
    plain = "".join(char if 32 <= ord(char) < 127 and char not in '"\\%/' else "_" for char in name)
    whole = quote(name.encode("utf-8", "replace"), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}"


def _pieces(stream: BinaryIO, part: Part) -> Iterator[bytes]:
    """Raises in the middle where the stream ends early: the connection is cut, since half a file must not look whole."""
    with stream:
        stream.seek(part.first)
        left = part.length
        while left:
            piece = stream.read(min(PIECE, left))
            if not piece:
                raise StorageUnavailable("A stored file is shorter than it was.", code="changed_while_read")
            left -= len(piece)
            yield piece
