"""What people type into the forms of a hold, turned into acts."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError
from starlette.datastructures import FormData

from dockwire.decisions.acts import (
    Act,
    Cancel,
    CorrectAddress,
    Hold,
    MapSku,
    Release,
    Retry,
    SetLine,
    SetShipMethod,
    Skip,
    Unskip,
)
from dockwire.decisions.addresses import read_address
from dockwire.decisions.remedies import Way
from dockwire.errors import SettingsError
from dockwire.model.connection import ShipMethod
from dockwire.model.ids import AmazonItemId
from dockwire.model.order import Address

_LONGEST_SKU, _LONGEST_REASON = 400, 200
ADDRESS_FIELDS = ("name", "company", "city", "district", "state", "postal_code", "country", "phone")
"""Of the address form, beside the three lines and the instructions."""


def act_of(form: FormData) -> Act:
    """Return the decision of a form, whose field ``way`` says which it is.

    Raises:
        SettingsError: a field cannot be used; it is named, of an address without its content.
    """
    make = _MAKERS.get(str(form.get("way", "")))
    if make is None:
        raise SettingsError("way: choose what is to be done")
    return make(form)


def said_of(address: Address) -> dict[str, str]:
    """Return an address as the form's fields."""
    lines = {f"line{place}": text for place, text in enumerate((*address.lines, "", "", "")[:3], start=1)}
    return lines | {name: getattr(address, name) for name in (*ADDRESS_FIELDS, "instructions")}


def _map_sku(form: FormData) -> Act:
    return MapSku(_text(form, "amazon_sku", _LONGEST_SKU), _text(form, "warehouse_sku", _LONGEST_SKU))


def _set_line(form: FormData) -> Act:
    item = AmazonItemId(_text(form, "item_id", _LONGEST_SKU))
    return SetLine(item, _text(form, "warehouse_sku", _LONGEST_SKU))


def _ship_method(form: FormData) -> Act:
    said = {name: str(form.get(name, "")).strip() for name in ("carrier", "service", "scac")}
    try:
        return SetShipMethod(ShipMethod(**said).routing())
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(faults) from None


def _address(form: FormData) -> Act:
    said: dict[str, object] = {name: str(form.get(name, "")) for name in (*ADDRESS_FIELDS, "instructions")}
    said["lines"] = [text for place in (1, 2, 3) if (text := str(form.get(f"line{place}", "")).strip())]
    return CorrectAddress(read_address(said))


def _skip(form: FormData) -> Act:
    return Skip(_text(form, "reason", _LONGEST_REASON))


def _cancel(form: FormData) -> Act:
    if "sure" not in form:
        raise SettingsError("sure: confirm that the order is to be cancelled in the warehouse")
    return Cancel(_text(form, "reason", _LONGEST_REASON))


_MAKERS: Mapping[str, Callable[[FormData], Act]] = {
    Way.MAP_SKU: _map_sku,
    Way.SET_LINE: _set_line,
    Way.SHIP_METHOD: _ship_method,
    Way.ADDRESS: _address,
    Way.AMAZON_ADDRESS: lambda _form: CorrectAddress(None),
    Way.RELEASE: lambda _form: Release(),
    Way.RETRY: lambda _form: Retry(),
    Way.SKIP: _skip,
    Way.UNSKIP: lambda _form: Unskip(),
    Way.HOLD: lambda form: Hold(_text(form, "reason", _LONGEST_REASON)),
    Way.CANCEL: _cancel,
}


def _text(form: FormData, name: str, longest: int) -> str:
    text = str(form.get(name, "")).strip()
    if not text or len(text) > longest or not text.isprintable():
        raise SettingsError(
            f"{name.replace('_', ' ')}: give a text of one line, of at most {longest} characters"
        )
    return text
