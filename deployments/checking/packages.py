"""Whether Python and the packages fit; versions outside these limits are known to break Prefect (decision 0009)."""

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from deployments.checking.finding import Finding, fine, wrong

PYTHON = SpecifierSet(">=3.11")

LIMITS = {
    "prefect": SpecifierSet(">=3.8.8,<3.9"),
    "fastapi": SpecifierSet("<0.151"),
    "sqlalchemy": SpecifierSet(">=2.0.36,<2.1"),
    "httpx": SpecifierSet(">=0.28,<0.29"),
}

_HARM = {
    "prefect": "dockwire is made for this one",
    "fastapi": "newer ones let Prefect's server refuse its own client, or not start at all",
    "sqlalchemy": "2.1 refuses the scheduler's inserts, so nothing runs by itself",
    "httpx": "the clients are made for this one",
}


def installed() -> dict[str, str]:
    """Return the version of each package that has limits; empty for one that is not there."""
    found = {}
    for name in LIMITS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


async def packages() -> Finding:
    """Look at this Python."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    return judge(python, installed())


def judge(python: str, versions: Mapping[str, str]) -> Finding:
    """Judge versions; an empty one stands for a package that is not there."""
    faults = []
    if python not in PYTHON:
        faults.append(f"Python is {python} and has to be {PYTHON}")
    for name, limits in LIMITS.items():
        there = versions.get(name, "")
        if not _fits(there, limits):
            faults.append(f"{name} is {there or 'missing'} and has to be {limits} ({_HARM[name]})")
    if faults:
        return wrong("; ".join(faults), "install what requirements/locked.txt names, in a fresh environment")
    return fine(f"Python {python}, " + ", ".join(f"{name} {there}" for name, there in versions.items()))


def _fits(there: str, limits: SpecifierSet) -> bool:
    try:
        return limits.contains(Version(there), prereleases=True)
    except InvalidVersion:
        return False
