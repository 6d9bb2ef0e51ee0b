"""The rows of a report: what is known about the person, the company, the mailbox, and what the lead said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stacklead.report.proof import Proof, find_proof, moment
from stacklead.report.reading import Fields, choice, number, part, parts, values, words
from stacklead.text import one_line, web_link

MAX_JOBS = 3  # the last ones
MAX_SCHOOLS = 2
MAX_TOOLS = 24
MAX_OTHER_ADDRESSES = 5
MAX_TOLD = 16  # fields in the lead's own words; the lead's page has all
VALUE_LENGTH = 160  # characters of one value
TOLD_LENGTH = 300  # characters of one thing that the lead wrote

TOLD_LABELS: Mapping[str, str] = {"linkedin": "LinkedIn", "company_website": "Company website"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact: `url` is where the value itself leads to."""

    label: str
    value: str
    url: str | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the report: a sentence to start with, rows, and short words in boxes."""

    title: str
    lead: str | None = None
    lead_proof: Proof | None = None
    rows: list[Row] = field(default_factory=list[Row])
    chips: list[str] = field(default_factory=list[str])
    chips_label: str = ""
    chips_proof: Proof | None = None


def person_section(data: Fields, evidence: Fields) -> Section:
    """Return what is known about the person."""
    person = part(data, "person")
    role = " at ".join(filter(None, (words(person, "job_title", 80), words(part(data, "company"), "name", 80))))
    rows = [
        _plain("Name", full_name(person), evidence, "person.name", "person.first_name", "person.last_name"),
        _plain("Title", words(person, "job_title", VALUE_LENGTH), evidence, "person.job_title"),
        _headline(person, role, evidence),
        _plain("Place", words(person, "location", VALUE_LENGTH), evidence, "person.location"),
        *_jobs(parts(person, "experiences"), role, evidence),
        *_schools(parts(person, "education"), evidence),
        _plain("Age", words(person, "age", 10), evidence, "person.age"),
        _linkedin(part(person, "linkedin"), evidence, "person.linkedin"),
        _twitter(part(person, "twitter"), evidence, "person.twitter"),
    ]
    return Section(title="Person", rows=[row for row in rows if row])


def company_section(data: Fields, evidence: Fields) -> Section:
    """Return what is known about the company and its website."""
    company, domain = part(data, "company"), part(data, "domain")
    crunchbase = words(part(company, "crunchbase"), "url", VALUE_LENGTH)
    rows = [
        _plain("Name", words(company, "name", VALUE_LENGTH), evidence, "company.name"),
        _plain("Size", count(company, "employees", "people"), evidence, "company.employees"),
        _plain("Industry", words(company, "industry", VALUE_LENGTH), evidence, "company.industry"),
        _plain("Kind", _kind(company), evidence, "company.type", "company.category"),
        _plain("Funding", words(company, "funding", 40), evidence, "company.funding", "company.funding_usd"),
        _plain("Place", words(company, "location", VALUE_LENGTH), evidence, "company.location"),
        _link("Website", words(company, "website", VALUE_LENGTH), evidence, "company.website"),
        _linkedin(part(company, "linkedin"), evidence, "company.linkedin"),
        _twitter(part(company, "twitter"), evidence, "company.twitter"),
        _link("Crunchbase", crunchbase, evidence, "company.crunchbase"),
        _plain("Popularity", _rank(domain), evidence, "domain.alexa"),
        _plain("Tags", words(company, "tags", VALUE_LENGTH), evidence, "company.tags"),
    ]
    sentence, proof = _sentence(company, domain, evidence)
    tools = [one_line(tool, 40) for tool in values(domain, "tools")[:MAX_TOOLS]]
    return Section(
        title="Company",
        lead=sentence,
        lead_proof=proof,
        rows=[row for row in rows if row],
        chips=[tool for tool in tools if tool],
        chips_label="Uses",
        chips_proof=find_proof(evidence, "domain.tools"),
    )


def told_section(
    fields: Mapping[str, str],
    *,
    page: str | None,
    referrer: str | None,
    utm: Mapping[str, str],
    received: datetime | str | None,
) -> Section:
    """Return the lead's own words and where they were typed; none of it is made a link."""
    told = list(fields.items())[:MAX_TOLD]
    campaign = ", ".join(one_line(value, 60) for value in list(utm.values())[:5] if value)
    around = (("Page", page), ("Came from", referrer), ("Campaign", campaign), ("Received", moment(received)))
    rows = [
        *(Row(label=_told_label(name), value=one_line(value, TOLD_LENGTH)) for name, value in told),
        *(Row(label=label, value=one_line(value, 200)) for label, value in around if value),
    ]
    return Section(title="What they told us", rows=[row for row in rows if row.value])


def mail_section(data: Fields, evidence: Fields) -> Section:
    """Return what is known about the mailbox."""
    domain, email = part(data, "domain"), words(part(data, "person"), "email", VALUE_LENGTH)
    catchall = choice(
        data, "email_catchall", "accepts any address, so this one is not proved", "accepts known addresses only"
    )
    others = [one_line(other, 100) for other in values(data, "emails") if str(other).lower() != email.lower()]
    rows = [
        _plain("Address", email, {}),
        _mailbox(domain, evidence),
        _plain("Mail server", catchall, evidence, "email_catchall"),
        _plain("Also seen", ", ".join(others[:MAX_OTHER_ADDRESSES]), evidence, "emails"),
    ]
    return Section(title="Mail", rows=[row for row in rows if row])


