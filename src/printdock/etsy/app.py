"""Who calls: the app's key, and where Etsy is."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The hosts of Etsy's guides. For tokens only this one is sure to answer.
API = "https://api.etsy.com"
SITE = "https://www.etsy.com"

#: What drafts need, and no more: asking for an unknown scope fails the whole consent. ``listings_d`` deletes drafts.
SCOPES = ("listings_r", "listings_w", "listings_d", "shops_r", "shops_w")


@dataclass(frozen=True, slots=True)
class App:
    """An app as Etsy's developer portal shows it. Its secret is in no repr."""

    keystring: str = field(repr=False)
    shared_secret: str = field(repr=False)
    api: str = API
    site: str = SITE

    @property
    def key(self) -> str:
        """The ``x-api-key`` header: since 2026 a bare keystring is refused."""
        return f"{self.keystring}:{self.shared_secret}"
