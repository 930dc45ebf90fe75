"""The servers of the tests below."""

from tests.services.s3 import private_s3_server, s3_server
from tests.services.ssh import openssh, openssh_factory, shared_openssh

__all__ = ["openssh", "openssh_factory", "private_s3_server", "s3_server", "shared_openssh"]
