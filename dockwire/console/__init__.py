"""The console: where clerks and engineers see orders and act on them, in a browser.

Docs: ``docs/console.md``, decision 0027.
"""

from dockwire.console.app import build_console
from dockwire.console.desk import Desk

__all__ = ["Desk", "build_console"]
