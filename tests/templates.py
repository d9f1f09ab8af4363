"""Files and databases that are ready at once: copies of one that each test process makes a single time."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import sqlalchemy as sa

Migrate = Callable[[sa.Connection], None]


def migrated_file(migrate: Migrate, target: Path) -> str:
    """Put a SQLite database with this schema to ``target`` and return its address."""
    return f"sqlite:///{copied(_migrated(migrate), target)}"


def copied(template: Path, target: Path) -> Path:
    """Copy a closed SQLite database, which then has no journal beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, target)
    return target


def bring_up_to_date(url: str, migrate: Migrate) -> None:
    """Carry out a schema's migrations in the database behind ``url``."""
    engine = sa.create_engine(url)
    with engine.begin() as link:
        migrate(link)
    engine.dispose()


@cache
def template_folder() -> Path:
    """Return this process's folder of templates, removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="dwtemplates"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _migrated(migrate: Migrate) -> Path:
    file = template_folder() / f"{migrate.__module__}.db"
    bring_up_to_date(f"sqlite:///{file}", migrate)
    return file
