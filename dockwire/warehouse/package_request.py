"""The package that a request describes: read, checked as far as the request alone allows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dockwire.warehouse.members import Members
from dockwire.warehouse.resources import RELS
from dockwire.warehouse.switches import FieldLimits

CONTENTS = f"{RELS}/orders/packagecontent"
"""The node that holds the contents of a package in HAL."""

_USUAL_TYPE = 2
"""``packageTypeId`` where none is given (relation "packages")."""

_SIZES = ("length", "width", "height", "weight")


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """So much of one line; ``place`` is the member it stood in."""

    place: str
    line_id: int
    receive_item_id: int | None
    qty: Decimal
    lot_number: str
    serial_numbers: list[str]


@dataclass(frozen=True, slots=True)
class PackageRequest:
    """A package; ``contents`` is None where the request says nothing about them."""

    values: dict[str, Any]
    contents: tuple[ContentRequest, ...] | None

    @property
    def tracking(self) -> str:
        """The tracking number, empty if it has none."""
        return str(self.values["tracking_number"])


def read_package(body: object, limits: FieldLimits) -> PackageRequest:
    """Read the body that creates or replaces a package.

    Raises:
        InvalidModel: a member is missing, of the wrong kind, too long or not supported.
    """
    members = Members(body, model="Package")
    members.refuse("packageDefIdentifier")
    kind = members.number("packageTypeId")
    values = {
        "type_id": _USUAL_TYPE if kind is None else kind,
        "tracking_number": members.text("trackingNumber", limit=limits.text),
        "description": members.text("description", limit=limits.text),
        "cod_amount": _positive(members, "codAmount"),
        "insured_amount": _positive(members, "insuredAmount"),
    }
    return PackageRequest(
        values=values | {name: _positive(members, name) for name in _SIZES},
        contents=_contents(members, limits),
    )


def _positive(members: Members, name: str) -> Decimal | None:
    amount = members.money(name)
    if amount is not None and amount < 0:
        raise members.invalid(name, "ValueNotSupported", f"{name} is below 0.")
    return amount


def _contents(members: Members, limits: FieldLimits) -> tuple[ContentRequest, ...] | None:
    embedded = members.child("_embedded")
    if members.has("packageContents"):
        given = members.children("packageContents")
    elif embedded is not None and embedded.has(CONTENTS):
        given = embedded.children(CONTENTS)
    else:
        return None
    return tuple(_content(content, limits) for content in given)


def _content(content: Members, limits: FieldLimits) -> ContentRequest:
    content.refuse("expirationDate", "orderItemPickExceptionId")
    line_id = content.number("orderItemId")
    if line_id is None:
        raise content.invalid("orderItemId", "Required", f"{content.place('orderItemId')} is required.")
    return ContentRequest(
        place=content.place(""),
        line_id=line_id,
        receive_item_id=content.number("receiveItemId"),
        qty=content.quantity("qty"),
        lot_number=content.text("lotNumber", limit=limits.text),
        serial_numbers=_serial_numbers(content, limits),
    )


def _serial_numbers(content: Members, limits: FieldLimits) -> list[str]:
    many = content.raw("serialNumbers") or []
    if not isinstance(many, list) or not all(isinstance(each, str) for each in many):
        raise content.invalid("serialNumbers", "ValueNotSupported", "A list of texts is expected.")
    numbers = [Members({"serialNumber": each}).text("serialNumber", limit=limits.text) for each in many]
    numbers.append(content.text("serialNumber", limit=limits.text))
    return list(dict.fromkeys(filter(None, numbers)))
