"""Values as TOML text; what is written reads back as the same values."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Tables = dict[tuple[str, str], dict[str, Any]]
"""Tables of a connections file by section and name."""


def tables_text(tables: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """Return tables as text, in their order; a table in them that is no reference gets a heading of its own."""
    return "\n".join(_table(f"{section}.{name}", fields) for (section, name), fields in tables.items())


def _table(heading: str, fields: Mapping[str, Any]) -> str:
    deep = heading.count(".") > 1
    own = {key: value for key, value in fields.items() if deep or not _has_heading(value)}
    lines = [f"[{heading}]", *(f"{_key(key)} = {_value(value)}" for key, value in own.items()), ""]
    # A connection's own tables get headings, and what is in those stands on one line.
    inner = [_table(f"{heading}.{_key(key)}", fields[key]) for key in fields if key not in own]
    return "\n".join([*lines, *inner])


def _has_heading(value: object) -> bool:
    return isinstance(value, dict) and set(value) not in ({"env"}, {"block"}) and bool(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, datetime):
        return f"{value.isoformat()}"
    if value == {}:
        return "{}"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _text(str(value))


def _text(text: str) -> str:
    # JSON's escapes are TOML's; it leaves one character in that TOML does not take.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
