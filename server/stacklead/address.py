"""Email addresses as they are accepted: by syntax only, never by DNS (DESIGN.md 4)."""

import re

from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254  # octets (RFC 5321)

# What most addresses look like; settles them without the full validation.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_PLAIN = re.compile(rf"(?=[^@]{{1,64}}@){_LOCAL}@{_HOST}")
_INSIDE = re.compile(rf"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~@-]){_LOCAL}@{_HOST}(?![A-Za-z0-9@-])")


def is_address(text: str) -> bool:
    """Return whether this is an address by syntax; special domains (`.test`, `.example`, `.local`) count."""
    if len(text) <= MAX_LENGTH and _PLAIN.fullmatch(text):
        return True
    return _is_unusual_address(text)


def _is_unusual_address(text: str) -> bool:
    """Ask the full validation: international domains and local parts, quoted ones not."""
    if len(text.encode("utf-8", "replace")) > MAX_LENGTH or "." not in text.rpartition("@")[2]:
        return False
    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        return False
    return True


def find_only_address(text: str) -> str | None:
    """Return the address in a text that contains exactly one, else None."""
    found = {match.group() for match in _INSIDE.finditer(text[:2000])}
    only = found.pop() if len(found) == 1 else None
    return only if only is not None and is_address(only) else None
