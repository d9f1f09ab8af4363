"""Checking the members of a JSON request body against what a model file says about them.

Members the model does not know are refused, which is stricter than Amazon is known to be and finds
misspelt bodies.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dockwire.simulators.amazon.errors import Refusal, invalid_input
from dockwire.simulators.amazon.orders import JsonObject


@dataclass(frozen=True, slots=True)
class Member:
    """One member: whether a value fits its type, and whether it must be there."""

    fits: Callable[[object], bool]
    required: bool = False


def is_text(value: object) -> bool:
    """Whether a value is a JSON string."""
    return isinstance(value, str)


def is_object(value: object) -> bool:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> bool:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def is_whole(value: object) -> bool:
    """Whether a value is a whole JSON number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_texts(value: object) -> bool:
    """Whether a value is a JSON array of strings."""
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def is_text_values(value: object) -> bool:
    """Whether a value is a JSON object that holds strings only."""
    return isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())


def parsed(content: bytes) -> JsonObject:
    """Return a request body.

    Raises:
        Refusal: 400, it is no JSON object.
    """
    try:
        body: Any = json.loads(content)
    except ValueError:
        raise invalid_input("The request body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid_input("The request body must be a JSON object")
    return body


def check_members(holder: JsonObject, members: Mapping[str, Member], path: str = "") -> None:
    """Check that an object holds what it must, in the right types, and nothing else.

    Raises:
        Refusal: 400, naming the members; ``path`` is put before their names.
    """
    missing = [path + name for name, member in members.items() if member.required and name not in holder]
    if missing:
        raise invalid_input(f"Missing: {', '.join(missing)}")
    unknown = [path + name for name in holder if name not in members]
    if unknown:
        raise invalid_input(f"Unknown: {', '.join(unknown)}")
    wrong = [path + name for name, value in holder.items() if not members[name].fits(value)]
    if wrong:
        fields = f"Please check the fields with invalid type [{', '.join(wrong)}]."
        raise Refusal(400, "InvalidInput", f"The input you have submitted is not valid. {fields}")
