"""How connections to the database are set up."""

from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

from printdock.db.engine import Database


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems name these options differently")
def test_a_postgresql_whose_machine_is_gone_is_noticed_within_a_minute(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
            asked = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
            idle, interval, count = (
                line.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert 0 < asked <= 60, "a question that nobody takes"
    assert 0 < idle + interval * count <= 60, "an answer that does not come"
    database.close()
