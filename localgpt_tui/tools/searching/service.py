"""What every search service has in common: what it finds, and how it is asked over HTTP."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.sanitise import clean

if TYPE_CHECKING:
    import httpx

_SECONDS = 30.0
_CONNECT_SECONDS = 10.0
_MOST_BYTES = 4_000_000
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Result:
    """A page that was found, as the service describes it."""

    title: str
    url: str
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search came to.

    Attributes:
        answer: what the service itself wrote about it, if it did.
        cost: US dollars, as the service bills them or as its list price is.
        tokens: of a model, billed besides.
    """

    results: tuple[Result, ...]
    answer: str = ""
    cost: float = 0.0
    tokens: int = 0


class Service(Protocol):
    """Somebody who searches the web."""

    @property
    def name(self) -> str:
        """As a person knows it, such as `Brave`."""
        ...

    @property
    def address(self) -> str:
        """Where it is asked."""
        ...

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`, the best first.

        Raises:
            ToolError: it could not be asked, in words.
        """
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a service.

    Attributes:
        setting: the key of the configuration that holds the service's key; empty where it needs none.
        key: that key; it is taken out of what the service says.
    """

    service: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str] | None = None
    body: Mapping[str, object] | None = None
    setting: str = ""
    key: str = ""


def place_of(url: str) -> str:
    """Host and port of `url`, such as `api.search.brave.com:443`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or (80 if parts.scheme == 'http' else 443)}"


def text(thing: object, *path: str) -> str:
    """The text at `path` inside of `thing`, cleaned; empty where there is none."""
    for step in path:
        thing = thing.get(step) if isinstance(thing, Mapping) else None
    return clean(thing).strip() if isinstance(thing, str) else ""


def items(thing: object, *path: str) -> list[Any]:
    """The list at `path` inside of `thing`; empty where there is none."""
    for step in path:
        thing = thing.get(step) if isinstance(thing, Mapping) else None
    return thing if isinstance(thing, list) else []


async def asked(question: Question) -> Any:  # noqa: ANN401 - what a service says, read by its own module
    """The JSON that the service answers with.

    Raises:
        ToolError: no key, no answer, or one that cannot be used.
    """
    if question.setting and not question.key:
        raise ToolError(
            f"Searching with {question.service} needs a key, and none is set.",
            f"The person can set {question.setting} in config.toml.",
        )
    if not (question.key.isascii() and question.key.isprintable()):
        raise ToolError(
            f"The key of {question.service} holds characters that no key has.", "It should be copied again."
        )
    import httpx  # noqa: PLC0415 - slow to load, and only searching needs it

    client = await asyncio.to_thread(_client, question.url)
    try:
        async with client, asyncio.timeout(_SECONDS):
            return await _exchange(client, question)
    except (httpx.TimeoutException, TimeoutError):
        raise ToolError(f"{question.service} did not answer in time.", "Try again later.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        place = place_of(question.url)
        raise ToolError(f"{question.service} cannot be reached at {place}.", "Check the network.") from error


def _client(url: str) -> "httpx.AsyncClient":
    import httpx  # noqa: PLC0415 - as above

    away = (urlsplit(url).hostname or "") not in _LOOPBACK  # a proxy of the environment knows no server of this machine
    return httpx.AsyncClient(timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS), trust_env=away)


async def _exchange(client: "httpx.AsyncClient", question: Question) -> Any:  # noqa: ANN401 - as above
    asking = client.stream(
        "GET" if question.body is None else "POST",
        question.url,
        headers=dict(question.headers),
        params=question.parameters,
        json=question.body,
    )
    async with asking as response:
        read = bytearray()
        async for chunk in response.aiter_bytes():
            read += chunk
            if len(read) > _MOST_BYTES:
                raise ToolError(f"{question.service} answered with more than can be read.", "Ask for less.")
        if response.status_code != 200:
            raise _refused(question, response.status_code, bytes(read))
    try:
        return json.loads(read)
    except (ValueError, RecursionError):
        raise ToolError(f"{question.service} answered with what is no JSON.", "Check its address.") from None


def _refused(question: Question, status: int, body: bytes) -> ToolError:
    service = question.service
    match status:
        case 401 | 403 if question.setting:
            return ToolError(f"{service} does not accept the key ({status}).", f"Check {question.setting}.")
        case 402 | 432 | 433:
            return ToolError(f"{service} says that the plan or the credit is used up ({status}).", "Search less.")
        case 429:
            return ToolError(f"{service} asks to search less often (429).", "Wait a little, or use what is known.")
        case _ if status >= 500:
            return ToolError(f"{service} has trouble of its own ({status}).", "Try again later.")
    said = clean(body[:2000].decode("utf-8", "replace"))
    said = " ".join(said.replace(question.key, "***").split() if question.key else said.split())[:200]
    return ToolError(f"{service} refuses the search ({status}): {said}", "Word it differently.")
