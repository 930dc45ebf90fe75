"""Kinds of fields that several routes have."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from printdock.accounts.passwords import LONGEST, SHORTEST


def _no_control(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("must not hold control characters")
    return text


#: One line of text of at most 200 characters. PostgreSQL cannot hold a NUL, and no name needs a line break.
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_control)]

#: A whole number that names something, in a path; PostgreSQL's ``integer`` ends there.
Key = Annotated[int, Path(ge=1, le=2_147_483_647)]

#: An address as it is typed; `accounts.users.normal_email` says what is one.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=254),
    AfterValidator(_no_control),
    Field(examples=["rose@example.com"]),
]

#: Bounded, so that nobody makes the server hash a novel; never shown again.
Password = Annotated[
    SecretStr, Field(min_length=SHORTEST, max_length=LONGEST, examples=["correct horse battery staple"])
]
