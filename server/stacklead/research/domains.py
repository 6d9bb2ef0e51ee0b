"""Registrable domains, from the public suffix list inside the package: nothing is fetched, nothing written."""

import re
from functools import cache
from ipaddress import ip_address

import tldextract

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registrable_domain(host: str | None) -> str | None:
    """Return the registrable domain of a host in lower case (`mail.acme.co.uk` -> `acme.co.uk`), or None.

    Unlisted endings (`.example`, `.test`, `.local`) count as public suffixes of one label. A bare public suffix of
    a private owner (`wixsite.com`) is its own domain. Address literals and single labels are None.
    """
    name = _ascii(host)
    if name is None:
        return None
    parts = _suffixes().extract_str(name)
    if not parts.suffix:
        return ".".join(name.split(".")[-2:])
    if parts.domain:
        return f"{parts.domain}.{parts.suffix}"
    return parts.suffix if parts.is_private else None


def domain_label(domain: str) -> str:
    """Return the part of a registrable domain that its owner chose: `acme` of `acme.co.uk`."""
    return domain.split(".", 1)[0]


def _ascii(host: str | None) -> str | None:
    name = (host or "").strip().strip(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return None
    if not _HOST.fullmatch(name):
        return None
    try:
        ip_address(name)
    except ValueError:
        return name
    return None
