"""count one call under an Idempotency-Key."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WINDOW_MS = 86_400_000
HAS_KEY = "idempotency_key IS NOT NULL"


def upgrade() -> None:
    captures = sa.table(
        "captures",
        sa.column("id", sa.BigInteger),
        sa.column("account_id", sa.BigInteger),
        sa.column("is_test", sa.Boolean),
        sa.column("idempotency_key", sa.String),
        sa.column("received_at", sa.BigInteger),
    )
    c = captures.c
    # Keys that have run out let go; of several calls under one key that came at once, the first is the one that counts.
    since = int(time.time() * 1000) - WINDOW_MS
    op.execute(
        sa.update(captures).where(c.idempotency_key.is_not(None), c.received_at <= since).values(idempotency_key=None)
    )
    first = sa.select(sa.func.min(c.id)).where(c.idempotency_key.is_not(None))
    first = first.group_by(c.account_id, c.is_test, c.idempotency_key)
    op.execute(
        sa.update(captures).where(c.idempotency_key.is_not(None), c.id.not_in(first)).values(idempotency_key=None)
    )
    op.drop_index("ix_captures_idempotency", table_name="captures")
    op.create_index(
        "uq_captures_idempotency",
        "captures",
        ["account_id", "is_test", "idempotency_key"],
        unique=True,
        sqlite_where=sa.text(HAS_KEY),
        postgresql_where=sa.text(HAS_KEY),
    )
