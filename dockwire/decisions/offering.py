"""Which decisions a person can take about an order as it stands: those that the rule itself would not refuse."""

from dataclasses import replace

from dockwire.decisions.acts import Act, Cancel, CorrectAddress, Hold, Release, Retry, Skip, Unskip
from dockwire.decisions.remedies import Way
from dockwire.decisions.ruling import Case, Refusal, decide_ruling
from dockwire.model.ids import AmazonItemId

_TRIED: dict[Way, Act] = {
    Way.RELEASE: Release(),
    Way.RETRY: Retry(),
    # To Amazon's address again: what may be taken back may be entered.
    Way.ADDRESS: CorrectAddress(None),
    Way.SKIP: Skip("?"),
    Way.UNSKIP: Unskip(),
    Way.HOLD: Hold("?"),
    Way.CANCEL: Cancel("?"),
}


def ways_of(case: Case) -> tuple[Way, ...]:
    """Return the decisions about the whole order that would be taken, whatever holds it; not those that were."""
    overrides = case.waiting.overrides
    # What is on hold in the warehouse needs no second hold, but one that takes back its release.
    held = overrides.hold if overrides.release_there else overrides.hold or overrides.on_hold
    wished = {
        Way.SKIP: overrides.skip,
        Way.HOLD: held,
        Way.CANCEL: overrides.cancel,
        Way.RELEASE: overrides.release_there or None,
    }
    return tuple(
        way
        for way, act in _TRIED.items()
        if wished.get(way) is None and not isinstance(decide_ruling(case, [act]), Refusal)
    )


def named_skus(case: Case) -> dict[AmazonItemId, str]:
    """Return the warehouse SKU of each line by the maps and decisions of now; lines without one are left out."""
    known = case.waiting.known
    rules = replace(case.rules, overrides=case.waiting.overrides)
    found = ((line.item_id, rules.target_of(line)) for line in (known.order.lines if known else ()))
    return {item_id: sku for item_id, sku in found if sku is not None}
