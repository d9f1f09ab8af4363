"""The text of a connections file, and everything that is wrong with it, by line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from deployments.toml_lines import Place, key_lines
from dockwire.errors import SettingsError
from dockwire.model.agreement import LONGEST_TERMS


class Source:
    """One file's content, and its mistakes as they are found.

    Attributes:
        path: The file; other files are named relative to its folder.
        content: What the file says.
    """

    def __init__(self, path: Path, text: str | None = None) -> None:
        """Read ``path``, or take the text that it is to have.

        Raises:
            SettingsError: it cannot be read, or is no TOML; the message names file and line.
        """
        self.path = path
        text = self._text() if text is None else text
        try:
            self.content: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            place = f"{path}:{line[1] if line else text.count(chr(10)) + 1}"
            raise SettingsError(f"{place}: not TOML: {error}") from None
        self._lines = key_lines(text)
        self._mistakes: set[tuple[int, str]] = set()

    def mistake(self, place: Place, problem: str) -> None:
        """Note that ``problem`` is wrong at ``place``; what is not in the file belongs to its table."""
        known = next(
            (self._lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._lines), 1
        )
        self._mistakes.add((known, f"{self.path}:{known}: {'.'.join(map(str, place))}: {problem}"))

    def complain(self) -> None:
        """Say all mistakes at once, by line, and forget them.

        Raises:
            SettingsError: there are some.
        """
        mistakes, self._mistakes = sorted(self._mistakes), set()
        if mistakes:
            raise SettingsError("\n".join(text for _, text in mistakes))

    def read_beside(self, name: object) -> str:
        """Return the text of another file, byte for byte, so that its digest is the file's.

        Raises:
            ValueError: it cannot be read, is no text, is empty or too long.
        """
        if not isinstance(name, str) or not name:
            raise ValueError("is not the name of a file")
        path = self.path.parent / name
        try:
            text = path.read_bytes().decode()
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror or 'cannot be read'}") from None
        except UnicodeDecodeError:
            raise ValueError(f"{path}: is no text in UTF-8") from None
        if not text.strip() or len(text) > LONGEST_TERMS or "\0" in text:
            raise ValueError(f"{path}: has to be a text of 1 to {LONGEST_TERMS} characters")
        return text

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{self.path}: {error.strerror or 'cannot be read'}") from None
        except UnicodeDecodeError as error:
            raise SettingsError(f"{self.path}: not TOML: {error}") from None
