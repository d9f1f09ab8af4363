"""How requests name parties and items."""

from dataclasses import dataclass

from dockwire.warehouse.members import Members


@dataclass(frozen=True, slots=True)
class PartyName:
    """A party by number, else by the warehouse's or the caller's name for it; ``place`` is the member."""

    place: str
    id: int | None = None
    name: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class ItemName:
    """An item by number, else by sku; ``place`` is the member."""

    place: str
    id: int | None = None
    sku: str = ""

    @property
    def key(self) -> int | str:
        """What the item is named by."""
        return self.sku if self.id is None else self.id


def read_party(members: Members, name: str, *, limit: int) -> PartyName:
    """Read an identifier that has to be there.

    Raises:
        InvalidModel: it is missing, empty or of the wrong kind.
    """
    given = members.child(name)
    shown = members.child("readOnly")
    if given is None and shown is not None:
        # A thing that was read and is sent back names its parties there only.
        given = shown.child(name)
    if given is None:
        raise members.invalid(name, "Required", f"{name} is required.")
    found = PartyName(
        place=name,
        id=given.number("id"),
        name=given.text("name", limit=limit),
        external_id=given.text("externalId", limit=limit),
    )
    if found.id is None and not found.name and not found.external_id:
        raise members.invalid(name, "Required", f"{name} needs an id or a name.")
    return found


def read_item(line: Members, *, limit: int) -> ItemName:
    """Read a line's ``itemIdentifier``.

    Raises:
        InvalidModel: it is missing, empty or of the wrong kind.
    """
    item = line.child("itemIdentifier")
    number = item.number("id") if item else None
    sku = item.text("sku", limit=limit) if item else ""
    if number is None and not sku:
        raise line.invalid("itemIdentifier", "Required", "A line needs the sku or the id of an item.")
    return ItemName(line.place("itemIdentifier"), number, sku)
