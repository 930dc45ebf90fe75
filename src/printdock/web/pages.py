"""Serves the pages: hashed files for ever, the one HTML file fresh each time, and for every address that a page has.

The pages talk to the API on the same address. What they may load is said by a strict Content-Security-Policy: scripts
and fonts from here alone; pictures also from the CDN; WebAssembly may be compiled, since files are hashed with it.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

from printdock.web.files import Asset, accepted_encodings, assets, index

IMMUTABLE = "public, max-age=31536000, immutable"

#: Addresses below these are the API's: a mistyped one is answered as such, not with a page.
_NOT_PAGES = ("api/", "assets/", "mockups/job-status", "mockups/upload-mockup", "healthz", "readyz", "metrics")

#: A worker obeys the policy of its own script, not that of the page: files are hashed there, in WebAssembly.
_WORKERS = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; frame-ancestors 'none'"

_MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>printdock</title><style nonce="{{nonce}}">
body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:#1b1d1f;background:#f6f6f3}
code{background:#e8e8e3;padding:.15em .4em;border-radius:.3em}
@media(prefers-color-scheme:dark){body{color:#e6e6e3;background:#131517}code{background:#26292c}}
</style><h1>The pages are not built yet</h1>
<p>printdock runs, and its API answers at <code>/api/v1</code>. The pages are made once, in the folder with the source:</p>
<p><code>make web</code></p><p>Then start the server again. <code>make run</code> does both.</p></html>"""


def add_pages(app: FastAPI, *, cdn_url: str | None = None) -> None:
    """Answer every address that nothing else of ``app`` answers: add it last."""
    policy = _policy(cdn_url)

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        found = assets().get(path)
        if found is not None:
            return _file(found, request)
        if path.startswith(_NOT_PAGES):
            raise HTTPException(404, "There is nothing at this address.")
        return _page(policy)


def _file(asset: Asset, request: Request) -> Response:
    path, encoding = asset.best(accepted_encodings(request.headers.get("accept-encoding", "")))
    headers = {"Cache-Control": IMMUTABLE if asset.immutable else "no-cache", "X-Content-Type-Options": "nosniff"}
    if asset.encoded:
        headers["Vary"] = "Accept-Encoding"
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    if asset.media_type == "text/javascript":
        headers["Content-Security-Policy"] = _WORKERS
    return FileResponse(path, headers=headers, media_type=asset.media_type)


def _page(policy: str) -> Response:
    nonce = secrets.token_urlsafe(16)
    html = index()
    return HTMLResponse(
        (html or _MISSING).replace("{{nonce}}", nonce),
        status_code=200 if html else 503,
        headers={
            "Cache-Control": "no-cache" if html else "no-store",
            "Content-Security-Policy": policy.replace("{{nonce}}", nonce),
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        },
    )


def _policy(cdn_url: str | None) -> str:
    cdn = ""
    if cdn_url:
        parts = urlsplit(cdn_url)
        cdn = f" {parts.scheme}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'nonce-{{nonce}}' 'wasm-unsafe-eval'",
            "style-src 'self' 'nonce-{{nonce}}'",
            "font-src 'self'",
            f"img-src 'self' blob: data:{cdn}",
            f"connect-src 'self'{cdn}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
