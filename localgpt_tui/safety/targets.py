"""A web address, taken apart once: what it leads to, in one spelling, or why it may not be followed at all."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.addresses import Address, refusal, unmapped
from localgpt_tui.safety.terminal import visible

LONGEST = 8_000
PORTS = frozenset({80, 443, 8080, 8443})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_LOGIN = re.compile(r"[^:]*:/*[^/?#]*@")
_OWN_NAMES = ("localhost", "localdomain", "local", "internal", "home.arpa")
_CITED = 200


class RefusedError(ToolError):
    """A web address that may not be followed."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a web address leads.

    Attributes:
        host: the name in small ASCII letters, a foreign one as punycode; or an address without brackets.
        path: all that is asked of the host, with its query.
        private: the person named exactly this host and port, which may be on their own network.
    """

    scheme: str
    host: str
    port: int
    path: str
    private: bool = False

    @property
    def address(self) -> Address | None:
        """The address that the host is, where it is no name."""
        return _address(self.host)

    @property
    def place(self) -> str:
        """Host and port, such as `example.com:443`."""
        return f"{self._shown_host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in ASCII, as it is asked for and as it is shown."""
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self._shown_host}{port}{self.path}"

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return self.path.partition("?")[2]

    @property
    def _shown_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_target(url: str, *, private_hosts: Collection[str] = (), ports: Collection[int] = PORTS) -> Target:
    """What `url` leads to; no name is resolved and nothing is sent.

    Args:
        private_hosts: hosts that the person allows on their own networks, each exactly as `name:port`.
        ports: those that may be asked for at every other host.

    Raises:
        RefusedError: it is no address of a page, is spelled in a way that programs read differently, or leads to a
            place that is never allowed.
    """
    from httpx import URL, InvalidURL  # noqa: PLC0415 - slow to load, and only the web needs it

    _check_spelling(url)
    try:
        parsed = URL(url.strip(" "))
        host = _host(parsed.raw_host.decode("ascii"))
        scheme, port, path = parsed.scheme, parsed.port, parsed.raw_path.decode("ascii")
    except (InvalidURL, ValueError) as error:
        raise RefusedError(f"{_cited(url)} is not a web address: {visible(str(error))}.") from None
    port = port if port is not None else _DEFAULT_PORTS[scheme]
    target = Target(scheme, host, port, path if path.startswith("/") else f"/{path}")
    if target.place in {_normal_place(place) for place in private_hosts}:
        target = Target(scheme, host, port, target.path, private=True)
    _check_place(target, ports)
    return target


def how_to_allow(place: str) -> str:
    """What the person could change for `place`, as `name:port`, to be reached."""
    return f"The person can allow it by naming {place} in tools.web_private_hosts."


def _check_spelling(url: str) -> None:
    if len(url) > LONGEST:
        raise RefusedError(f"The address has {len(url)} characters, and more than {LONGEST} are never followed.")
    found = _SCHEME.match(url)
    if not found:
        raise RefusedError(f"{_cited(url)} is not a whole web address.", "Begin it with https:// and the host.")
    if found[1].lower() not in _DEFAULT_PORTS:
        raise RefusedError(f"{found[1].lower()[:20]}: is never fetched, only http: and https: are.")
    if "\\" in url or not url.strip(" ").isprintable():
        raise RefusedError(f"{_cited(url)} holds characters that programs read differently.", "Write it plainly.")
    if _LOGIN.match(url):
        raise RefusedError("An address with a name or password before the host is never followed.", "Leave it out.")


def _host(name: str) -> str:
    """`name` as it is resolved; raises `ValueError` for what is no name and no address in its usual spelling."""
    name = name.lower()
    if ":" in name:
        address = ip_address(name)
        if getattr(address, "scope_id", None):
            raise ValueError("an address with a zone leads into the local network")
        return str(unmapped(address))
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_plain_number(name))
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("its host is not a possible name")
    return name


def _plain_number(name: str) -> IPv4Address:
    try:
        return IPv4Address(name)
    except ValueError:
        raise ValueError("its host is a number that programs read differently; write it as a.b.c.d") from None


def _check_place(target: Target, ports: Collection[int]) -> None:
    if target.private:
        return
    if target.port not in ports:
        listed = ", ".join(map(str, sorted(ports)))
        raise RefusedError(f"Port {target.port} is not one where pages are ({listed}).", how_to_allow(target.place))
    address = target.address
    why = refusal(address) if address else "this machine or its network" if _is_own_name(target.host) else ""
    if why:
        advice = "" if address and refusal(address, private=True) else how_to_allow(target.place)
        raise RefusedError(f"{target.host} leads to {why}, which is never fetched.", advice)


def _is_own_name(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _OWN_NAMES)


def _normal_place(place: str) -> str:
    """A `name:port` of the configuration in the spelling of `Target.place`; as it is where it cannot be read."""
    name, _, port = place.strip().rpartition(":")
    try:
        host = _host(name.strip("[]").encode("idna" if not name.isascii() else "ascii").decode("ascii"))
        return Target("https", host, int(port), "/").place
    except ValueError:
        return place


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _cited(url: str) -> str:
    shown = visible(url.replace("\n", " "))
    return shown if len(shown) <= _CITED else f"{shown[:_CITED]}…"
