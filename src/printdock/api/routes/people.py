"""A shop's members, and invitations. Owners only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from printdock.accounts import audit, links, users
from printdock.accounts.links import INVITE_LASTS, Link
from printdock.accounts.roles import Role
from printdock.accounts.users import Member
from printdock.api.caller import Caller, Scope, allowed
from printdock.api.fields import Email
from printdock.api.origin import own_origin
from printdock.api.paging import Page, PagingIn, page_of
from printdock.api.problems import declared
from printdock.api.state import ServicesIn

router = APIRouter(tags=["people"])

Owner = Annotated[Caller, allowed(Scope.ADMIN)]


class MemberOut(BaseModel):
    """A person of the shop."""

    id: UUID
    email: str = Field(examples=["lily@example.com"])
    name: str = Field(examples=["Lily"])
    role: Role
    since: datetime


class RoleChange(BaseModel):
    """Another role."""

    role: Role


class InvitationIn(BaseModel):
    """Whom to invite, and as what."""

    email: Email
    role: Role = Role.MEMBER


class InvitationOut(BaseModel):
    """An open invitation."""

    id: UUID
    email: str = Field(examples=["lily@example.com"])
    role: Role
    invited_by: str = Field(examples=["rose@example.com"])
    expires_at: datetime


class NewInvitation(BaseModel):
    """An invitation, with the link to hand to the person. It is told this once."""

    email: str = Field(examples=["lily@example.com"])
    role: Role
    expires_at: datetime
    link: str = Field(examples=["https://prints.example.com/welcome#Yk3V..."])


class InvitationsOut(BaseModel):
    """All open invitations."""

    items: list[InvitationOut]


@router.get("/members")
def list_members(services: ServicesIn, caller: Owner, paging: PagingIn) -> Page[MemberOut]:
    """The shop's people by e-mail address."""
    after = paging.after(str)
    with services.database.read() as connection:
        found = users.members(connection, caller.shop.id, paging.limit + 1, "" if after is None else after[0])
    return Page[MemberOut](**page_of(found, paging, _member, lambda one: (one.email,)))


@router.patch("/members/{member}", responses=declared(404, 409))
def change_role(member: UUID, body: RoleChange, services: ServicesIn, caller: Owner) -> MemberOut:
    """Give a member another role. A shop keeps at least one owner."""
    now = services.clock()
    with services.database.write() as connection:
        before = users.change_role(connection, caller.shop.id, member, body.role)
        changed = users.find_member(connection, caller.shop.id, member)
        data = {"from": str(before), "to": str(body.role)}
        audit.record(connection, caller.shop.id, caller.actor, "role_changed", now, subject=changed.email, data=data)
    return _member(changed)


@router.delete("/members/{member}", status_code=204, responses=declared(404, 409))
def remove_member(member: UUID, services: ServicesIn, caller: Owner) -> Response:
    """Take a person out of the shop; with their last shop goes the account."""
    now = services.clock()
    with services.database.write() as connection:
        gone = users.remove_member(connection, caller.shop.id, member)
        audit.record(connection, caller.shop.id, caller.actor, "member_removed", now, subject=gone.email)
    return Response(status_code=204)


@router.get("/invitations")
def list_invitations(services: ServicesIn, caller: Owner) -> InvitationsOut:
    """The shop's open invitations."""
    with services.database.read() as connection:
        return InvitationsOut(
            items=[_invitation(one) for one in links.invitations(connection, caller.shop.id, services.clock())]
        )


@router.post("/invitations", status_code=201)
def create_invitation(body: InvitationIn, request: Request, services: ServicesIn, caller: Owner) -> NewInvitation:
    """Invite somebody: hand them the link. An earlier link for the same address stops working."""
    now, email = services.clock(), users.normal_email(body.email)
    with services.database.write() as connection:
        token = links.invite(connection, caller.shop.id, email, body.role, caller.actor.name, now)
        data = {"role": str(body.role)}
        audit.record(connection, caller.shop.id, caller.actor, "person_invited", now, subject=email, data=data)
    link = links.address(own_origin(request, services), token)
    return NewInvitation(email=email, role=body.role, expires_at=now + INVITE_LASTS, link=link)


@router.delete("/invitations/{invitation}", status_code=204, responses=declared(404))
def withdraw_invitation(invitation: UUID, services: ServicesIn, caller: Owner) -> Response:
    """Take an invitation back."""
    now = services.clock()
    with services.database.write() as connection:
        email = links.withdraw(connection, caller.shop.id, invitation)
        audit.record(connection, caller.shop.id, caller.actor, "invitation_withdrawn", now, subject=email)
    return Response(status_code=204)


def _member(one: Member) -> MemberOut:
    return MemberOut(id=one.id, email=one.email, name=one.name, role=one.role, since=one.since)


def _invitation(one: Link) -> InvitationOut:
    return InvitationOut(
        id=one.id, email=one.email or "", role=one.role, invited_by=one.created_by, expires_at=one.expires_at
    )
