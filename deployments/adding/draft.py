"""The connections file as it would be: what it has now, and behind it the tables that are to be added."""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployments.adding.toml_text import Tables, tables_text
from deployments.connections_file import ConnectionsFile
from deployments.connections_sections import SECTIONS, Section
from deployments.stored_blocks import Blocks, StoredBlock
from dockwire.errors import SettingsError


@dataclass
class Draft:
    """A file and what is to be added to it; nothing is written before :meth:`write`.

    Attributes:
        path: The file; it need not exist.
        before: Its text as it was read.
        stored: The blocks that are stored.
        tables: What is to be added.
    """

    path: Path
    before: str
    stored: Blocks
    tables: Tables = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The whole file as it would be."""
        gap = "" if not self.before else "\n" if self.before.endswith("\n") else "\n\n"
        return f"{self.before}{gap}{self.added}"

    @property
    def added(self) -> str:
        """What is to be added."""
        return tables_text(self.tables)

    def file(self) -> ConnectionsFile:
        """Return the file as it would be.

        Raises:
            SettingsError: what stands in it is no TOML.
        """
        return ConnectionsFile(self.path, self.text)

    def names(self, section: str) -> list[str]:
        """Return what can be named of a section: in the file, to be added, or stored."""
        stored = [name for place, name in self.stored if place == section]
        return sorted({*self.file().names(section), *stored})

    def take(self, section: str, name: str) -> bool:
        """Let the file name a table, from what is stored if need be; False when there is none of this name."""
        if name in self.file().names(section):
            return True
        block = self.stored.get((section, name))
        if block is None:
            return False
        fields = table_of(block)
        for key, (into, other) in block.section.refers.items():
            if into in block.refers:
                self.take(other, block.refers[into])
                fields[key] = block.refers[into]
        self.tables[section, name] = fields
        return True

    def write(self) -> None:
        """Put the file in its place, in one go.

        Raises:
            SettingsError: somebody changed it meanwhile, or it cannot be written; nothing was written.
        """
        path = self.path.resolve()
        if read_text(path) != self.before:
            raise SettingsError(f"{self.path} was changed by somebody else meanwhile; nothing was written")
        try:
            _replace(path, self.text)
        except OSError as error:
            raise SettingsError(
                f"{self.path} cannot be written: {error.strerror}; nothing was stored"
            ) from None


def read_text(path: Path) -> str:
    """Return a file's text; empty where there is no file.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SettingsError(f"{path} cannot be read: {why}") from None


def table_of(block: StoredBlock) -> dict[str, Any]:
    """Return a stored block as a table: secrets as references to the block itself, and no more than is needed."""
    section = block.section
    wanted = {key: value for key, value in block.data.items() if key in section.keys - section.kept}
    return {
        key: {"block": f"{section.slug}/{block.name}"} if section.is_secret(key) else value
        for key, value in wanted.items()
        if value not in (None, "", _default(section, key))
    }


def section_of(name: str) -> Section:
    """Return the section of this name."""
    return next(section for section in SECTIONS if section.name == name)


def _default(section: Section, key: str) -> object:
    field_info = section.block.model_fields[key]
    return None if field_info.is_required() else field_info.get_default(call_default_factory=True)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, fresh)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
