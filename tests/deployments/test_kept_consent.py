"""A token that a consent gave stays when the file that leaves it out is applied again, if it still fits."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks import AmazonApplication, AmazonSellerAccount
from deployments.connections_file import ConnectionsFile
from deployments.kept_consent import fits
from deployments.plan import planned
from deployments.stored_blocks import load_named
from dockwire.errors import ConsentNeeded
from tests.deployments.test_connections_file import APPLICATION, ENVIRONMENT, NAMED, named

OWN = {"application_id": "a", "client_id": "c", "client_secret": "s", "region": "NA"}
STORED = AmazonSellerAccount(**OWN, seller_id="A1", refresh_token="Atzr|given")
HOUSE = AmazonApplication(application_id="a", client_id="c", client_secret=SecretStr("s"))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        (OWN, True),
        (OWN | {"seller_id": "A1", "client_secret": "changed"}, True),
        ({"application": HOUSE, "region": "NA"}, True),
        (OWN | {"refresh_token": "Atzr|of the file"}, False),
        (OWN | {"application_id": "b"}, False),
        (OWN | {"region": "EU"}, False),
        (OWN | {"seller_id": "A2"}, False),
    ],
)
def test_a_token_stays_where_it_fits(fields: dict[str, object], kept: bool) -> None:
    assert fits(STORED, AmazonSellerAccount(**fields)) is kept


async def applied(folder: Path, text: str) -> AmazonSellerAccount:
    path = folder / "connections.toml"
    path.write_text(text)
    await ConnectionsFile(path, ENVIRONMENT).store()
    seller = await load_named(AmazonSellerAccount, "acme-na")
    assert seller is not None
    return seller


@pytest.mark.usefixtures("prefect")
async def test_a_file_applied_again_keeps_the_token_unless_the_application_is_another(tmp_path: Path) -> None:
    seller = await applied(tmp_path, APPLICATION + NAMED)
    seller.refresh_token, seller.seller_id = SecretStr("Atzr|given"), "A2EXAMPLE"
    await seller.asave("acme-na", overwrite=True)
    seller = await applied(tmp_path, APPLICATION + NAMED)
    assert (seller.refresh_token.get_secret_value(), seller.seller_id) == ("Atzr|given", "A2EXAMPLE")
    # Through its own block the application changes for the stored seller too, and the token is not the new one's.
    seller = await applied(tmp_path, APPLICATION.replace("solution.house", "solution.other") + NAMED)
    assert seller.waits
    assert seller.application is not None
    assert seller.application._block_document_name == "house"


@pytest.mark.usefixtures("prefect")
async def test_a_connection_gets_its_deployments_once_its_seller_has_consented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seller = await applied(tmp_path, named())
    seller.refresh_token, seller.seller_id = SecretStr(""), ""
    await seller.asave("acme-na", overwrite=True)
    with pytest.raises(ConsentNeeded, match="every stored connection waits"):
        await planned(["acme-us"])
    assert "connection acme-us: seller account acme-na waits" in capsys.readouterr().err
    seller.refresh_token, seller.seller_id = SecretStr("Atzr|given"), "A2EXAMPLE"
    await seller.asave("acme-na", overwrite=True)
    assert {each.name for each in await planned(["acme-us"])} == {"acme-us"}
