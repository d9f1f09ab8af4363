"""A consent that the connections file does not name stays when the file is applied again."""

from blocks import AmazonSellerAccount
from deployments.stored_blocks import load_named


async def keep_consent(name: str, block: AmazonSellerAccount) -> None:
    """Put the stored refresh token, and the seller id with it, into a block whose file leaves them out.

    Nothing is kept of another application, region or seller: that token would not fit.
    """
    stored = await load_named(AmazonSellerAccount, name)
    if stored is None or block.refresh_token.get_secret_value():
        return
    same = (stored.acting_application, stored.region) == (block.acting_application, block.region)
    if same and block.seller_id in {"", stored.seller_id}:
        block.refresh_token = stored.refresh_token
        block.seller_id = stored.seller_id
