"""The conversation that describes a connection: question by question, each side looked at as soon as it is known."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from blocks import AmazonSellerAccount, WarehouseAccount
from deployments.adding import consenting, looking, questions
from deployments.adding.draft import Draft
from deployments.adding.interview import Interview, WrongOption, reference
from deployments.adding.mails import ask_mail
from deployments.adding.pattern import Pattern, left_empty, pattern_of
from deployments.adding.questions import Question
from deployments.adding.readers import read_marketplace, read_person, read_slug, read_way
from deployments.adding.ship_methods import ask_methods
from deployments.agreeing_commands import show_terms
from deployments.applying import Step, plan_apply
from deployments.at_hand import beside_prefect
from deployments.connections_source import Source
from dockwire.cli import say
from dockwire.clock import Clock
from dockwire.errors import DockwireError, SettingsError
from dockwire.model.ids import CustomerId
from dockwire.model.marketplaces import Marketplace
from dockwire.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What options say besides the answers to single questions; None means: ask."""

    ship_methods: list[str]
    contacts: list[str]
    inventory: bool | None
    needs_approval: bool | None

    def keys(self) -> set[str]:
        """Return the keys of the connection's table that options decide."""
        decided = {
            "ship_methods": bool(self.ship_methods),
            "contacts": bool(self.contacts),
            "stock_sync": self.inventory is not None,
            "needs_approval": self.needs_approval is not None,
        }
        return {key for key, by_option in decided.items() if by_option}


