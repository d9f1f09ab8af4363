"""The warehouse on the wire: HTTP, JSON in two shapes, tokens."""
