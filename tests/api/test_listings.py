"""Drafts made by a job, each seen with its state; tried again, put back, deleted while they are drafts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from printdock.db.etsy_tables import etsy_connections
from printdock.demo.etsy import Fault
from tests.api.etsy_shop import Seller, connected, seller

__all__ = ["connected", "seller"]


def test_drafts_are_made_seen_changed_put_back_and_undone(connected: Seller) -> None:
    made, calls = connected.template(), connected.plan()["calls"]
    before = sum(connected.etsy.arrived.values())
    job = connected.created(priority="high")
    assert (job["state"], job["priority"], job["result"]["outcomes"]) == ("completed", "high", {"created": 3})
    assert sum(connected.etsy.arrived.values()) - before == calls, "the plan said how many calls it takes"
    assert job["progress"] == {"done": 3, "total": 3, "outcomes": {"created": 3}}
    rows = connected.listings(job=job["id"])
    assert {one["state"] for one in rows.values()} == {"done"} and len(connected.drafts()) == 3
    assert rows[100]["etsy_url"].endswith(f"/listing-editor/edit/{rows[100]['etsy_listing']}")
    assert rows[100]["title"] == "UV 100 | Design 100 cup wrap" and rows[100]["problem"] is None
    assert connected.listings(search="Design 101").keys() == {101} == connected.listings(search="101").keys()
    assert connected("GET", "listings/counts")["done"] == 3

    path = f"listing-templates/{made['id']}/edits/{connected.designs()[100]}"
    edited = connected("PATCH", path, json={"price": "4.00", "section": "Posters"})["row"]
    assert edited["action"] == "change" and not edited["looked"]
    assert {one["field"]: one["after"] for one in edited["changes"]}["section"] == "Posters"
    looked = connected.plan(numbers=[100], look=True)
    assert looked["rows"][0]["looked"] and looked["rows"][0]["changes"] == edited["changes"]
    before = sum(connected.etsy.arrived.values())
    assert connected.created()["result"]["outcomes"] == {"changed": 1, "same": 2}
    assert sum(connected.etsy.arrived.values()) - before == looked["calls"]
    row = connected.listings()[100]
    assert row["last_change_at"] and connected.listings()[101]["last_change_at"] is None
    undone = connected.ended(connected("POST", f"listings/{row['id']}/undo", 202))
    assert undone["result"] == {"outcome": "restored", "fields": ["inventory", "shop_section_id"]}
    assert connected("POST", f"listings/{row['id']}/undo", 409)["code"] == "nothing_to_undo"

    drafts = {one.fields["title"][3:6]: one for one in connected.drafts()}
    drafts["101"].fields["title"] = "By hand"
    drafts["102"].state = "active"
    asked = {"listings": [one["id"] for one in rows.values()]}
    removed = connected.ended(connected("POST", "listings/remove", 202, json=asked))
    assert removed["result"]["outcomes"] == {"removed": 1, "edited": 1, "published": 1}
    assert {one["outcome"]: one.get("differs") for one in removed["result"]["problems"]}["edited"] == ["title"]
    shown = connected.listings()
    assert (shown[100]["state"], shown[100]["removal"], shown[100]["etsy_url"]) == ("gone", "removed", None)
    assert (shown[101]["state"], shown[101]["removal"]) == ("done", "edited") and shown[102]["removal"] == "published"
    again = connected.ended(connected("POST", "listings/remove", 202, json={**asked, "edited": True}))
    assert again["result"]["outcomes"] == {"removed": 2, "published": 1} and connected.drafts() == []
    assert drafts["102"].id in connected.etsy.world.listings, "what was published stays"
    assert connected.ended(connected("POST", f"listings/{shown[100]['id']}/retry", 202))["state"] == "completed"
    assert connected.listings()[100]["removal"] is None and len(connected.drafts()) == 1


def test_what_a_job_made_is_undone_by_its_name(connected: Seller) -> None:
    connected.template()
    first, second = connected.created(numbers=[100]), connected.created(numbers=[101, 102])
    assert connected.created()["result"]["outcomes"] == {"same": 3}
    removed = connected.ended(connected("POST", "listings/remove", 202, json={"job": second["id"]}))
    assert removed["result"]["outcomes"] == {"removed": 2} and len(connected.drafts()) == 1
    assert connected("POST", "listings/remove", 422, json={})["code"] == "which_listings"
    assert connected("POST", "listings/remove", 422, json={"job": first["id"], "listings": [first["id"]]})
    assert connected("POST", "listings/remove", 404, json={"listings": [first["id"]]})["code"] == "unknown_listing"
    assert connected.created(again=True)["result"]["outcomes"] == {"same": 1, "created": 2}
    with connected.api.services.database.write() as tables:
        tables.execute(update(etsy_connections).values(scopes="listings_r listings_w shops_r shops_w"))
    assert connected("POST", "listings/remove", 409, json={"job": first["id"]})["code"] == "etsy_scope_missing"
    shown = connected("GET", "etsy/connection")
    assert shown["missing_scopes"] == ["listings_d"] and not shown["can_delete_drafts"] and shown["connected"]


def test_what_waits_for_tomorrow_says_until_when(connected: Seller) -> None:
    connected.template()
    connected.etsy.faults.tired_s = 3600
    connected.etsy.faults.plan(Fault.TIRED, "createDraftListing")
    parked = connected.created(numbers=[100])
    assert parked["result"]["outcome"] == "parked"
    row = connected.listings()[100]
    until = datetime.fromisoformat(parked["result"]["until"])
    assert datetime.fromisoformat(row["next_try_at"]) == until and row["problem"]["code"] == "etsy_parked"
    budget = connected("GET", "etsy/budget")
    assert budget["parked_until"] and budget["left_today"] == 0 and connected.plan()["enough"] is False
    (waits,) = connected("GET", "jobs?state=pending")["items"]
    assert waits["kind"] == "make_drafts" and datetime.fromisoformat(waits["run_at"]) == until
    connected("POST", f"jobs/{waits['id']}/cancel")


def test_a_cancelled_job_stops_between_drafts_and_its_repetition_makes_the_rest(connected: Seller) -> None:
    connected.template()
    connected.etsy.faults.slow_s = 1.0
    connected.etsy.faults.plan(Fault.COMMIT_THEN_SLOW, "createDraftListing", times=3)
    job = connected("POST", "listings", 202, json={"template": "Cup wraps"}, headers={"Idempotency-Key": "once"})
    same = connected("POST", "listings", 202, json={"template": "Cup wraps"}, headers={"Idempotency-Key": "once"})
    assert same["id"] == job["id"]
    while connected.etsy.count("createDraftListing") == 0:
        connected("GET", f"jobs/{job['id']}")
    connected("POST", f"jobs/{job['id']}/cancel")
    assert connected.ended(job)["state"] == "cancelled"
    connected.etsy.faults.clear()
    outcomes = connected.created()["result"]["outcomes"]
    assert outcomes == {"created": 3} and len(connected.drafts()) == 3, "those that were begun are looked up"
    assert connected("POST", "listings", 404, json={"template": "None"})["code"] == "unknown_listing_template"
