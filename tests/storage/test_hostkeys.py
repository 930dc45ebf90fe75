"""Pinned host keys: what is written is what OpenSSH's own programs read, and nothing is replaced unasked."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from printdock.errors import StorageRefused, StorageUnavailable
from printdock.storage.hostkeys import HostKey, fetch_host_key, pinned_keys, trust
from tests.services.ssh import OpenSshServer, free_port


def _key(shared_openssh: OpenSshServer) -> HostKey:
    return fetch_host_key(shared_openssh.host, shared_openssh.port)


def test_the_fingerprint_is_that_of_ssh_keygen(shared_openssh: OpenSshServer, tmp_path: Path) -> None:
    key = _key(shared_openssh)
    trust(tmp_path / "home" / "known_hosts", key)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-F", key.pattern, "-f", str(tmp_path / "home" / "known_hosts")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert key.fingerprint in shown
    assert key.fingerprint.startswith("SHA256:")


def test_trusting_twice_changes_nothing_and_the_file_is_private(shared_openssh: OpenSshServer, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    key = _key(shared_openssh)
    trust(known, key)
    before = known.read_text()
    trust(known, key)
    assert known.read_text() == before
    assert known.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [known]


def test_another_key_needs_to_be_asked_for(shared_openssh: OpenSshServer, openssh: OpenSshServer) -> None:
    known = openssh.folder / "ours"
    first = _key(shared_openssh)
    other = dataclasses.replace(
        fetch_host_key(openssh.host, openssh.port), port=first.port
    )  # the same server with another key
    neighbour = dataclasses.replace(other, host="neighbour")
    trust(known, first)
    trust(known, neighbour)
    with pytest.raises(StorageRefused) as refused:
        trust(known, other)
    assert refused.value.code == "host_key_changed"
    assert first.fingerprint in refused.value.message
    assert other.fingerprint in refused.value.message
    trust(known, other, replace=True)
    assert pinned_keys(known, first.host, first.port) == [(other.public, other.fingerprint)]
    assert pinned_keys(known, "neighbour", first.port) == [(other.public, other.fingerprint)]


def test_one_of_several_pinned_keys_is_the_servers(shared_openssh: OpenSshServer, openssh: OpenSshServer) -> None:
    known = openssh.folder / "ours"
    key = _key(shared_openssh)
    other = dataclasses.replace(fetch_host_key(openssh.host, openssh.port), port=key.port)
    known.write_text(f"{key.pattern} {other.public}\n{key.pattern} {key.public}\n")
    trust(known, key)
    assert len(pinned_keys(known, key.host, key.port)) == 2
    trust(known, key, replace=True)
    assert pinned_keys(known, key.host, key.port) == [(key.public, key.fingerprint)]


def test_hashed_names_are_known_too(shared_openssh: OpenSshServer, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    key = _key(shared_openssh)
    trust(known, key)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], capture_output=True, check=True)
    assert key.host not in known.read_text()
    assert pinned_keys(known, key.host, key.port) == [(key.public, key.fingerprint)]


def test_a_damaged_file_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("nas\n")
    with pytest.raises(StorageRefused) as refused:
        pinned_keys(known, "nas", 22)
    assert refused.value.code == "known_hosts_unreadable"


def test_nobody_is_there() -> None:
    with pytest.raises(StorageUnavailable):
        fetch_host_key("127.0.0.1", free_port())


def test_somebody_who_says_nothing(openssh: OpenSshServer) -> None:
    openssh.pause()
    with pytest.raises(StorageUnavailable):
        fetch_host_key(openssh.host, openssh.port, timeout_s=0.2)
