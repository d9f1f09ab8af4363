"""From facts to mails: the right people, the right words, the same mail for the same facts."""

from email.message import EmailMessage
from typing import Any

import pytest

from dockwire.ledger.facts import UNTOLD
from dockwire.mail.compose import TOLD, compose
from dockwire.mail.message import to_message
from dockwire.model.connection import Contacts
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import Fact, FactKind, Mail
from tests.builders import NOW, connection

ACME = connection()
ORDERLESS = {
    FactKind.RUN_FAILED,
    FactKind.STOCK_REFUSED,
    FactKind.STOCK_DIFFERS,
    FactKind.STOCK_WITHHELD,
}


def fact(kind: FactKind, number: int = 1, /, **detail: str) -> Fact:
    order_id = None if kind in ORDERLESS else AmazonOrderId(f"111-{number:07d}-0000001")
    return Fact(kind, NOW, ACME.slug, order_id, detail, id=number)


def one_mail(*facts: Fact, **settings: Any) -> Mail:
    (mail,) = compose(connection(**settings), facts)
    return mail


@pytest.mark.parametrize(
    ("kind", "detail", "mail_kind", "recipient", "words"),
    [
        (
            FactKind.ORDER_CREATED,
            {"warehouse_order": "17", "region": "IL, US"},
            "orders_created",
            "clerk@example.com",
            ["111-0000001-0000001", "17", "IL, US"],
        ),
        (
            FactKind.ORDER_ADOPTED,
            {"warehouse_order": "17"},
            "orders_created",
            "clerk@example.com",
            ["Found in the warehouse", "17"],
        ),
        (
            FactKind.ORDER_HELD,
            {"reason": "No entry.", "fixer": "engineer"},
            "orders_held",
            "engineer@example.com",
            ["111-0000001-0000001", "Held", "No entry.", "engineer"],
        ),
        (
            FactKind.ORDER_FAILED,
            {"reason": "Refused.", "fixer": "clerk"},
            "orders_held",
            "engineer@example.com",
            ["Failed", "Refused.", "clerk"],
        ),
        (
            FactKind.ORDER_QUARANTINED,
            {"reason": "orderItems.0.quantityOrdered: no number"},
            "orders_held",
            "engineer@example.com",
            ["Unreadable", "orderItems.0.quantityOrdered"],
        ),
        (
            FactKind.SHIPMENT_REFUSED,
            {"reason": "Amazon says: no.", "fixer": "merchant", "carrier": "UPS", "tracking": "1Z9"},
            "shipments_refused",
            "dock@example.com",
            ["Not confirmed at Amazon", "Amazon says: no.", "UPS 1Z9", "merchant"],
        ),
        (
            FactKind.CLOSE_REFUSED,
            {"reason": "On hold.", "fixer": "clerk", "warehouse_order": "17"},
            "shipments_refused",
            "dock@example.com",
            ["Not closed in the warehouse", "On hold.", "clerk"],
        ),
        (
            FactKind.STOCK_REFUSED,
            {"reason": "Amazon says: no.", "fixer": "merchant", "sku": "RED-9", "quantity": "8"},
            "stock_refused",
            "seller@example.com",
            [
                "Refused",
                "RED-9   wanted 8",
                "Amazon says: no.",
                "merchant",
                "dockwire stock retry acme-us SKU",
            ],
        ),
        (
            FactKind.STOCK_DIFFERS,
            {"reason": "Still 5.", "fixer": "merchant", "sku": "RED-9"},
            "stock_refused",
            "seller@example.com",
            ["Accepted by Amazon and never applied", "RED-9", "Still 5.", "merchant"],
        ),
        (
            FactKind.STOCK_WITHHELD,
            {"reason": "No item.", "fixer": "engineer", "sku": "RED-9", "amazon_has": "7"},
            "stock_refused",
            "seller@example.com",
            ["Not set any more", "RED-9   Amazon has 7", "No item.", "engineer", "acme-us --withheld"],
        ),
        (FactKind.ORDER_FOUND_LATE, {"reason": "R."}, "orders_held", "engineer@example.com", ["late", "R."]),
        (
            FactKind.CANCELLED_IN_WAREHOUSE,
            {"reason": "R.", "warehouse_order": "17"},
            "orders_held",
            "engineer@example.com",
            ["Cancelled", "R.", "17"],
        ),
        (
            FactKind.HELD_IN_WAREHOUSE,
            {"reason": "R.", "warehouse_order": "17"},
            "orders_held",
            "engineer@example.com",
            ["look before shipping", "R.", "17"],
        ),
        (
            FactKind.CHANGE_NEEDS_PERSON,
            {"reason": "R.", "warehouse_order": "17"},
            "orders_held",
            "engineer@example.com",
            ["act now", "R.", "17"],
        ),
        (
            FactKind.RUN_FAILED,
            {"flow": "order-import", "reason": "R.", "fixer": "merchant"},
            "run_failed",
            "engineer@example.com",
            ["order-import", "2026-11-02 09:00:00 UTC", "R.", "merchant"],
        ),
    ],
)
def test_each_kind_of_fact_tells_its_people_what_happened_and_who_acts(
    kind: FactKind, detail: dict[str, str], mail_kind: str, recipient: str, words: list[str]
) -> None:
    mail = one_mail(fact(kind, **detail))
    assert (mail.kind, mail.recipients, mail.connection) == (mail_kind, (recipient,), ACME.slug)
    assert "acme-us" in mail.subject
    for word in words:
        assert word in mail.text
    # The page has a lead for each kind; that of a failed run is for nothing else.
    assert ("A run failed" in mail.html) is (kind is FactKind.RUN_FAILED)
    assert detail.get("sku", "") in mail.html
    assert detail.get("reason", "") in mail.html


