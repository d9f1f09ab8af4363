"""How soon Amazon knows: from a closed warehouse order to SHIPPED, over at least 100 closings.

    .venv/bin/python benchmarks/closing_to_shipped.py

Lives through the demo's day, in which ship-and-close runs start the tracking update by an event, and
prints one line of JSON: the waits, and how many calls Amazon got for them.
"""

import json
import subprocess
import sys

_ORDERS = 600
_ENOUGH = 100


def main() -> None:
    """Run the day and print what it measured."""
    command = [sys.executable, "-m", "deployments", "demo", "--json", "--orders", str(_ORDERS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    summary = json.loads(ran.stdout.splitlines()[-1])
    if summary["latency"]["closings"] < _ENOUGH or not summary["consistent"]:
        sys.exit(f"not a measurement: {json.dumps(summary)}")
    print(json.dumps(summary["latency"] | {"amazon": summary["amazon"]}))


if __name__ == "__main__":
    main()
