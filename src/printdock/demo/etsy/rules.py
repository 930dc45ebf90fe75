"""What the stand-in refuses, in Etsy's own words, each with where these words were seen.

Sources: OAS = Etsy's OpenAPI document; DOC = Etsy's guides; #n = thread n of github.com/etsy/open-api; UI = a limit of
Etsy's site that the OAS does not carry; measured = a published note of live calls. Where a source tells the rule but not
the words, the words are the stand-in's and the source says so ("words ours").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One refusal. ``body``: a text becomes ``{"error": text}``; lists and objects are sent as they are."""

    name: str
    status: int
    body: Any
    source: str


class Refused(Exception):
    """The stand-in answers with this rule's status and body."""

    def __init__(self, rule: Rule, headers: dict[str, str], values: dict[str, Any]) -> None:
        super().__init__(rule.name)
        self.rule = rule
        self.headers = headers
        self.body = _filled({"error": rule.body} if isinstance(rule.body, str) else rule.body, values)


def refuse(name: str, headers: dict[str, str] | None = None, **values: Any) -> Refused:
    """The refusal called ``name``, its placeholders filled."""
    return Refused(RULES[name], headers or {}, values)


def _filled(body: Any, values: dict[str, Any]) -> Any:
    if isinstance(body, str):
        for name, value in values.items():
            body = body.replace(f"<{name}>", str(value))
        return body
    if isinstance(body, list):
        return [_filled(part, values) for part in body]
    if isinstance(body, dict):
        return {key: _filled(part, values) for key, part in body.items()}
    return body


def _problem(path: str, reason: str) -> str:
    return f"There was a problem with {path} : {reason}"


def _listed(path: str, kind: str, message: str) -> list[dict[str, str]]:
    return [{"path": path, "type": kind, "message": message}]


