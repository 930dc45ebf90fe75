"""The one conformance suite over every storage there is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from asyncssh.sftp import SFTPServerHandler

from printdock.storage.base import Storage
from printdock.storage.local import LocalStorage
from printdock.storage.resilient import ResilientStorage
from printdock.storage.s3 import S3Storage
from printdock.storage.sftp import SftpStorage
from tests.contracts.memory_storage import MemoryStorage
from tests.contracts.storage_contract import Plant, StorageContract
from tests.services.s3 import S3Server
from tests.services.ssh import OpenSshServer
from tests.storage.other_server import OtherServer


def _plant_in(root: Path) -> Plant:
    def plant(key: str, data: bytes) -> None:
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return plant


class TestMemory(StorageContract):
    @pytest.fixture
    def storage(self) -> Storage:
        return MemoryStorage()

    @pytest.fixture
    def plant(self, storage: Storage) -> Plant:
        assert isinstance(storage, MemoryStorage)
        return lambda key, data: storage.put(key, data)

    @pytest.mark.skip("a dictionary has no folders")
    def test_a_file_where_a_folder_should_be(self, storage: Storage, plant: Plant) -> None: ...

    @pytest.mark.skip("a dictionary has no folders")
    def test_a_folder_where_the_file_should_be(self, storage: Storage, plant: Plant) -> None: ...


class TestLocal(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return LocalStorage(tmp_path / "root")

    @pytest.fixture
    def plant(self, tmp_path: Path) -> Plant:
        return _plant_in(tmp_path / "root")


class TestResilientLocal(TestLocal):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        return ResilientStorage(LocalStorage(tmp_path / "root"), 5)


class TestSftp(StorageContract):
    @pytest.fixture
    def folder(self) -> str:
        return f"root {uuid.uuid4().hex}"

    @pytest.fixture
    def storage(self, shared_openssh: OpenSshServer, folder: str) -> Iterator[Storage]:
        storage = SftpStorage(shared_openssh.target(folder))
        yield storage
        storage.close()

    @pytest.fixture
    def plant(self, shared_openssh: OpenSshServer, folder: str) -> Plant:
        return _plant_in(shared_openssh.root / folder)


class TestResilientSftp(TestSftp):
    @pytest.fixture
    def storage(self, shared_openssh: OpenSshServer, folder: str) -> Iterator[Storage]:
        storage = ResilientStorage(SftpStorage(shared_openssh.target(folder)), 5)
        yield storage
        storage.close()


class TestSftpOfAnotherKind(StorageContract):
    """A server that is not OpenSSH: no extensions, small blocks, a rename that replaces, log-in by password."""

    @pytest.fixture
    def server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherServer]:
        monkeypatch.setattr(SFTPServerHandler, "_extensions", [])
        server = OtherServer(tmp_path)
        yield server
        server.close()

    @pytest.fixture
    def storage(self, server: OtherServer) -> Iterator[Storage]:
        storage = SftpStorage(server.target())
        yield storage
        storage.close()

    @pytest.fixture
    def plant(self, server: OtherServer) -> Plant:
        return _plant_in(server.root / "share")


@pytest.mark.xdist_group("s3")
class TestS3(StorageContract):
    @pytest.fixture
    def folder(self) -> str:
        return f"Köln shop/{uuid.uuid4().hex}"

    @pytest.fixture
    def storage(self, s3_server: S3Server, folder: str) -> Iterator[Storage]:
        storage = ResilientStorage(S3Storage(s3_server.target(folder)), 5)
        yield storage
        storage.close()

    @pytest.fixture
    def plant(self, s3_server: S3Server, folder: str) -> Plant:
        client = s3_server.client(folder)

        def plant(key: str, data: bytes) -> None:
            obstore.put(client, key, data)

        return plant

    @pytest.mark.skip("an object store has no folders")
    def test_a_file_where_a_folder_should_be(self, storage: Storage, plant: Plant) -> None: ...

    @pytest.mark.skip("an object store has no folders")
    def test_a_folder_where_the_file_should_be(self, storage: Storage, plant: Plant) -> None: ...
