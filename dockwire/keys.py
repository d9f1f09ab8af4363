"""Where the encryption keys come from: the settings, or a key file made at first use."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dockwire.sealing import Sealer, fingerprint

KEY_FILE = "encryption.key"


def load_keys(state_dir: Path, configured: list[str]) -> list[str]:
    """Return the keys that seal personal data, newest first.

    Configured keys win. Without any, the key file in ``state_dir`` is read, and made first if there
    is none: readable by its owner only, complete from the moment it exists, and the same for two
    processes that start at once.

    Raises:
        OSError: the folder or the file can be neither read nor written.
    """
    return configured or KeyFile(state_dir).keys()


class KeyFile:
    """The keys in the state folder, newest first; they may change while processes run."""

    def __init__(self, state_dir: Path) -> None:
        """Make the file if there is none.

        Raises:
            OSError: the folder or the file can be neither read nor written.
        """
        self.path = state_dir / KEY_FILE
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _written(self.path, [Sealer.new_key()]) as made:
                # Whoever links first has made the key.
                _link(made, self.path)
        self._seen = (0, 0, 0)
        self._keys: list[str] = []

    def keys(self) -> list[str]:
        """Return the keys as the file has them now.

        Raises:
            OSError: the file cannot be read, and never was.
        """
        try:
            found = self.path.stat()
        except OSError:
            if self._keys:
                # Somebody moves files about; what is known still opens what there is.
                return self._keys
            raise
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._keys, self._seen = self.path.read_text().split(), seen
        return self._keys

    def add_newest(self) -> str:
        """Put a fresh key in front, and return its fingerprint."""
        key = Sealer.new_key()
        self._change(lambda keys: [key, *keys])
        return fingerprint(key)

    def drop(self, name: str) -> None:
        """Take the key with this fingerprint out; the newest stays in any case."""
        self._change(lambda keys: [*keys[:1], *(key for key in keys[1:] if fingerprint(key) != name)])

    def _change(self, change: Callable[[list[str]], list[str]]) -> None:
        """Put a changed file in the old one's place at once: a reader finds the one or the other whole."""
        with self.path.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            with _written(self.path, change(self.path.read_text().split())) as made:
                made.replace(self.path)
                _keep_names(self.path.parent)


@contextmanager
def _written(path: Path, keys: list[str]) -> Iterator[Path]:
    """Give a complete file beside ``path``, readable by its owner only."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
    made = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        yield made
    finally:
        made.unlink(missing_ok=True)


def _link(made: Path, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError:
        return
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Put names on the disk too: a key that a power cut takes away would leave what it sealed shut for ever."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
