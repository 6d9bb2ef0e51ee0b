"""What the web process shares between requests; made once in the lifespan of `app.py`."""

from typing import TypedDict

from stacklead.outbound import Outbound
from stacklead.queue import Queue
from stacklead.settings import Settings
from stacklead.storage.client_keys import ClientKeys
from stacklead.storage.database import Database
from stacklead.storage.intake import Intake
from stacklead.tally import Tally


class State(TypedDict):
    """`request.state` of every endpoint: `request.state["database"]`."""

    settings: Settings
    database: Database
    intake: Intake
    client_keys: ClientKeys
    queue: Queue
    outbound: Outbound
    tally: Tally
