"""What becomes of accepted submissions: at once, later, in which order, never."""

import pytest

from tests.unit.simulators.caller import NA, Caller, a_world
from tests.unit.simulators.listing import MUG, entry, offered, stock_patch, submitted


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def push(caller: Caller, quantity: int, sku: str = MUG) -> str:
    answer = await submitted(caller, sku, stock_patch(entry(quantity)))
    assert answer["status"] == "ACCEPTED"
    return str(answer["submissionId"])


async def test_a_submission_has_its_effect_after_the_delay(caller: Caller) -> None:
    before = await offered(caller, MUG)
    await caller.control("switches", {"listings_delay_seconds": 300})
    submission_id = await push(caller, 99)
    caller.world.advance(299)
    assert await offered(caller, MUG) == before
    (made,) = (await caller.control("state")).json()["submissions"]
    assert (made["submissionId"], made["due"], made["applied"]) == (
        submission_id,
        "2026-11-02T09:05:00Z",
        None,
    )
    caller.world.advance(86_400)
    assert await offered(caller, MUG) == 99
    (made,) = (await caller.control("state")).json()["submissions"]
    assert made["applied"] == "2026-11-02T09:05:00Z"


@pytest.mark.parametrize(("in_order", "left"), [(True, 2), (False, 1)])
async def test_two_for_one_sku_keep_their_order_or_not(caller: Caller, in_order: bool, left: int) -> None:
    await caller.control("switches", {"listings_delay_seconds": 300, "listings_in_order": in_order})
    await push(caller, 1)
    await push(caller, 3, "TIN#3-TEA")
    await caller.control("switches", {"listings_delay_seconds": 10})
    await push(caller, 2)
    await push(caller, 4, "CAFÉ-1KG")
    caller.world.advance(10)
    assert await offered(caller, "CAFÉ-1KG") == 4, "another SKU does not wait"
    caller.world.advance(290)
    assert await offered(caller, MUG) == left


async def test_the_spread_is_drawn_from_the_seed_within_its_bounds() -> None:
    async def delays(seed: int) -> list[float]:
        caller = Caller(a_world(seed))
        switches = {"listings_delay_seconds": 60, "listings_delay_spread_seconds": 600}
        await caller.control("switches", switches | {"listings_in_order": False})
        for number in range(20):
            await push(caller, number)
        log = caller.world.submissions.log
        return [(made.due - made.accepted).total_seconds() for made in log]

    drawn = await delays(1)
    assert drawn == await delays(1) != await delays(2)
    assert all(60 <= delay <= 660 for delay in drawn)
    assert len(set(drawn)) == 20


async def test_every_so_many_th_is_lost(caller: Caller) -> None:
    await caller.control("switches", {"listings_lose_every": 3})
    for quantity in range(101, 107):
        await push(caller, quantity)
        expected = quantity if quantity not in {103, 106} else quantity - 1
        assert await offered(caller, MUG) == expected
    lost = [made for made in (await caller.control("state")).json()["submissions"] if made["due"] is None]
    assert len(lost) == 2


async def test_named_skus_are_lost(caller: Caller) -> None:
    before = await offered(caller, MUG)
    await caller.control("switches", {"listings_lose_skus": [MUG]})
    await push(caller, 99)
    await push(caller, 99, "TIN#3-TEA")
    caller.world.advance(86_400)
    assert (await offered(caller, MUG), await offered(caller, "TIN#3-TEA")) == (before, 99)


async def test_a_submission_meets_the_listing_as_it_is_when_it_lands(caller: Caller) -> None:
    await push(caller, 10)
    await caller.control("switches", {"listings_delay_seconds": 60})
    await push(caller, 10)
    sale = {"seller": NA, "marketplace": "US", "sku": MUG, "units": 4}
    assert (await caller.control("sales", sale)).status_code == 200
    assert await offered(caller, MUG) == 6
    caller.world.advance(60)
    assert await offered(caller, MUG) == 10, "the quantity is absolute: what was sold meanwhile is back"
