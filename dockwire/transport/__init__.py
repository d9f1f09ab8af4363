"""Sending requests: one seam, paced connections, retries that never repeat a write blindly."""

from dockwire.transport.redaction import redacted
from dockwire.transport.send import Call, Reply, Retrying, Sender, ssl_context
from dockwire.transport.sharded import ShardedTransport

__all__ = ["Call", "Reply", "Retrying", "Sender", "ShardedTransport", "redacted", "ssl_context"]
