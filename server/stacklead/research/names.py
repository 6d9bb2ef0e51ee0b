"""People's names: parts, nicknames, and whether two spellings may be one person."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nameparser import HumanName

_NICKNAMES = Path(__file__).parent / "data" / "nicknames.txt"
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """A full name taken apart; each part may be an empty string."""

    first: str
    last: str
    nickname: str = ""

    @property
    def is_full(self) -> bool:
        """True if both first and last name are known."""
        return bool(self.first and self.last)


@cache
def _parse(name: str) -> NameParts:
    parsed = HumanName(name)
    first, last = str(parsed.first), str(parsed.last)
    if not first and " " not in last and not last.isascii():
        return NameParts(first="", last="")  # a spaceless name of another script: which part is which is unknown
    return NameParts(first=first, last=last, nickname=str(parsed.nickname))


def parse_name(name: str) -> NameParts:
    """Take a full name apart; at most 200 characters are looked at."""
    return _parse(name[:200])


def fold(text: str) -> str:
    """Return a spelling for comparing: lower case, no accents, letters and digits only, words kept apart."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain))


@cache
def _nickname_groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    lines = [line for line in _NICKNAMES.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    for number, line in enumerate(lines):
        for name in line.split():
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


def is_given_name(word: str) -> bool:
    """Return whether a word is on the short list of common given names and nicknames."""
    return fold(word) in _nickname_groups()


def same_first_name(one: str, other: str) -> bool:
    """Return whether two first names may be one person's: equal, or one a known short form of the other."""
    a, b = fold(one), fold(other)
    if not a or not b:
        return False
    groups = _nickname_groups()
    return a == b or bool(groups.get(a, frozenset[int]()) & groups.get(b, frozenset[int]()))


def same_person_name(one: NameParts, other: NameParts) -> bool:
    """Return whether two full names may be one person's: the same last name, and first names that go together."""
    if not one.is_full or not other.is_full or fold(one.last) != fold(other.last):
        return False
    firsts = [name for name in (one.first, one.nickname) if name]
    return any(same_first_name(a, b) for a in firsts for b in (other.first, other.nickname) if b)


def name_from_local_part(local: str) -> tuple[str | None, str | None]:
    """Return first and last name as the part before the `@` suggests them, each None if it does not.

    `rebecca.schroeder` gives both; `rebecca` only a first name, and only if it is a common one; `rs42` nothing.
    """
    core = re.sub(r"\d{1,4}$", "", local.split("+", 1)[0])
    if any(char.isdigit() for char in core):
        return None, None
    words = [word for word in re.split(r"[._-]+", core) if word]
    if not words or not all(_WORD.fullmatch(word) for word in words):
        return None, None
    if len(words) == 1:
        return (words[0].capitalize() if is_given_name(words[0]) else None), None
    if len(words) > 3 or len(words[0]) < 2 or len(words[-1]) < 2:
        return None, None
    return words[0].capitalize(), words[-1].capitalize()


def local_part_fits(local: str, name: NameParts) -> bool:
    """Return whether an address' local part looks made from a name: `rebecca.schroeder`, `rschroeder`, `rebecca`."""
    text = re.sub(r"[^a-z0-9]", "", fold(local.split("+", 1)[0]).replace(" ", ""))
    text = re.sub(r"\d+$", "", text)
    first, last = fold(name.first).replace(" ", ""), fold(name.last).replace(" ", "")
    nick = fold(name.nickname).replace(" ", "")
    shapes: set[str] = set()
    for given in filter(None, (first, nick)):
        shapes |= {given, given + last, last + given, given[0] + last, last + given[0], given + last[:1]}
    return bool(text) and text in shapes | ({last} if last else set[str]())
