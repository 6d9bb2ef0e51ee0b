"""Writes the settings table of the README anew: `make readme`."""

import re
from pathlib import Path

from stacklead.commands.settings import settings_markdown

README = Path(__file__).resolve().parent.parent / "README.md"
TABLE = re.compile(r"^\| variable \|.*?(?=\n\n)", flags=re.MULTILINE | re.DOTALL)

text = README.read_text(encoding="utf-8")
README.write_text(TABLE.sub(lambda _: settings_markdown(), text, count=1), encoding="utf-8")
