"""The garbage collector leaves the program itself alone."""

import subprocess
import sys

PROGRAM = """
import gc
import stacklead.app
from stacklead.garbage import spare_what_stays
before = len(gc.get_objects())
spare_what_stays()
print(before, len(gc.get_objects()), gc.get_threshold()[0])
"""


def test_collector_looks_no_more_at_the_program() -> None:
    answer = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, after, threshold = map(int, answer.stdout.split())
    assert before > 50_000
    assert after < 1000
    assert threshold > 5000
