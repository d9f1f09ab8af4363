"""dockwire joins Amazon seller accounts to a third-party warehouse.

This package is the product: nouns, decisions, clients, ledger and services. It never imports
Prefect; the folders beside it (``flows``, ``tasks``, ``blocks``, ``deployments``) do.
"""

__version__ = "0.1.0"
