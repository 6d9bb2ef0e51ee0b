"""One attempt of a delivery: the mail or webhook that it is, made and sent. Jobs call it and save what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from stacklead import links
from stacklead.deliver.email import send_email
from stacklead.deliver.message import make_plain_message, make_report_message
from stacklead.deliver.webhook import send_webhook
from stacklead.errors import DeliveryError
from stacklead.models import DeliveryKind, DeliveryMethod
from stacklead.outbound import Outbound
from stacklead.report.render import ReportContext, find_thread, render_report
from stacklead.settings import Settings
from stacklead.storage import leads
from stacklead.storage.accounts import Account
from stacklead.storage.database import Database
from stacklead.storage.deliveries import Delivery
from stacklead.storage.leads import LeadRow
from stacklead.wire import dump_json

WEBHOOK_GONE = "The receiver said that it is gone (410); the webhook is switched off."


@dataclass(frozen=True, slots=True)
class Sent:
    """A try that succeeded: the other side's status and words."""

    status: int | None
    answer: str


class NothingConfigured(Exception):
    """The account has no address for this delivery any more."""


async def send(
    settings: Settings, database: Database, outbound: Outbound, account: Account, delivery: Delivery
) -> Sent:
    """Send a delivery once.

    Raises:
        DeliveryError: it was not taken; the error says whether that is for good.
        NothingConfigured: there is no address to send it to.
    """
    if delivery.method == DeliveryMethod.EMAIL:
        return await _send_mail(settings, database, account, delivery)
    url = delivery.webhook_url or account.webhook_url
    if not url:
        raise NothingConfigured("No webhook URL is configured.")
    if delivery.webhook_url is None and account.webhook_off_at is not None and delivery.kind != DeliveryKind.TEST:
        raise DeliveryError(WEBHOOK_GONE, permanent=True)
    body = delivery.body or dump_json({"test": True, "message": "This is a test webhook of StackLead."})
    answer = await send_webhook(
        outbound, url=url, secret=account.webhook_secret, message_id=delivery.public_id, body=body
    )
    return Sent(answer.status, answer.answer_text)


async def _send_mail(settings: Settings, database: Database, account: Account, delivery: Delivery) -> Sent:
    to = account.pending_reply_address if delivery.kind == DeliveryKind.CONFIRM_ADDRESS else account.reply_address
    if not to:
        raise NothingConfigured("No reply address is configured.")
    if delivery.kind == DeliveryKind.REPORT:
        message = await _make_report(settings, database, account, delivery, to)
    else:
        subject, text = _write_message(settings, account, delivery.kind, to)
        message = make_plain_message(settings, to=to, subject=subject, text=text)
    return Sent(250, await send_email(settings, message))


async def _make_report(
    settings: Settings, database: Database, account: Account, delivery: Delivery, to: str
) -> EmailMessage:
    async with database.read() as db:
        lead = await leads.get_lead_by_row_id(db, account.id, delivery.lead_id or 0)
        result = await leads.find_result(db, account.id, lead.id)
    if result is None:
        raise DeliveryError("The lead has no result any more.", permanent=True)
    report = render_report(result, make_report_context(settings, lead, result))
    company = find_thread(result)
    return make_report_message(
        settings,
        to=to,
        report=report,
        message_id=delivery.public_id,
        thread=f"{account.public_id} {company}" if company else None,
    )


def make_report_context(settings: Settings, lead: LeadRow, result: dict[str, Any]) -> ReportContext:
    """Return what a report says beside the research: the lead's own words and where links lead to."""
    payload, base = lead.payload, settings.base_url.rstrip("/")
    return ReportContext(
        lead_url=f"{base}/leads/{lead.public_id}",
        settings_url=f"{base}/settings/email",
        fields={**(payload.get("fields") or {}), **(payload.get("words") or {})},
        page=payload.get("page"),
        referrer=payload.get("referrer"),
        utm=payload.get("utm") or {},
        received_at=datetime.fromtimestamp(lead.created_at / 1000, UTC),
        researched_at=None if lead.researched_at is None else datetime.fromtimestamp(lead.researched_at / 1000, UTC),
        by_tag=lead.via == "tag",
        tried=[run["source"] for run in result.get("runs", [])],
    )


def _write_message(settings: Settings, account: Account, kind: DeliveryKind, to: str) -> tuple[str, str]:
    """Return subject and text of a small mail of ours."""
    if kind == DeliveryKind.SIGN_IN_LINK:
        link = links.make_sign_in_link(settings, account.public_id)
        text = f"Open this link to sign in to {account.name}. It works once.\n\n{link}\n\n"
        return "Your sign-in link for StackLead", text + "If you did not ask for it, ignore this mail."
    if kind == DeliveryKind.CONFIRM_ADDRESS:
        link = links.make_confirm_link(settings, account.public_id, to)
        text = f"Open this link to have the reports of {account.name} sent to this address.\n\n{link}\n\n"
        return "Confirm this address for StackLead reports", text + "If you did not ask for it, ignore this mail."
    return "A test mail of StackLead", f"Mail works: the reports of {account.name} will arrive here.\n"
