"""Mails as they are sent: the report, and small plain ones. Headers come from here, bodies from the caller."""

import hashlib
import re
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, make_msgid, parseaddr

from stacklead.errors import DeliveryError
from stacklead.models import Report
from stacklead.settings import Settings
from stacklead.text import one_line, without_emoji

MAX_SUBJECT = 70  # characters that mail programs show

# No quoting, no comments, no lists: what stands in a form's reply address is one plain address.
_ADDRESS = re.compile(r'(?P<local>[^\s"(),:;<>@\[\]\\]{1,64})@(?P<domain>[\w-]+(\.[\w-]+)*)')


class _MailPolicy(EmailPolicy):
    """SMTP's policy, but subjects that are not ASCII are encoded whole.

    The standard library encodes single words of them, and doubles the blank where it folds between two.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() == "subject" and not value.isascii():
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _MailPolicy(linesep=SMTP.linesep)


def make_report_message(
    settings: Settings,
    *,
    to: str,
    report: Report,
    message_id: str,
    thread: str | None = None,
    unsubscribe_url: str | None = None,
    now: datetime | None = None,
) -> EmailMessage:
    """Return the report as a mail: text first, then HTML; answers never go to the lead.

    Args:
        settings: `mail_from` and `base_url`.
        to: the account's reply address.
        report: what `render_report` made.
        message_id: stays the same for every attempt, so that mail programs show one (the delivery's id).
        thread: reports with the same one are shown together (account and company domain); any text.
        unsubscribe_url: where reports can be switched off.
        now: the time of the Date header.

    Raises:
        DeliveryError: permanent; `to` is no address.
    """
    message = _make_message(settings, to=to, subject=report.subject, now=now)
    domain = sender_domain(settings)
    message["Message-ID"] = f"<{_id_part(message_id)}@{domain}>"
    if thread:
        root = f"<company-{hashlib.sha256(thread.encode('utf-8', 'replace')).hexdigest()[:24]}@{domain}>"
        message["References"] = root
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{one_line(unsubscribe_url, 500)}>"
    message.set_content(report.text, cte="quoted-printable")
    message.add_alternative(report.html, subtype="html", cte="quoted-printable")
    return message


def make_plain_message(
    settings: Settings, *, to: str, subject: str, text: str, now: datetime | None = None
) -> EmailMessage:
    """Return a small mail of plain text: a test, a sign-in link, an address to confirm.

    Raises:
        DeliveryError: permanent; `to` is no address.
    """
    message = _make_message(settings, to=to, subject=subject, now=now)
    message["Message-ID"] = make_msgid(domain=sender_domain(settings))
    message.set_content(text, cte="quoted-printable")
    return message


def sender_domain(settings: Settings) -> str:
    """Return the domain that our mail comes from, as it is known to mail servers."""
    _, at, domain = parseaddr(settings.mail_from)[1].rpartition("@")
    return domain if at and domain.isascii() else "localhost"


def _make_message(settings: Settings, *, to: str, subject: str, now: datetime | None) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = without_emoji(one_line(subject, MAX_SUBJECT))
    message["From"] = one_line(settings.mail_from, 320)
    message["To"] = _parse_address(to)
    message["Date"] = format_datetime(now or datetime.now(UTC))
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office answers away
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    return message


def _parse_address(text: str) -> Address:
    """Return the one address in `text`.

    Raises:
        DeliveryError: permanent; it is none, or more than one.
    """
    found = _ADDRESS.fullmatch(one_line(text, 320))
    try:
        if found is None:
            raise ValueError(text)
        return Address(username=found["local"], domain=found["domain"].encode("idna").decode())
    except ValueError as exc:  # UnicodeError is one too
        raise DeliveryError("The reply address is not an email address.", permanent=True) from exc


def _id_part(text: str) -> str:
    return "".join(char for char in text if char.isascii() and (char.isalnum() or char in "-_."))[:100] or "report"
