"""What a person should know about the machinery: whether anybody is working."""

from stacklead.dashboard.session import Visit
from stacklead.storage import heartbeats


async def list_notes(visit: Visit) -> list[str]:
    """Return sentences about what is not running; none if all is well."""
    async with visit.database.read() as db:
        alive = await heartbeats.list_alive(db)
    if not alive:
        return [
            "Nobody is working just now: leads are kept safe, and are researched and sent as soon as a worker runs. "
            "Whoever runs this server starts one with `stacklead worker`, or all of it with `stacklead up`."
        ]
    if visit.settings.redis_url and not await visit.queue.is_up():
        return ["Redis is away, so everything takes some seconds longer. Nothing is lost."]
    return []
