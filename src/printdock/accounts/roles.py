"""Who may do what: scopes, and the roles that hold them."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a call needs. A session has those of its person's role, an API key those it was made with."""

    READ = "read"  # look at everything of the shop
    UPLOAD = "upload"  # send designs
    WRITE = "write"  # decide about duplicates, render, cancel, retry
    ADMIN = "admin"  # people, keys, templates, settings


class Role(StrEnum):
    """A person's place in one shop."""

    OWNER = "owner"
    MEMBER = "member"
    VIEWER = "viewer"

    @property
    def scopes(self) -> frozenset[Scope]:
        return _SCOPES[self]


_SCOPES = {
    Role.OWNER: frozenset(Scope),
    Role.MEMBER: frozenset({Scope.READ, Scope.UPLOAD, Scope.WRITE}),
    Role.VIEWER: frozenset({Scope.READ}),
}
