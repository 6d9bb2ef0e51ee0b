"""A throw-away Redis on a unix socket."""

import re
import shutil
import socket
import tempfile
from pathlib import Path

from support.process import Server


class RedisServer:
    """One Redis that keeps nothing on the disk.

    Args:
        binary: the path of redis-server.
    """

    def __init__(self, binary: str) -> None:
        self.binary = binary
        self.folder = Path(tempfile.mkdtemp(prefix="sl-redis-"))  # a socket's path must be short
        self.socket = self.folder / "redis.sock"
        self.start()

    @property
    def url(self) -> str:
        """Its address, as `STACKLEAD_REDIS_URL` has it."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it, for the first time or again, empty."""
        options = {"port": "0", "unixsocket": str(self.socket), "dir": str(self.folder), "save": "", "appendonly": "no"}
        command = [self.binary, *(part for name, value in options.items() for part in (f"--{name}", value))]
        self.server = Server(command, self.folder / "log")
        self.server.wait_until(lambda: self.command("PING") == b"+PONG\r\n")

    def stop(self) -> None:
        """End it; what it kept is lost."""
        self.server.stop()

    def close(self) -> None:
        """End it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self) -> int:
        """Return the process that it runs in."""
        found = re.search(rb"process_id:(\d+)", self.command("INFO server"))
        assert found is not None
        return int(found[1])

    def command(self, text: str) -> bytes:
        """Send one inline command and return the start of the answer, or nothing if nobody answers."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket))
                client.sendall(text.encode() + b"\r\n")
                return client.recv(4096)
            except OSError:
                return b""
