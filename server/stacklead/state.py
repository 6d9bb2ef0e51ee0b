"""What the web process shares between requests; made once in the lifespan of `app.py`."""

from typing import NotRequired, TypedDict

from stacklead.outbound import Outbound
from stacklead.queue import Queue
from stacklead.settings import Settings
from stacklead.storage.captures import FirstCall
from stacklead.storage.client_keys import ClientKeys
from stacklead.storage.database import Database
from stacklead.storage.grouping import Grouped
from stacklead.storage.intake import CaptureRow, Intake
from stacklead.tally import Tally


class State(TypedDict):
    """`request.state` of every endpoint: `request.state["database"]`."""

    settings: Settings
    database: Database
    intake: Intake
    calls: Grouped[CaptureRow, FirstCall]  # appends those that carry an Idempotency-Key
    client_keys: ClientKeys
    queue: Queue
    outbound: Outbound
    tally: Tally
    is_too_busy: NotRequired[bool]  # this request came over one connection too many