def _oauth(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


_TITLE_CHARACTERS = "contains characters that are not allowed"

_TABLE = (
    # -- keys, tokens, limits ---------------------------------------------------------------------------------------
    Rule("key_bare", 403, "Shared secret is required in x-api-key header.", "DOC discussions 1529, 1531"),
    Rule(
        "key_malformed",
        403,
        "Invalid API key: should be in the format 'keystring:shared_secret'.",
        "DOC discussions 1529, 1531",
    ),
    Rule("key_unknown", 403, "API key not found or not active.", "DOC, words ours"),
    Rule("token_missing", 401, "Access token is required for this request (requires scope: <scope>).", "measured"),
    Rule("token_expired", 401, _oauth("invalid_token", "access token is expired"), "#519"),
    Rule("token_unknown", 401, _oauth("invalid_token", "access token is invalid"), "#519, words ours"),
    Rule("scope_missing", 403, "Access token lacks scope for this request (requires scope: <scope>).", "measured"),
    Rule("refresh_revoked", 400, _oauth("invalid_grant", "refresh_token is revoked"), "#519"),
    Rule("code_used", 400, _oauth("invalid_grant", "code has been used previously"), "DOC, words ours"),
    Rule("verifier_wrong", 400, _oauth("invalid_grant", "code_verifier does not match"), "DOC, words ours"),
    Rule("client_unknown", 400, _oauth("invalid_client", "client_id is not known"), "DOC, words ours"),
    Rule("grant_unknown", 400, _oauth("unsupported_grant_type", "grant_type is not supported"), "DOC, words ours"),
    Rule("redirect_unknown", 400, _oauth("invalid_request", "redirect_uri is not registered"), "DOC, words ours"),
    Rule("scope_unknown", 400, _oauth("invalid_scope", "specified invalid permissions"), "measured 2026-09-20"),
    Rule("over_second", 429, "Exceeded per second rate limit", "#198"),
    Rule("over_day", 429, "Exceeded daily rate limit", "#620; retry-after: #256"),
    Rule("not_found", 404, "Resource not found", "measured: a wrong verb or path gets it, too"),
    # -- the fields of a listing --------------------------------------------------------------------------------------
    Rule("field_missing", 400, "Required parameter '<field>' is missing or empty.", "OAS, words ours"),
    Rule("not_a_number", 400, "Expected a number for '<field>'.", "OAS, words ours"),
    Rule("title_long", 400, _problem("/title/1", "cannot be more than 140 characters."), "#605; words: facts of #622"),
    Rule("title_characters", 400, _listed("/title/1", "invalid_characters", _TITLE_CHARACTERS), "#622, words ours"),
    Rule("title_repeats", 400, _listed("/title/1", "invalid_characters", "<sign> may only be used once"), "#605"),
    Rule("description_long", 400, _problem("/description", "is too long."), "the stand-in's own: 102,400 characters"),
    Rule("price_low", 400, _listed("/price", "price_too_low", "must be above min price $0.20 USD"), "OAS; measured"),
    Rule("price_bad", 400, _problem("/price", "must be above 0."), "OAS, words ours"),
    Rule("quantity_bad", 400, _problem("/quantity", "must be between 1 and 999."), "OAS 1, UI 999; words ours"),
    Rule("who_made_bad", 400, _problem("/who_made", "unknown value."), "OAS enum, words ours"),
    Rule("when_made_bad", 400, _problem("/when_made", "unknown value."), "OAS enum, words ours"),
    Rule("supply_missing", 400, "who_made, when_made and is_supply must be given together.", "#511, words ours"),
    Rule("partner_missing", 400, _problem("/marketplace", "Oh dear, you cannot sell this item on Etsy."), "#365"),
    Rule("partner_unknown", 400, _problem("/production/partner", "Production partner not found."), "OAS, words ours"),
    Rule("tags_many", 400, _problem("/tags", "cannot be more than 13."), "UI 13, words ours"),
    Rule("tag_long", 400, _problem("/tags/1", "cannot be more than 20 characters."), "UI 20, words ours"),
    Rule("tag_characters", 400, _listed("/tags/1", "invalid_characters", _TITLE_CHARACTERS), "OAS, words ours"),
    Rule("tag_twice", 400, "You may not have duplicate tags", "#557"),
    Rule("materials_many", 400, _problem("/materials", "cannot be more than 13."), "UI 13, words ours"),
    Rule("material_long", 400, _problem("/materials/1", "cannot be more than 45 characters."), "UI 45, words ours"),
    Rule(
        "material_characters", 400, _listed("/materials/1", "invalid_characters", _TITLE_CHARACTERS), "OAS, words ours"
    ),
    Rule("styles_many", 400, _problem("/styles", "cannot be more than 2."), "OAS 2, words ours"),
    Rule("style_long", 400, _problem("/styles/1", "cannot be more than 45 characters."), "OAS 45, words ours"),
    Rule("taxonomy_unknown", 400, _problem("/taxonomy/id", "Taxonomy not found."), "OAS, words ours"),
    Rule("section_unknown", 400, _problem("/shop/section/id", "Shop section not found."), "measured 2026-09-10"),
    Rule("shipping_unknown", 400, _problem("/shipping/profile/id", "Shipping profile not found."), "OAS, words ours"),
    Rule("shipping_missing", 400, "A shipping_profile_id is required for physical listings.", "DOC, words ours"),
    Rule("returns_unknown", 400, _problem("/return/policy/id", "Return policy not found."), "OAS, words ours"),
    Rule("readiness_missing", 400, "A readiness_state_id is required for physical listings.", "DOC, public code"),
    Rule("readiness_unknown", 400, _problem("/readiness/state/id", "Processing profile not found."), "OAS, words ours"),
    Rule("weight_missing", 400, _problem("/item/weight", "is required for calculated shipping."), "DOC, words ours"),
    Rule("dimension_zero", 500, "Server Error", "#162, #485: a zero caused a 500"),
    Rule("unit_unknown", 400, _problem("/item/unit", "unknown value."), "OAS enum, words ours"),
    Rule("type_unknown", 400, _problem("/type", "unknown value."), "OAS enum, words ours"),
    Rule("array_empty", 400, _listed("/image_ids", "array_too_short", "must have at least 1 item"), "#472"),
    Rule("images_unknown", 400, _problem("/image/ids", "Image not found."), "OAS, words ours"),
    Rule("images_many", 400, "Listings are only allowed 20 images.", "OAS 20; words: public code"),
    Rule("state_bad", 400, _problem("/state", "must be active or inactive."), "OAS enum, words ours"),
    Rule("publish_image", 400, _problem("/images", "an active listing needs an image."), "OAS, words ours"),
    Rule("publish_returns", 400, _problem("/return/policy", "cannot be null"), "#855"),
    Rule("publish_file", 400, _problem("/files", "a digital listing needs a file."), "OAS, words ours"),
    # -- images and files ---------------------------------------------------------------------------------------------
    Rule("image_missing", 400, "Either a valid image file or a listing_image_id must be provided.", "#180, #233"),
    Rule("image_unreadable", 400, "The image file is not a valid JPG, PNG or GIF.", "UI formats, words ours"),
    Rule("image_last", 400, "Listings must have at least 1 image.", "measured 2026-09-10"),
    Rule("alt_long", 400, _problem("/alt/text", "cannot be more than 500 characters."), "OAS 500, words ours"),
    Rule("file_missing", 400, "Either a file or a listing_file_id must be provided.", "OAS, words ours"),
    Rule("file_big", 400, "This file exceeds the maximum file size", "UI 20 MB"),
    Rule("file_name_long", 400, _problem("/name", "cannot be more than 70 characters."), "UI 70, words ours"),
    Rule("files_many", 400, "Listings are only allowed 5 files.", "UI 5, words ours"),
    # -- inventory ----------------------------------------------------------------------------------------------------
    Rule("inventory_not_json", 400, "Not a valid JSON string", "measured 2026-09-20"),
    Rule(
        "inventory_keys", 400, "The request contains invalid keys: <keys>", "#337, #159; words ours but 'invalid keys'"
    ),
    Rule("inventory_sku", 400, _problem("/sku", "cannot be more than 32 characters"), "measured"),
    Rule("inventory_readiness", 400, "All offerings need readiness state", "measured"),
    Rule("inventory_offering", 400, "Every offering needs <field>.", "OAS: all four required, words ours"),
    Rule(
        "inventory_empty", 400, _listed("/products", "array_too_short", "must have at least 1 item"), "OAS, words ours"
    ),
    Rule(
        "inventory_name", 400, "Expected string value for 'property_name' (got NULL)", "#650 and public code: 513, 514"
    ),
    Rule("inventory_grid", 400, "Every product needs the same set of properties.", "#134, words ours"),
    Rule("inventory_brackets", 400, _listed("/values", "invalid_characters", "may not contain ( or )"), "#650"),
)

RULES = {rule.name: rule for rule in _TABLE}

#: What the stand-in does besides refusing, and where each was seen. The tests have one for every row.
BEHAVIOUR = {
    "drafts_hidden": "getListingsByShop answers active listings unless state=draft is asked for (OAS, #212, #217)",
    "last_key_wins": "Of repeated form keys only the last counts; image_ids then strips the listing (#291, measured)",
    "comma_arrays": "An array is one value with commas (DOC)",
    "patch_price_ignored": "updateListing answers 200 to price, quantity, processing_* and changes nothing (#897, #156)",
    "ignored": "Changes have been answered 200 and not made (#156, #897)",
    "put_gone": "PUT updateListing answers 404 (measured 2026-09-20)",
    "shop_get_gone": "GET of one listing below its shop answers 404 (measured)",
    "apostrophes": "' comes back as &#39; in title and description (measured)",
    "colours_late": "Colours and size of an image are null at first (measured)",
    "ranks_shared": "Two images may have one rank unless overwrite=true (OAS)",
    "overwrite_new_id": "overwrite=true replaces what is at that rank; the new image has a new id (OAS)",
    "ranks_settle": "The order of a burst of uploads is not reliable until image_ids says it (#298, #427, #594)",
    "file_makes_digital": "uploadListingFile turns a physical listing digital (OAS)",
    "inventory_replaces": "updateListingInventory replaces everything; what is left out is gone (#337)",
    "refresh_rotates": "Every refresh ends the refresh token it used (#353)",
    "password_kills": "A changed password ends all tokens (#519)",
    "readiness_conflict": "An equal processing profile answers 409 with Content-Location (OAS)",
    "committed_500": "createDraftListing has answered 500 although the listing was made (#162)",
}
