"""A capture endpoint written with FastAPI, pydantic and Celery: validates the form and sends a task for each call."""

import os
from typing import Annotated, Any, Literal

from celery import Celery
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr, Json

queue = Celery("leads", broker=f"redis+socket://{os.environ['REDIS_SOCKET']}")


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


@queue.task(ignore_result=True)
def research_lead(capture: dict[str, Any]) -> None:
    """Stand for the work, which nobody does here."""


app = FastAPI()


@app.post("/api/client/leads")
def take(capture: Annotated[Capture, Form()]) -> dict[str, str]:
    """Send the task and say ok."""
    research_lead.delay(capture.model_dump())
    return {"message": "ok"}