def full_name(person: Fields) -> str:
    """Return the person's name, "" if none is known."""
    return words(person, "name", 90) or f"{words(person, 'first_name', 45)} {words(person, 'last_name', 45)}".strip()


def count(mapping: Fields, name: str, noun: str) -> str:
    """Return "2,459 followers" for a number under `name`, else ""."""
    found = number(mapping, name)
    return "" if found is None else f"{found:,} {noun}"


def _plain(label: str, value: str, evidence: Fields, *paths: str) -> Row | None:
    return Row(label=label, value=value, proof=find_proof(evidence, *paths)) if value else None


def _link(label: str, value: str, evidence: Fields, *paths: str, more: str = "") -> Row | None:
    """Return a row whose value leads to itself, shown without what all links have in common."""
    if not value:
        return None
    url = web_link(value)
    short = value.partition("//")[2].removeprefix("www.").rstrip("/") if url else value
    return Row(label=label, value=", ".join(filter(None, (short, more))), url=url, proof=find_proof(evidence, *paths))


def _headline(person: Fields, role: str, evidence: Fields) -> Row | None:
    """Leave out a headline that only repeats what stands above."""
    headline = words(person, "headline", VALUE_LENGTH)
    repeats = headline in (words(person, "job_title", VALUE_LENGTH), role)
    return None if repeats else _plain("Headline", headline, evidence, "person.headline")


def _sentence(company: Fields, domain: Fields, evidence: Fields) -> tuple[str | None, Proof | None]:
    """Return what the company does in one sentence, by the best text there is."""
    for holder, name, path in (
        (company, "description", "company.description"),
        (company, "headline", "company.headline"),
        (domain, "description", "domain.description"),
    ):
        found = words(holder, name, 320)
        if found:
            return found, find_proof(evidence, path)
    return None, None


def _jobs(jobs: Sequence[Fields], role: str, evidence: Fields) -> list[Row | None]:
    """Return the last jobs; a present one of which no more is known than stands above is left out."""
    rows: list[Row | None] = []
    for job in jobs[:MAX_JOBS]:
        what = " at ".join(filter(None, (words(job, "title", 80), words(job, "name", 80))))
        start, end, duration = words(job, "start", 20), words(job, "end", 20), words(job, "duration", 30)
        if what == role and not start and not duration:
            continue
        text = ", ".join(filter(None, (what, " to ".join(filter(None, (start, end))))))
        rows.append(_plain("" if rows else "Jobs", f"{text} {duration}".strip(), evidence, "person.experiences"))
    return rows


def _schools(schools: Sequence[Fields], evidence: Fields) -> list[Row | None]:
    rows: list[Row | None] = []
    for school in schools[:MAX_SCHOOLS]:
        what = " in ".join(filter(None, (words(school, "degree", 60), words(school, "major", 60))))
        years = " to ".join(filter(None, (words(school, "begin", 20)[:4], words(school, "end", 20)[:4])))
        line = ", ".join(filter(None, (words(school, "name", 80), what, years)))
        rows.append(_plain("" if rows else "Education", line, evidence, "person.education"))
    return rows


def _linkedin(profile: Fields, evidence: Fields, path: str) -> Row | None:
    connections = count(profile, "connections", "connections")
    return _link("LinkedIn", words(profile, "url", VALUE_LENGTH), evidence, path, more=connections)


def _twitter(profile: Fields, evidence: Fields, path: str) -> Row | None:
    username = words(profile, "username", 40).lstrip("@")
    followers = count(profile, "followers", "followers")
    row = _link("Twitter", words(profile, "url", VALUE_LENGTH), evidence, path, more=followers)
    if not username:
        return row
    value = ", ".join(filter(None, (f"@{username}", followers)))
    return Row(label="Twitter", value=value, url=row.url if row else None, proof=find_proof(evidence, path))


def _kind(company: Fields) -> str:
    return ", ".join(filter(None, (words(company, "type", 60), words(company, "category", 60))))


def _rank(domain: Fields) -> str:
    found = part(part(domain, "alexa"), "global")
    rank, change = number(found, "rank"), words(found, "change", 80).rstrip(".")
    if rank is None:
        return ""
    return f"rank {rank:,} worldwide" + (f" ({change[:1].lower()}{change[1:]})" if change else "")


def _mailbox(domain: Fields, evidence: Fields) -> Row | None:
    name = words(domain, "name", 80)
    at = f", at {name}" if name else ""
    if domain.get("disposable") is True:
        return _plain("Mailbox", f"disposable{at}", evidence, "domain.disposable")
    kind = choice(domain, "personal", "personal", "the company's own")
    return _plain("Mailbox", f"{kind}{at}" if kind else "", evidence, "domain.personal")


def _told_label(name: str) -> str:
    label = one_line(name.replace("_", " ").replace("-", " "), 40)
    return TOLD_LABELS.get(name) or label[:1].upper() + label[1:] or "Field"
