"""Client addresses, as limits count them."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

SITE = 64
"""Leading bits of an IPv6 address that one client has at least; the rest it may choose."""


def client_of(peer: Any) -> str:
    """Returns who a peer `(host, port)` counts as: an IPv4 address, an IPv6 network, or the first letters of anything else."""
    return _client(str(peer[0])[:64]) if peer else ""


@lru_cache(4096)
def _client(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, SITE), strict=False))
