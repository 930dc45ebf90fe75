"""How connections to the database are set up."""

from __future__ import annotations

import socket
from typing import Any

from printdock.db.engine import Database


def test_a_postgresql_whose_machine_is_gone_is_noticed_within_a_minute(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
        told = {name: int(value) for name, value in driver.info.get_parameters().items() if value.isdigit()}
        with socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert 0 < told["tcp_user_timeout"] <= 60_000, "a question that nobody takes"
    silent = told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"]
    assert 0 < silent <= 60, "an answer that does not come"
    database.close()
