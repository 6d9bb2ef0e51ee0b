"""Says of a User-Agent whether it is a known robot's: its captures are held for a person to look at, never dropped."""

import re
from functools import cache, lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # pyright: ignore[reportMissingTypeStubs]

MAX_LENGTH = 400  # characters of a User-Agent that are read
CHUNK = 50  # patterns in one expression; all in one would be slower
# Programs that people use to hand in leads of their own, or to test their pages, do not make a robot.
TOOLS = frozenset({"http-library", "browser-automation"})


@lru_cache(maxsize=4096)
def is_robot(user_agent: bytes) -> bool:
    """Return whether a User-Agent names a known crawler, scanner or monitor; it is not kept beyond this cache."""
    text = user_agent[:MAX_LENGTH].decode("latin-1")
    return any(pattern.search(text) for pattern in compile_patterns())


@cache
def compile_patterns() -> tuple[re.Pattern[str], ...]:
    """Return the list's patterns; called at start, because it takes a while."""
    patterns = [each["pattern"] for each in CRAWLER_USER_AGENTS_DATA if TOOLS.isdisjoint(each.get("tags", ()))]
    return tuple(re.compile("|".join(patterns[at : at + CHUNK])) for at in range(0, len(patterns), CHUNK))
