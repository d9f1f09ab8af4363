"""Sealed values: closed without the key, never opened as something else, sealed anew when keys change."""

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.sealing import Sealer, SealError

SEALER = Sealer([Sealer.new_key()])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_what_was_sealed_comes_back(value: object) -> None:
    assert SEALER.open(SEALER.seal(value)) == value


def test_a_sealed_value_tells_nothing_not_even_that_two_are_the_same() -> None:
    first, second = SEALER.seal({"name": "Ann Example"}), SEALER.seal({"name": "Ann Example"})
    assert first != second
    # Three letters alone come about by chance in what is sealed, once in two thousand times.
    assert b"Ann Example" not in urlsafe_b64decode(first)


@pytest.mark.parametrize("sealed", ["", "Ann Example", "gAAAAA", "für Dich"])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(SealError):
        SEALER.open(sealed)


@given(st.data())
def test_a_changed_seal_never_opens_as_something_else(data: st.DataObject) -> None:
    sealed = SEALER.seal("to the buyer")
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from("ABCwxyz0189-_="))
    try:
        opened = SEALER.open(sealed[:at] + other + sealed[at + 1 :])
    except SealError:
        return
    # Base64 leaves bits at its end unused: a change there is none.
    assert opened == "to the buyer"


def test_another_key_opens_nothing_and_the_way_out_is_told_without_the_key() -> None:
    mine, theirs = Sealer.new_key(), Sealer.new_key()
    sealed = Sealer([theirs]).seal("x")
    for use in (Sealer([mine]).open, Sealer([mine]).rotate):
        with pytest.raises(SealError, match="DOCKWIRE_ENCRYPTION_KEYS") as caught:
            use(sealed)
        assert mine not in str(caught.value)
        assert sealed not in str(caught.value)


def test_the_newest_key_seals_and_every_key_opens() -> None:
    old, new = Sealer.new_key(), Sealer.new_key()
    both = Sealer([new, old])
    before, after = Sealer([old]).seal("x"), both.seal("x")
    assert (both.open(before), Sealer([new]).open(after)) == ("x", "x")
    with pytest.raises(SealError):
        Sealer([old]).open(after)
    rotated = both.rotate(before)
    assert Sealer([new]).open(rotated) == "x"
    assert both.open(both.rotate(rotated)) == "x"


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["ü" * 44], [Sealer.new_key(), "A" * 43]])
def test_a_ring_without_usable_keys_is_refused_with_the_way_out(keys: list[str]) -> None:
    with pytest.raises(SealError, match=r"DOCKWIRE_ENCRYPTION_KEYS|dockwire key new") as caught:
        Sealer(keys)
    assert not any(key and key in str(caught.value) for key in keys)


def test_new_keys_are_new() -> None:
    assert len({Sealer.new_key() for _ in range(9)}) == 9
