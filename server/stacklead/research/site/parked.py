"""Recognises domains that nobody uses: parked, for sale, or a web server's first page."""

import re

from stacklead.research.site.document import Document

# In the title or the text of a short page.
_WORDS = re.compile(
    r"domain (name )?(is|may be|might be) (available )?for sale|buy this domain|this domain is parked|domain parking"
    r"|parked (free|domain)|make an offer (on|for) this domain|the domain [a-z0-9.-]{3,80} is for sale"
    r"|diese domain (ist|steht) zu(m)? (verkauf|kaufen)|ce domaine est (à vendre|en vente)"
    r"|welcome to nginx!|apache2 (debian|ubuntu) default page|it works!$|iis windows server"
    r"|future home of something|website (is )?coming soon\.?$",
    re.IGNORECASE,
)
# What only parking services put into a page.
_MARKS = (
    "adsense/domains/caf.js",
    "sedoparking.com",
    "parkingcrew.net",
    "bodis.com",
    "parklogic.com",
    "afternic.com/forsale",
    "hugedomains.com/domain_profile",
    "dan.com/buy-domain",
    "cdn.parkingpage",
    "uniregistry.com/buy",
    "above.com/marketplace",
    "img1.wsimg.com/parking-lander",
)
_SHORT = 60  # pieces of text: a real site that writes about domain sales has more


def is_parked(document: Document, html: str) -> bool:
    """Return whether a home page is that of an unused domain."""
    lowered = html[:200_000].lower()
    if any(mark in lowered for mark in _MARKS):
        return True
    if len(document.blocks) > _SHORT:
        return False
    texts = [document.title or "", *(block.text for block in document.blocks)]
    return any(_WORDS.search(text) for text in texts)
