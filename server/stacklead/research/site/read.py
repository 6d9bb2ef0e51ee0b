"""From fetched pages to a Reading: pure, bounded, but only as safe as the parser; run it through `reader.py`."""

from collections.abc import Sequence

from stacklead.research.site.company import facts_of
from stacklead.research.site.document import read_document
from stacklead.research.site.page import Page
from stacklead.research.site.parked import is_parked
from stacklead.research.site.people import people_of
from stacklead.research.site.reading import Reading

MAX_PEOPLE = 500  # of one site


def read_pages(pages: Sequence[Page], domain: str) -> Reading:
    """Return what the pages of one site say; the first is the home page, `domain` the site's registrable domain."""
    home = pages[0]
    documents = [read_document(page) for page in pages]
    if is_parked(documents[0], home.html):
        return Reading(state="parked", home_url=home.url)
    facts = [fact for number, doc in enumerate(documents) for fact in facts_of(doc, domain, is_home=number == 0)]
    people = [someone for doc in documents for someone in people_of(doc, domain)]
    return Reading(home_url=home.url, facts=facts, people=people[:MAX_PEOPLE])
