"""The state folder, the key file, the disk, and what this machine has to offer."""

import os
import shutil
import stat
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.errors import SettingsError
from dockwire.keys import KEY_FILE
from dockwire.sealing import Sealer, SealError
from dockwire.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_TOO_LITTLE, _LITTLE = 200 * 1024**2, 2 * 1024**3
_ZONES = ("America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Australia/Sydney")


async def state_folder(settings: Settings) -> Finding:
    """Say whether the state folder can be used, and by nobody who should not."""
    folder = settings.state_dir.absolute()
    first = next(place for place in (folder, *folder.parents) if place.exists())
    if not first.is_dir():
        return wrong(f"{first} is a file, and a folder is needed there", _ELSEWHERE)
    if not os.access(first, os.W_OK | os.X_OK):
        return wrong(f"{first} cannot be written by this user", _ELSEWHERE)
    if first != folder:
        return untold(f"{folder} is not there yet", "the first command that needs it makes it")
    if folder.stat().st_mode & _WRITABLE_BY_OTHERS:
        return wrong(
            f"{folder} can be written by other users of this machine, who could put another key or ledger there",
            f"chmod go-w {folder}",
        )
    return fine(f"{folder} can be written")


_ELSEWHERE = "set DOCKWIRE_STATE_DIR to a folder that can be written, or give this user the right"


async def keys(settings: Settings) -> Finding:
    """Say whether there are usable keys for personal data that nobody else can read."""
    configured = [key.get_secret_value() for key in settings.encryption_keys]
    if configured:
        fault = _unusable(configured)
        return (
            wrong(f"DOCKWIRE_ENCRYPTION_KEYS: {fault}", _NEW_KEY)
            if fault
            else fine(f"{len(configured)} configured")
        )
    path = settings.state_dir.absolute() / KEY_FILE
    if not path.exists():
        return untold(f"there is no key yet; the first command that needs one makes {path}")
    if path.stat().st_mode & _OTHERS:
        return wrong(
            f"{path} opens all personal data, and other users of this machine can read it",
            f"chmod 600 {path}",
        )
    try:
        fault = _unusable(path.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return wrong(f"{path} cannot be read", "give this user the right to read it, or put the file back")
    return wrong(f"{path}: {fault}", _NEW_KEY) if fault else fine(f"{path} is readable by its owner only")


_NEW_KEY = (
    "put the key back that the data was written with, from your backup; only an installation without data may "
    "take a new one ('dockwire key new')"
)


def _unusable(keys: list[str]) -> str:
    try:
        Sealer(keys)
    except SealError as error:
        return str(error)
    return ""


def present_keys(settings: Settings) -> Sealer:
    """Return the keys that there are; none is made.

    Raises:
        SettingsError: there is no usable one.
    """
    configured = [key.get_secret_value() for key in settings.encryption_keys]
    path = settings.state_dir / KEY_FILE
    try:
        return Sealer(configured or path.read_text(encoding="ascii").split())
    except (OSError, ValueError, SealError):
        raise SettingsError(
            f"there is no usable key: neither DOCKWIRE_ENCRYPTION_KEYS nor {path.absolute()} holds one; what is "
            "sealed cannot be read without the key it was written with"
        ) from None


async def disk(settings: Settings) -> Finding:
    """Say whether the disk of the state folder has room."""
    folder = settings.state_dir.absolute()
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    return judge_disk(shutil.disk_usage(there).free, there)


def judge_disk(free: int, there: Path) -> Finding:
    """Judge the free bytes."""
    told = f"{free / 1024**3:.1f} GB are free at {there}"
    do = "make room: a full disk stops every run, and Prefect's database grows with each"
    if free < _TOO_LITTLE:
        return wrong(told, do)
    return untold(told, do) if free < _LITTLE else fine(told)


async def time_zones() -> Finding:
    """Say whether the data of time zones is there, without which no warehouse time can be read."""
    try:
        for name in _ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        return wrong(
            f"time zone data is missing: {error}", "install the package tzdata into this environment"
        )
    return fine("time zones are known")


async def bytecode() -> Finding:
    """Say whether Python may keep compiled files."""
    if sys.dont_write_bytecode:
        return untold(
            "PYTHONDONTWRITEBYTECODE is set: every run compiles everything again, and starts half as fast",
            "unset it where runs are started",
        )
    return fine("Python keeps what it compiled")


async def command() -> Finding:
    """Say whether a worker finds the command."""
    found = shutil.which("dockwire")
    if found is None:
        return untold(
            "the command 'dockwire' is not in PATH, so a worker or a scheduler's line does not find it",
            f"add {Path(sys.executable).parent} to PATH there, or use the full path",
        )
    return fine(found)
