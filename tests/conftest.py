"""Servers that several test files ask: each is started when first wanted and ends with the session.

Tests that use them carry the mark `xdist_group("servers")`, so that `--dist loadgroup` keeps them in one process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.servers import RealServer


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that other users may enter: those of pytest may not be, whenever another run starts."""
    with tempfile.TemporaryDirectory(prefix="servers-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[RealServer]:
    server = servers.redis_server(server_folder / "redis")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def pgsql_server(server_folder: Path) -> Iterator[RealServer]:
    server = servers.pgsql_server(server_folder / "pgsql")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mysql_server(server_folder: Path) -> Iterator[RealServer]:
    server = servers.mysql_server(server_folder / "mysql")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def ldap_server(server_folder: Path) -> Iterator[RealServer]:
    server = servers.ldap_server(server_folder / "ldap")
    yield server
    server.stop()
