"""The options that make up a ship-and-close request, for every command that takes one."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from dockwire.cli.ship_request import ship_request
from dockwire.model.charge import Apply
from dockwire.model.closing import RoutingForm, ShipRequest

Orders = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ORDER=TRACKING", help="Amazon order id, reference or warehouse number; its tracking number."
    ),
]
Csv = Annotated[
    Path | None, typer.Option("--csv", help="File with the columns order, tracking, carrier, scac, service.")
]
Charges = Annotated[
    list[str] | None,
    typer.Option("--charge", metavar="[TYPE:]LABEL=[UNITSx]PRICE", help="An extra charge; may be repeated."),
]


def _request(
    orders: Orders = None,
    csv_file: Csv = None,
    carrier: Annotated[str, typer.Option(help="Carrier of all orders.")] = "",
    scac: Annotated[str, typer.Option(help="SCAC of all orders.")] = "",
    service: Annotated[str, typer.Option(help="Service code of all orders.")] = "",
    charge: Charges = None,
    apply: Annotated[Apply, typer.Option("--apply", help="How the charges fall on the orders.")] = (
        Apply.SEPARATELY
    ),
) -> ShipRequest:
    routing = RoutingForm(carrier=carrier, scac=scac, service=service)
    return ship_request(orders or [], csv_file=csv_file, routing=routing, charges=charge or [], apply=apply)


def asking_for_request(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options in the place of its parameter ``request``, and the request to the command."""
    options = inspect.signature(_request).parameters
    shown: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        shown += options.values() if name == "request" else [parameter]

    @functools.wraps(command)
    def asked(**given: Any) -> None:
        request = _request(**{name: given.pop(name) for name in options})
        command(request=request, **given)

    # What typer reads: the parameters, and again their types.
    asked.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    asked.__annotations__ = {each.name: each.annotation for each in shown}
    return asked
