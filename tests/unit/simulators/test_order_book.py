"""The indexes behind searches, compared with the plainest possible search."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dockwire.simulators.amazon.orders import Order, OrderBook, TimeField
from dockwire.simulators.amazon.page_tokens import Page, seal, unseal
from tests.unit.simulators.caller import NA, START

KEYS = st.sampled_from([f"112-0000000-000000{n}" for n in range(6)])
# Few distinct times, so that several orders share one.
MINUTES = st.integers(0, 5)
PUT = st.tuples(st.just("put"), KEYS, MINUTES)
TOUCH = st.tuples(st.just("touch"), KEYS, MINUTES)
DROP = st.tuples(st.just("drop"), KEYS, MINUTES)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def played(steps: list[tuple[str, str, int]]) -> OrderBook:
    book = OrderBook()
    for act, key, minutes in steps:
        order = book.find(NA, key)
        if act == "put":
            book.put(Order(key, NA, None, {}, created=at(minutes), updated=at(minutes)))
        elif act == "drop":
            book.drop(NA, key)
        elif order is not None:
            book.touch(order, at(minutes))
    return book


@given(
    steps=st.lists(PUT | TOUCH | DROP, max_size=25),
    after=MINUTES,
    before=MINUTES,
    field=st.sampled_from(["created", "updated"]),
    newest_first=st.booleans(),
    page=st.integers(1, 4),
)
def test_pages_are_the_plain_search_cut_into_pieces(
    steps: list[tuple[str, str, int]],
    after: int,
    before: int,
    field: TimeField,
    newest_first: bool,
    page: int,
) -> None:
    book = played(steps)
    plain = sorted(
        (order.position(field) for order in book if at(after) <= order.position(field)[0] <= at(before)),
        reverse=newest_first,
    )
    found = []
    cursor = None
    while True:
        rest = list(book.between(NA, field, at(after), at(before), cursor=cursor, newest_first=newest_first))
        if not rest:
            break
        found += [order.position(field) for order in rest[:page]]
        cursor = found[-1]
    assert found == plain


def test_sellers_do_not_see_each_others_orders() -> None:
    book = OrderBook()
    for seller in (NA, "other"):
        book.put(Order("1", seller, None, {"of": seller}, START, START))
    assert len(book) == 2
    (mine,) = book.between(NA, "created", START, START)
    assert mine.body == {"of": NA}
    book.drop("other", "1")
    assert book.find("other", "1") is None
    assert book.find(NA, "1") is mine


@given(moment=st.integers(0, 10**12), key=st.text(max_size=30), fingerprint=st.text(max_size=16))
def test_page_tokens_carry_their_page_exactly(moment: int, key: str, fingerprint: str) -> None:
    instant = START + timedelta(microseconds=moment)
    page = Page(NA, fingerprint, instant, (instant, key), START)
    token = seal(page, b"key")
    assert unseal(token, b"key", START) == page
    assert all(character in token for character in "+/=")
    assert token == seal(page, b"key")
