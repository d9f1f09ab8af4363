"""On which line of a TOML text each key stands, which ``tomllib`` does not tell."""

import re
import tomllib
from bisect import bisect_right

Place = tuple[str | int, ...]
"""The way to a value: keys of tables and positions in arrays."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[Place, int]:
    """Return the line, counted from 1, of every key, table and array element.

    ``text`` has to be valid TOML: it is not checked here.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._last_of: dict[Place, int] = {}
        """Where an array of tables is: the position of its last table."""

    def document(self) -> None:
        table: Place = ()
        self._skip()
        while self._at < len(self._text):
            if self._take("[["):
                table = self._header(of_array=True)
                self._take("]]")
            elif self._take("["):
                table = self._header(of_array=False)
                self._take("]")
            else:
                self._pair(table)
            self._skip()

    def _header(self, *, of_array: bool) -> Place:
        table: Place = ()
        keys = self._keys()
        for number, key in enumerate(keys, 1):
            table = (*table, key)
            self._note(table)
            if of_array and number == len(keys):
                self._last_of[table] = self._last_of.get(table, -1) + 1
            if table in self._last_of:
                table = (*table, self._last_of[table])
                self._note(table)
        return table

    def _pair(self, table: Place) -> None:
        for key in self._keys():
            table = (*table, key)
            self._note(table)
        self._take("=")
        self._value(table)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._take("."):
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip()
        quoted = self._match(_STRING)
        return str(tomllib.loads(f"key = {quoted}")["key"]) if quoted else self._match(_BARE_KEY)

    def _value(self, place: Place) -> None:
        self._skip()
        if self._take("{"):
            while not self._take("}"):
                self._pair(place)
                self._take(",")
        elif self._take("["):
            position = 0
            while not self._take("]"):
                self._note((*place, position))
                self._value((*place, position))
                self._take(",")
                position += 1
        else:
            self._match(_STRING) or self._match(_SCALAR)

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place, bisect_right(self._ends, self._at - 1) + 1)

    def _skip(self) -> None:
        self._match(_SPACE)

    def _take(self, sign: str) -> bool:
        """Go past white space and then the sign, if it comes next."""
        self._skip()
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""
