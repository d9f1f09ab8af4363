"""A token that a consent gave stays when the file that leaves it out is applied again, if it still fits."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks import AmazonSellerAccount, MarketplaceConnection
from deployments.connections_file import ConnectionsFile
from deployments.stored_blocks import load_named
from tests.deployments.test_connections_file import APPLICATION, ENVIRONMENT, NAMED, named

pytestmark = pytest.mark.usefixtures("prefect")
OTHER = APPLICATION.replace("amzn1.sp.solution.house", "amzn1.sp.solution.other")


async def applied(folder: Path, text: str) -> AmazonSellerAccount:
    path = folder / "connections.toml"
    path.write_text(text)
    await ConnectionsFile(path, ENVIRONMENT).store()
    connection = await load_named(MarketplaceConnection, "acme-us")
    assert connection is not None
    return connection.seller_account


async def consented(folder: Path) -> None:
    """Apply the file and let a consent fill the seller's block in."""
    await applied(folder, named())
    seller = await load_named(AmazonSellerAccount, "acme-na")
    assert seller is not None
    seller.refresh_token, seller.seller_id = SecretStr("Atzr|given"), "A2EXAMPLE"
    await seller.asave("acme-na", overwrite=True)


async def test_a_token_stays_where_it_fits(tmp_path: Path) -> None:
    for text, token, seller_id in [
        (named(), "Atzr|given", "A2EXAMPLE"),
        (named(seller=NAMED + 'seller_id = "A2EXAMPLE"\n'), "Atzr|given", "A2EXAMPLE"),
        (named(application=OTHER), "", ""),
        (named(seller=NAMED + 'seller_id = "A9OTHER"\n'), "", "A9OTHER"),
        (
            named(seller=NAMED + 'seller_id = "A2EXAMPLE"\nrefresh_token = { env = "SELLER_TOKEN" }\n'),
            "Atzr|token",
            "A2EXAMPLE",
        ),
    ]:
        await consented(tmp_path)
        seller = await applied(tmp_path, text)
        assert (seller.refresh_token.get_secret_value(), seller.seller_id) == (token, seller_id), text
        # The connection sees it through the seller's own block, the application through its own.
        assert seller._block_document_name == "acme-na"
        assert seller.application is not None
        assert seller.application._block_document_name == "house"
