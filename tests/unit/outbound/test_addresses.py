"""Which addresses may be called."""

import ipaddress

import pytest

from stacklead.outbound.addresses import embedded_ipv4, is_allowed, parse_networks
from unit.outbound.servers import make_outbound

REFUSED_ADDRESSES = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "168.63.129.16", "169.254.169.254",
    "172.16.0.1", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED_ADDRESSES)
def test_special_addresses_are_refused(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text), ())


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_pass(text: str) -> None:
    assert is_allowed(ipaddress.ip_address(text), ())


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254",
     "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fe80::a9fe:a9fe"],
)  # fmt: skip
def test_metadata_addresses_stay_refused_when_everything_is_allowed(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text), parse_networks(["0.0.0.0/0", "::/0"]))


@pytest.mark.parametrize(
    ("text", "networks", "passes"),
    [
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.2.3", ["10.1.0.0/16"], False),
        ("127.0.0.1", ["127.0.0.1/8"], True),
        ("fd12::5", ["fd12::/16"], True),
        ("64:ff9b::808:808", ["64:ff9b::/96"], True),
        ("64:ff9b::a00:1", ["64:ff9b::/96"], False),
        ("::ffff:10.0.0.1", ["10.0.0.0/8"], False),
        ("::ffff:10.0.0.1", ["10.0.0.0/8", "::ffff:0:0/96"], True),
    ],
)
def test_allowed_networks_open_exactly_themselves(text: str, networks: list[str], passes: bool) -> None:
    assert is_allowed(ipaddress.ip_address(text), parse_networks(networks)) is passes


def test_teredo_carries_its_client_address() -> None:
    address = ipaddress.ip_address("2001:0:4136:e378:8000:63bf:3fff:fdd2")
    assert embedded_ipv4(address) == ipaddress.ip_address("192.0.2.45")


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="STACKLEAD_ALLOWED_NETWORKS: 'office'"):
        make_outbound(allowed_networks=("office",))
