"""What patches do to a listing's attributes.

An entry is told from the others of its attribute by channel, marketplace, language and audience.
``add`` and ``replace`` put a new entry in the place of the old one, and what the old one said beyond
that is gone: handling time and restock date fall back to their defaults (selling-partner-api-sdk
issue 515). ``merge`` keeps it. Entries with another channel stay, so patching a channel that the
listing does not have gives it a second one (selling-partner-api-models issue 2061). Entries for another
marketplace do not concern the listing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dockwire.simulators.amazon.listings import CHANNEL
from dockwire.simulators.amazon.marketplaces import Marketplace
from dockwire.simulators.amazon.orders import JsonObject

ROOT = "/attributes/"
"""What the paths of patches start with."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch operation as it came: ``path`` need not be one that can be patched."""

    op: str
    path: str
    value: tuple[JsonObject, ...] = ()

    @property
    def name(self) -> str:
        """The attribute it is about."""
        return self.path.removeprefix(ROOT)


def patch_of(body: JsonObject) -> Patch:
    """Read a ``PatchOperation`` of the model, known to be one."""
    return Patch(body["op"], body["path"], tuple(body.get("value", ())))


def patched(attributes: JsonObject, patches: Iterable[Patch], place: Marketplace) -> JsonObject:
    """Return attributes as they are after patches, which have been checked; the given ones stay."""
    found = dict(attributes)
    for patch in patches:
        entries = _entries(found.get(patch.name, []), patch, place)
        if entries:
            found[patch.name] = entries
        else:
            found.pop(patch.name, None)
    return found


def _entries(before: list[JsonObject], patch: Patch, place: Marketplace) -> list[JsonObject]:
    if patch.op == "delete" and not patch.value:
        return []
    entries = {_identity(entry, place): entry for entry in before}
    for given in patch.value:
        identity = _identity(given, place)
        if identity[1] != place.id:
            continue
        if patch.op == "delete":
            entries.pop(identity, None)
        else:
            kept = entries.get(identity, {}) if patch.op == "merge" else {}
            entries[identity] = {**kept, **given, "marketplace_id": place.id}
    return list(entries.values())


def _identity(entry: JsonObject, place: Marketplace) -> tuple[str, str, str, str]:
    return (
        str(entry.get(CHANNEL)),
        str(entry.get("marketplace_id", place.id)),
        str(entry.get("language_tag", place.language)),
        str(entry.get("audience", "ALL")),
    )
