"""A worker's process for tests: `printdock worker`, but as hasty as `HASTY`."""

from __future__ import annotations

import sys
from typing import Any

from printdock.__main__ import main
from printdock.etsy.wire import Wire
from printdock.jobs import ticker
from printdock.listings.desk import Desk
from tests.listings.hasty import HASTY


def _hurry() -> None:
    defaults: Any = Desk.__init__.__defaults__
    Desk.__init__.__defaults__ = (HASTY, *defaults[1:])
    Wire.__init__.__kwdefaults__["first_wait_s"] = 0.02
    ticker.TICK_S = 0.2


if __name__ == "__main__":
    _hurry()
    sys.argv[1:1] = ["worker"]
    main()
