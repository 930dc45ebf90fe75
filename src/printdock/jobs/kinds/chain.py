"""The end of the chain from designs to drafts: what follows when mockups were rendered, in the same job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from printdock.errors import EtsyParked, EtsyReconnect, EtsyUnavailable
from printdock.jobs.job import NewJob
from printdock.jobs.kinds.drafts import MOST_REFUSED, draft_job
from printdock.jobs.work import Work

if TYPE_CHECKING:
    from printdock.listings.desk import Desk
    from printdock.listings.plan import Planned


def make_drafts_of(
    work: Work, product: str, numbers: Sequence[int] | None, designs: Sequence[UUID] | None
) -> tuple[dict[str, Any], tuple[NewJob, ...]]:
    """Drafts of these designs by every listing template of ``product``; what became of them, and jobs for those that wait.

    Where no shop is connected, or there is no listing template, that is said and is no failure. Raises `EtsyUnavailable`
    where drafts failed by what may pass, `Cancelled`.
    """
    shop = work.services.shop_of(work.job.shop_id)
    try:
        with work.services.etsy_desk(shop) as desk:
            names = _templates(desk, product)
            if not names:
                return {"outcome": "no_template", "message": f"There is no listing template for {product!r}."}, ()
            entries = [one for name in names for one in _made(work, desk, name, numbers, designs)]
    except EtsyReconnect as error:
        outcome = "not_connected" if error.code == "etsy_not_connected" else "reconnect"
        return {"outcome": outcome, "message": error.message, "remedy": error.remedy}, ()
    except EtsyParked as error:
        return {"outcome": "waiting", "message": error.message}, ()
    work.check_stopped()
    return _told(work, entries)


def _templates(desk: Desk, product: str) -> list[str]:
    from printdock.listings.templates import list_listing_templates

    with desk.database.read() as connection:
        found = [one.template for one in list_listing_templates(connection, desk.shop)]
    return [one.name for one in found if (one.product or one.name) == product]


def _made(
    work: Work, desk: Desk, template: str, numbers: Sequence[int] | None, designs: Sequence[UUID] | None
) -> list[dict[str, Any]]:
    from printdock.listings.batch import Options, make_drafts
    from printdock.listings.plan import enter_all

    stored, planned = work.services.draft_plan(desk, template, numbers=numbers, designs=designs)
    works = [one for one in planned if one.works]
    with desk.database.write() as connection:
        keys = enter_all(desk, connection, stored, works)
    made = make_drafts(desk, keys, Options(), lambda entry: None)
    rest = [_entry(one) for one in planned if not one.works]
    return [{"number": one.subject.number, **entry} for one, entry in zip(works, made, strict=True)] + rest


def _entry(planned: Planned) -> dict[str, Any]:
    words = "; ".join(map(str, planned.problems))
    problem = {"error": {"code": "listing_refused", "message": words, "remedy": ""}} if words else {}
    return {"number": planned.subject.number, "outcome": planned.action, **problem}


def _told(work: Work, entries: list[dict[str, Any]]) -> tuple[dict[str, Any], tuple[NewJob, ...]]:
    failed = [one for one in entries if one["outcome"] == "failed" and one["again"]]
    if failed:
        raise EtsyUnavailable(f"{len(failed)} of {len(entries)} drafts are missing: {failed[0]['error']['message']}")
    counts = Counter(one["outcome"] for one in entries)
    problems = [
        {"number": one["number"], "outcome": one["outcome"], **one["error"]} for one in entries if "error" in one
    ]
    waiting = [UUID(one["listing"]) for one in entries if one["outcome"] == "waiting"]
    data = {"outcome": "made", "drafts": dict(counts), "problems": problems[:MOST_REFUSED]}
    return data, tuple(draft_job(key) for key in waiting)


def said(data: dict[str, Any]) -> str:
    """One sentence about what `make_drafts_of` answered."""
    match data["outcome"]:
        case "made":
            counts = ", ".join(f"{count} {name}" for name, count in sorted(data["drafts"].items())) or "none"
            first = f" ({data['problems'][0]['message']})" if data["problems"] else ""
            return f"Drafts at Etsy: {counts}{first}."
        case "not_connected":
            return "No Etsy shop is connected, so there are no drafts."
        case _:
            return str(data["message"])
