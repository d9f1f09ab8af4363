"""What people type about waiting orders, turned into acts and selections."""

import getpass
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError

from dockwire.decisions.acts import Act, CorrectAddress, MapSku, SetLine, SetShipMethod
from dockwire.decisions.addresses import LONGEST, read_address
from dockwire.errors import SettingsError
from dockwire.model.connection import ShipMethod
from dockwire.model.ids import AmazonItemId, AmazonOrderId
from dockwire.model.order import Address

T = TypeVar("T")

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST_FILE = 1_000_000
_LONGEST_NAME = 100
_LONGEST_REASON = 200
_LONGEST_SKU = 400


def age(said: str) -> timedelta:
    """Return a span of time: a number and m, h, d or w.

    Raises:
        SettingsError: it is none.
    """
    found = re.fullmatch(r"(\d{1,4})([mhdw])", said.strip())
    if found is None:
        raise SettingsError(f"--older-than {said!r}: write a number and m, h, d or w, for instance 2d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def told_age(since: datetime, now: datetime) -> str:
    """Return how long ago that is, in its two largest units."""
    minutes = max(0, int((now - since).total_seconds())) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"


def corrections(skus: list[str], lines: list[str], ship_method: str, address: str) -> list[Act]:
    """Return the acts of ``dockwire holds fix``.

    Raises:
        SettingsError: a word cannot be read; it is named, an address only by its fields.
    """
    acts: list[Act] = [MapSku(*_pair("--sku", said, "AMAZON-SKU=WAREHOUSE-SKU")) for said in skus]
    for said in lines:
        item, sku = _pair("--line", said, "ITEM-ID=WAREHOUSE-SKU")
        acts.append(SetLine(AmazonItemId(item), sku))
    if ship_method:
        acts.append(SetShipMethod(_ship_method(ship_method).routing()))
    if address:
        acts.append(CorrectAddress(_address(address)))
    if not acts:
        raise SettingsError("say what to change: --sku, --line, --ship-method or --address")
    return acts


def _pair(option: str, said: str, form: str) -> tuple[str, str]:
    left, sign, right = said.rpartition("=")
    if not sign or not left.strip() or not right.strip():
        raise SettingsError(f"{option} {said!r}: write {form}")
    for word in (left, right):
        if word != word.strip() or not word.isprintable() or len(word) > _LONGEST_SKU:
            raise SettingsError(
                f"{option}: {word[:60]!r} begins or ends with a blank, is longer than {_LONGEST_SKU} characters or "
                "holds a sign that cannot be printed"
            )
    return left, right


def _ship_method(said: str) -> ShipMethod:
    carrier, service, scac, *more = [*said.split("/"), "", ""]
    if any(more):
        raise SettingsError(f"--ship-method {said!r}: write CARRIER, CARRIER/SERVICE or CARRIER/SERVICE/SCAC")
    try:
        return ShipMethod(carrier=carrier.strip(), service=service.strip(), scac=scac.strip())
    except ValidationError as error:
        faults = ", ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"--ship-method {said!r}: {faults}") from None


def _address(said: str) -> Address | None:
    if said == "amazon":
        return None
    return read_address(_asked() if said == "prompt" else _from_file(Path(said)))


def _from_file(path: Path) -> dict[str, object]:
    read: Callable[[str], object] = json.loads
    said = _content(path, read)
    if not isinstance(said, dict):
        raise SettingsError(f"{path}: is no JSON object with the fields {', '.join(LONGEST)}")
    return said


def _content(path: Path, read: Callable[[str], T]) -> T:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise SettingsError(f"{path}: is larger than {_LONGEST_FILE // 1_000_000} MB")
        return read(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except json.JSONDecodeError as error:
        # Without what was read: it may be the address.
        raise SettingsError(f"{path}: is no JSON (line {error.lineno})") from None
    except (ValueError, RecursionError):
        raise SettingsError(f"{path}: is no text or JSON that can be read") from None


def _asked() -> dict[str, object]:
    """Ask for an address field by field; what is typed is shown to nobody else."""
    said: dict[str, object] = {}
    for name in LONGEST:
        text = typer.prompt(
            name.replace("_", " ") + (" (separate by |)" if name == "lines" else ""), default=""
        )
        said[name] = [part for part in text.split("|") if part.strip()] if name == "lines" else text
    return said


def order_ids(named: list[str], file: Path | None) -> tuple[AmazonOrderId, ...]:
    """Return the ids that were typed and those of a file, one a line.

    Raises:
        SettingsError: the file cannot be read or names none.
    """
    ids = list(named)
    if file is not None:
        lines = _content(file, str.splitlines)
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not found:
            raise SettingsError(f"{file}: names no order; write one Amazon order id a line")
        ids += found
    return tuple(AmazonOrderId(each) for each in ids)


def who(said: str) -> str:
    """Return who decides: the name that was given, or the user of the system.

    Raises:
        SettingsError: the name is blank or too long, or there is no user.
    """
    try:
        name = said or getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SettingsError(f"--by: say who decides, in at most {_LONGEST_NAME} characters")
    return name.strip()


def reason(said: str) -> str:
    """Return a reason in one line.

    Raises:
        SettingsError: it is blank, too long or of several lines.
    """
    if not said.strip() or len(said) > _LONGEST_REASON or not said.isprintable():
        raise SettingsError(f"--reason: say why, in one line of at most {_LONGEST_REASON} characters")
    return said.strip()
