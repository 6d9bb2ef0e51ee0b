"""Reads single values of structured data, whatever type they came in."""

import re
from collections.abc import Iterator
from typing import Any, cast

from stacklead.research.clean import clean_text

MAX_EMPLOYEES = 10_000_000  # more than any employer has
_NUMBER = re.compile(r"\d{1,3}(?:[,.' \u00a0]\d{3})+(?!\d)|\d{1,8}")
_NO_COUNT = re.compile(r"\d[eE][+-]?\d|0[xX][0-9a-fA-F]")  # "9e999" is no range from 9 to 999
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")


def texts_of(value: Any, max_chars: int = 200) -> Iterator[str]:
    """Yield the texts in a string, a list of strings, or objects with a `name`; at most 50."""
    rows = cast(list[Any], value)[:50] if isinstance(value, list) else [value]
    for row in rows:
        if isinstance(row, dict):
            entry = cast(dict[str, Any], row)
            row = entry.get("name") or entry.get("@value") or entry.get("url") or entry.get("@id")
        text = clean_text(row, max_chars) if isinstance(row, str) else None
        if text:
            yield text


def name_of(value: Any, max_chars: int = 200) -> str | None:
    """Return the first text of a value, or None."""
    return next(texts_of(value, max_chars), None)


def range_of(value: Any) -> tuple[int, int] | None:
    """Return least and most of a number of employees: 127, "127", "51-200", "1,000+", or a QuantitativeValue."""
    if isinstance(value, list):
        value = next(iter(cast(list[Any], value)), None)
    if isinstance(value, dict):
        row = cast(dict[str, Any], value)
        exact = row.get("value")
        if exact is not None and not isinstance(exact, dict):
            return range_of(exact)
        least, most = range_of(row.get("minValue")), range_of(row.get("maxValue"))
        known = [one for one in (least, most) if one]
        return _sane(known[0][0], known[-1][1]) if known else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int | float):
        return _sane(int(value), int(value)) if 0 < value < MAX_EMPLOYEES else None
    if _NO_COUNT.search(value[:60]):
        return None
    numbers = [int(re.sub(r"\D", "", match)) for match in _NUMBER.findall(value[:60])]
    if not numbers or len(numbers) > 2:
        return None
    return _sane(numbers[0], numbers[-1])


def _sane(least: int, most: int) -> tuple[int, int] | None:
    return (least, most) if 0 < least <= most < MAX_EMPLOYEES else None


def founding_year(value: Any) -> int | None:
    """Return the year of a founding date, or None."""
    match = _YEAR.search(str(value)[:40]) if isinstance(value, int | str) and not isinstance(value, bool) else None
    return int(match[1]) if match else None


def location_text(value: Any) -> str | None:
    """Return "Denver, CO, United States" from a PostalAddress, a Place around one, a list or a text."""
    if isinstance(value, list):
        value = next(iter(cast(list[Any], value)), None)
    if isinstance(value, str):
        return clean_text(value, 200)
    if not isinstance(value, dict):
        return None
    row = cast(dict[str, Any], value)
    if isinstance(row.get("address"), dict | str):
        return location_text(row["address"]) if isinstance(row["address"], str) else _postal(row["address"])
    return _postal(row)


def _postal(row: dict[str, Any]) -> str | None:
    parts = [name_of(row.get(key), 80) for key in ("addressLocality", "addressRegion", "addressCountry")]
    return ", ".join(part for part in parts if part) or None
