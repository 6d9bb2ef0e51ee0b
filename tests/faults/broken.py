"""Copies of the product that are broken on purpose: what the harness must find, or its zeros mean nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "server" / "stacklead"


@dataclass(frozen=True, slots=True)
class Break:
    """What is added to the end of one file of the package."""

    file: str
    code: str


# 200 before the commit, which follows so much later that a kill finds some between the two on a busy machine as well.
EARLY_ANSWER = Break(
    "storage/intake.py",
    """

class _EarlyIntake:
    def __init__(self, sound):
        self.sound = sound
        self.tasks = set()

    def __getattr__(self, name):
        return getattr(self.sound, name)

    async def append(self, row):
        async def later():
            await asyncio.sleep(2)
            await self.sound.append(row)

        task = asyncio.get_running_loop().create_task(later())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return 1


_open_sound_intake = open_intake


def open_intake(*arguments, **options):
    return _EarlyIntake(_open_sound_intake(*arguments, **options))
""",
)

# A receiver cannot know that the second attempt is the same delivery.
NEW_ID_PER_ATTEMPT = Break(
    "deliver/webhook.py",
    """

_sign_soundly = sign_webhook


def sign_webhook(*, message_id, now, **rest):
    return _sign_soundly(message_id=f"{message_id}x{now.timestamp():.3f}", now=now, **rest)
""",
)

# One value of a request is not what was sent.
OTHER_NAME = Break(
    "capture/params.py",
    """

_clean_soundly = clean


def clean(value, limit):
    return _clean_soundly(value, limit).replace("Rebecca", "Rebekka")
""",
)


def make_broken(folder: Path, how: Break) -> Path:
    """Copy the package into `folder`, break it, and return the folder that it is imported from."""
    shutil.copytree(PACKAGE, folder / "stacklead", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "stacklead" / how.file).open("a") as file:
        file.write(how.code)
    return folder
