"""The public Gravatar profile of the address, asked for by the hash of the address, never by the address."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from stacklead.models import Claim
from stacklead.research.api import get_json
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.clean import clean_text, clean_url
from stacklead.research.names import parse_name
from stacklead.research.social import linkedin_person, twitter_profile
from stacklead.research.source import Kit, Subject


class GravatarSource:
    """Asks `{url}/profiles/{sha256}`; a key (`STACKLEAD_GRAVATAR_KEY`) raises the limit and adds fields."""

    name = "gravatar"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return the claims of the profile, empty if there is none or the address is a function's.

        Raises:
            SourceError: Gravatar could not answer.
        """
        if subject.is_true("signal.role") or subject.is_true("domain.disposable"):
            return []
        for address in _spellings(subject.email):
            digest = hashlib.sha256(address.encode()).hexdigest()
            answer = await get_json(
                kit,
                self.name,
                f"/profiles/{digest}",
                subject=digest,
                headers=_headers(kit.settings.source(self.name).key),
            )
            if isinstance(answer, dict):
                maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
                return _claims(maker, cast(dict[str, Any], answer))
        return []


def _spellings(email: str) -> list[str]:
    """Return the address as Gravatar hashes it, and without its subaddress (`a+news@x` -> `a@x`)."""
    address = email.strip().lower()
    local, _, domain = address.rpartition("@")
    plain = f"{local.split('+', 1)[0]}@{domain}"
    return [address] if plain == address or plain.startswith("@") else [address, plain]


def _headers(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _claims(maker: ClaimMaker, profile: Mapping[str, Any]) -> list[Claim]:
    url = clean_url(profile.get("profile_url"))
    seen = clean_text(profile.get("last_profile_edit"), 40)

    def say(path: str, key: str, max_chars: int = 200, confidence: float = 1.0) -> list[Claim]:
        value = clean_text(profile.get(key), max_chars)
        snippet = f"{key}: {value}"
        return maker.make(
            path, value, method="structured", confidence=confidence, url=url, snippet=snippet, observed_at=seen
        )

    name = clean_text(profile.get("display_name"), 200)
    is_full = name is not None and parse_name(name).is_full
    image = clean_url(profile.get("avatar_url"))
    return [
        *say("person.name", "display_name", confidence=1.0 if is_full else 0.4),
        *say("person.first_name", "first_name"),
        *say("person.last_name", "last_name"),
        *say("person.location", "location"),
        *say("person.job_title", "job_title"),
        *say("company.name", "company"),
        *say("person.headline", "description", 300),
        *maker.make("person.image_url", image, method="structured", url=url, snippet="avatar_url"),
        *_accounts(maker, profile.get("verified_accounts"), url),
    ]


_ACCOUNTS: dict[str, tuple[str, Callable[[str], tuple[str, str] | None]]] = {
    "twitter": ("person.twitter", twitter_profile),
    "x": ("person.twitter", twitter_profile),
    "linkedin": ("person.linkedin", linkedin_person),
}


def _accounts(maker: ClaimMaker, accounts: Any, url: str | None) -> list[Claim]:
    claims: list[Claim] = []
    rows = cast(list[Any], accounts)[:50] if isinstance(accounts, list) else []
    for row in rows:
        account = cast(dict[str, Any], row) if isinstance(row, dict) else {}
        kind, link = account.get("service_type"), account.get("url")
        if not isinstance(kind, str) or not isinstance(link, str) or account.get("is_hidden") is True:
            continue
        path, parse = _ACCOUNTS.get(kind.lower(), ("", _no_profile))
        found = parse(link)
        if found:
            snippet = f"verified account: {link}"
            claims += maker.make(f"{path}.url", found[0], method="structured", url=url, snippet=snippet)
            claims += maker.make(f"{path}.username", found[1], method="structured", url=url, snippet=snippet)
    return claims


def _no_profile(_link: str) -> tuple[str, str] | None:
    return None
