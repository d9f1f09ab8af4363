"""The receiver on a real port of this machine, and a browser that goes through Amazon's pages to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from deployments.consent_receiver import Receiver
from dockwire.clock import ManualClock
from dockwire.errors import ConsentFailed, SettingsError
from dockwire.model.consent import Consent
from dockwire.model.marketplaces import marketplace
from dockwire.services.consent import ConsentDesk
from dockwire.simulators.amazon import build_app
from tests.servers import port_for_later, serve
from tests.unit.services.consenting import EU_SELLER, Office, opened_office, walk

TEN = timedelta(minutes=10)


@dataclass
class Waiting:
    """A receiver that waits, and who may come to it."""

    office: Office
    receiver: Receiver
    callback: str
    consent: "asyncio.Task[Consent]"
    browser: httpx.AsyncClient


@asynccontextmanager
async def receiving(
    folder: Path, *, seller_id: str = "", held: tuple[asyncio.Event, asyncio.Event] | None = None
) -> AsyncIterator[Waiting]:
    async def finish(desk: ConsentDesk, address: str, session: str) -> Consent:
        consent = await desk.finish(address, session=session)
        if held is not None:
            stored, go_on = held
            stored.set()
            await go_on.wait()
        return consent

    callback = f"http://127.0.0.1:{port_for_later()}/callback"
    async with (
        opened_office(folder, clock=ManualClock(auto=False)) as office,
        httpx.AsyncClient(trust_env=False, timeout=120) as browser,
    ):
        office.world.application.redirect_uris = (callback,)
        with serve(build_app(office.world)) as amazon:
            application = {"redirect_uri": callback, "seller_central": amazon}
            async with office.desk(application=application, seller_id=seller_id) as desk:
                link = await desk.begin(marketplace("DE"), lasts=TEN, bound=True)
                receiver = Receiver(
                    link,
                    callback,
                    finish=partial(finish, desk),
                    clock=office.clock,
                )
                task = asyncio.create_task(receiver.wait())
                yield Waiting(office, receiver, callback, task, browser)
                task.cancel()


@pytest_asyncio.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Waiting]:
    async with receiving(tmp_path) as opened:
        yield opened


async def test_the_printed_address_leads_through_amazon_to_a_stored_consent(waiting: Waiting) -> None:
    browser = waiting.browser
    begun = await browser.get(waiting.receiver.address)
    assert begun.status_code == 303
    assert "httponly" in begun.headers["set-cookie"].lower()
    back = await walk(browser, begun.headers["location"])
    thanks = await browser.get(back.headers["location"])
    assert thanks.status_code == 200
    assert f"Seller {EU_SELLER} has authorised the application for region EU" in thanks.text
    for answer in (begun, thanks):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    consent = await waiting.consent
    assert waiting.office.kept[0][0] == consent.account.seller_id == EU_SELLER
    assert waiting.office.works(waiting.office.kept[0][1])
    # The port is free again.
    with pytest.raises(httpx.ConnectError):
        await browser.get(waiting.callback)


async def test_a_browser_that_asks_twice_at_once_is_thanked_twice_and_the_code_used_once(
    waiting: Waiting,
) -> None:
    browser = waiting.browser
    begun = await browser.get(waiting.receiver.address)
    back = (await walk(browser, begun.headers["location"])).headers["location"]
    answers = await asyncio.gather(browser.get(back), browser.get(back))
    assert [answer.status_code for answer in answers] == [200, 200]
    await waiting.consent
    assert waiting.office.exchanges() == 1


async def test_strangers_do_not_end_the_waiting_and_do_not_get_in(waiting: Waiting) -> None:
    browser = waiting.browser
    begun = await browser.get(waiting.receiver.address)
    back = (await walk(browser, begun.headers["location"])).headers["location"]
    async with httpx.AsyncClient(trust_env=False, timeout=120) as stranger:
        for address, status in [
            (waiting.callback, 400),
            (f"{waiting.callback}?state=guess&error=access_denied", 400),
            (f"{waiting.callback}?state=<script>&selling_partner_id=A1&spapi_oauth_code=x", 400),
            # Even the right address is nothing in another browser.
            (back, 400),
            (waiting.receiver.address + "x", 404),
            (waiting.callback.replace("/callback", "/"), 404),
        ]:
            answer = await stranger.get(address)
            assert answer.status_code == status, address
            assert "<script>" not in answer.text
            assert "set-cookie" not in answer.headers
    assert not waiting.consent.done()
    assert (await browser.get(back)).status_code == 200
    await waiting.consent


async def test_a_seller_who_says_no_ends_the_waiting_with_the_reason(waiting: Waiting) -> None:
    browser = waiting.browser
    begun = await browser.get(waiting.receiver.address)
    back = await walk(browser, begun.headers["location"], press="cancel")
    page = await browser.get(back.headers["location"])
    assert (page.status_code, "did not allow it" in page.text) == (400, True)
    with pytest.raises(ConsentFailed, match="did not allow it"):
        await waiting.consent
    assert waiting.office.kept == []


async def test_another_seller_than_the_accounts_is_told_on_page_and_terminal(tmp_path: Path) -> None:
    async with receiving(tmp_path, seller_id="A9OTHER") as waiting:
        begun = await waiting.browser.get(waiting.receiver.address)
        back = await walk(waiting.browser, begun.headers["location"])
        page = await waiting.browser.get(back.headers["location"])
        assert f"given by seller {EU_SELLER}" in page.text
        with pytest.raises(ConsentFailed, match="that of A9OTHER"):
            await waiting.consent
        assert waiting.office.kept == []


@pytest.mark.parametrize("opened", [False, True])
async def test_the_waiting_ends_with_the_links_time(waiting: Waiting, opened: bool) -> None:
    # The receiver answers, so it has begun to wait.
    await waiting.browser.get(waiting.receiver.address if opened else waiting.callback)
    waiting.office.clock.advance(TEN.total_seconds())
    with pytest.raises(ConsentFailed, match="no consent came in time; nothing was stored") as raised:
        await waiting.consent
    assert (f"MD5101, register {waiting.callback}" in str(raised.value)) is opened


@pytest.mark.parametrize("again", [False, True])
async def test_who_stops_the_waiting_in_the_middle_of_a_consent_is_told_the_truth(
    tmp_path: Path, again: bool
) -> None:
    stored, go_on = asyncio.Event(), asyncio.Event()
    async with receiving(tmp_path, held=(stored, go_on)) as waiting:
        begun = await waiting.browser.get(waiting.receiver.address)
        back = await walk(waiting.browser, begun.headers["location"])
        page = asyncio.create_task(waiting.browser.get(back.headers["location"]))
        await stored.wait()
        waiting.consent.cancel()
        # Once more than the waiting bears: it gives up, whatever has come of the consent.
        if again:
            for _ in range(10):
                # Lets the waiting take the first one in.
                await asyncio.sleep(0)
            waiting.consent.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting.consent
            assert "its token may be stored or not: 'dockwire consent list'" in waiting.receiver.unstored
            page.cancel()
        else:
            go_on.set()
            assert (await waiting.consent).account.seller_id == EU_SELLER
            assert (await page).status_code == 200
            assert waiting.office.kept


async def test_a_redirect_that_came_in_time_is_taken_to_its_end(tmp_path: Path) -> None:
    stored, go_on = asyncio.Event(), asyncio.Event()
    async with receiving(tmp_path, held=(stored, go_on)) as waiting:
        begun = await waiting.browser.get(waiting.receiver.address)
        back = await walk(waiting.browser, begun.headers["location"])
        page = asyncio.create_task(waiting.browser.get(back.headers["location"]))
        await stored.wait()
        waiting.office.clock.advance(TEN.total_seconds())
        # Longer than the server waits for requests under way when it ends.
        await asyncio.wait({waiting.consent}, timeout=4)
        go_on.set()
        assert (await waiting.consent).account.seller_id == EU_SELLER
        assert (await page).status_code == 200


@pytest.mark.parametrize(
    "uri", ["https://127.0.0.1:8765/callback", "https://dockwire.example/callback", "http://example.com/", ""]
)
async def test_a_redirect_uri_elsewhere_needs_the_other_commands(tmp_path: Path, uri: str) -> None:
    async with opened_office(tmp_path) as office, office.desk() as desk:
        link = await desk.begin(marketplace("DE"), lasts=TEN)
        with pytest.raises(SettingsError, match="'dockwire consent finish'"):
            Receiver(link, uri, finish=lambda *_: desk.finish(""), clock=office.clock)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        async with opened_office(tmp_path) as office, office.desk() as desk:
            link = await desk.begin(marketplace("DE"), lasts=TEN)
            with pytest.raises(SettingsError, match=f"cannot listen on {urlsplit(uri).netloc}"):
                Receiver(link, uri, finish=lambda *_: desk.finish(""), clock=office.clock)
