"""Connections for what is not HTTP: to checked addresses, or through the operator's egress proxy."""

import asyncio
import base64
import socket
from collections.abc import Sequence

from yarl import URL

from stacklead.errors import OutboundError
from stacklead.outbound.addresses import Address

MAX_ADDRESSES = 3  # of one host that are tried
MAX_HEAD_BYTES = 8_192  # of a proxy's answer to CONNECT


async def connect(addresses: Sequence[Address], port: int) -> socket.socket:
    """Return a connection to the first of these addresses that answers; they have been checked.

    Raises:
        OSError: none of them does.
    """
    for address in addresses[: MAX_ADDRESSES - 1]:
        try:
            return await _connect(str(address), port)
        except OSError:
            continue
    return await _connect(str(addresses[:MAX_ADDRESSES][-1]), port)


async def open_tunnel(proxy: URL, host: str, port: int) -> socket.socket:
    """Return a connection to a host through an egress proxy, which is handed the name.

    Raises:
        OSError: the proxy does not answer.
        OutboundError: it makes no connection to this host and port.
    """
    if proxy.scheme != "http":
        raise OutboundError("Only an http:// egress proxy makes tunnels to other ports.")
    tunnel = await _connect(proxy.host or "", proxy.port or 80)
    try:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(tunnel, _connect_head(proxy, f"{host}:{port}"))
        head = await _read_head(tunnel)
    except BaseException:
        tunnel.close()
        raise
    if head.split(b" ")[1:2] != [b"200"]:
        tunnel.close()
        raise OutboundError("The egress proxy made no connection.")
    return tunnel


def _connect_head(proxy: URL, target: str) -> bytes:
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.user is not None:
        word = base64.b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {word}")
    return "\r\n".join([*lines, "", ""]).encode()


async def _read_head(tunnel: socket.socket) -> bytes:
    """Read the proxy's answer and not a byte more: what follows is the other side's."""
    loop, head = asyncio.get_running_loop(), b""
    while not head.endswith(b"\r\n\r\n"):
        byte = await loop.sock_recv(tunnel, 1)
        if not byte or len(head) > MAX_HEAD_BYTES:
            raise OutboundError("The egress proxy made no connection.")
        head += byte
    return head


async def _connect(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    family, kind, protocol, _, address = (await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))[0]
    opened = socket.socket(family, kind, protocol)
    opened.setblocking(False)
    try:
        await loop.sock_connect(opened, address)
    except BaseException:
        opened.close()
        raise
    return opened
