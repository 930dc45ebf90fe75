"""The SSH servers of the tests below."""

from tests.services.ssh import openssh, openssh_factory, shared_openssh

__all__ = ["openssh", "openssh_factory", "shared_openssh"]
