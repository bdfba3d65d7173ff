"""Reading the web: a page by its address, as the text that a person would see."""

import asyncio
import importlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Tool
from localgpt_tui.safety.outbound import carried
from localgpt_tui.safety.targets import RefusedError, Target, parse_target
from localgpt_tui.safety.terminal import visible
from localgpt_tui.tools.readable import is_plain, text_of
from localgpt_tui.tools.reading_process import text_apart
from localgpt_tui.tools.schema import tool

if TYPE_CHECKING:
    from localgpt_tui.safety.fetching import Fetcher, Page

MOST_CHARACTERS = 40_000

_KEPT_PAGES = 8
_KEPT_SECONDS = 900.0
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as it was read."""

    head: str
    text: str
    time: float


def fetch_tool(
    *,
    private_hosts: Collection[str] = (),
    most_bytes: int = 5_000_000,
    most_characters: int = MOST_CHARACTERS,
    fetcher: "Fetcher | None" = None,
) -> Tool:
    """The tool `web_fetch`.

    Args:
        private_hosts: hosts on the person's own networks that may be reached, each exactly as `name:port`.
        most_bytes: at which a page is cut, unpacked.
        most_characters: of a page that one call returns.
        fetcher: what fetches, by default one with these settings.
    """
    reader = _Reader(fetcher, private_hosts, most_bytes, most_characters)

    def foresee(url: str, offset: int = 0) -> Act:  # noqa: ARG001 - the tool's own arguments
        return _foreseen(url, reader.parse)

    @tool(foresee=foresee)
    async def web_fetch(url: str, offset: Annotated[int, Field(ge=0)] = 0) -> str:
        """Read a web page as text: what a person would see of it, without menus and links.

        A redirect to another host is not followed but told: fetch that address if it is what you want.

        Args:
            url: the whole address, with https:// or http://.
            offset: where in the text to begin, in characters, to read on in a long page.
        """
        return await reader.read(url, offset)

    return web_fetch


class _Reader:
    """Fetches pages and keeps the last few, so that reading on in one does not ask for it again."""

    def __init__(
        self, fetcher: "Fetcher | None", private_hosts: Collection[str], most_bytes: int, most_characters: int
    ) -> None:
        self._fetcher = fetcher
        self._private_hosts = private_hosts
        self._most_bytes = most_bytes
        self._most = most_characters
        self._pages: OrderedDict[str, _Read] = OrderedDict()

    def parse(self, url: str) -> Target:
        return self._fetcher.parse(url) if self._fetcher else parse_target(url, private_hosts=self._private_hosts)

    async def read(self, url: str, offset: int) -> str:
        """The text from `offset`, with a head that says what it is and a note where it goes on."""
        target = await asyncio.to_thread(self.parse, url)
        page = self._kept(target.url) if offset else None
        if page is None:
            page = await self._fetched(target)
            self._pages[target.url] = page
            self._pages.move_to_end(target.url)
            while len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        return self._part(page, offset)

    def _kept(self, url: str) -> _Read | None:
        page = self._pages.get(url)
        return page if page and time.monotonic() - page.time < _KEPT_SECONDS else None

    async def _fetched(self, target: Target) -> _Read:
        if self._fetcher is None:
            self._fetcher = await asyncio.to_thread(self._make)
        page = await self._fetcher.fetch(target.url, follow=_same_site)
        if page.onward:
            text = f"[It redirects to another host, which was not asked: call web_fetch with {page.onward}]"
        else:
            text = await _text(page)
        return _Read(_head(page), text or "[The page shows no text.]", time.monotonic())

    def _make(self) -> "Fetcher":
        fetching = importlib.import_module("localgpt_tui.safety.fetching")  # with httpx and httpcore: slow to load
        made: Fetcher = fetching.Fetcher(private_hosts=self._private_hosts, most_bytes=self._most_bytes)
        return made

    def _part(self, page: _Read, offset: int) -> str:
        if offset and offset >= len(page.text):
            raise ToolError(f"The page has only {len(page.text)} characters.", "Use a smaller offset.")
        end = offset + self._most
        if end < len(page.text):  # rather between two lines than inside of one
            end = page.text.rfind("\n", offset + self._most // 2, end) + 1 or end
        part = page.text[offset:end]
        if end < len(page.text):
            part += "" if part.endswith("\n") else "\n"
            part += f"[Characters {offset} to {end} of {len(page.text)}: web_fetch with offset={end} reads on]"
        return f"{page.head}\n\n{part}"


async def _text(page: "Page") -> str:
    if is_plain(page.type):
        return await asyncio.to_thread(text_of, page.body, page.type, page.charset)
    return await text_apart(page.body, page.type, page.charset)


def _foreseen(url: str, parse: Callable[[str], Target]) -> Act:
    """What fetching `url` would do, or why it is never done; no name is looked up for it."""
    try:
        target = parse(url)
    except RefusedError as refused:
        shown = visible(url)
        shown = shown if len(shown) <= 2000 else f"{shown[:2000]}… [{len(url)} characters]"
        title = " ".join(shown.split())[:_LONGEST_TITLE]
        return Act("fetch", f"fetch {title}", shown=shown, verdict="deny", reasons=(str(refused),), origin=shown)
    title = target.url.partition("?")[0]
    title = title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"
    return Act(
        "fetch",
        f"fetch {title}",
        shown=target.url,
        hosts=(target.place,),
        reasons=(*_foreign(target), *carried(target)),
        pattern=target.host,
        origin=target.url,
    )


def _foreign(target: Target) -> tuple[str, ...]:
    """A name in foreign letters may look like another: what it reads as is said beside what it is."""
    if not any(label.startswith("xn--") for label in target.host.split(".")):
        return ()
    try:
        return (f"Its host is written {visible(target.host.encode('ascii').decode('idna'))} in foreign letters.",)
    except UnicodeError:
        return ("Its host is written in foreign letters.",)


def _same_site(one: Target, other: Target) -> bool:
    """True where a redirect stays with the host that was agreed to, `www.` or not."""
    return (
        one.host.removeprefix("www.") == other.host.removeprefix("www.")
        and (one.port == other.port or {one.port, other.port} == {80, 443})
        and one.private == other.private
    )


def _head(page: "Page") -> str:
    head = [f"Status: {page.status}", f"URL: {page.target.url}", f"Type: {page.type or 'not said'}"]
    if page.cut:
        head.append(f"[The page goes on: only its first {len(page.body)} bytes were fetched]")
    return "\n".join(head)
