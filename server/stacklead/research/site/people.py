"""The people that a page shows: Person objects, and names that stand next to job titles."""

import re
from collections.abc import Container, Iterator
from typing import Any, cast

from stacklead.research.clean import clean_text, host_of, words
from stacklead.research.domains import registrable_domain
from stacklead.research.names import fold, is_given_name
from stacklead.research.site.cards import find_cards
from stacklead.research.site.company import own_address
from stacklead.research.site.document import Block, Document, Thing
from stacklead.research.site.organization import first_url, links_of
from stacklead.research.site.reading import Someone
from stacklead.research.site.values import name_of
from stacklead.research.social import linkedin_person, twitter_profile

_TITLE_WORDS = words(
    """
    accountant account administrator advisor adviser agent analyst architect artist assistant associate attorney auditor
    baker barista board buyer captain carpenter ceo cfo chair chairman chairwoman chef chief cio clerk cmo coach
    cofounder consultant controller coo coordinator copywriter counsel counsellor creator crew cro cto curator
    customer dean deputy designer developer devops director doctor driver economist editor electrician engineer
    engineering evangelist executive expert facilitator fellow finance founder founding geologist growth head host hr
    illustrator
    inhaber inspector instructor intern inventor investor journalist junior lawyer lead leader lecturer librarian
    machinist maker manager marketer marketing mechanic member nurse officer operations operator owner partner
    photographer physician physicist pilot planner president principal producer product professor programmer project
    provost purchasing quality recruiter reporter representative researcher sales scientist secretary senior
    specialist staff strategist supervisor support surveyor svp teacher technician technologist therapist trainee
    trainer translator treasurer trustee veterinarian vice volunteer vp writer
    geschäftsführer geschäftsführerin geschäftsführung leiter leiterin leitung vertrieb entwickler entwicklerin
    einkauf einkäufer verkauf vorstand assistentin meister meisterin werkstatt techniker buchhaltung
    directeur directrice gérant responsable ingénieur fondateur directora gerente ingeniero fundador direttore
    """
)
_NO_NAMES = words(
    """
    about us our team the contact home more read learn privacy policy terms blog news company people leadership career
    careers jobs press meet view all mail email phone linkedin twitter name position staff directory impressum
    kontakt unser unternehmen wer wir sind who we are get touch who makes this work behind founders members
    """
)
_ASIAN_TITLE = re.compile(
    r"(代表|社長|取締役|部長|課長|室長|担当|営業|開発|技術|エンジニア|マネージャー|デザイナー|リーダー|長$|員$|役$)"
)
_PARTICLES = words("de del della der den di da do dos du la le van von zu zur ter ten bin ibn al el y e")
_INLINE = re.compile(r"^(?P<name>[^,|\u2013\u2014:]{3,60}?)\s*(?:,|\||\u2013|\u2014|:|\s-\s)\s*(?P<title>.{2,120})$")
_LEADING = re.compile(r"^[\s,|\u2013\u2014:·-]+")
_CARD_BLOCKS = 7  # pieces of text that a person's card has at most


def people_of(document: Document, domain: str) -> list[Someone]:
    """Return the people of one page, structured ones first, at most 300."""
    found = [someone for thing in document.things if (someone := _from_thing(document, thing, domain))]
    found += _from_blocks(document, domain)
    return found[:300]


def _from_thing(document: Document, thing: Thing, domain: str) -> Someone | None:
    if "person" not in thing.types:
        return None
    data = thing.data
    both = (name_of(data.get("givenName"), 60), name_of(data.get("familyName"), 60))
    name = name_of(data.get("name"), 100) or (" ".join(part for part in both if part) if all(both) else None)
    if not name:
        return None
    title = name_of(data.get("jobTitle"), 150)
    profiles = list(links_of(data))
    return Someone(
        name=name,
        method="structured",
        url=document.url,
        snippet=f"JSON-LD Person: {name}" + (f", {title}" if title else ""),
        title=title,
        email=_any_address(name_of(data.get("email"), 260)),
        image=first_url(data.get("image"), document.url),
        linkedin=_first(linkedin_person, profiles),
        twitter=_first(twitter_profile, profiles),
        other_company=_works_elsewhere(data.get("worksFor"), document, domain),
    )


def _any_address(text: str | None) -> str | None:
    address = (text or "").removeprefix("mailto:").strip().lower()
    return address if re.fullmatch(r"[^@\s]{1,64}@[^@\s]{3,190}", address) else None


def _first(parse: Any, urls: list[str]) -> str | None:
    return next((found[0] for url in urls if "/" in url and (found := parse(url))), None)


def _works_elsewhere(value: Any, document: Document, domain: str) -> bool:
    rows = cast(list[Any], value) if isinstance(value, list) else [value]
    for row in rows[:5]:
        entry = cast(dict[str, Any], row) if isinstance(row, dict) else {}
        url = first_url(entry.get("url") or entry.get("@id"), document.url)
        if url and registrable_domain(host_of(url)) != domain:
            return True
    return False


