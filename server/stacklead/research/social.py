"""Profile links: from a URL or a handle to `{url, username}`, for people and for companies."""

import re
from urllib.parse import unquote, urlsplit

from stacklead.research.clean import clean_text, clean_url, host_of, words

_HANDLE = re.compile(r"@?([A-Za-z0-9_]{1,30})")
_LINKEDIN_NAME = re.compile(r"[\w%.\-]{2,100}", re.UNICODE)
_TWITTER_PAGES = words("intent share home search hashtag i login signup settings explore privacy tos about widgets")


def linkedin_person(text: str) -> tuple[str, str] | None:
    """Return URL and username of a person's LinkedIn profile, from a URL or a bare handle; None if it is neither."""
    return _linkedin(text, ("in", "pub"), "in")


def linkedin_company(text: str) -> tuple[str, str] | None:
    """Return URL and name of a company's LinkedIn page from its URL; None if it is none."""
    return _linkedin(text, ("company", "school", "showcase"), None)


def _linkedin(text: str, kinds: tuple[str, ...], bare_kind: str | None) -> tuple[str, str] | None:
    host, parts = _split(text)
    if host is None:
        name = (clean_text(text, 120) or "").lstrip("@")
        if bare_kind is None or not _LINKEDIN_NAME.fullmatch(name) or "linkedin" in name.lower():
            return None
        return f"https://www.linkedin.com/{bare_kind}/{name}", name
    if not _is_on(host, "linkedin.com") or len(parts) < 2 or parts[0].lower() not in kinds:
        return None
    name = unquote(parts[1])
    if not _LINKEDIN_NAME.fullmatch(name):
        return None
    return f"https://www.linkedin.com/{parts[0].lower()}/{parts[1]}", name


def twitter_profile(text: str) -> tuple[str, str] | None:
    """Return URL and username of a Twitter (X) profile, from a URL or a handle; None if it is neither."""
    host, parts = _split(text)
    if host is not None:
        if not (_is_on(host, "twitter.com") or _is_on(host, "x.com")) or not parts:
            return None
        text = parts[0]
    match = _HANDLE.fullmatch((clean_text(text, 60) or "").strip())
    if match is None or match[1].lower() in _TWITTER_PAGES:
        return None
    return f"https://twitter.com/{match[1]}", match[1]


def crunchbase_company(text: str) -> str | None:
    """Return the URL of a company's Crunchbase page, or None."""
    host, parts = _split(text)
    if host is None or not _is_on(host, "crunchbase.com") or len(parts) < 2:
        return None
    if parts[0].lower() not in ("company", "organization") or not re.fullmatch(r"[\w.-]{1,100}", parts[1]):
        return None
    return f"https://www.crunchbase.com/{parts[0].lower()}/{parts[1]}"


def _split(text: str) -> tuple[str | None, list[str]]:
    """Return host (None for a bare handle) and path parts."""
    text = text.strip()
    if "/" not in text and not re.search(r"\.(com|net|org)$", text.lower()):
        return None, []
    url = clean_url(text if re.match(r"(?i)https?://", text) else f"https://{text.lstrip('/')}")
    if url is None:
        return "", []
    return host_of(url), [part for part in urlsplit(url).path.split("/") if part]


def _is_on(host: str, site: str) -> bool:
    return host == site or host.endswith("." + site)
