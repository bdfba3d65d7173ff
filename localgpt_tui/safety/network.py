"""Where a host may be reached: its name is resolved once, and every address that it has must pass."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.addresses import Address, refusal, unmapped
from localgpt_tui.safety.targets import RefusedError, Target, how_to_allow

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Takes a host's name and a port, and returns every address that the name has; raises `OSError`."""

Judge = Callable[[Address, bool], str]
"""Takes an address and whether the person named its host; returns why it may not be reached, empty where it may."""

CONNECT_SECONDS = 10.0


async def resolve(host: str, port: int) -> list[Address]:
    """Every address that this machine finds for `host`, in the order in which to try them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(answer[4][0]) for answer in found))


def judge(address: Address, private: bool) -> str:  # noqa: FBT001 - a `Judge`
    """The rules of `addresses.refusal`, and this machine's own addresses besides, whatever they are."""
    why = refusal(address, private=private)
    if not why and not private and is_own(unmapped(address)):
        return "this machine itself"
    return why


def is_own(address: Address) -> bool:
    """True where `address` belongs to this machine: only then do packets to it come from itself. None is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False


class Network:
    """Finds the addresses of public hosts, and of those that the person named.

    Attributes:
        resolver, judge: how names become addresses, and which of these may be reached.
        connect_seconds: how long finding a host may take, and then reaching it.
    """

    def __init__(
        self, *, resolver: Resolver = resolve, judge: Judge = judge, connect_seconds: float = CONNECT_SECONDS
    ) -> None:
        self.resolver = resolver
        self.judge = judge
        self.connect_seconds = connect_seconds

    async def addresses(self, target: Target) -> list[Address]:
        """The addresses of `target`, of which every single one may be reached.

        Raises:
            RefusedError: one of them may not be.
            ToolError: there are none.
        """
        if target.address:
            found: Sequence[Address] = [target.address]
        else:
            try:
                async with asyncio.timeout(self.connect_seconds):
                    found = await self.resolver(target.host, target.port)
            except TimeoutError:
                raise ToolError(f"{target.host} was not found in {self.connect_seconds:g} seconds.") from None
            except (OSError, UnicodeError):
                found = ()
        if not found:
            raise ToolError(f"{target.host} was not found.", "Check the address, and the network connection.")
        for address in found:
            if why := self.judge(address, target.private):
                advice = "" if self.judge(address, True) else how_to_allow(target.place)  # noqa: FBT003 - a `Judge`
                raise RefusedError(f"{target.host} leads to {why} ({address}), which is never fetched.", advice)
        return list(dict.fromkeys(map(unmapped, found)))
