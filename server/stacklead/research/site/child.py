"""The process in which strangers' pages are parsed: it can be killed when a page is made to keep it busy.

Talks over its standard input and output: four bytes of length, then JSON, one answer per question.
"""

import resource
import struct
import sys
from typing import Any, BinaryIO

import msgspec

from stacklead.research.site.page import Page
from stacklead.research.site.read import read_pages
from stacklead.research.site.technologies import find_tools

MAX_MEMORY = 3 * 1024**3  # bytes of address space; fingerprints and parser need a tenth of it


class Question(msgspec.Struct):
    """What to do with pages: `task` is facts or tools."""

    task: str
    domain: str
    pages: list[Page]


def answer(question: bytes) -> bytes:
    """Return the answer to one question as JSON: `{"found": ...}`, or `{"failed": "<exception>"}`."""
    try:
        asked = msgspec.json.decode(question, type=Question)
        found: Any = read_pages(asked.pages, asked.domain) if asked.task == "facts" else find_tools(asked.pages)
        return msgspec.json.encode({"found": found})
    except Exception as exc:  # noqa: BLE001 - hostile pages; the parent turns it into the source's own failure
        return msgspec.json.encode({"failed": type(exc).__name__})


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions."""
    while len(head := questions.read(4)) == 4:
        reply = answer(questions.read(struct.unpack(">I", head)[0]))
        answers.write(struct.pack(">I", len(reply)) + reply)
        answers.flush()


def main() -> None:
    """Run as a child process."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)
