"""The query language of the ``rql`` parameter, from text to a tree.

``;`` is and, ``,`` is or, parentheses group; comparisons are ``name==value`` and the like. Values
are percent-encoded once more than the query string needs, so that they may hold any character.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from dockwire.warehouse.problems import BadQuery

_COMPARISON = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?P<operator>==|!=|=[a-z]+=)", re.IGNORECASE)
_VALUE = re.compile(r"\*?(?:[^%!()*=,;]|%[0-9A-F]{2})*\*?", re.IGNORECASE)
"""Whatever means something else has to be encoded (relation "rql"); whether the vendor lets more pass is
unknown."""
_DEPTH = 20
_COMPARISONS = 400
_EXCERPT = 20


class Operator(StrEnum):
    """How a name and its values are compared."""

    EQUAL = "=="
    UNEQUAL = "!="
    GREATER = "=gt="
    AT_LEAST = "=ge="
    LESS = "=lt="
    AT_MOST = "=le="
    IN = "=in="
    OUT = "=out="
    HAS_VALUE = "=hv="


@dataclass(frozen=True, slots=True)
class Value:
    """One value; ``starts`` and ``ends`` tell whether a wildcard stood before or after it."""

    text: str
    open_start: bool = False
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One name compared with one value, or with several for ``=in=`` and ``=out=``."""

    name: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: "tuple[Node, ...]"


Node = Comparison | Both | Either


def parse(text: str) -> Node:
    """Return the tree of an expression that has been decoded once.

    Raises:
        BadQuery: it cannot be understood, or is too long to be meant.
    """
    parser = _Parser(text)
    tree = parser.either(0)
    if parser.position != len(text):
        raise parser.lost()
    return tree


class _Parser:
    """Walks once through the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._comparisons = 0
        self.position = 0

    def lost(self) -> BadQuery:
        rest = self._text[self.position : self.position + _EXCERPT]
        where = f"at {rest!r}" if rest else "at its end"
        return BadQuery("NotParsable", "rql", f"The expression cannot be understood {where}.")

    def either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self._passes(","):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self, depth: int) -> Node:
        parts = [self._term(depth)]
        while self._passes(";"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _term(self, depth: int) -> Node:
        if not self._passes("("):
            return self._comparison()
        if depth == _DEPTH:
            raise self.lost()
        inner = self.either(depth + 1)
        self._expect(")")
        return inner

    def _comparison(self) -> Comparison:
        found = _COMPARISON.match(self._text, self.position)
        self._comparisons += 1
        if found is None or self._comparisons > _COMPARISONS:
            raise self.lost()
        try:
            operator = Operator(found["operator"].lower())
        except ValueError:
            raise self.lost() from None
        self.position = found.end()
        values = self._list() if operator in {Operator.IN, Operator.OUT} else (self._value(),)
        return Comparison(found["name"].lower(), operator, values)

    def _list(self) -> tuple[Value, ...]:
        self._expect("(")
        values = [self._value()]
        while self._passes(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Value:
        found = _VALUE.match(self._text, self.position)
        assert found is not None  # the pattern also matches nothing
        self.position = found.end()
        raw = found[0]
        open_start, open_end = raw.startswith("*"), len(raw) > 1 and raw.endswith("*")
        # An encoded star is no wildcard: the ends are looked at before decoding.
        text = unquote(raw[int(open_start) : len(raw) - int(open_end)])
        if "\x00" in text:
            raise self.lost()
        return Value(text, open_start, open_end)

    def _passes(self, mark: str) -> bool:
        passed = self._text.startswith(mark, self.position)
        self.position += len(mark) * passed
        return passed

    def _expect(self, mark: str) -> None:
        if not self._passes(mark):
            raise self.lost()