def test_every_fact_that_waits_to_be_told_is_told_by_some_mail() -> None:
    # A kind without a mail would be marked as told and never be.
    assert TOLD == UNTOLD
    assert compose(ACME, [fact(FactKind.ORDER_RELEASED)]) == []


def test_one_digest_per_kind_counts_its_facts() -> None:
    facts = [fact(FactKind.ORDER_CREATED, n) for n in (1, 2)]
    created, held = compose(ACME, [*facts, fact(FactKind.ORDER_HELD, 3)])
    assert "2 orders created" in created.subject
    assert "1 order held" in held.subject


def test_what_different_people_can_fix_stands_under_different_titles() -> None:
    fixers = {1: "engineer", 2: "clerk", 3: "engineer", 4: "clerk, merchant", 5: "nobody"}
    held = [fact(FactKind.ORDER_HELD, n, reason="R.", fixer=fixer) for n, fixer in fixers.items()]
    mail = one_mail(*held, fact(FactKind.ORDER_FAILED, 6, reason="R.", fixer="clerk"))
    told = [line.strip() for line in mail.text.splitlines() if line[:1] != " " or "-0000001" in line]
    titles = [line for line in told if line.endswith(":") or "-0000001" in line]
    assert titles == [
        "Held:",
        "111-0000005-0000001",
        "Held (who can fix it: clerk):",
        "111-0000002-0000001",
        "Held (who can fix it: clerk, merchant):",
        "111-0000004-0000001",
        "Held (who can fix it: engineer):",
        "111-0000001-0000001",
        "111-0000003-0000001",
        "Failed, will be tried again (who can fix it: clerk):",
        "111-0000006-0000001",
    ]
    assert mail.html.count("who can fix it: engineer") == 1


def test_a_kind_without_contacts_makes_no_mail() -> None:
    nobody = connection(contacts=Contacts(run_failed=("engineer@example.com",)))
    told = compose(nobody, [fact(FactKind.ORDER_CREATED), fact(FactKind.RUN_FAILED)])
    assert [mail.kind for mail in told] == ["run_failed"]


def test_the_same_facts_make_the_same_message_and_others_another() -> None:
    first = [fact(FactKind.ORDER_HELD, n) for n in (4, 5)]
    assert one_mail(*first) == one_mail(*first)
    ids = {
        one_mail(*first).message_id,
        one_mail(*first[:1]).message_id,
        one_mail(*first[1:]).message_id,
        one_mail(fact(FactKind.ORDER_CREATED, 4), fact(FactKind.ORDER_CREATED, 5)).message_id,
        one_mail(*first, slug="acme-ca").message_id,
    }
    assert len(ids) == 5


def test_a_long_digest_lists_a_hundred_and_counts_the_rest() -> None:
    mail = one_mail(*(fact(FactKind.ORDER_CREATED, n) for n in range(11, 114)))
    assert "103 orders created" in mail.subject
    assert mail.text.count("-0000001") == mail.html.count("-0000001") == 100
    assert "3 more" in mail.text
    assert "3 more" in mail.html


def test_what_a_reason_quotes_is_text_in_html_too() -> None:
    mail = one_mail(fact(FactKind.ORDER_HELD, reason="Amazon SKU '<script>' is unknown & new."))
    assert "<script>" in mail.text
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


def test_a_message_carries_what_a_mail_server_and_a_reader_need() -> None:
    mail = one_mail(fact(FactKind.ORDER_HELD, reason="Größe fehlt."))
    message = to_message(mail, sender="dockwire@example.com", now=NOW)
    assert message["Message-ID"] == mail.message_id
    assert (message["From"], message["To"]) == ("dockwire@example.com", "engineer@example.com")
    assert message["Auto-Submitted"] == "auto-generated"
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert all("Größe fehlt." in part.get_content() for part in parts)
