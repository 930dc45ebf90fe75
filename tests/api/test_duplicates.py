"""What was refused or flagged, and a person's decisions about it."""

from __future__ import annotations

from printdock.accounts.roles import Scope
from printdock.designs.ingest import ingest
from printdock.mockups.emptying import empty_bin
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, stock

__all__ = ["kept_postgresql", "kept_sqlite", "stock"]


def test_both_sides_of_a_match_are_shown_with_their_pictures(stock: Stock) -> None:
    call = stock.script(Scope.READ)
    similar, duplicate = sorted(pages(call, "duplicates", limit=1), key=lambda one: one["kind"], reverse=True)
    assert (duplicate["kind"], duplicate["source"][-13:], duplicate["newcomer"]) == ("duplicate", "fox again.png", None)
    assert duplicate["matched"]["id"] == similar["matched"]["id"] == stock.designs[0]
    assert similar["newcomer"]["id"] == stock.designs[2]
    assert duplicate["evidence"]["why"] and duplicate["decision"] is None
    for design in (similar["newcomer"], similar["matched"]):
        answer = call.client.get(design["print_files"][0]["thumbnail"])
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/webp"
    assert call("GET", f"duplicates/{similar['id']}").json() == similar
    assert [one["id"] for one in pages(call, "duplicates", kind="similar")] == [similar["id"]]


def test_keep_takes_the_flag_away_and_sticks(stock: Stock) -> None:
    call = stock.script()
    (match,) = pages(call, "duplicates", kind="similar")
    kept = call("POST", f"duplicates/{match['id']}/keep").json()
    assert kept["send_again"] is False and kept["match"]["decision"] == "keep"
    assert call("GET", f"designs/{stock.designs[2]}").json()["similar_to"] is None
    assert call("POST", f"duplicates/{match['id']}/keep").status_code == 200, "twice is once"
    refused = call("POST", f"duplicates/{match['id']}/drop")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")
    assert pages(call, "duplicates", kind="similar") == []
    assert len(pages(call, "duplicates", kind="similar", decided=True)) == 1


def test_a_refused_file_that_is_kept_is_stored_when_it_is_sent_again(stock: Stock) -> None:
    call = stock.script()
    (match,) = pages(call, "duplicates", kind="duplicate")
    assert call("POST", f"duplicates/{match['id']}/keep").json()["send_again"] is True
    upload = stock.api.services.upload(stock.template, report=lambda event: None)
    assert ingest(upload, [stock.folder / "fox again.png"]).files[0]["outcome"] == "stored"


def test_drop_removes_the_newcomer_and_leaves_the_rest(stock: Stock) -> None:
    call = stock.script()
    (match,) = pages(call, "duplicates", kind="similar")
    address = match["newcomer"]["print_files"][0]["url"]
    assert call.client.get(address).status_code == 200
    dropped = call("POST", f"duplicates/{match['id']}/drop").json()
    assert dropped["decision"] == "drop" and dropped["newcomer"]["deleted_at"] and dropped["undo_until"]
    assert pages(call, "designs", deleted=True)[0]["id"] == stock.designs[2]
    assert [one["id"] for one in pages(call, "designs")] == [stock.designs[1], stock.designs[0]]
    assert call.client.get(address).status_code == 200, "it is kept for a while"
    assert call("POST", f"duplicates/{match['id']}/undo").json()["decision"] is None
    assert len(pages(call, "designs")) == 3
    call("POST", f"duplicates/{match['id']}/drop")
    stock.api.clock.move(days=31)
    services = stock.api.services
    assert empty_bin(stock.shop, services.database, services.storage, services.spool, services.clock) == 1
    assert call.client.get(address).status_code == 404, "what is gone is gone for those who have the address, too"
    refused = call("POST", f"duplicates/{match['id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_late")
    actions = [one["action"] for one in pages(call, "audit")]
    assert "duplicate_drop" in actions


def test_a_refused_file_is_shown_by_what_was_kept_of_it(stock: Stock) -> None:
    call = stock.script(Scope.READ)
    for match in pages(call, "duplicates"):
        for side in ("newcomer_picture", "matched_picture"):
            answer = call.client.get(match[side]["url"])
            assert answer.headers["content-type"] == "image/webp" and len(answer.content) <= 30_000
            assert "immutable" in answer.headers["cache-control"] and answer.headers["etag"].startswith('"')
            unchanged = call.client.get(match[side]["url"], headers={"If-None-Match": answer.headers["etag"]})
            assert unchanged.status_code == 304


def test_several_are_decided_at_once_and_what_cannot_be_holds_up_nobody(stock: Stock) -> None:
    call = stock.script()
    similar, duplicate = sorted(pages(call, "duplicates"), key=lambda one: one["kind"], reverse=True)
    asked = {"decision": "replace", "matches": [similar["id"], 999, duplicate["id"]]}
    items = call("POST", "duplicates/decisions", json=asked).json()["items"]
    assert [one["problem"] and one["problem"]["code"] for one in items] == [None, "unknown_match", None]
    assert [one["done"] and one["done"]["send_again"] for one in items] == [False, None, True]
    assert [one["id"] for one in pages(call, "designs")] == [stock.designs[1], stock.designs[0]]
    assert {one["id"] for one in pages(call, "duplicates", decision="any")} == {similar["id"], duplicate["id"]}
    asked = {"decision": "undo", "matches": [similar["id"], duplicate["id"]]}
    assert all(one["done"] for one in call("POST", "duplicates/decisions", json=asked).json()["items"])
    assert len(pages(call, "duplicates")) == 2 and len(pages(call, "designs")) == 3


def test_a_design_is_deleted_with_its_mockups_and_comes_back_with_them(stock: Stock) -> None:
    call = stock.script()
    fox = stock.designs[0]
    rendered = len(pages(call, "mockups"))
    assert rendered and call("DELETE", f"designs/{fox}").json()["kept_until"]
    assert call("DELETE", f"designs/{fox}").status_code == 200, "twice is once"
    assert fox not in [one["id"] for one in pages(call, "designs")] and pages(call, "mockups") == []
    assert pages(call, "duplicates") == [], "nothing is asked about a design that is gone"
    assert call("GET", "designs/outline", params={"deleted": True}).json()["total"] == 1
    whole = call("GET", f"designs/{fox}").json()
    assert whole["deleted_at"] and call.client.get(whole["print_files"][0]["thumbnail"]).status_code == 200
    assert call("POST", f"designs/{fox}/restore").json()["deleted_at"] is None
    assert len(pages(call, "mockups")) == rendered and len(pages(call, "duplicates")) == 2
    assert call("DELETE", "designs/01890a5d-ac96-774b-bcce-b302099a8057").status_code == 404
    call("DELETE", f"designs/{fox}")
    stock.api.clock.move(days=31)
    services = stock.api.services
    parts = stock.shop, services.database, services.storage, services.spool, services.clock
    files = {one.key for one in services.storage.list("")}
    assert empty_bin(*parts) == 1
    gone = files - {one.key for one in services.storage.list("")}
    assert len([key for key in gone if "mockup" in key.lower() or "BG" in key]) >= rendered, gone
    assert call("POST", f"designs/{fox}/restore").json()["code"] == "too_late"


def test_who_may_only_look_decides_nothing(stock: Stock) -> None:
    looking, other = stock.script(Scope.READ), stock.api.script(shop="Other")
    for word in ("keep", "drop", "replace", "undo"):
        assert looking("POST", f"duplicates/1/{word}").status_code == 403
        assert other("POST", f"duplicates/1/{word}").status_code == 404
        assert stock.script()("POST", f"duplicates/999/{word}").status_code == 404
