"""How patient tests are."""

from __future__ import annotations

from printdock.listings.desk import Patience

#: As patient as a test can be: everything the stand-in hides is there within a second.
HASTY = Patience(looks_s=(0.05, 0.2, 0.4, 0.6), read_back_s=(0.0, 0.1, 0.2, 0.4, 0.8))
