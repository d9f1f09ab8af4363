"""The console: where clerks and engineers see orders and act on them, in a browser.

Docs: ``docs/console.md``, decision 0027.
"""
