"""Passwords at rest: Argon2id with the parameters that OWASP recommends for servers.

Source: OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB of memory, two iterations, one lane.
"""

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 200
"""Characters."""


def checked_password(password: str, *, name: str) -> str:
    """Return a password that may be used.

    Raises:
        ValueError: it is too short or too long, one sign repeated, or the user's name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"has {len(password)} characters; it needs {SHORTEST} to {LONGEST}")
    if len(set(password)) == 1 or name in password.lower():
        raise ValueError("is too easy: it holds the name, or is one sign repeated")
    return password


def hash_password(password: str) -> str:
    """Return what is kept of a password, in PHC form; takes about a twentieth of a second."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return kdf.derive_phc_encoded(password.encode())


def is_password(password: str, kept: str) -> bool:
    """Say whether this is the password of which ``kept`` was kept."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), kept)
    except InvalidKey:
        return False
    return True


NOBODYS = hash_password(os.urandom(16).hex())
"""Verified where there is no such user, so that the time of the answer does not tell."""
