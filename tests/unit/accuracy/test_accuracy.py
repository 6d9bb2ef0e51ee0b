"""`make accuracy` runs, and its last line has what its readers look for."""

import json
import os
import subprocess
import sys
from pathlib import Path

from accuracy.judge import expected_error, same

ROOT = Path(__file__).parents[3]


def test_ten_leads_are_measured_and_the_last_line_is_the_result():
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
    environ["PYTHONPATH"] = f"{ROOT / 'server'}{os.pathsep}{ROOT}"
    command = [sys.executable, "-W", "ignore", "-m", "accuracy", "--seed", "4", "--companies", "8", "--leads", "10"]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {"seed", "wrong_person_rate", "calibration_error", "seconds_per_lead_p50", "fields", "rules"} <= set(found)
    assert (found["seed"], found["leads"]) == (4, 10)
    assert set(found["fields"]["person.name"]) == {"coverage", "precision", "given"}


def test_calibration_error_is_the_distance_from_what_is_right():
    assert expected_error([(0.95, True), (0.95, True)]) < 0.06
    assert expected_error([(0.95, False)]) == 0.95


def test_links_are_the_same_in_any_spelling():
    assert same("person.twitter.url", "https://x.com/jo", "https://twitter.com/jo/")
    assert not same("person.name", None, "Jo")
