"""Write a migration for what changed in storage/tables.py: python tools/new_migration.py "add x to y"."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

SCRIPTS = Path(__file__).parent.parent / "server/stacklead/storage/migrations"


def main(message: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.db")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, autogenerate=True, rev_id=_next_id())


def _next_id() -> str:
    return f"{len(list((SCRIPTS / 'versions').glob('*.py'))) + 1:04d}"


if __name__ == "__main__":
    main(sys.argv[1])
