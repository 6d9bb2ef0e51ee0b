"""The company's own pages."""

from collections.abc import Sequence

from stacklead.models import Claim
from stacklead.research.source import Kit, Subject


class WebsiteSource:
    """Reads the home page and up to four more."""

    name = "website"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return what the pages say."""
        return []
