"""A CSV file of leads to LeadRequests: the same rules as for what a page hands in, row by row (`stacklead import`).

Streams: a file of any length needs the memory of its addresses, not of its rows.
"""

import csv
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacklead.capture.params import LeadRequest, parse_client_request
from stacklead.errors import InvalidRequest, StackLeadError

MAX_ROWS = 500_000  # of one file
MAX_COLUMNS = 200
_DELIMITERS = ",;\t"

# How spreadsheets and CRM exports call what we document; compared in lower case, letters and digits only.
_SPELLINGS: Mapping[str, str] = {
    "email": "email emailaddress mail mailaddress workemail businessemail primaryemail emailadresse courriel",
    "name": "name fullname contactname leadname personname displayname",
    "first_name": "firstname givenname forename vorname prenom",
    "last_name": "lastname surname familyname nachname nomdefamille",
    "location": "location place",
    "city": "city town",
    "state": "state region stateprovince",
    "country": "country countryregion",
    "linkedin": "linkedin linkedinurl linkedinprofile linkedinprofileurl personlinkedinurl",
    "twitter": "twitter twitterurl twitterhandle twitterusername x xhandle",
    "company": "company companyname organization organisation organizationname accountname employer firma",
    "company_website": "companywebsite website websiteurl companyurl companydomain domain homepage url",
    "created": "created createdat createdate createddate datecreated creationdate",
}
_PARAMETERS = {spelling: name for name, line in _SPELLINGS.items() for spelling in line.split()}
# Parameters of a call that mean nothing in a file; as a column they are the lead's own words or nothing.
_NOT_IN_FILES = frozenset(("client_key", "api_key", "capture_id", "token", "webhook_url", "callback", "duplicates"))


class UnreadableFile(StackLeadError):
    """The file cannot be read as a table of leads at all."""

    status = 400
    code = "unreadable_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the file: the lead that it asks for, or why it is left out. `line` counts from 1."""

    line: int
    asked: LeadRequest | None = None
    reason: str = ""
    is_repeat: bool = False


def read_csv(path: Path, now_s: float) -> Generator[Row]:
    """Yield the rows of a CSV file (UTF-8; comma, semicolon or tab; the first line names the columns).

    Args:
        path: the file.
        now_s: the time of acceptance, seconds since 1970.

    Raises:
        UnreadableFile: it is no such file, or has no column of addresses.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            first = lines.readline()
            columns = _read_header(first)
            delimiter = _find_delimiter(first)
            yield from _read_rows(csv.reader(lines, delimiter=delimiter), columns, now_s)
    except OSError as exc:
        raise UnreadableFile(f"The file cannot be read: {exc.strerror}.") from exc


def _find_delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _read_header(line: str) -> list[str]:
    """Return the parameter of each column, or its own name; the first column of each parameter counts."""
    try:
        cells: list[str] = next(csv.reader([line], delimiter=_find_delimiter(line)), [""])
    except csv.Error as exc:
        raise UnreadableFile("The first line must name the columns.") from exc
    columns: list[str] = []
    for cell in cells[:MAX_COLUMNS]:
        name = _PARAMETERS.get(re.sub(r"[^a-z0-9]", "", cell.lower()), cell.strip())
        columns.append("" if name in _NOT_IN_FILES or name in columns else name)
    if "email" not in columns:
        shown = ", ".join(cell.strip()[:40] for cell in cells[:10]) if "@" not in line else "addresses, not names"
        raise UnreadableFile(
            f'The first line must name the columns, one of them "email"; it has: {shown or "nothing"}.'
        )
    # A page's `person` is an object and its `stage` one of three; in a file they are words like any other.
    return [name.title() if name in ("person", "stage", "delivery_method") else name for name in columns]


def _read_rows(reader: Any, columns: Sequence[str], now_s: float) -> Iterator[Row]:
    seen: set[str] = set()
    for number, (line, cells) in enumerate(_cells(reader)):
        if number == MAX_ROWS:
            yield Row(line=line, reason=f"The file has more than {MAX_ROWS} rows; import the others from another file.")
            return
        if isinstance(cells, str):
            yield Row(line=line, reason=cells)
        elif any(cell.strip() for cell in cells):
            yield _parse(line, dict(zip(columns, cells, strict=False)), seen, now_s)


def _cells(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    """Yield line and cells of each row, or line and a sentence for one that is no CSV."""
    while True:
        line = int(reader.line_num) + 2  # the header was read before
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, "The row cannot be read; perhaps a quote is not closed."


def _parse(line: int, cells: dict[str, str], seen: set[str], now_s: float) -> Row:
    cells.pop("", None)
    if any("\udc80" <= char <= "\udcff" for cell in cells.values() for char in cell):
        return Row(line=line, reason="The row is not UTF-8; save the file as CSV in UTF-8.")
    try:
        asked = parse_client_request(cells, now_s)
    except InvalidRequest as exc:
        return Row(line=line, reason=exc.message)
    key = (asked.email or "").lower()
    if key in seen:
        return Row(line=line, is_repeat=True)
    seen.add(key)
    return Row(line=line, asked=asked)
