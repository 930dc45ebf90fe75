"""A stand-in for Etsy: a real HTTP server in this process that behaves as `rules` says Etsy does, and fails on demand.

It keeps everything in memory and serves nobody but this machine. Its checks share no code with printdock's own, so that
a refusal here says something about them.
"""

from printdock.demo.etsy.faults import Fault, Faults
from printdock.demo.etsy.quota import Limits
from printdock.demo.etsy.server import FakeEtsy

__all__ = ["FakeEtsy", "Fault", "Faults", "Limits"]
