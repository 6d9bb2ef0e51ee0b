"""A capture endpoint written with FastAPI, pydantic and arq: validates the form and queues a job for each call."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from arq import create_pool
from arq.connections import RedisSettings
from fastapi import FastAPI, Form, Request
from pydantic import BaseModel, EmailStr, Json


class Person(BaseModel):
    """Who it is."""

    email: EmailStr
    first_name: str | None = None
    last_name: str | None = None


class Capture(BaseModel):
    """What the page sends."""

    client_key: str
    person: Json[Person]
    stage: Literal["entry", "submit", "leave"] | None = None
    page: str | None = None
    utm_source: str | None = None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    """Open the queue and close it."""
    app.state.queue = await create_pool(RedisSettings(unix_socket_path=os.environ["REDIS_SOCKET"]))
    yield
    await app.state.queue.aclose()


app = FastAPI(lifespan=lifespan)


@app.post("/api/client/leads")
async def take(request: Request, capture: Annotated[Capture, Form()]) -> dict[str, str]:
    """Queue the research and say ok."""
    await request.app.state.queue.enqueue_job("research_lead", capture.model_dump())
    return {"message": "ok"}
