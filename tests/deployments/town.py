"""A town to connect to: Prefect, Amazon and a warehouse on loopback, and the real command line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.prefect_server import start, stop
from dockwire.faults import FaultRules
from dockwire.simulators.amazon import World
from dockwire.warehouse import Warehouse
from tests.stage import CREDENTIAL, LEVELS

SELLER = "A3SIMNORTHAM01"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


@dataclass
class Town:
    """The servers, and a folder in which commands run."""

    world: World
    warehouse: Warehouse
    amazon: str
    stock: str
    faults: FaultRules
    """Of the warehouse."""
    prefect: dict[str, str]
    folder: Path

    def secrets(self) -> dict[str, str]:
        """Return the variables that the connections file asks for."""
        return {
            "SELLER_SECRET": self.world.application.client_secret,
            "SELLER_TOKEN": self.world.sellers[SELLER].refresh_token,
            "WMS_SECRET": CREDENTIAL["client_secret"],
        }

    def dockwire(self, *words: str, typed: str | None = None, **environment: str) -> Said:
        """Run the command in the folder, as a user does who answers with ``typed``."""
        ran = subprocess.run(
            [sys.executable, "-m", "deployments", *words],
            cwd=self.folder,
            env=self.environment(**environment),
            input=typed,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Said(ran.returncode, ran.stdout, ran.stderr)

    @contextmanager
    def serving(self, *words: str, **environment: str) -> Iterator[None]:
        """Run what Prefect asks for, as ``dockwire up`` or another command does, until the block ends."""
        command = words or ("up",)
        with (self.folder / "up.log").open("wb") as log:
            process = start(
                [sys.executable, "-m", "deployments", *command],
                cwd=self.folder,
                env=self.environment(PREFECT_RUNNER_POLL_FREQUENCY="1", **environment),
                stdout=log,
                stderr=log,
            )
            try:
                if command[0] == "up":
                    self._await_announcement(process)
                yield
            finally:
                stop(process)

    def _await_announcement(self, process: subprocess.Popen[bytes]) -> None:
        """While ``dockwire up`` still registers, SQLite may refuse what a test asks of Prefect meanwhile."""
        give_up = time.monotonic() + 240
        while "serving these" not in (self.folder / "up.log").read_text():
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.2)

    def local_server(self) -> str:
        """Return the API address of the server that ``dockwire up`` has started here."""
        return (self.folder / "state" / "prefect" / "api-url").read_text()

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a command; what this machine sets does not count."""
        ours = ("DOCKWIRE_", "PREFECT_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        here = {
            "DOCKWIRE_STATE_DIR": str(self.folder / "state"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        return inherited | self.prefect | here | self.secrets() | more

    def connections(self, name: str = "town-us", **replaced: str) -> Path:
        """Write a connections file and return its path; ``replaced`` swaps pieces of its text."""
        text = _FILE.format(
            name=name,
            application=self.world.application.application_id,
            client=self.world.application.client_id,
            seller=SELLER,
            amazon=self.amazon,
            stock=self.stock,
            wms=CREDENTIAL["client_id"],
            login=CREDENTIAL["user_login"],
            methods="\n".join(
                f'{level} = {{ carrier = "UPS", service = "03", scac = "UPSN" }}' for level in LEVELS
            ),
        )
        for old, new in replaced.items():
            assert _PIECES[old] in text
            text = text.replace(_PIECES[old], new)
        path = self.folder / "connections.toml"
        path.write_text(text)
        return path


_FILE = """
[sellers.town-na]
application_id = "{application}"
client_id      = "{client}"
client_secret  = {{ env = "SELLER_SECRET" }}
refresh_token  = {{ env = "SELLER_TOKEN" }}
seller_id      = "{seller}"
region         = "NA"
endpoint       = "{amazon}"
token_url      = "{amazon}/auth/o2/token"

[warehouses.town]
base_url      = "{stock}"
client_id     = "{wms}"
client_secret = {{ env = "WMS_SECRET" }}
user_login    = "{login}"

[connections.{name}]
seller       = "town-na"
warehouse    = "town"
marketplace  = "US"
customer_id  = 1
facility_id  = 1
import_since = 2025-11-01T00:00:00Z

[connections.{name}.ship_methods]
{methods}
"""

_PIECES = {
    "customer": "customer_id  = 1",
    "facility": "facility_id  = 1",
    "marketplace": '"US"',
    "region": '"NA"',
    "since": "2025-11-01T00:00:00Z",
    "warehouse": 'warehouse    = "town"',
    "secret": '{ env = "SELLER_SECRET" }',
    "token": "SELLER_TOKEN",
}
