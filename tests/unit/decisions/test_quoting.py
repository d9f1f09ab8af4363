"""What a reason may say, and what of the buyer it may not, however it is spaced."""

import pytest

from dockwire.decisions.acts import Act, Cancel, Hold, Skip
from dockwire.decisions.quoting import holds_contact, quotes
from dockwire.decisions.ruling import Refusal, decide_ruling
from dockwire.model.record import OrderState
from tests.builders import address, order
from tests.unit.decisions.test_ruling import case_of

MONTREAL = address(
    phone="+1 416 555 0181 ext. 40021", postal_code="H2X 1Y4", name="Zoë Muster", lines=("12 Rue X",)
)
OWN = ("111-0000001-0000001", "10000017")


@pytest.mark.parametrize(
    "text",
    [
        "call +1 416 555 0181",
        "call 4165550181",
        "call 555-0181",
        "call (416)555.0181, evenings",
        "call 416_555,01 81",
        "call \uff14\uff11\uff16 555 0181",
        "lives in H2X1Y4",
        "lives in h2x-1y4.",
        "ask ZOE\u0308 MUSTER",
    ],
)
def test_the_buyer_is_found_however_it_is_spaced(text: str) -> None:
    assert quotes(MONTREAL, text)


@pytest.mark.parametrize(
    ("code", "text", "found"),
    [
        ("60601-1234", "zip 60601", True),
        ("60601", "PLZ60601", True),
        ("60601", "SKU 9606017", False),
        ("60601", "order 111-6060112-0000001", False),
        ("", "anything", False),
    ],
)
def test_a_postal_code_within_a_longer_number_is_another_one(code: str, text: str, found: bool) -> None:
    assert quotes(address(postal_code=code, phone="", name="", lines=()), text) is found


@pytest.mark.parametrize(
    "text",
    [
        "call 4165550199",
        "+49 (0)30 901820",
        "555-0199",
        "write to a.b+c@mail.example",
        "A@B.EXAMPLE",
        "10000018",
    ],
)
def test_anybodys_mail_or_phone_is_found(text: str) -> None:
    assert holds_contact(text, own=OWN)


@pytest.mark.parametrize(
    "text",
    [
        "same as 111-0000001-0000001, warehouse 10000017",
        "twice: 702-1234567-1234567",
        "twice: warehouse order 10000018",
        "left as 1Z999AA10123456784",
        "left as 123456789012",
        "left as 9400 1000 0000 0000 0000 00",
        "until 2026-12-05 10 am, not 05.12.2026 12:30",
        "SKU AB-1234567 short, 12 units @ 4.50",
    ],
)
def test_orders_parcels_and_days_may_be_named(text: str) -> None:
    assert not holds_contact(text, own=OWN)


@pytest.mark.parametrize("act", [Skip, Hold, Cancel])
def test_no_decision_takes_such_a_reason(act: type[Skip | Hold | Cancel]) -> None:
    case = case_of(order(address=MONTREAL), state=OrderState.CREATED if act is Cancel else OrderState.HELD)
    decide: list[Act] = [act("call 4165550181")]
    assert isinstance(found := decide_ruling(case, decide), Refusal)
    assert "quotes the buyer's" in found.sentence
    assert isinstance(found := decide_ruling(case, [act("write to x@mail.example")]), Refusal)
    assert "e-mail address or a phone number" in found.sentence
    assert not isinstance(decide_ruling(case, [act(f"see {case.waiting.row.order_id}")]), Refusal)
