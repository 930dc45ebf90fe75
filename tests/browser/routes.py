"""Every page there is, by a name for its file."""

from __future__ import annotations

ROUTES = {
    "designs": "/designs",
    "designs-search": "/designs?q=book",
    "designs-nothing-found": "/designs?q=zzz",
    "design": "/designs/{design}",
    "upload": "/upload",
    "upload-past": "/uploads/{upload}",
    "duplicates": "/duplicates",
    "mockups": "/mockups",
    "mockups-render": "/mockups/render",
    "mockup-editor": "/mockups/editor",
    "listings": "/listings",
    "listings-new": "/listings/new",
    "listing-templates": "/listings/templates",
    "listing-template": "/listings/templates/new",
    "jobs": "/jobs",
    "jobs-failed": "/jobs?show=failed",
    "jobs-done": "/jobs?show=done",
    "settings-templates": "/settings/templates",
    "settings-storage": "/settings/storage",
    "settings-etsy": "/settings/etsy",
    "settings-people": "/settings/people",
    "settings-keys": "/settings/keys",
    "settings-in-force": "/settings/in-force",
    "settings-record": "/settings/record",
    "settings-account": "/settings/account",
    "not-found": "/nowhere",
}
