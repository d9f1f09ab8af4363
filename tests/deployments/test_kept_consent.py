"""A token that a consent gave stays when the file that leaves it out is applied again, if it still fits."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks import AmazonApplication, AmazonSellerAccount
from deployments.applying import Change, Step, carry_out, overruled, plan_apply, waiting
from deployments.connections_file import ConnectionsFile
from deployments.connections_sections import CONNECTIONS, SELLERS
from deployments.consent_desk import hand_over, keep_stored
from deployments.deploying import plan_deploy
from deployments.plan import planned
from deployments.stored_blocks import load_named, read_blocks, read_connections, remove_block
from dockwire.errors import ConsentFailed, ConsentNeeded
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.services.consent import Applicant
from tests.deployments.test_connections_file import APPLICATION, ENVIRONMENT, NAMED, named

OWN = {"application_id": "a", "client_id": "c", "client_secret": "s", "region": "NA"}
STORED = AmazonSellerAccount(**OWN, seller_id="A1", refresh_token="Atzr|first")
for renewed in ("Atzr|second", "Atzr|given"):
    STORED.take("A1", SecretStr(renewed))
HOUSE = AmazonApplication(application_id="a", client_id="c", client_secret=SecretStr("s"))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        (OWN, True),
        (OWN | {"seller_id": "A1", "client_secret": "changed"}, True),
        ({"application": HOUSE, "region": "NA"}, True),
        (OWN | {"refresh_token": "Atzr|given"}, True),
        (OWN | {"refresh_token": "Atzr|of the file"}, False),
        (OWN | {"refresh_token": "Atzr|first"}, True),
        (OWN | {"refresh_token": "Atzr|second"}, True),
        (OWN | {"refresh_token": "Atzr|second", "seller_id": "A2"}, False),
        (OWN | {"application_id": "b"}, False),
        (OWN | {"region": "EU"}, False),
        (OWN | {"seller_id": "A2"}, False),
    ],
)
def test_a_token_stays_where_it_fits(fields: dict[str, object], kept: bool) -> None:
    assert SELLERS.keeps(STORED, AmazonSellerAccount(**fields)) is kept


async def applied(folder: Path, text: str) -> tuple[AmazonSellerAccount, list[str]]:
    """Apply a file; return the stored seller, and the sellers said to wait."""
    path = folder / "connections.toml"
    path.write_text(text)
    steps = await plan_apply(ConnectionsFile(path))
    await carry_out(steps, remove=False)
    seller = await load_named(AmazonSellerAccount, "acme-na")
    assert seller is not None
    return seller, waiting(steps)


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)


async def consent(
    seller: AmazonSellerAccount, token: str = "Atzr|given", seller_id: str = "A2EXAMPLE"
) -> None:
    seller.refresh_token, seller.seller_id = SecretStr(token), seller_id
    await seller.asave("acme-na", overwrite=True)


@pytest.mark.usefixtures("prefect")
async def test_a_file_applied_again_keeps_the_token_unless_the_application_is_another(tmp_path: Path) -> None:
    seller, waits = await applied(tmp_path, APPLICATION + NAMED)
    assert waits == ["acme-na"]
    await consent(seller)
    seller, waits = await applied(tmp_path, APPLICATION + NAMED + 'token_url = "https://elsewhere.example"')
    assert (seller.refresh_token.get_secret_value(), seller.seller_id) == ("Atzr|given", "A2EXAMPLE")
    assert (seller.token_url, waits) == ("https://elsewhere.example", [])
    # Through its own block the application changes for the stored seller too, and the token is not the new one's.
    seller, waits = await applied(tmp_path, APPLICATION.replace("solution.house", "solution.other") + NAMED)
    assert seller.waits
    assert waits == ["acme-na"]
    assert seller.application is not None
    assert seller.application._block_document_name == "house"


@pytest.mark.usefixtures("prefect")
async def test_an_apply_never_puts_an_older_token_in_the_place_of_a_consents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_token = NAMED.replace("acme-na", "late-na") + 'refresh_token = { env = "SELLER_TOKEN" }\n'
    path = tmp_path / "connections.toml"
    path.write_text(APPLICATION + with_token + 'seller_id = "A4LATE"\n')
    await carry_out(await plan_apply(ConnectionsFile(path)), remove=False)
    applicant = Applicant("late-na", "amzn1.sp.solution.house", Region.NA, "A4LATE", has_token=True)

    async def token() -> str:
        block = await load_named(AmazonSellerAccount, "late-na")
        assert block is not None
        return block.refresh_token.get_secret_value()

    async def planned_then(consented: str) -> Step:
        """Plan a change; let a consent come; carry the plan out."""
        path.write_text(path.read_text() + "\n")
        steps = await plan_apply(ConnectionsFile(path))
        if consented:
            await hand_over(keep_stored, applicant, SellerId("A4LATE"), SecretStr(consented))
        await carry_out(steps, remove=False)
        return next(step for step in steps if step.place == "sellers.late-na")

    path.write_text(path.read_text() + 'endpoint = "https://api.example"')
    assert (await planned_then("Atzr|consented")).fields.keys() == {"endpoint"}
    assert await token() == "Atzr|consented"
    # The environment still has the token of before.
    again = await planned_then("")
    assert (again.change, overruled([again])) == (Change.UNCHANGED, ["late-na"])
    monkeypatch.setenv("SELLER_TOKEN", "Atzr|put there since")
    wins = await planned_then("")
    assert (wins.fields, overruled([wins])) == (
        {"refresh_token": "changed: the file's takes the place of the stored one"},
        [],
    )
    assert await token() == "Atzr|put there since"


@pytest.mark.usefixtures("prefect")
async def test_a_consent_does_not_go_to_a_second_account_of_the_same_seller(tmp_path: Path) -> None:
    second = NAMED.replace("acme-na", "beta-na")
    seller, _ = await applied(tmp_path, APPLICATION + NAMED + second)
    await consent(seller)
    applicant = Applicant("beta-na", seller.acting_application, Region.NA, seller_id="", has_token=False)
    token = SecretStr("Atzr|meant for beta")
    with pytest.raises(
        ConsentFailed, match=r"A2EXAMPLE, which is seller account acme-na already; nothing was"
    ):
        await hand_over(keep_stored, applicant, SellerId("A2EXAMPLE"), token)
    beta = await load_named(AmazonSellerAccount, "beta-na")
    assert beta is not None
    assert beta.waits
    await hand_over(keep_stored, applicant, SellerId("A3OTHER"), token)
    # The seller whose account it is renews as before.
    owner = replace(applicant, name="acme-na")
    await hand_over(keep_stored, owner, SellerId("A2EXAMPLE"), SecretStr("Atzr|renewed"))
    tokens = [await load_named(AmazonSellerAccount, name) for name in ("beta-na", "acme-na")]
    assert [each.refresh_token for each in tokens if each] == [token, SecretStr("Atzr|renewed")]


async def forget_connections() -> None:
    """Remove what other tests have stored in the server that they share."""
    for block in (await read_blocks([CONNECTIONS])).values():
        await remove_block(block)


@pytest.mark.usefixtures("prefect")
async def test_a_connection_gets_its_deployments_once_its_seller_has_consented(tmp_path: Path) -> None:
    await forget_connections()
    seller, _ = await applied(tmp_path, named())
    await consent(seller, "", "A2EXAMPLE")
    stored = await read_connections()
    assert "connection acme-us: seller account acme-na waits" in stored.waiting["acme-us"]
    with pytest.raises(ConsentNeeded, match="every stored connection waits"):
        stored.refuse_if_all_wait()
    assert {step.name for step in await plan_deploy(stored)} == {"purge/all", "watch/all"}
    await consent(seller)
    stored = await read_connections()
    stored.refuse_if_all_wait()
    wanted = planned(stored.ready)
    assert {each.name for each in wanted} == {"acme-us", "all"}
