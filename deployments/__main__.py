"""``python -m deployments``: the ``dockwire`` command, for child processes of our own."""

from deployments.command import main

main()
