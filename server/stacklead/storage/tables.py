"""Every table and index, once.

Every column that ends in `_at` or `_until` holds whole milliseconds since 1970, UTC. `id` is internal and never leaves
the server; `public_id` is what URLs and webhooks show. Values stored here are never renamed or renumbered.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite's row id must be spelt INTEGER


def _at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


accounts = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("public_id", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("reply_address", String(320)),
    Column("pending_reply_address", String(320)),  # asked for, not yet confirmed
    Column("webhook_url", Text),
    Column("webhook_secret", String(80), nullable=False),
    _at("webhook_off_at", nullable=True),  # the receiver said 410; a person switches it on again
    Column("tag_delivery", String(16), nullable=False),  # models.TagDelivery
    _at("created_at"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # client | api
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("key_text", String(80)),  # client keys only: they are public
    Column("hint", String(24), nullable=False),  # what the page shows of a secret key
    Column("label", String(100), nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("allowed_origins", Text),  # JSON list; null: every origin
    _at("created_at"),
    _at("last_used_at", nullable=True),
    _at("revoked_at", nullable=True),
)

# Append only: the accept path writes here and nowhere else. The worker sets `merged_at` and `lead_id`; a call under an
# Idempotency-Key that has run out takes the key from the call that had it.
captures = Table(
    "captures",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("key_id", BigInteger),  # null: imported or made by the operator
    Column("via", String(8), nullable=False),  # tag | api | import
    Column("is_test", Boolean, nullable=False),
    Column("lead_public_id", String(40)),  # the id that an API caller was given
    Column("token", Text),
    Column("email", Text),  # as it was sent; null in a follow-up that says nothing new
    Column("email_key", Text),  # lower-cased, nothing else folded
    Column("capture_id", String(64)),
    Column("stage", String(8)),
    Column("delivery_method", String(8)),
    Column("webhook_url", Text),
    Column("is_mail_due", Boolean, nullable=False),
    Column("is_duplicate_ok", Boolean, nullable=False),  # false: `duplicates=false` was asked
    Column("idempotency_key", String(255)),
    Column("request_hash", String(64)),
    Column("payload", Text, nullable=False),  # JSON: fields, words, page, referrer, utm, origin
    _at("received_at"),
    _at("merged_at", nullable=True),
    Column("lead_id", BigInteger),
    sqlite_autoincrement=True,
)


def _partial_index(name: str, *columns: Column[Any], where: ColumnElement[bool], is_unique: bool = False) -> Index:
    """Index only the rows that are looked for: an appended capture pays for one entry, not for five."""
    return Index(name, *columns, unique=is_unique, sqlite_where=where, postgresql_where=where)


_capture = captures.c
_partial_index("ix_captures_unmerged", _capture.id, where=_capture.merged_at.is_(None))
_partial_index(
    "uq_captures_idempotency",
    _capture.account_id,
    _capture.is_test,
    _capture.idempotency_key,
    where=_capture.idempotency_key.is_not(None),
    is_unique=True,
)
_partial_index("ix_captures_public", _capture.lead_public_id, where=_capture.lead_public_id.is_not(None))
_partial_index("ix_captures_lead", _capture.lead_id, where=_capture.lead_id.is_not(None))
# Looked for in merged captures only, so that these enter the index when they are merged, not when they are accepted.
_partial_index(
    "ix_captures_visit",
    _capture.key_id,
    _capture.capture_id,
    where=_capture.capture_id.is_not(None) & _capture.merged_at.is_not(None),
)
_partial_index(
    "ix_captures_token",
    _capture.account_id,
    _capture.token,
    where=_capture.token.is_not(None) & _capture.merged_at.is_not(None),
)

leads = Table(
    "leads",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("public_id", String(40), nullable=False, unique=True),
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("key_id", BigInteger),
    Column("via", String(8), nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("token", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("capture_id", String(64)),
    Column("state", String(16), nullable=False),  # models.LeadState
    Column("state_reason", Text),  # why it is held or given up, in words
    Column("version", Integer, nullable=False),  # counts changes of payload, so that research knows what it missed
    Column("attempts", Integer, nullable=False),  # research attempts since the last restart
    _at("next_at"),
    _at("lease_until", nullable=True),
    _at("first_entry_at"),
    Column("delivery_method", String(8)),  # null: the account's choice for tags
    Column("webhook_url", Text),
    Column("is_mail_due", Boolean, nullable=False),
    Column("payload", Text, nullable=False),  # JSON, the captures' payloads merged
    Column("score", Integer),
    Column("person_name", Text),
    Column("company_name", Text),
    _at("created_at"),
    _at("updated_at"),
    _at("researched_at", nullable=True),
    sqlite_autoincrement=True,
)
_partial_index("ix_leads_due", leads.c.next_at, where=leads.c.state.in_(("waiting", "queued", "researching")))
_partial_index("ix_leads_held", leads.c.account_id, where=leads.c.state == "held")
Index("ix_leads_account", leads.c.account_id, leads.c.id)
Index("ix_leads_token", leads.c.account_id, leads.c.token)
Index("ix_leads_email", leads.c.account_id, leads.c.email_key, leads.c.id)
_partial_index("ix_leads_capture", leads.c.key_id, leads.c.capture_id, where=leads.c.capture_id.is_not(None))

research = Table(
    "research",
    metadata,
    Column("lead_id", BigInteger, ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("result", LargeBinary, nullable=False),  # JSON: data, evidence, score_detail, runs
    _at("finished_at"),
    Column("took_ms", Integer, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("public_id", String(40), nullable=False, unique=True),  # webhook-id, and part of the Message-ID
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False),
    Column("lead_id", BigInteger, ForeignKey("leads.id", ondelete="CASCADE")),  # null: not about a lead
    Column("kind", String(16), nullable=False),  # models.DeliveryKind
    Column("method", String(8), nullable=False),  # models.DeliveryMethod
    Column("webhook_url", Text),  # null: the account's at the time of sending
    Column("state", String(24), nullable=False),  # models.DeliveryState
    Column("state_reason", Text),
    Column("attempts", Integer, nullable=False),
    _at("next_at"),
    _at("lease_until", nullable=True),
    Column("body", LargeBinary),  # a webhook's exact bytes, the same in every attempt
    _at("created_at"),
    _at("updated_at"),
    UniqueConstraint("lead_id", "method"),
    sqlite_autoincrement=True,
)
_partial_index("ix_deliveries_due", deliveries.c.next_at, where=deliveries.c.state == "due")
Index("ix_deliveries_account", deliveries.c.account_id, deliveries.c.id)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("is_ok", Boolean, nullable=False),
    Column("status", Integer),  # HTTP or SMTP status, if there was one
    Column("answer", Text, nullable=False),  # the other side's words, at most 4 KiB
    Column("took_ms", Integer, nullable=False),
    _at("started_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # SHA-256 of the id in the cookie
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("form_token", String(64), nullable=False),
    _at("created_at"),
    _at("last_seen_at"),
)

used_links = Table(
    "used_links",
    metadata,
    Column("nonce", String(64), primary_key=True),  # of a one-time link that has been opened
    _at("used_at"),
)

source_cache = Table(
    "source_cache",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("subject_hash", String(64), primary_key=True),  # SHA-256, so that no address stands here
    Column("answer", LargeBinary, nullable=False),  # JSON
    Column("expires_at", BigInteger, nullable=False, index=True),
)

# How many leads of an account were let through to research on one UTC day (STACKLEAD_DAILY_LEADS).
daily_leads = Table(
    "daily_leads",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970
    Column("count", BigInteger, nullable=False),
)

# Captures that were refused: where they came from and how often, nothing of the visitor.
refusals = Table(
    "refusals",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970, UTC
    Column("key_id", BigInteger, primary_key=True, autoincrement=False),
    Column("code", String(40), primary_key=True),  # code of the answer, or why the key was refused
    Column("origin", String(300), primary_key=True),
    Column("page", String(500), primary_key=True),
    Column("count", BigInteger, nullable=False),
    _at("last_at"),
)

# What /metrics shows: sums over all processes, which add to them every few seconds.
counters = Table(
    "counters",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("label", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(100), primary_key=True),
    Column("info", Text, nullable=False),  # JSON: what it can reach, what it runs
    _at("seen_at"),
)
