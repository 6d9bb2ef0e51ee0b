"""How tests change the world of a demo that runs in another process: a small JSON service on loopback.

It exists in the demo only. `PUT` makes or replaces, `PATCH` changes some facts, `DELETE` removes;
`GET /requests` tells which requests reached the demo internet.
"""

from collections import deque
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stacklead.demo.world import Company, Person, World, parse_company, parse_person

LOCAL_HOSTS = ["localhost", "127.0.0.1"]  # a page of another host name cannot reach loopback by DNS tricks


def control_app(world: World, requests: deque[dict[str, Any]]) -> Starlette:
    """Return the service that changes `world` and shows `requests`."""
    control = _Control(world, requests)
    return Starlette(
        routes=[
            Route("/world", control.show, methods=["GET"]),
            Route("/world/companies/{key}", control.company, methods=["GET", "PUT", "PATCH", "DELETE"]),
            Route("/world/people/{key}", control.person, methods=["GET", "PUT", "PATCH", "DELETE"]),
            Route("/requests", control.requests, methods=["GET", "DELETE"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS)],
    )


class _Control:
    def __init__(self, world: World, requests: deque[dict[str, Any]]) -> None:
        self._world = world
        self._requests = requests

    async def show(self, request: Request) -> Response:
        world = {"companies": self._world.companies, "people": self._world.people}
        return _json(world)

    async def company(self, request: Request) -> Response:
        domain = request.path_params["key"].lower()
        if request.method == "DELETE":
            self._world.remove_company(domain)
            return Response(status_code=204)
        try:
            if request.method == "PUT":
                return _json(
                    self._world.add_company(parse_company({"name": domain, **await _body(request), "domain": domain}))
                )
            known = self._world.company(domain)
            if request.method == "PATCH":
                known = self._world.add_company(parse_company({**_facts(known), **await _body(request)}))
        except KeyError:
            return _refusal(f"there is no company {domain}", 404)
        except (msgspec.MsgspecError, ValueError) as problem:
            return _refusal(str(problem), 400)
        return _json(known)

    async def person(self, request: Request) -> Response:
        email = request.path_params["key"].lower()
        if request.method == "DELETE":
            self._world.remove_person(email)
            return Response(status_code=204)
        try:
            if request.method == "PUT":
                return _json(self._world.add_person(parse_person({"name": "", **await _body(request), "email": email})))
            known = self._world.person(email)
            if request.method == "PATCH":
                known = self._world.add_person(parse_person({**_facts(known), **await _body(request)}))
        except KeyError:
            return _refusal(f"there is no person {email}", 404)
        except (msgspec.MsgspecError, ValueError) as problem:
            return _refusal(str(problem), 400)
        return _json(known)

    async def requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._requests.clear()
            return Response(status_code=204)
        host = request.query_params.get("host")
        found = [seen for seen in list(self._requests) if host in (None, seen["host"])]
        return JSONResponse({"requests": found})


async def _body(request: Request) -> dict[str, Any]:
    facts: Any = msgspec.json.decode(await request.body())
    if not isinstance(facts, dict):
        raise ValueError("the body is a JSON object of facts")
    return facts  # pyright: ignore[reportUnknownVariableType]


def _facts(known: Company | Person) -> dict[str, Any]:
    return msgspec.to_builtins(known)


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _refusal(message: str, status: int) -> Response:
    return JSONResponse({"error": message}, status_code=status)
