"""Where the encryption keys come from: the settings, or a key file made at first use."""

import os
import tempfile
from pathlib import Path

from dockwire.sealing import Sealer

KEY_FILE = "encryption.key"


def load_keys(state_dir: Path, configured: list[str]) -> list[str]:
    """Return the keys that seal personal data, newest first.

    Configured keys win. Without any, the key file in ``state_dir`` is read, and made first if there
    is none: readable by its owner only, complete from the moment it exists, and the same for two
    processes that start at once.

    Raises:
        OSError: the folder or the file can be neither read nor written.
    """
    if configured:
        return configured
    path = state_dir / KEY_FILE
    if not path.exists():
        _make(path)
    return path.read_text().split()


def _make(path: Path) -> None:
    """Write a fresh key beside ``path`` and link it there; whoever links first has made the key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(Sealer.new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
