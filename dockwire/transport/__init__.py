"""Sending requests: one seam, paced connections, retries that never repeat a write blindly."""

from dockwire.transport.address import address
from dockwire.transport.redaction import redacted
from dockwire.transport.send import Call, Reply, Retrying, Sender, ssl_context
from dockwire.transport.sharded import ShardedTransport
from dockwire.transport.tokens import Granted, TokenKeeper

__all__ = [
    "Call",
    "Granted",
    "Reply",
    "Retrying",
    "Sender",
    "ShardedTransport",
    "TokenKeeper",
    "address",
    "redacted",
    "ssl_context",
]
