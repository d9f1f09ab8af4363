"""Search expressions of the warehouse (RQL), with values that cannot break out of them.

Source: the vendor's reference, relation "rql". The server decodes values twice: once as part of
the address, which httpx encodes, and once as RQL, which is encoded here.
"""

from collections.abc import Iterable

_SPECIAL = "%!()*=,;\"' &+#?/"


def encoded(value: str) -> str:
    """Return a value as RQL wants it: everything with a meaning of its own percent-encoded."""
    return "".join(
        "".join(f"%{byte:02X}" for byte in character.encode()) if character in _SPECIAL else character
        for character in value
    )


def equals(name: str, value: str) -> str:
    """Return ``name == value``."""
    return f"{name}=={encoded(value)}"


def one_of(name: str, values: Iterable[str]) -> str:
    """Return ``name in (values)``."""
    return f"{name}=in=({','.join(encoded(value) for value in values)})"


def at_least(name: str, value: str) -> str:
    """Return ``name >= value``."""
    return f"{name}=ge={encoded(value)}"


def more_than(name: str, value: str) -> str:
    """Return ``name > value``."""
    return f"{name}=gt={encoded(value)}"


def both(*conditions: str) -> str:
    """Return that all conditions hold."""
    return ";".join(conditions)
