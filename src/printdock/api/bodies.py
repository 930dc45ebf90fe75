"""A limit for what is sent, before anybody knows who sends it: bodies are read before a route is asked."""

from __future__ import annotations

import re

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from printdock.api.problems import problem

#: Most bytes of a body that is parsed in memory. 100,000 ids of designs take 4 MB.
LARGEST = 8_000_000

#: Bodies that routes themselves stream to disk, with limits of their own, once it is known who sends.
_STREAMED = {
    ("POST", "/api/v1/uploads/multipart"),
    ("POST", "/api/v1/mockup-sets"),
    ("POST", "/api/v1/mockup-sets/check"),
}
_FILES = re.compile(r"/api/v1/uploads/[^/]+/files/[^/]+")
_SET_FILES = re.compile(r"/api/v1/mockup-sets/[^/]+/files")


class LimitBodies:
    """Refuses larger bodies with 413, however they are sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_streamed(scope["method"], scope["path"]):
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > LARGEST:
            answer = problem(413, "too_large", f"The request has more than {LARGEST // 1_000_000} MB.")
            await answer(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST:
                raise HTTPException(413, f"The request has more than {LARGEST // 1_000_000} MB.")
            return message

        await self.app(scope, counted, send)


def _is_streamed(method: str, path: str) -> bool:
    if method == "POST":
        return (method, path) in _STREAMED or _SET_FILES.fullmatch(path) is not None
    return method == "PUT" and _FILES.fullmatch(path) is not None
