"""``dockwire warehouse``: the embedded warehouse as a server, and filling it from a file."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import ValidationError
from starlette.types import ASGIApp

from dockwire.bootstrap import sealer
from dockwire.cli import say
from dockwire.clock import SystemClock
from dockwire.faults import FaultRules, Faults, fault_route
from dockwire.sealing import SealError
from dockwire.settings import explain, read_settings
from dockwire.warehouse import SeedError, Switches, UnusableDatabase, Warehouse, build_app, load_seed

app = typer.Typer(no_args_is_help=True, help="The embedded warehouse.")

Database = Annotated[str, typer.Option(help="Where its data is; empty means as in DOCKWIRE_WAREHOUSE_URL.")]
_TABLES = "facilities, customers, credentials, items, receipts, carriers or price_rules"

Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


@app.command()
@say.plainly
def serve(
    *,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8602,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    database: Database = "",
    seed_file: Annotated[Path | None, typer.Option(help="Fill it from this file first.")] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of the times it shows.")] = "America/Los_Angeles",
    switches_file: Annotated[
        Path | None,
        typer.Option("--switches", help="TOML or JSON with members of dockwire.warehouse.Switches."),
    ] = None,
    control: Annotated[
        bool, typer.Option(help="Open /_sim for inspection and faults; for loopback only.")
    ] = False,
    json_output: Json = False,
) -> None:
    """Serve the embedded warehouse's REST API until interrupted."""
    from dockwire.warehouse.web.serving import serve as serve_app

    data = _read(seed_file, _TABLES) if seed_file else {}
    switches = _switches(switches_file)
    with _opened(database, time_zone=time_zone, switches=switches) as warehouse:
        _fill(warehouse, data)

        def announce(url: str) -> None:
            text = json.dumps({"url": url}) if json_output else f"Warehouse on {url}; Ctrl-C ends it."
            print(text, flush=True)

        try:
            serve_app(_app(warehouse, control=control), host=host, port=port, announce=announce)
        except OSError as problem:
            say.fail(f"cannot listen on {host}:{port} ({problem.strerror})", say.MISUSED)


@app.command()
@say.plainly
def seed(
    file: Annotated[Path, typer.Argument(help="TOML or JSON; docs/embedded-warehouse.md shows its tables.")],
    database: Database = "",
    json_output: Json = False,
) -> None:
    """Fill the embedded warehouse from a file; doing it again changes nothing."""
    data = _read(file, _TABLES)
    with _opened(database) as warehouse:
        summary = _fill(warehouse, data)
    if json_output:
        say.data(summary)
    else:
        say.line(", ".join(f"{number} {table}" for table, number in summary.items()) or "nothing to do")


def _app(warehouse: Warehouse, *, control: bool) -> ASGIApp:
    if not control:
        return build_app(warehouse)
    rules = FaultRules()
    return build_app(
        warehouse,
        control=True,
        around=lambda api: Faults(api, rules, clock=warehouse.clock),
        more_control=[fault_route(rules)],
    )


def _switches(file: Path | None) -> Switches:
    try:
        return Switches.model_validate(_read(file, "switches") if file else {})
    except ValidationError as error:
        say.fail(f"{file}: {explain(error)}", say.MISUSED)


@contextmanager
def _opened(
    database: str, *, time_zone: str = "America/Los_Angeles", switches: Switches | None = None
) -> Iterator[Warehouse]:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        say.fail(f"--time-zone: {time_zone} is no IANA time zone", say.MISUSED)
    settings = read_settings()
    try:
        warehouse = Warehouse.open(
            database or settings.warehouse_database,
            sealer=sealer(settings),
            clock=SystemClock(),
            switches=switches,
            time_zone=time_zone,
        )
    except (UnusableDatabase, SealError) as problem:
        say.fail(str(problem))
    try:
        yield warehouse
    except UnusableDatabase as problem:
        say.fail(str(problem))
    finally:
        warehouse.close()


def _fill(warehouse: Warehouse, data: dict[str, Any]) -> dict[str, int]:
    try:
        return load_seed(warehouse, data)
    except SeedError as problem:
        say.fail(str(problem), say.MISUSED)


def _read(file: Path, expected: str) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        data = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as problem:
        say.fail(f"{file}: {problem.strerror}", say.MISUSED)
    except ValueError as problem:
        say.fail(f"{file}: {problem}", say.MISUSED)
    if not isinstance(data, dict):
        say.fail(f"{file}: {expected} are expected", say.MISUSED)
    return data
