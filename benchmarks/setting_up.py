"""How long it takes to store many connections and to deploy them, against a real Prefect server.

Run: ``python benchmarks/setting_up.py [CONNECTIONS]``. It prints seconds and calls, and asserts nothing.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx

from deployments.prefect_server import free_port, local_server, prefect_environment, prepare_environment

_HEAD = """
[warehouses.main]
base_url = "embedded"
"""

_SELLER = """
[sellers.seller-{number}]
application_id = "amzn1.sp.solution.simulated"
client_id      = "amzn1.application-oa2-client.simulated"
client_secret  = {{ env = "SECRET" }}
refresh_token  = {{ env = "SECRET" }}
seller_id      = "A{number}"
region         = "EU"
"""

_CONNECTION = """
[connections.seller-{number}-{marketplace}]
seller       = "seller-{number}"
warehouse    = "main"
marketplace  = "{code}"
customer_id  = {customer}
facility_id  = 1
stock_sync   = true
import_since = 2026-01-01T00:00:00Z
"""

_CODES = ("DE", "FR", "IT", "ES", "NL", "SE", "PL", "BE", "IE", "UK")


def file_of(connections: int) -> str:
    """Return a connections file with ten marketplaces per seller."""
    parts = [_HEAD]
    for count in range(connections):
        number, place = divmod(count, len(_CODES))
        if place == 0:
            parts.append(_SELLER.format(number=number))
        code = _CODES[place]
        parts.append(
            _CONNECTION.format(number=number, marketplace=code.lower(), code=code, customer=number + 1)
        )
    return "".join(parts)


class Calls:
    """Counts what goes to the server."""

    def __init__(self) -> None:
        self.count = 0
        send = httpx.AsyncClient.send

        async def counted(client: httpx.AsyncClient, *args: Any, **kwargs: Any) -> httpx.Response:
            self.count += 1
            return await send(client, *args, **kwargs)

        httpx.AsyncClient.send = counted  # type: ignore[method-assign]


async def measure(path: Path, calls: Calls) -> None:
    """Apply and deploy, each twice, and once more after one connection changed."""
    # Prefect reads its settings when it is imported.
    from deployments.applying import carry_out as store  # noqa: PLC0415
    from deployments.applying import plan_apply  # noqa: PLC0415
    from deployments.connections_file import ConnectionsFile  # noqa: PLC0415
    from deployments.deploying import carry_out, plan_deploy  # noqa: PLC0415
    from deployments.stored_blocks import read_connections  # noqa: PLC0415

    async def timed(what: str, work: Callable[[], Awaitable[Any]]) -> None:
        began, cpu, before = time.perf_counter(), time.process_time(), calls.count
        done = await work() or ""
        took, own = time.perf_counter() - began, time.process_time() - cpu
        print(f"{what:<31} {took:7.1f} s, own CPU {own:5.1f} s, {calls.count - before:5} calls  {done}")

    async def apply() -> str:
        steps = await plan_apply(ConnectionsFile(path))
        await store(steps, remove=False)
        return f"{len(steps)} blocks"

    async def deploy() -> str:
        steps = await plan_deploy(await read_connections())
        await carry_out(steps)
        return f"{len(steps)} deployments, {sum(step.change != 'unchanged' for step in steps)} changed"

    await timed("apply", apply)
    await timed("apply again", apply)
    await timed("deploy", deploy)
    await timed("deploy again", deploy)
    text = await anyio.Path(path).read_text()
    await anyio.Path(path).write_text(text.replace("stock_sync   = true", "stock_sync   = false", 1))
    await timed("apply, one connection changed", apply)
    await timed("deploy, one connection changed", deploy)
    await anyio.Path(path).write_text("")
    steps = await plan_apply(ConnectionsFile(path))
    await timed("remove everything", lambda: store(steps, remove=True))


def main() -> None:
    """Start a server, measure, and stop it."""
    connections = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        state, port = Path(folder), free_port()
        with local_server(state, port):
            os.environ.update(prefect_environment(state, port) | {"SECRET": "unknown"})
            prepare_environment(state)
            path = state / "connections.toml"
            path.write_text(file_of(connections))
            asyncio.run(measure(path, Calls()))


if __name__ == "__main__":
    main()
