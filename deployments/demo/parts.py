"""The demo's moving parts: simulator, warehouse, mail server, Prefect, and the runs' server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.console_serving import PORT as CONSOLE_PORT
from deployments.demo.files import secrets_of, write_connections, write_seed
from deployments.prefect_server import free_port, local_server, start, stop
from dockwire.errors import SettingsError
from dockwire.mail.folder import keep_mail


@dataclass(frozen=True, slots=True)
class Parts:
    """Where everything listens and what it was told."""

    amazon: dict[str, Any]
    warehouse_url: str
    prefect_url: str
    mail_folder: Path
    connections_file: Path


@contextmanager
def running_parts(folder: Path, *, prefect_port: int, orders: int, seed: int) -> Iterator[Parts]:
    """Start everything that a run talks to; stop it when the block ends."""
    with ExitStack() as stack:
        seed_file = folder / "warehouse-seed.json"
        write_seed(seed_file)
        # The Prefect server takes longest to start, so the others start meanwhile.
        amazon = stack.enter_context(
            _announcing(
                folder, "amazon", ["simulate", "amazon", "--control", "--quota", "documented"],
                ["--orders", str(orders), "--seed", str(seed)],
            )
        )  # fmt: skip
        warehouse = stack.enter_context(
            _announcing(
                folder, "warehouse", ["warehouse", "serve", "--control"], ["--seed-file", str(seed_file)]
            )
        )
        mail = keep_mail(folder / "mail")
        stack.callback(mail.stop)
        connections = folder / "connections.toml"
        write_connections(connections, amazon=amazon, warehouse_url=warehouse["url"], mail_port=mail.port)
        os.environ.update(secrets_of(amazon))
        prefect = stack.enter_context(local_server(folder, prefect_port))
        yield Parts(amazon, warehouse["url"], prefect, folder / "mail", connections)


@contextmanager
def serving_runs(folder: Path) -> Iterator[str]:
    """Run what Prefect asks for, as ``dockwire up`` does, in a process of its own; give the console's address."""
    port = free_port(CONSOLE_PORT)
    with _child(folder, "up", ["up", "--limit", "2", "--console-port", str(port)]):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _announcing(folder: Path, name: str, command: list[str], options: list[str]) -> Iterator[dict[str, Any]]:
    """Start a part that prints one line of JSON when it is ready; give that line."""
    with _child(folder, name, [*command, "--port", "0", "--json", *options]) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SettingsError(f"{name} did not start; {folder / 'logs' / name}.log says why")
        yield json.loads(line)


@contextmanager
def _child(folder: Path, name: str, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = start(
            [sys.executable, "-m", "deployments", *arguments],
            stdout=errors if name == "up" else subprocess.PIPE,
            stderr=errors,
            # Started from here, so that the top-level packages are found wherever the user stands.
            cwd=Path(__file__).parents[2],
        )
        try:
            yield process
        finally:
            stop(process)
            if process.stdout is not None:
                process.stdout.close()