def _from_blocks(document: Document, domain: str) -> Iterator[Someone]:
    """Yield names with the title that stands beside them, from the page's text in reading order."""
    blocks = document.blocks
    people = {number: person for number, block in enumerate(blocks) if (person := _person_in(block))}
    starts = list(people)
    cards = find_cards(document, {number: fold(name) for number, (name, _) in people.items()})
    is_above = _are_titles_above(blocks, [number for number in starts if number not in cards])
    for place, (number, (name, title)) in enumerate(people.items()):
        end = starts[place + 1] if place + 1 < len(starts) else len(blocks)
        if end == number + 1 < len(blocks) and fold(name) == fold(blocks[end].text):
            continue  # a picture's alternative text right before the name itself
        if number in cards:
            first, end = cards[number]
            card = blocks[number : min(end, number + _CARD_BLOCKS)]
            title = title or _title_after(card) or _title_in(blocks[max(first, number - 2) : number])
            card += blocks[max(first, number - 2) : number]
        else:
            card = blocks[number : min(end, number + _CARD_BLOCKS)]
            title = title or _title_beside(blocks, number, card, people, is_above=is_above)
        if title:
            yield _someone(document, name, title, card, domain)


def _title_beside(
    blocks: list[Block], number: int, card: list[Block], people: Container[int], *, is_above: bool
) -> str | None:
    """Return the title of a name where no element holds the two together: what stands next to it."""
    before = blocks[number - 1] if number and number - 1 not in people else None
    if is_above and before is not None:
        return before.text[:150]
    return _title_after(card) or _title_before(before)


def _title_in(above: list[Block]) -> str | None:
    """Return a title that stands above the name in the name's own card, the nearest first."""
    return next((block.text[:150] for block in reversed(above) if looks_like_title(block.text)), None)


def _are_titles_above(blocks: list[Block], starts: list[int]) -> bool:
    """Return whether a page writes each title above its name: what stands after a name is then the next one's."""
    if len(starts) < 2 or any(number == 0 or not looks_like_title(blocks[number - 1].text) for number in starts):
        return False
    return _title_after(blocks[starts[-1] : starts[-1] + _CARD_BLOCKS]) is None


def _someone(document: Document, name: str, title: str, card: list[Block], domain: str) -> Someone:
    links = [link for block in card for link in block.links]
    mails = [link.removeprefix("mailto:") for link in links if link.startswith("mailto:")]
    return Someone(
        name=name,
        method="text",
        url=document.url,
        snippet=f"{name}, {title}",
        title=title,
        email=next((address for mail in mails if (address := own_address(mail, domain))), None),
        image=next((block.image for block in card if block.image), None),
        linkedin=_first(linkedin_person, links),
        twitter=_first(twitter_profile, links),
    )


def _person_in(block: Block) -> tuple[str, str | None] | None:
    """Return a name, and the title that stands in the same piece of text, or None."""
    text = block.text
    if looks_like_name(text):
        return text, None
    match = _INLINE.match(text)
    if match and looks_like_name(match["name"]) and looks_like_title(match["title"]):
        return match["name"].strip(), match["title"].strip()
    return None


def _title_after(card: list[Block]) -> str | None:
    for block in card[1:3]:
        text = _LEADING.sub("", block.text)
        if looks_like_title(text):
            return text[:150]
    return None


def _title_before(block: Block | None) -> str | None:
    """Return a title that stands above the name, as is usual in Japanese."""
    if block is None or not _ASIAN_TITLE.search(block.text) or len(block.text) > 40:
        return None
    return block.text


def looks_like_name(text: str) -> bool:
    """Return whether a short text may be a person's name; whose, others decide."""
    plain = re.sub(r"\([^()]{1,30}\)|[\"“”][^\"“”]{1,30}[\"“”]", " ", text)
    parts = plain.replace(".", ". ").split()
    if len(text) > 60 or any(char.isdigit() or char in "@/!?&" for char in text):
        return False
    if (
        not plain.isascii()
        and len(parts) <= 2
        and re.fullmatch(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\s]{2,12}", plain)
    ):
        return not _ASIAN_TITLE.search(plain)
    if not 2 <= len(parts) <= 5 or any(fold(part) in _NO_NAMES for part in parts):
        return False
    if any(fold(part) in _TITLE_WORDS for part in parts) and not is_given_name(parts[0]):
        return False
    return all(part[:1].isupper() or part.lower() in _PARTICLES for part in parts)


def looks_like_title(text: str) -> bool:
    """Return whether a text may be a job title: short, no sentence, with a word that titles have."""
    text = clean_text(text, 160) or ""
    if not 2 <= len(text) <= 120 or text.endswith((".", "!", "?")) or "@" in text or "http" in text:
        return False
    said = {part.strip(".,;:()").lower() for part in re.split(r"[\s/&,-]+", text)}
    if said & _TITLE_WORDS or _ASIAN_TITLE.search(text):
        return True
    return any(
        len(word) > 8 and word.endswith(("leiter", "leiterin", "manager", "ingenieur", "entwickler")) for word in said
    )