@dataclass
class Conversation:
    """What has been found out so far.

    Attributes:
        announce: Tells the person which address to open for the consent.
        accepted: Who accepted the terms, and their text as it was shown; None where there are none.
    """

    name: str
    draft: Draft
    interview: Interview
    settings: Settings
    clock: Clock
    announce: consenting.Announce
    accepted: tuple[str, str] | None = None
    seller_place: str = ""
    """Where the seller account stands in the file."""
    _seller: AmazonSellerAccount | None = None
    _fields: dict[str, Any] = field(default_factory=dict)
    _pattern: Pattern = field(default_factory=Pattern)
    taken_over: dict[str, Any] | None = None
    """The seller's other connection that keys were taken over from, and which keys."""
    left_empty: list[str] = field(default_factory=list)
    """Keys that the connection does without, though orders may wait for it."""

    def hold(self, wishes: Wishes) -> None:
        """Ask everything; afterwards the draft has the connection.

        Raises:
            DockwireError: an answer does not do, or one of the two sides does not answer.
        """
        place, since, seller, levels = self._until_good(self._ask_amazon)
        self._pattern = pattern_of(self.draft, seller)
        if self._pattern.name and not self.interview.alone:
            say.aside(f"Enter takes what {self._pattern.name}, the seller's other connection, has")
        warehouse, customer, facility, methods = self._until_good(lambda: self._ask_warehouse(levels, wishes))
        self._fields |= {
            "seller": seller,
            "warehouse": warehouse,
            "marketplace": place.code,
            "customer_id": customer,
            "facility_id": facility,
            "import_since": since,
        }
        self._fields |= self._until_good(
            lambda: ask_mail(self.interview, self.draft, wishes.contacts, self._pattern)
        )
        self._ask_rest(wishes)
        if unused := self.interview.unused():
            say.aside(f"not used, because nothing was to be asked: {', '.join(unused)}")
        table = self._pattern.rest() | self._fields | ({"ship_methods": methods} if methods else {})
        self.draft.tables["connections", self.name] = table
        self.taken_over = self._pattern.taken(table, wishes.keys() | self.interview.given.keys())
        self.left_empty = left_empty(table)

    def steps(self) -> list[Step]:
        """Check the file as it would be, and return what storing it means, with the consent that came."""
        steps = beside_prefect(lambda: plan_apply(self.draft.file()))
        seller = None if self._seller is None or self._seller.waits else self._seller
        for step in steps:
            block = step.entry.block if step.entry else None
            if (
                seller is not None
                and isinstance(block, AmazonSellerAccount)
                and step.place == self.seller_place
            ):
                block.take(seller.seller_id, seller.refresh_token)
        return steps

    def _until_good(self, part: Callable[[], T]) -> T:
        """Go through a part again when it ends in an error; where nobody was asked, the error is the end."""
        while True:
            asked, tables = self.interview.asked, dict(self.draft.tables)
            try:
                return part()
            except WrongOption:
                raise
            except DockwireError as error:
                if self.interview.asked == asked:
                    raise
                self.draft.tables = tables
                say.aside(f"{error}\nonce more; Enter takes what was answered before")

    def _ask_amazon(self) -> tuple[Marketplace, datetime, str, tuple[str, ...]]:
        place = self.interview.ask(questions.MARKETPLACE, read_marketplace)
        since = self.interview.ask(questions.SINCE, self._day)
        seller = self._ask_seller(place)
        return place, since, seller, self._look_at_amazon(seller, place, since)

    def _ask_seller(self, place: Marketplace) -> str:
        stem = self.name.rpartition("-")[0] or self.name
        name = self._named("sellers", questions.SELLER, f"{stem}-{place.region.value.lower()}")
        if not self.draft.take("sellers", name):
            application = self._named("applications", questions.APPLICATION, "house")
            if not self.draft.take("applications", application):
                self.draft.tables["applications", application] = self.interview.table("applications")
            fields = {"application": application, "region": place.region.value}
            self.draft.tables["sellers", name] = fields | self.interview.table("sellers")
        self.seller_place = f"sellers.{name}"
        self._seller = self._block("sellers", name, AmazonSellerAccount)
        if self._seller.region != place.region:
            raise SettingsError(
                f"seller account {name} is of region {self._seller.region}, and {place.code} lies in {place.region}: "
                "another name makes an account there"
            )
        if self._seller.waits:
            self._consent(name, self._seller, place)
        return name

    def _consent(self, name: str, seller: AmazonSellerAccount, place: Marketplace) -> None:
        default = "self" if questions.TOKEN.name in self.interview.given else None
        way = self.interview.ask(questions.CONSENT, read_way, default=default)
        if way == "receive":
            beside_prefect(lambda: consenting.receive(name, seller, place, self.announce))
        elif way == "paste":
            self.announce(*beside_prefect(lambda: consenting.link(name, seller, place)))
            redirected = self.interview.ask(questions.REDIRECTED, str)
            beside_prefect(lambda: consenting.finish(name, seller, redirected))
        elif way == "self":
            self._self_authorised(name)
        if way in {"receive", "paste"} and not self.interview.alone:
            say.aside(f"seller {seller.seller_id} has authorised the application for region {place.region}")

    def _self_authorised(self, name: str) -> None:
        table = self.draft.tables.get(("sellers", name))
        if table is None:
            raise SettingsError(
                f"seller account {name} stands in {self.draft.path} already: 'dockwire consent record {name}' takes "
                "its token"
            )
        table["refresh_token"] = self.interview.ask(questions.TOKEN, reference)
        table["seller_id"] = self.interview.ask(questions.SELLER_ID, str)
        self._seller = self._block("sellers", name, AmazonSellerAccount)

    def _look_at_amazon(self, name: str, place: Marketplace, since: datetime) -> tuple[str, ...]:
        seller = self._seller
        if seller is None or seller.waits:
            return ()
        seen = _looked(lambda: looking.selling(seller, name, place, since, self.settings))
        if seen.warning:
            say.aside(seen.warning)
        return seen.levels

    def _ask_warehouse(self, levels: tuple[str, ...], wishes: Wishes) -> tuple[str, int, int, dict[str, Any]]:
        name = self._named("warehouses", questions.WAREHOUSE, self._pattern.fields.get("warehouse", "main"))
        if not self.draft.take("warehouses", name):
            self.draft.tables["warehouses", name] = self.interview.table("warehouses")
        block = self._block("warehouses", name, WarehouseAccount)
        house = _looked(lambda: looking.house(block, name, self.settings))
        before = self._pattern.fields if self._pattern.fields.get("warehouse") == name else {}
        customer = self.interview.choose(
            questions.CUSTOMER,
            [(party.id, party.name) for party in house.customers],
            default=before.get("customer_id"),
        )
        serving = _looked(lambda: looking.facilities(block, name, CustomerId(customer), self.settings))
        facility = self.interview.choose(
            questions.FACILITY,
            [(party.id, party.name) for party in serving],
            default=before.get("facility_id"),
        )
        known = before.get("ship_methods", {})
        methods = ask_methods(self.interview, levels, house.carriers, wishes.ship_methods, known)
        return name, customer, facility, methods

    def _ask_rest(self, wishes: Wishes) -> None:
        stock = self.interview.confirm(
            "Does warehouse stock become Amazon's quantity?",
            wishes.inventory,
            default=bool(self._pattern.fields.get("stock_sync")),
        )
        if self._pattern.nameless_terms and questions.TERMS.name not in self.interview.given:
            told = f"{self._pattern.name} has terms, and {self.draft.path} does not say in which file"
            if self.interview.alone:
                raise WrongOption(f"--terms is needed where nobody can be asked: {told}")
            say.aside(told)
        terms, text = self.interview.ask(
            questions.TERMS, self._terms, default=self._pattern.fields.get("terms")
        )
        if text:
            self._fields["terms"] = terms
            if not self.interview.alone:
                show_terms(text)
            self.accepted = self.interview.ask(questions.ACCEPTED_BY, read_person), text
        approval = self.interview.confirm(
            "Does the connection wait for the 3PL's approval in Prefect?",
            wishes.needs_approval,
            default=bool(self._pattern.fields.get("needs_approval")),
        )
        self._fields |= ({"stock_sync": True} if stock else {}) | (
            {"needs_approval": True} if approval else {}
        )

    def _terms(self, answer: str) -> tuple[str, str]:
        """Return the name of the terms' file and its text; no text where there are none."""
        if answer == questions.TERMS.default:
            return answer, ""
        return answer, Source(self.draft.path, "").read_beside(answer)

    def _named(self, section: str, question: Question, proposed: str) -> str:
        """Ask for a name; what is known is offered, and ``proposed`` where that fits better."""
        known = self.draft.names(section)
        if known and not self.interview.alone and question.name not in self.interview.given:
            say.aside(f"known {section}: {', '.join(known)}")
        default = proposed if not known or proposed in known else known[0] if len(known) == 1 else None
        return self.interview.ask(question, read_slug, default=default)

    def _block(self, section: str, name: str, kind: type[T]) -> T:
        """Return a table as the block that it is to be, checked."""
        steps = self.steps()
        block = next(step.entry.block for step in steps if step.entry and step.place == f"{section}.{name}")
        assert isinstance(block, kind)
        return block

    def _day(self, answer: str) -> datetime:
        now = self.clock.now()
        if answer == questions.SINCE.default:
            return datetime.combine(now.date(), time(), UTC)
        try:
            moment = datetime.fromisoformat(answer)
        except ValueError:
            raise ValueError(f"{answer!r} is no day; it looks like 2026-11-01") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _looked(work: Callable[[], Awaitable[T]]) -> T:
    return asyncio.run(_awaited(work))


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
