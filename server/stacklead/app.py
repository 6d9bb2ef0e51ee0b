"""The whole HTTP surface: route table, middleware, errors."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from stacklead import monitoring
from stacklead.capture import api, docs, script
from stacklead.capture.chores import Chores
from stacklead.capture.settling import Settling
from stacklead.capture.snippet import ClientRoutes
from stacklead.dashboard import pages
from stacklead.errors import (
    MethodNotAllowed,
    NotFound,
    StackLeadError,
    StorageFault,
    StorageUnavailable,
    TooBusy,
    TooManyRequests,
    Unauthorized,
)
from stacklead.outbound import Outbound
from stacklead.queue import Queue
from stacklead.settings import Settings
from stacklead.state import State
from stacklead.storage.captures import append_once
from stacklead.storage.client_keys import ClientKeys
from stacklead.storage.database import Database, migrate
from stacklead.storage.grouping import Grouped
from stacklead.storage.heartbeats import list_alive
from stacklead.storage.intake import open_intake

log = structlog.get_logger()


class App(Starlette):
    """Starlette behind the capture routes, which answer before any of its layers: they are the hot path."""

    client_routes: ClientRoutes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer captures, hand everything else to Starlette."""
        if self.client_routes is not None and scope["type"] == "http" and self.client_routes.has(scope["path"]):
            await self.client_routes(scope, receive, send)
        elif scope["type"] == "http" and scope["state"].get("is_too_busy"):
            await (await on_refusal(Request(scope), TooBusy()))(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> App:
    """Make the web application: the only way, in production and in tests."""
    client_routes = ClientRoutes(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[State, None]:
        await migrate(settings)
        settings.signing_key()  # made now if there is none: later the disk may be full
        database, queue, outbound = Database(settings), Queue(settings), Outbound(settings)
        client_keys = ClientKeys(database)
        await client_keys.start()
        intake = open_intake(settings, queue.captures_committed)
        chores = Chores(settings, database, client_routes)
        settling = Settling(settings, client_routes.limits)
        chores.start()
        settling.start()
        yield {
            "settings": settings,
            "database": database,
            "intake": intake,
            "calls": Grouped(database, append_once),
            "client_keys": client_keys,
            "queue": queue,
            "outbound": outbound,
            "tally": client_routes.tally,
        }
        await intake.close()
        await settling.stop()
        await chores.stop()
        await client_keys.stop()
        await queue.close()
        await outbound.close()
        await database.close()

    # Starlette types handlers for its own plain Request; ours know the State.
    handlers: dict[Any, Any] = {
        StackLeadError: on_refusal,
        HTTPException: on_http_exception,
        StorageFault: on_storage_fault,
        Exception: on_fault,
    }
    app = App(
        routes=[
            *script.make_routes(settings),
            *api.routes,
            *docs.routes,
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *monitoring.routes,
            *pages.routes,
        ],
        exception_handlers=handlers,
        lifespan=lifespan,
    )
    app.client_routes = client_routes
    app.router.redirect_slashes = False
    return app


async def healthz(_request: Request[State]) -> Response:
    """Answer as long as the process lives."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request[State]) -> Response:
    """Answer 503 only if nothing can be committed; what else is missing is told with 200."""
    try:
        await request.state["database"].check()
        async with request.state["database"].read() as db:
            workers = await list_alive(db)
    except StorageFault:
        raise StorageUnavailable("Nothing can be committed now.", retry_after_s=5) from None
    why: list[str] = []
    if request.state["settings"].redis_url and not await request.state["queue"].is_up():
        why.append("Redis is away: jobs start with the sweep, within seconds instead of milliseconds.")
    if not workers:
        why.append("No worker is running: leads are kept and researched when one starts.")
    return JSONResponse({"status": "degraded", "why": why} if why else {"status": "ready"})


# --- failures: JSON for machines, a page for people -----------------------------------------------------------------


async def on_refusal(request: Request[State], exc: Exception) -> Response:
    """Answer an expected failure."""
    if not isinstance(exc, StackLeadError):
        raise exc
    headers: dict[str, str] = {}
    if isinstance(exc, Unauthorized):
        headers["WWW-Authenticate"] = 'Basic realm="StackLead", charset="UTF-8"'
    if isinstance(exc, TooManyRequests | TooBusy | StorageUnavailable):
        headers["Retry-After"] = str(exc.retry_after_s)
    if isinstance(exc, TooBusy):
        headers["Connection"] = "close"
    if request.method == "POST" and request.url.path == api.LEADS:
        request.state["tally"].count("captures", exc.code)
    if _is_for_machines(request):
        body = {"error": {"code": exc.code, "message": exc.message, "param": exc.param}}
        return JSONResponse(body, exc.status, {"X-StackLead-Reason": exc.code, **headers})
    response = pages.render_error(request, exc.status, exc.message)
    response.headers.update(headers)
    return response


async def on_http_exception(request: Request[State], exc: Exception) -> Response:
    """Answer what Starlette's router refuses: no such route, or another method."""
    if not isinstance(exc, HTTPException):
        raise exc
    if exc.status_code == 405:
        refusal: StackLeadError = MethodNotAllowed(f"{request.method} is not possible here.")
    elif exc.status_code == 404:
        refusal = NotFound("There is no such route." if _is_for_machines(request) else "There is no such page.")
    else:
        refusal = StackLeadError(exc.detail)
        refusal.status, refusal.code = exc.status_code, "invalid_request"
    response = await on_refusal(request, refusal)
    response.headers.update(exc.headers or {})
    return response


async def on_storage_fault(request: Request[State], exc: Exception) -> Response:
    """Answer that the database is away; a fault in a statement of ours is passed on."""
    if not isinstance(exc, StorageUnavailable):
        raise exc
    log.error("database_away", endpoint=_endpoint_name(request), reason=exc.reason)
    return await on_refusal(request, exc)


async def on_fault(request: Request[State], exc: Exception) -> Response:
    """Answer a fault of ours without a word about its inside; the log has the traceback."""
    log.error("request_failed", endpoint=_endpoint_name(request), reason=type(exc).__name__)
    return await on_refusal(request, StackLeadError("Something went wrong on our side."))


def _endpoint_name(request: Request[State]) -> str:
    """Return which endpoint it was; a path may hold a token, which may be anybody's."""
    return getattr(request.scope.get("endpoint"), "__qualname__", "none")


def _is_for_machines(request: Request[State]) -> bool:
    path = request.url.path
    if path.startswith(("/api/", "/stacklead.")) or _is_script_route(request):
        return True
    return path in ("/healthz", "/readyz", "/metrics", "/openapi.json")


def _is_script_route(request: Request[State]) -> bool:
    return getattr(request.scope.get("endpoint"), "__module__", "") == script.__name__
