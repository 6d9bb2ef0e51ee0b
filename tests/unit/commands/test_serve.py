import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stacklead.settings import Settings
from stacklead.storage.database import IngestTaken, hold_ingest
from support.product import answers, free_port, run_product


def run_serve(settings: Settings, *options: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "STACKLEAD_DATA_DIR": str(settings.data_dir), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "stacklead", "serve", "--port", "0", *options]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


def test_second_web_process_on_an_sqlite_file_is_told_what_to_do(settings: Settings) -> None:
    with hold_ingest(settings):
        done = run_serve(settings)
    assert done.returncode == 1
    assert "SQLite has room for one" in done.stderr
    assert "STACKLEAD_DATABASE_URL" in done.stderr


def test_several_processes_on_sqlite_are_refused(settings: Settings) -> None:
    done = run_serve(settings, "--processes", "2")
    assert done.returncode == 1
    assert "STACKLEAD_DATABASE_URL" in done.stderr


def test_file_is_free_again_when_its_process_is_gone(settings: Settings) -> None:
    with hold_ingest(settings), pytest.raises(IngestTaken), hold_ingest(settings):
        pass
    with hold_ingest(settings):
        pass


def test_postgres_takes_any_number(postgres_settings: Settings) -> None:
    with hold_ingest(postgres_settings), hold_ingest(postgres_settings):
        pass


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are counted in /proc")
def test_several_processes_share_a_port_and_a_dead_one_is_started_again(
    postgres_settings: Settings, tmp_path: Path
) -> None:
    port = free_port()
    settings = postgres_settings.model_copy(update={"data_dir": tmp_path})
    server = run_product(settings, tmp_path / "log", "serve", "--port", str(port), "--processes", "2")
    try:
        server.wait_until(lambda: answers(port))
        supervisor = next(
            pid for pid in _children(server.process.pid) if b"--processes" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        first, second = _children(supervisor)
        os.kill(first, signal.SIGKILL)
        server.wait_until(
            lambda: len(_children(supervisor)) == 2 and first not in _children(supervisor) and answers(port)
        )
        assert second in _children(supervisor)
    finally:
        server.stop()
