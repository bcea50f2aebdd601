"""Which addresses a request of ours may go to: public ones, and those that the settings name."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Its last 32 bits are an IPv4 address, to which a gateway passes the packets on.
_NAT64 = IPv6Network("64:ff9b::/96")
# Python of 3.11 takes some of these for global.
_NEVER = tuple(
    ip_network(one)
    for one in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b:1::/48", "2002::/16",
                "2001::/23", "fec0::/10")
)  # fmt: skip


@lru_cache
def networks(told: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list. Raises ValueError."""
    return tuple(ip_network(one.strip(), strict=True) for one in told.split(",") if one.strip())


def may_be_reached(address: Address, allowed: Sequence[Network]) -> bool:
    """Is this a public address, or in one of the allowed networks?"""
    address = _inner(address)
    return is_allowed(address, allowed) or _is_public(address)


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Is this address in one of the allowed networks?"""
    return any(_inner(address) in network for network in allowed)


def literal(host: str) -> Address | None:
    """The address that a URL's host is; None if it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _NEVER if network.version == address.version)
    )
