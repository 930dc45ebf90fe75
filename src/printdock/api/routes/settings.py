"""The settings in force, without their secrets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from printdock.api.caller import Caller, Scope, allowed
from printdock.api.state import ServicesIn

router = APIRouter(prefix="/settings", tags=["settings"])


class SettingOut(BaseModel):
    """One setting."""

    name: str = Field(
        description="The variable, or line of settings.toml, that changes it", examples=["PRINTDOCK_WORKERS"]
    )
    value: str | None = Field(description="In force; stars for a secret, null where unset", examples=["4"])
    source: Literal["default", "environment", "file", "command"] = Field(description="Where the value is from")
    secret: bool
    description: str


class SettingsOut(BaseModel):
    """All settings."""

    items: list[SettingOut]


@router.get("")
def list_settings(services: ServicesIn, _caller: Annotated[Caller, allowed(Scope.ADMIN)]) -> SettingsOut:
    """All settings of the server, what each is now, and where that comes from. They are changed where it runs."""
    return SettingsOut(
        items=[
            SettingOut(
                name=one.variable, value=one.value, source=one.source, secret=one.secret, description=one.description
            )
            for one in services.settings.in_force()
        ]
    )
