"""Trying everything that an installation or a connection needs, without changing anything.

One file per subject; ``board`` carries out, ``finding`` is what comes back, ``connection`` and
``installation`` say what is tried.
"""
