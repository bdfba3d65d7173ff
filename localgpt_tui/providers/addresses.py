"""Where a URL leads: to this machine or away from it, and how it may be shown."""

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host that `url` names, in lower case, without port, path or credentials; empty where it names none."""
    try:
        return (urlsplit(url if "://" in url else f"http://{url}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(url: str) -> bool:
    """True where `url` leads to this very machine: localhost, 127.0.0.0/8, ::1 and the unspecified address."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def place_of(url: str) -> str:
    """`url` as it may be shown and logged: host and port only, never credentials or a query."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that cannot be read"
    if not host:
        return "an address that cannot be read"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host


def direct_mounts(url: str) -> dict[str, None]:
    """The `mounts` by which an httpx client reaches `url` without a proxy, if it leads to this machine.

    A proxy in the environment would otherwise be asked for this machine's own servers; every other setting of the
    environment (certificates, proxies for the rest) stays in force.
    """
    host = host_of(url)
    if not host or not is_loopback(url):
        return {}
    return {f"all://[{host}]" if ":" in host else f"all://{host}": None}
