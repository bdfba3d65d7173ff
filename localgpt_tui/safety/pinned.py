"""Connections that go to addresses which were checked, whatever the name has come to mean since."""

import contextlib
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import httpcore

from localgpt_tui.safety.addresses import Address, unmapped

_MOST_TRIED = 3


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to one of `addresses`, the first that answers; names in a request are for TLS and `Host` only."""

    def __init__(
        self,
        addresses: Sequence[Address],
        connect_seconds: float,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """Share `connect_seconds` between the addresses that are tried, at most three; `inner` opens the sockets."""
        self._addresses = addresses[:_MOST_TRIED]
        self._seconds = connect_seconds / max(1, len(self._addresses))
        self._inner = inner or httpcore.AnyIOBackend()
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - it was resolved and checked before; asking again may say something else
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the port's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A stream whose other end is the address that was asked for.

        Raises:
            httpcore.ConnectError, httpcore.ConnectTimeout: none of the addresses answers.
        """
        failure: Exception = httpcore.ConnectError("there is no address")
        for address in self._addresses:
            try:
                stream = await self._inner.connect_tcp(str(address), port, self._seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            self._opened.append(stream)
            peer = stream.get_extra_info("server_addr")
            if unmapped(ip_address(peer[0])) == address and peer[1] == port:
                return stream
            await stream.aclose()
            failure = httpcore.ConnectError("another address answered")
        raise failure

    async def aclose(self) -> None:
        """Close what a request that was broken off may have left open."""
        for stream in self._opened:
            with contextlib.suppress(httpcore.NetworkError, OSError):
                await stream.aclose()
