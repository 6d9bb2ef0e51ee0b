"""What the log must never do to the work."""

import subprocess
import sys
from pathlib import Path

LOG = """
import structlog
from stacklead.commands.serve import set_up_logging
set_up_logging()
for _ in range(1000):
    structlog.get_logger().error("intake_commit_failed", reason="disk full")
print("alive")
"""


def test_a_log_on_a_full_disk_stops_nobody() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", LOG], stdout=subprocess.PIPE, stderr=full, text=True)
    assert done.stdout == "alive\n"
