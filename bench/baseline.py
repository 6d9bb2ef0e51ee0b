"""The route that a capture is compared with: reads the form, answers JSON, keeps nothing."""

from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def take(request: Request) -> JSONResponse:
    """Parse a form body and say ok."""
    dict(parse_qsl((await request.body()).decode()))
    return JSONResponse({"message": "ok"})


app = Starlette(routes=[Route("/api/client/leads", take, methods=["POST"])])
