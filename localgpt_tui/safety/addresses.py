"""Which internet addresses may be reached: public ones, judged by the number alone; nothing here touches a network."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Networks = Mapping[Network, str]

_CLOSED_4: Networks = {
    IPv4Network(network): name
    for network, name in {
        "0.0.0.0/8": "this machine itself",
        "10.0.0.0/8": "a private network",
        "100.64.0.0/10": "a provider's or overlay network",
        "127.0.0.0/8": "this machine itself",
        "168.63.129.16/32": "a cloud's own services",
        "169.254.0.0/16": "the local link, where clouds keep credentials",
        "172.16.0.0/12": "a private network",
        "192.0.0.0/24": "protocol assignments",
        "192.0.2.0/24": "documentation",
        "192.88.99.0/24": "a relay between networks",
        "192.168.0.0/16": "a private network",
        "198.18.0.0/15": "benchmarks",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "a reserved range",
    }.items()
}
_CLOSED_6: Networks = {
    IPv6Network(network): name
    for network, name in {
        "::/128": "this machine itself",
        "::1/128": "this machine itself",
        "::/96": "an IPv4 address in an outdated form",
        "::ffff:0:0:0/96": "a translated IPv4 address",
        "64:ff9b:1::/48": "a translator on the local network",
        "100::/64": "a range that drops everything",
        "2001::/23": "protocol assignments and tunnels",
        "2001:db8::/32": "documentation",
        "2002::/16": "a tunnel through IPv4",
        "3fff::/20": "documentation",
        "5f00::/16": "routing inside a network",
        "fc00::/7": "a private network",
        "fe80::/10": "the local link",
        "fec0::/10": "a private network",
        "ff00::/8": "multicast",
    }.items()
}
_UNICAST_6 = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_OWN_NETWORKS: tuple[Network, ...] = (
    *map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *map(IPv6Network, ("::1/128", "fc00::/7")),
)
_CREDENTIALS: tuple[Network, ...] = (
    IPv4Network("100.100.100.200/32"),
    *map(IPv6Network, ("fd00:ec2::/32", "fd20:ce::254/128", "fd00:c1::a9fe:a9fe/128", "fd00:42::42/128")),
)
"""Where clouds hand out credentials inside ranges that are otherwise a person's own."""


def refusal(address: Address, *, private: bool = False) -> str:
    """Why `address` may not be reached, as a noun such as `a private network`; empty where it may.

    An IPv4 address inside an IPv6 one is judged as itself. What no range names must also count as global for Python,
    whose own list of ranges is thereby a second opinion.

    Args:
        private: the person named the host, so that their own networks and this machine are allowed as well.
    """
    address = unmapped(address)
    if private and any(address in network for network in _OWN_NETWORKS):
        return "a cloud's own services" if any(address in network for network in _CREDENTIALS) else ""
    return _refusal_4(address) if isinstance(address, IPv4Address) else _refusal_6(address)


def unmapped(address: Address) -> Address:
    """The IPv4 address that `::ffff:a.b.c.d` stands for; every other address as it is."""
    if isinstance(address, IPv6Address) and address in _MAPPED and not address.scope_id:
        return _last_four(address)
    return address


def _refusal_4(address: IPv4Address) -> str:
    for network, name in _CLOSED_4.items():
        if address in network:
            return name
    return "" if address.is_global else "a range that is not public"


def _refusal_6(address: IPv6Address) -> str:
    if address.scope_id:
        return "the local link"
    if address in _TRANSLATED:
        return _refusal_4(_last_four(address))
    for network, name in _CLOSED_6.items():
        if address in network:
            return name
    if address not in _UNICAST_6 or not address.is_global:
        return "a range that is not public"
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return _refusal_4(_last_four(address))
    return ""


def _last_four(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)
