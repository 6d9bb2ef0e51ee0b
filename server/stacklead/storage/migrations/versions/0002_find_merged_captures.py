"""Look up visits and tokens in merged captures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_captures_orphan"),
            sqlite_where=sa.text("capture_id IS NOT NULL AND lead_id IS NULL AND merged_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_captures_token",
            ["account_id", "token"],
            unique=False,
            sqlite_where=sa.text("token IS NOT NULL AND merged_at IS NOT NULL"),
            postgresql_where=sa.text("token IS NOT NULL AND merged_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_captures_visit",
            ["key_id", "capture_id"],
            unique=False,
            sqlite_where=sa.text("capture_id IS NOT NULL AND merged_at IS NOT NULL"),
            postgresql_where=sa.text("capture_id IS NOT NULL AND merged_at IS NOT NULL"),
        )
