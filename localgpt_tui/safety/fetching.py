"""Fetches a page: each step of the way is checked, and time, size and kind of what comes back are bounded."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass

import httpcore

from localgpt_tui import __version__
from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.network import Network
from localgpt_tui.safety.pinned import PinnedBackend
from localgpt_tui.safety.targets import PORTS, RefusedError, Target, parse_target
from localgpt_tui.safety.terminal import printable
from localgpt_tui.safety.unpacking import unpacker

MOST_BYTES = 5_000_000
MOST_REDIRECTS = 5
TOTAL_SECONDS = 30.0

_READABLE = frozenset({"application/json", "application/xml", "application/xhtml+xml", "application/pdf", ""})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = (
    ("User-Agent", f"localgpt-tui/{__version__}"),
    ("Accept", "text/html, application/xhtml+xml, text/*;q=0.9, application/json;q=0.9, application/xml;q=0.8"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Connection", "close"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent.

    Attributes:
        target: what it was asked for in the end.
        status: as HTTP has it.
        type: such as `text/html`, in small letters without parameters; empty where the server did not say.
        charset: what the server says the text is encoded in, or nothing.
        body: unpacked.
        cut: there was more than may be read.
        onward: it is a redirect to there that was not followed; empty where it is none.
    """

    target: Target
    status: int
    type: str = ""
    charset: str = ""
    body: bytes = b""
    cut: bool = False
    onward: str = ""


