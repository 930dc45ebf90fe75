"""What was refused or flagged, and a person's decisions about it."""

from __future__ import annotations

from printdock.accounts.roles import Scope
from printdock.designs.ingest import ingest
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
    assert dropped["decision"] == "drop" and dropped["newcomer"]["print_files"] == []
    assert call("GET", f"designs/{stock.designs[2]}").status_code == 404
    assert [one["id"] for one in pages(call, "designs")] == [stock.designs[1], stock.designs[0]]
    assert call.client.get(address).status_code == 404, "what is gone is gone for those who have the address, too"
    actions = [one["action"] for one in pages(call, "audit")]
    assert "duplicate_drop" in actions


def test_who_may_only_look_decides_nothing(stock: Stock) -> None:
    looking, other = stock.script(Scope.READ), stock.api.script(shop="Other")
    for word in ("keep", "drop"):
        assert looking("POST", f"duplicates/1/{word}").status_code == 403
        assert other("POST", f"duplicates/1/{word}").status_code == 404
        assert stock.script()("POST", f"duplicates/999/{word}").status_code == 404
