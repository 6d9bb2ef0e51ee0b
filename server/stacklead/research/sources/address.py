"""The address itself: its domain, what kind of mailbox it is, and the name that it suggests."""

from collections.abc import Sequence

import email_validator

from stacklead.models import Claim
from stacklead.research import mailboxes
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.domains import registrable_domain
from stacklead.research.names import name_from_local_part
from stacklead.research.source import Kit, Subject


class AddressSource:
    """Reads the address with lists and rules from inside the package; calls nobody."""

    name = "address"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what the address says by itself."""
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        mail_domain = subject.mail_domain or ""
        local = subject.email.rpartition("@")[0]
        return [*_domain(maker, subject), *_kind(maker, mail_domain, local), *_name(maker, local, mail_domain)]


def normalise_email(email: str) -> tuple[str, str]:
    """Return an address as it is looked up, and its mail domain in ASCII and lower case.

    Syntax only: nothing is resolved, and special-use domains (`.example`, `.test`, `.local`) are fine. An address
    that the library does not take is lower-cased and otherwise left alone.
    """
    try:
        checked = email_validator.validate_email(
            email.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
        )
    except email_validator.EmailNotValidError:
        text = email.strip().lower()
        return text, text.rpartition("@")[2]
    return checked.normalized, (checked.ascii_domain or checked.domain).lower()


def _domain(maker: ClaimMaker, subject: Subject) -> list[Claim]:
    own = registrable_domain(subject.mail_domain)
    if subject.domain is None or subject.domain == own:
        return maker.make(
            "domain.name", own, method="structured", snippet=f"the address ends in @{subject.mail_domain}"
        )
    website = subject.lead.fields.get("company_website", "")
    return maker.make("domain.name", subject.domain, method="structured", snippet=f"company website given: {website}")


def _kind(maker: ClaimMaker, mail_domain: str, local: str) -> list[Claim]:
    disposable = mailboxes.is_disposable(mail_domain)
    personal = not disposable and mailboxes.is_personal(mail_domain)
    relay = mailboxes.is_relay(mail_domain)
    role = mailboxes.is_role(local)
    is_or_not = {True: "is", False: "is not"}
    return [
        *maker.make(
            "domain.disposable",
            disposable,
            method="structured",
            snippet=f"{mail_domain} {is_or_not[disposable]} on the list of throw-away mail services",
        ),
        *maker.make(
            "domain.personal",
            personal,
            method="structured",
            snippet=f"{mail_domain} {is_or_not[personal]} on the list of providers of private mailboxes",
        ),
        *maker.make(
            "signal.relay", relay, method="structured", snippet=f"{mail_domain} forwards mail" if relay else None
        ),
        *maker.make("signal.role", role, method="structured", snippet=f"{local}@ names a function" if role else None),
    ]


def _name(maker: ClaimMaker, local: str, mail_domain: str) -> list[Claim]:
    if mailboxes.is_role(local) or mailboxes.is_disposable(mail_domain) or mailboxes.is_relay(mail_domain):
        return []
    first, last = name_from_local_part(local)
    snippet = f"made from {local}@"
    claims = maker.make("person.first_name", first, method="derived", snippet=snippet)
    claims += maker.make("person.last_name", last, method="derived", snippet=snippet)
    if first and last:
        claims += maker.make("person.name", f"{first} {last}", method="derived", snippet=snippet)
    return claims
