"""From facts to mails: the right people, the right words, the same mail for the same facts."""

import html
import re
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from typer.main import get_command

from dockwire.ledger.facts import UNTOLD
from dockwire.mail.compose import compose, letter, trial_mail
from dockwire.mail.entries import LISTED
from dockwire.mail.message import to_message
from dockwire.mail.samples import sample
from dockwire.model.contacts import Contacts
from dockwire.model.ids import AmazonOrderId
from dockwire.model.notice import RULES, TOLD, NoticeKind
from dockwire.model.record import Fact, FactKind, Mail
from tests.builders import NOW, connection

ACME = connection()
ORDERLESS = {
    FactKind.RUN_FAILED, FactKind.STOCK_REFUSED, FactKind.STOCK_DIFFERS, FactKind.ORDERS_FLOWING,
    FactKind.CONSENT_EXPIRES, FactKind.SECRET_EXPIRES,
}  # fmt: skip


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
            ["Refused by Amazon", "RED-9", "wanted 8", "Amazon says: no.", "merchant"],
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
            ["Not set any more", "RED-9", "Amazon has 7", "No item.", "engineer", "acme-us --withheld"],
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
            ["order-import", "2026-11-02 09:00 UTC", "R.", "merchant"],
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
    assert detail.get("sku", "") in mail.html
    assert detail.get("reason", "") in mail.html


def test_what_somebody_has_to_release_is_not_said_to_go_on_by_itself() -> None:
    by_rule = fact(FactKind.ORDER_HELD, 1, code="unmapped_sku", reason="R.")
    by_person = fact(FactKind.ORDER_HELD, 2, code="address_incomplete, held_by_person", reason="R.")
    there = fact(FactKind.HELD_IN_WAREHOUSE, 3, reason="R.", warehouse_order="17")
    for facts, said, unsaid in (
        ((by_rule,), "go on by themselves once the reason is gone.", "release"),
        (
            (by_rule, by_person),
            "once the reason is gone, what somebody put on hold once it is released.",
            "stays",
        ),
        ((there, by_person), "what is on hold stays so until somebody releases it.", "by themselves"),
    ):
        text = " ".join(one_mail(*facts).text.split())
        assert said in text
        assert unsaid not in text


EVERYBODY = connection(
    contacts={kind.value: ["somebody@example.com"] for kind in NoticeKind} | {"time_zone": "America/New_York"}
)


def sentences(page: str) -> list[str]:
    """Return what a reader of the page sees."""
    body = re.sub(r"(?s)<head>.*?</head>|<!DOCTYPE html>", "", page)
    return [
        " ".join(html.unescape(line).split())
        for line in re.sub(r"<[^>]+>", "", body).splitlines()
        if line.strip()
    ]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_says_what_happened_what_to_do_and_by_when_in_text_and_page_alike(
    kind: NoticeKind,
) -> None:
    facts = sample(kind, EVERYBODY, NOW)
    assert {fact.kind for fact in facts} == RULES[kind].facts
    (mail,) = compose(EVERYBODY, facts)
    about = letter(kind, EVERYBODY, facts)
    assert mail.kind == kind
    assert mail.subject.startswith("[acme-us] ")
    assert "{" not in mail.text
    text = " ".join(mail.text.split())
    for said in sentences(mail.html):
        assert said in text, said
    page = " ".join(sentences(mail.html))
    for said in (about.happened, about.todo, about.when, about.about, *about.commands):
        assert " ".join(said.split()) in page
    for fact in facts:
        for name, value in fact.detail.items():
            if name in {"reason", "sku", "what", "tracking", "run", "region", "warehouse_order", "example"}:
                assert value in text, name
                assert value in page, name
        assert (fact.order_id or "") in text
    assert not re.search(r"https?://|src=|url\(|<link|<script", mail.html), "a page that needs the network"


@pytest.mark.parametrize("kind", NoticeKind)
def test_hostile_words_are_only_words(kind: NoticeKind) -> None:
    bad = "<img src=x onerror=alert(1)>&{{7*7}}"
    facts = [
        replace(fact, detail={name: _spoiled(name, value, bad) for name, value in fact.detail.items()})
        for fact in sample(kind, EVERYBODY, NOW)
    ]
    (mail,) = compose(EVERYBODY, facts)
    assert "<img" not in mail.html
    assert "49" not in mail.html.split("<body")[1].replace("10.49", "")
    message = to_message(mail, sender="dockwire@example.com", now=NOW)
    assert message["Subject"] == mail.subject


def _spoiled(name: str, value: str, bad: str) -> str:
    return value if name in {"ship_by", "since", "days", "orders"} else value + bad


def test_commands_named_in_mails_exist() -> None:
    from deployments.command import app

    everything: Any = get_command(app)
    for kind in NoticeKind:
        for words in letter(kind, EVERYBODY, sample(kind, EVERYBODY, NOW)).commands:
            _, first, second, *_ = [*words.split(), ""]
            command = everything.get_command(None, first)
            assert command is not None, words
            if hasattr(command, "commands"):
                assert second in command.commands, words


def test_what_gets_worse_goes_to_the_escalation_contacts_too_and_the_rest_does_not() -> None:
    contacts = {
        "ship_by_risk": {"to": ["dock@example.com"], "escalate": ["boss@example.com"]},
        "consent_expires": {"to": ["seller@example.com"], "escalate": ["boss@example.com"]},
    }
    told = compose(
        connection(contacts=contacts),
        [
            fact(FactKind.SHIP_BY_NEAR, 1, ship_by=NOW.isoformat()),
            fact(FactKind.SHIP_BY_PASSED, 2, ship_by=NOW.isoformat()),
            fact(FactKind.SHIP_BY_NEAR, 3, ship_by=NOW.isoformat()),
            fact(FactKind.CONSENT_EXPIRES, 4, days="30", what="W."),
            fact(FactKind.SECRET_EXPIRES, 5, days="7", what="W."),
        ],
    )
    assert [(mail.subject, mail.recipients) for mail in told] == [
        ("[acme-us] 2 orders to ship soon", ("dock@example.com",)),
        ("[acme-us] 1 order late", ("dock@example.com", "boss@example.com")),
        ("[acme-us] Amazon consent ends in 30 days", ("seller@example.com",)),
        ("[acme-us] client secret ends in 7 days", ("seller@example.com", "boss@example.com")),
    ]
    assert len({mail.message_id for mail in told}) == len(told)


def test_times_are_those_of_the_contacts_zone() -> None:
    (mail,) = compose(EVERYBODY, [fact(FactKind.SHIP_BY_PASSED, ship_by="2026-11-02T07:30:00+00:00")])
    assert "ship by 2026-11-02 02:30 EST" in mail.text


def test_the_first_orders_are_told_to_everybody_who_is_told_anything() -> None:
    (mail,) = compose(ACME, [fact(FactKind.ORDERS_FLOWING, orders="3")])
    assert set(mail.recipients) == {
        "clerk@example.com", "engineer@example.com", "dock@example.com", "seller@example.com",
    }  # fmt: skip
    only = connection(contacts={"orders_flowing": ["one@example.com"], "orders_held": ["other@example.com"]})
    (mail,) = compose(only, [fact(FactKind.ORDERS_FLOWING, orders="3")])
    assert mail.recipients == ("one@example.com",)


def test_a_test_mail_says_that_it_is_one() -> None:
    mail = trial_mail(ACME, "new@example.com", now=NOW)
    assert "This one is a test" in mail.text
    assert mail.recipients == mail.left == ("new@example.com",)


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
    assert mail.text.count("-0000001") == mail.html.count("-0000001") == LISTED == 100
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
