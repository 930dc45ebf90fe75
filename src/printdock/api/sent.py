"""What clients say of an upload and its files, and what they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, Field

from printdock.api.fields import Line
from printdock.api.incoming import Reception, have
from printdock.uploads.types import Announced, SentFile, SentUpload

State = Literal["receiving", "queued", "processing", "finished", "cancelled", "expired"]

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
Sha256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$", description="SHA-256 of the file, hex", examples=[_SHA256])]


class FileIn(BaseModel):
    """A file to be sent."""

    name: str = Field(
        max_length=2000, description="Shown in reports, never a path on the server", examples=["rose.png"]
    )
    size: int = Field(ge=0, le=2**62, description="Bytes", examples=[412_331])
    sha256: Sha256 | None = Field(default=None, description="With it, a known file is not sent, and damage is noticed")

    prepared_from: Sha256 | None = Field(
        default=None,
        description="Where a client cut empty borders off before sending: SHA-256 of the person's own file. With it, "
        "that file is known, too",
    )

    def announced(self) -> Announced:
        return Announced(self.name, self.size, _bytes(self.sha256), _bytes(self.prepared_from))


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


class UploadIn(BaseModel):
    """A new upload."""

    template: Line = Field(description="The product", examples=["UVDTF 16oz"])
    files: list[FileIn] = Field(default=[], max_length=100_000, description="More can be added later")


class FilesIn(BaseModel):
    """More files."""

    files: list[FileIn] = Field(min_length=1, max_length=100_000)


class CompleteIn(BaseModel):
    """That everything was sent."""

    leave_out_missing: bool = Field(default=False, description="Files that did not arrive are answered as not sent")


class KnownIn(BaseModel):
    """Which files a client has."""

    template: Line = Field(examples=["UVDTF 16oz"])
    sha256: list[Sha256] = Field(max_length=100_000)


class KnownOut(BaseModel):
    """Which of them need not be sent: the shop has their bytes for this template."""

    known: list[str] = Field(examples=[[_SHA256]])


class FileOut(BaseModel):
    """One file of an upload."""

    position: int
    name: str = Field(examples=["rose.png"])
    size: int | None = Field(description="Bytes; null where files were read where they lay", examples=[412_331])
    state: Literal["wanted", "received", "stored", "duplicate", "failed"] = Field(
        description="wanted: send it; received: waits to be taken in; the others are answers"
    )
    received: int = Field(description="Bytes that are there", examples=[0])
    put: str | None = Field(
        description="Where to send it; null when it need not be", examples=[f"/api/v1/uploads/{_ID}/files/0"]
    )
    sha256: str | None = Field(description="As announced", examples=[_SHA256])
    prepared_from: str | None = Field(description="As announced", examples=[None])
    answer: dict[str, Any] | None = Field(description="Its entry of the report, as `printdock ingest --json` prints it")


class UploadOut(BaseModel):
    """One upload."""

    id: UUID = Field(examples=[_ID])
    template: str = Field(examples=["UVDTF 16oz"])
    state: State
    created_by: str | None = Field(description="Who began it; null for `printdock ingest`")
    job: UUID | None = Field(description="The job that takes it in")
    started_at: datetime
    received_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="When it is given up unless something arrives before")
    count: int = Field(description="Files")
    stored: int
    duplicates: int
    failed: int
    files: list[FileOut] | None = Field(description="In order; null in lists")


class ReportOut(BaseModel):
    """What became of each file: the document of `printdock ingest --json`."""

    upload: UUID
    stored: int
    duplicates: int
    failed: int
    seconds: float = Field(description="From the last byte to the last answer")
    files: list[dict[str, Any]]


def shown(reception: Reception, upload: SentUpload, *, files: bool = True) -> UploadOut:
    """An upload as the API shows it."""
    return UploadOut(
        id=upload.id,
        template=upload.template,
        state=cast(State, upload.state),
        created_by=upload.created_by,
        job=upload.job,
        started_at=upload.started_at,
        received_at=upload.received_at,
        finished_at=upload.finished_at,
        expires_at=upload.expires_at,
        count=upload.count,
        stored=upload.stored,
        duplicates=upload.duplicates,
        failed=upload.failed,
        files=[shown_file(upload, file, have(reception, upload, file)) for file in upload.files] if files else None,
    )


def shown_file(upload: SentUpload, file: SentFile, received: int) -> FileOut:
    """A file as the API shows it, with ``received`` bytes of it there."""
    wanted = file.state == "wanted" and received < (file.size or 0)
    state: Any = "received" if file.state == "wanted" and not wanted else state_of(file)
    put = f"/api/v1/uploads/{upload.id}/files/{file.position}" if wanted and upload.state == "receiving" else None
    return FileOut(
        position=file.position,
        name=file.name,
        size=file.size,
        state=state,
        received=received,
        put=put,
        sha256=None if file.sha256 is None else file.sha256.hex(),
        prepared_from=None if file.prepared_from is None else file.prepared_from.hex(),
        answer=file.answer,
    )


def state_of(file: SentFile) -> Any:
    """Its answer's outcome, or what it waits for."""
    return file.state if file.answer is None else file.answer["outcome"]
