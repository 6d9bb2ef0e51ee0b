"""The public APIs that research asks, in their real wire shapes, about the people and companies of the world."""

import hashlib
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from stacklead.demo.exchange import Reply, Request, json_reply
from stacklead.demo.pictures import picture
from stacklead.demo.world import Company, Person, World, slug

GRAVATAR_HOST = "api.gravatar.com"
AVATAR_HOSTS = frozenset({"gravatar.com", "www.gravatar.com", "0.gravatar.com"})
TRANCO_HOST = "tranco-list.eu"
HOURLY_LIMIT = 100  # profile requests per hour without a key, as the real API has it
RANK_DAYS = 92  # ranks are told for every day of about three months
STILL_DAYS = (7, 80)  # the rank has stood still for the first so many days, and moved between then and the second


class PublicApis:
    """Answers for the hosts of public APIs; `clock` gives the time that limits and dates go by."""

    def __init__(self, world: World, clock: Callable[[], float] = time.time, limit: int = 10_000) -> None:
        self._world = world
        self._clock = clock
        self._limit = limit  # of profile requests per hour; the real one is HOURLY_LIMIT
        self._asked: deque[float] = deque(maxlen=limit)

    def answer(self, request: Request) -> Reply | None:
        """Answer a request to one of these hosts; None for any other host."""
        if request.host == GRAVATAR_HOST:
            return self._gravatar(request)
        if request.host in AVATAR_HOSTS:
            return self._avatar(request)
        if request.host == TRANCO_HOST:
            return self._tranco(request)
        return None

    def _gravatar(self, request: Request) -> Reply:
        now = self._clock()
        while self._asked and self._asked[0] < now - 3600:
            self._asked.popleft()
        left = self._limit - len(self._asked)
        reset = int((self._asked[0] if self._asked else now) + 3600)
        headers = [
            ("X-RateLimit-Limit", str(self._limit)),
            ("X-RateLimit-Remaining", str(max(0, left - 1))),
            ("X-RateLimit-Reset", str(reset)),
        ]
        if left <= 0:
            body = {"error": "You have exceeded the rate limit", "code": "rate_limit_exceeded"}
            return json_reply(body, status=429, headers=[*headers, ("Retry-After", str(max(1, reset - int(now))))])
        self._asked.append(now)
        person = self._by_hash(request.path.removeprefix("/v3/profiles/"))
        if person is None or not person.has_gravatar:
            return json_reply({"error": "Profile not found", "code": "not_found"}, status=404, headers=headers)
        return json_reply(profile_of(person, self._world), headers=headers)

    def _avatar(self, request: Request) -> Reply:
        digest = request.path.removeprefix("/avatar/").partition(".")[0]
        person = self._by_hash(digest)
        if (person is None or not person.has_gravatar) and request.query.get("d") == "404":
            return json_reply({"error": "Not found"}, status=404)
        return Reply(headers={"Content-Type": "image/png"}, body=picture(digest))

    def _by_hash(self, digest: str) -> Person | None:
        return next((p for p in self._world.people if email_hash(p.email) == digest.lower()), None)

    def _tranco(self, request: Request) -> Reply:
        domain = request.path.removeprefix("/api/ranks/domain/").strip("/").lower()
        if not request.path.startswith("/api/ranks/domain/") or not domain:
            return json_reply({"message": "Not found"}, status=404)
        company = next((c for c in self._world.companies if c.domain == domain), None)
        today = datetime.fromtimestamp(self._clock(), tz=UTC)
        return json_reply({"ranks": ranks_of(company, today) if company else [], "domain": domain})


def email_hash(email: str) -> str:
    """Return the SHA-256 by which Gravatar knows an address."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def profile_of(person: Person, world: World) -> dict[str, Any]:
    """Return what Gravatar tells about a person without a key."""
    digest = email_hash(person.email)
    company = next((c.name for c in world.companies if c.domain == person.company), "")
    return {
        "hash": digest,
        "display_name": person.name,
        "profile_url": f"https://gravatar.com/{slug(person.name).replace('-', '')}",
        "avatar_url": f"https://0.gravatar.com/avatar/{digest}",
        "avatar_alt_text": f"Portrait of {person.name}",
        "location": person.location,
        "description": person.headline or person.bio,
        "job_title": person.title,
        "company": person.company_name or company,
        "verified_accounts": [_account(service, url) for service, url in person.accounts.items()],
        "pronunciation": "",
        "pronouns": "",
    }


def _account(service: str, url: str) -> dict[str, Any]:
    return {
        "service_type": service,
        "service_label": {"twitter": "X", "linkedin": "LinkedIn", "github": "GitHub"}.get(service, service.title()),
        "service_icon": f"https://gravatar.com/icons/{service}.svg",
        "url": url,
        "is_hidden": False,
    }


def ranks_of(company: Company, today: datetime) -> list[dict[str, Any]]:
    """Return the daily ranks of a company, newest first: `rank.before` until 80 days ago, `rank.now` for a week."""
    if company.rank.now is None:
        return []
    before = company.rank.now if company.rank.before is None else company.rank.before
    moved, (newest, oldest) = company.rank.now - before, STILL_DAYS
    return [
        {
            "date": (today - timedelta(days=ago)).strftime("%Y-%m-%d"),
            "rank": company.rank.now - round(moved * min(1.0, max(0, ago - newest) / (oldest - newest))),
        }
        for ago in range(RANK_DAYS + 1)
    ]
