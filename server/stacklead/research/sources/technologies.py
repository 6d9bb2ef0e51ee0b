"""Technologies on the company's pages."""

from collections.abc import Sequence

from stacklead.models import Claim
from stacklead.research.source import Kit, Subject


class TechnologiesSource:
    """Matches fingerprints on the pages that the website source read."""

    name = "technologies"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return the technologies found."""
        return []
