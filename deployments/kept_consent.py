"""A consent that the connections file does not name stays when the file is applied again."""

from blocks import AmazonSellerAccount
from deployments.stored_blocks import load_named


async def keep_consent(name: str, block: AmazonSellerAccount) -> None:
    """Put the stored refresh token, and the seller id with it, into a block whose file leaves them out."""
    stored = await load_named(AmazonSellerAccount, name)
    if stored is not None and fits(stored, block):
        block.refresh_token = stored.refresh_token
        block.seller_id = stored.seller_id


def fits(stored: AmazonSellerAccount, block: AmazonSellerAccount) -> bool:
    """Say whether a stored token is what ``block`` lacks: of the same application, region and seller."""
    same = (stored.acting_application, stored.region) == (block.acting_application, block.region)
    return same and not block.refresh_token.get_secret_value() and block.seller_id in {"", stored.seller_id}
