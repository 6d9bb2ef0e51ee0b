"""Reading the wire shape without trusting it: what is of another type than documented counts as absent."""

from collections.abc import Mapping
from typing import Any, cast

from stacklead.text import one_line

Fields = Mapping[str, Any]


def part(mapping: Fields, name: str) -> Fields:
    """Return the object under `name`, empty if there is none."""
    value = mapping.get(name)
    return cast("Fields", value) if isinstance(value, Mapping) else {}


def parts(mapping: Fields, name: str) -> list[Fields]:
    """Return the objects in the list under `name`."""
    return [cast("Fields", value) for value in values(mapping, name) if isinstance(value, Mapping)]


def values(mapping: Fields, name: str) -> list[Any]:
    """Return the list under `name`, empty if there is none."""
    value = mapping.get(name)
    return cast("list[Any]", value) if isinstance(value, list) else []


def words(mapping: Fields, name: str, limit: int) -> str:
    """Return the text or number under `name` as one line of at most `limit` characters, "" if there is none."""
    value = mapping.get(name)
    return one_line(value, limit) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number(mapping: Fields, name: str) -> int | None:
    """Return the whole number under `name`."""
    value = mapping.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def real(mapping: Fields, name: str) -> float:
    """Return the number under `name`, 0 if there is none."""
    value = mapping.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def choice(mapping: Fields, name: str, yes: str, no: str) -> str:
    """Return `yes` or `no` for true or false under `name`, "" if it is neither."""
    value = mapping.get(name)
    return yes if value is True else no if value is False else ""
