"""Which addresses may be called: pure decisions, no network."""

import ipaddress
from collections.abc import Iterable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Where clouds keep credentials for whoever asks. Refused even if an operator allows the network around them.
METADATA_NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local: AWS, Google, Azure, Oracle, Tencent, Scaleway and others
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure's wire server, a public address
        "192.0.0.192/32",  # Oracle, first generation
        "fd00:ec2::/32",  # AWS
        "fd20:ce::254/128",  # Google
        "fd00:42::42/128",  # Scaleway
        "fe80::a9fe:a9fe/128",  # OpenStack
    )
)

# Not everywhere on the internet, or a way to say another address; `is_global` knows most, not all of them.
SPECIAL_NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # Teredo, ORCHID and other assignments
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation; `is_global` knows it in newer Pythons only
    )
)
GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that is given out; mapped, NAT64 and fec0::/10 lie outside
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def parse_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Turn `STACKLEAD_ALLOWED_NETWORKS` into networks.

    Raises:
        ValueError: one of them is no address or CIDR.
    """
    networks: list[Network] = []
    for word in words:
        try:
            networks.append(ipaddress.ip_network(word, strict=False))
        except ValueError as exc:
            raise ValueError(f"STACKLEAD_ALLOWED_NETWORKS: {word!r} is no address or CIDR") from exc
    return tuple(networks)


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Return True if the address may be called, `allowed` being the operator's own private networks.

    An IPv6 address that carries an IPv4 one inside is judged by both.
    """
    if _is_within(address, METADATA_NETWORKS) or _has_scope(address):
        return False
    inner = embedded_ipv4(address)
    if inner is not None and not is_allowed(inner, allowed):
        return False
    return _is_within(address, allowed) or is_public(address)


def is_public(address: Address) -> bool:
    """Return True if the address is one host on the open internet."""
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_IPV6:
        return False
    return address.is_global and not address.is_multicast and not _is_within(address, SPECIAL_NETWORKS)


def embedded_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped, NAT64, 6to4 or Teredo address."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _has_scope(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None