class Fetcher:
    """Fetches pages from public hosts, and from those that the person named.

    No cookie, no credentials and no `Referer` are ever sent, and no proxy of the environment is asked.
    """

    def __init__(
        self,
        network: Network | None = None,
        *,
        private_hosts: Collection[str] = (),
        ports: Collection[int] = PORTS,
        most_bytes: int = MOST_BYTES,
        total_seconds: float = TOTAL_SECONDS,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            private_hosts: each exactly as `name:port`.
            most_bytes: at which a page is cut, unpacked.
            total_seconds: for everything, redirects included.
        """
        self._network = network or Network()
        self._private_hosts = private_hosts
        self._ports = ports
        self._most_bytes = most_bytes
        self._seconds = total_seconds
        self._certificates = certificates

    def parse(self, url: str) -> Target:
        """What `url` leads to, by the rules of this fetcher; raises `RefusedError`."""
        return parse_target(url, private_hosts=self._private_hosts, ports=self._ports)

    async def fetch(self, url: str, *, follow: Callable[[Target, Target], bool] = lambda _from, _to: True) -> Page:
        """Ask for `url` with GET, and for what it redirects to as long as `follow` says so.

        Raises:
            RefusedError: it, or what it redirects to, may not be reached.
            ToolError: it could not be fetched, or is of a kind that cannot be read.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(self.parse(url), follow)
        except TimeoutError:
            raise ToolError(f"The page did not arrive in {self._seconds:g} seconds.", "Try another one.") from None

    async def _follow(self, target: Target, follow: Callable[[Target, Target], bool]) -> Page:
        seen = [target.url]
        while True:
            page = await self._ask(target)
            if not page.onward:
                return page
            onward = self._onward(target, page.onward)
            if not follow(target, onward):
                return Page(target, page.status, onward=onward.url)
            if onward.url in seen:
                raise ToolError(f"{target.url} redirects in a circle.", "Try another address.")
            if len(seen) > MOST_REDIRECTS:
                raise ToolError(f"There were more than {MOST_REDIRECTS} redirects.", f"The last was to {onward.url}.")
            seen.append(onward.url)
            target = onward

    def _onward(self, target: Target, location: str) -> Target:
        from httpx import URL, InvalidURL  # noqa: PLC0415 - it loads the screen's libraries

        try:
            onward = self.parse(str(URL(target.url).join(location)))
        except InvalidURL:
            raise RefusedError(f"{target.url} redirects to what is no web address.", "Try another address.") from None
        except RefusedError as error:
            raise RefusedError(f"{target.url} redirects to where nothing is fetched: {error.message}") from None
        if target.scheme == "https" and onward.scheme == "http":
            raise RefusedError(f"{target.url} redirects from https to {onward.url}, which anyone could read.")
        if onward.private and not target.private:
            raise RefusedError(f"{target.url} redirects into the person's own network, to {onward.place}.")
        return onward

    async def _ask(self, target: Target) -> Page:
        if target.scheme == "https" and self._certificates is None:
            self._certificates = await asyncio.to_thread(_certificates)
        with _translated(target):
            async with self._connection(target) as connection:
                url = httpcore.URL(
                    scheme=target.scheme, host=target.host, port=_unusual(target), target=target.path.encode("ascii")
                )
                async with connection.stream("GET", url, headers=list(_HEADERS)) as response:
                    return await self._read(target, response)

    @contextlib.asynccontextmanager
    async def _connection(self, target: Target) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
        backend = PinnedBackend(await self._network.addresses(target), self._network.connect_seconds)
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        connection = httpcore.AsyncHTTPConnection(origin, ssl_context=self._certificates, network_backend=backend)
        try:
            yield connection
        finally:
            await connection.aclose()
            await backend.aclose()

    async def _read(self, target: Target, response: httpcore.Response) -> Page:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in _REDIRECTS and "location" in headers:
            return Page(target, response.status, onward=_as_sent(headers["location"]))
        kind, charset = _content_type(headers.get("content-type", ""))
        if not (kind.startswith("text/") or kind.endswith(("+json",)) or kind in _READABLE or _is_feed(kind)):
            raise ToolError(f"{target.url} is {printable(kind)[:80]}, which cannot be read.", "Only text can be read.")
        unpack = unpacker(headers.get("content-encoding", ""))
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += unpack.feed(chunk, self._most_bytes + 1 - len(body))
            if len(body) > self._most_bytes:
                return Page(target, response.status, kind, charset, bytes(body[: self._most_bytes]), cut=True)
        return Page(target, response.status, kind, charset, bytes(body))


def _certificates() -> ssl.SSLContext:
    from httpx import create_ssl_context  # noqa: PLC0415 - as above

    return create_ssl_context()


def _unusual(target: Target) -> int | None:
    """The port, where it has to stand in `Host`."""
    return None if target.port == (443 if target.scheme == "https" else 80) else target.port


def _content_type(header: str) -> tuple[str, str]:
    kind, *parameters = (part.strip() for part in header.split(";"))
    named = dict(parameter.partition("=")[::2] for parameter in parameters)
    charset = next((value for name, value in named.items() if name.strip().lower() == "charset"), "")
    return kind.lower(), charset.strip(" \t\"'")


def _is_feed(kind: str) -> bool:
    return kind.startswith("application/") and kind.endswith("+xml")


def _as_sent(location: str) -> str:
    """Servers send addresses as UTF-8 as well, though they should not."""
    with contextlib.suppress(UnicodeDecodeError):
        return location.encode("latin-1").decode("utf-8")
    return location


@contextlib.contextmanager
def _translated(target: Target) -> Iterator[None]:
    """Turn what goes wrong on the network into words."""
    try:
        yield
    except (httpcore.ConnectTimeout, httpcore.ConnectError, ssl.SSLError) as error:
        why = "TLS failed, or its certificate is not trusted" if _is_tls(error) else "nothing answers there"
        raise ToolError(f"{target.place} cannot be reached: {why}.", "Check the address, or try another.") from error
    except httpcore.TimeoutException as error:
        raise ToolError(f"{target.place} stopped answering.", "Try again later.") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise ToolError(f"{target.place} does not answer as a web server does.", "Try another address.") from error
    except (httpcore.NetworkError, OSError) as error:
        raise ToolError(f"{target.place} broke the connection off.", "Try again later.") from error


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
