"""Email addresses as they are accepted: by syntax only, never by DNS (DESIGN.md 4)."""

import re

from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254  # octets (RFC 5321)
MAX_LOCAL_LENGTH = 64  # octets before the @
MAX_TEXT_LENGTH = 2000  # of a text that an address is looked for in

# What most addresses look like; settles them without the full validation.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_PLAIN = re.compile(rf"(?=[^@]{{1,64}}@){_LOCAL}@{_HOST}")
_BETWEEN = re.compile(r"[\s,;:<>()\[\]\"]+")  # what stands between the words of a text that has an address in it


def is_address(text: str) -> bool:
    """Return whether this is an address by syntax; special domains (`.test`, `.example`, `.local`) count."""
    if len(text) <= MAX_LENGTH and _PLAIN.fullmatch(text):
        return True
    return _is_unusual_address(text)


def _is_unusual_address(text: str) -> bool:
    """Ask the full validation: international domains and local parts, quoted ones not."""
    local, _, host = text.rpartition("@")
    name, _, top = host.rpartition(".")
    if not (local and name and top) or top.isdigit() or _octets(text) > MAX_LENGTH or _octets(local) > MAX_LOCAL_LENGTH:
        return False
    if top.isascii() and top.isalpha():
        top = "com"  # the validation refuses special domains, which are fine here
    try:
        validate_email(
            f"{local}@{name}.{top}", check_deliverability=False, globally_deliverable=False, allow_smtputf8=True
        )
    except (EmailNotValidError, UnicodeError, ValueError):
        return False
    return True


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def find_only_address(text: str) -> str | None:
    """Return the address in a text that contains exactly one, else None."""
    words = (word.strip("/.!?'") for word in _BETWEEN.split(text[:MAX_TEXT_LENGTH]))
    found = {word for word in words if "@" in word.strip("@")}
    only = found.pop() if len(found) == 1 else None
    return only if only is not None and is_address(only) else None
