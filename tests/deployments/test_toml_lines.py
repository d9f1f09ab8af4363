"""Every key of a TOML text is found on the line where a person sees it."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from deployments.toml_lines import Place, key_lines

WRITTEN = '''# a comment with [brackets] and = signs
title = "x = 1 # no comment"   # a comment

[sellers.acme-na]  # the first
id = 'literal \\ # kept'
"quoted \\"key\\".with.dots" = 1
dotted.key.here = true
text = """
[not.a.table]
not_a_key = "\\""" still text""""
more = \'\'\'
[[neither]]
\'\'\'
inline = { a = 1, b = { c = [ 1, 2 ] }, "d e" = "}" }
array = [
  # comment, with comma
  "one",   # and here ]
  { name = "two" },
  [ 3, 3.5, 1979-05-27T07:32:00Z ],
]

[[connections.us.filters]]
field = "sku"
[[connections.us.filters]]
  field = "state"
  [connections.us.filters.deeper]
  value = 07:32:00
[ spaced . 'table' ]
empty = {}
none = []
'''


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Walk over all places of parsed TOML."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*place, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from places(inner, (*place, position))


@pytest.mark.parametrize("text", [WRITTEN, WRITTEN.replace("\n", "\r\n"), "", "a=1", "# only this"])
def test_all_places_are_found_and_no_others(text: str) -> None:
    assert set(key_lines(text)) == set(places(tomllib.loads(text)))


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (("title",), "title ="),
        (("sellers", "acme-na"), "[sellers.acme-na]"),
        (("sellers", "acme-na", 'quoted "key".with.dots'), '"quoted'),
        (("sellers", "acme-na", "dotted", "key", "here"), "dotted.key"),
        (("sellers", "acme-na", "text"), 'text = """'),
        (("sellers", "acme-na", "inline", "b", "c", 1), "inline ="),
        (("sellers", "acme-na", "array", 0), '"one",'),
        (("sellers", "acme-na", "array", 1, "name"), '{ name = "two" }'),
        (("connections", "us", "filters", 1, "field"), 'field = "state"'),
        (("connections", "us", "filters", 1, "deeper", "value"), "value = 07"),
        (("spaced", "table", "none"), "none = []"),
    ],
)
def test_a_place_is_on_its_line(place: Place, written: str) -> None:
    line = key_lines(WRITTEN)[place]
    assert written in WRITTEN.splitlines()[line - 1]
