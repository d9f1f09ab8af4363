"""Feeds: shipments told in bulk, and which parcel each message was."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "feeds",
        sa.Column("id", _id(), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("amazon_id", sa.String(60), comment="unknown until Amazon has answered"),
        sa.Column("begun", Utc(), nullable=False),
        sa.Column("ended", Utc(), comment="when its results were recorded"),
        sa.Column("queued", sa.Float(53), comment="seconds in Amazon's queue"),
        sa.ForeignKeyConstraint(["connection"], ["connections.slug"], name=op.f("fk_feeds_connection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        comment="shipments told in bulk, written down before Amazon hears of them",
    )
    op.create_index("ix_feeds_connection", "feeds", ["connection", "ended"])
    op.create_table(
        "feed_messages",
        sa.Column("feed_id", _id(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("parcel_id", _id(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, comment="of the content that was sent"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_messages_feed_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_feed_messages_parcel_id")),
        sa.PrimaryKeyConstraint("feed_id", "number", name=op.f("pk_feed_messages")),
    )
    op.create_index("ix_feed_messages_parcel", "feed_messages", ["parcel_id"])
    op.drop_column("parcels", "feed")


def downgrade() -> None:
    """Undo."""
    op.add_column("parcels", sa.Column("feed", sa.String(60), comment="the feed it travels in"))
    op.drop_table("feed_messages")
    op.drop_table("feeds")
