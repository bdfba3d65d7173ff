"""Searching the web: results as titles, addresses and snippets, kept for a while, with what they cost."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Tool
from localgpt_tui.safety.outbound import dense
from localgpt_tui.safety.sanitise import clean
from localgpt_tui.safety.targets import LONGEST, RefusedError, parse_target
from localgpt_tui.safety.terminal import visible
from localgpt_tui.tools.schema import tool
from localgpt_tui.tools.searching.brave import Brave
from localgpt_tui.tools.searching.perplexity import Perplexity
from localgpt_tui.tools.searching.searxng import SearXNG
from localgpt_tui.tools.searching.service import Findings, Result, Service, place_of
from localgpt_tui.tools.searching.tavily import Tavily
from localgpt_tui.tools.web import MOST_CHARACTERS, fetch_tool

if TYPE_CHECKING:
    from localgpt_tui.safety.fetching import Fetcher

_MOST_KEPT = 100
_LONGEST_TITLE = 200
_LONGEST_SNIPPET = 1_500
_LONGEST_ANSWER = 8_000


def web_tools(
    *,
    private_hosts: Collection[str] = (),
    most_bytes: int = 5_000_000,
    most_characters: int = MOST_CHARACTERS,
    fetcher: "Fetcher | None" = None,
    search: Callable[[], Service | None] = lambda: None,
    most_results: int = 5,
    cache_seconds: float = 900.0,
) -> tuple[Tool, ...]:
    """The tool `web_fetch`, and `web_search` where there is somebody to ask now.

    Args:
        private_hosts: hosts on the person's own networks that pages may be fetched from, each exactly as `name:port`.
        most_bytes: of a page, unpacked, at which fetching it stops.
        most_characters: of a page that one call returns.
        fetcher: what fetches pages, by default one with these settings.
        search: who searches at the moment; asked for each search, since it may depend on the model.
        most_results: of a search, where the model does not say.
        cache_seconds: for which the same search is not made again.
    """
    fetch = fetch_tool(
        private_hosts=private_hosts, most_bytes=most_bytes, most_characters=most_characters, fetcher=fetcher
    )
    return (fetch, search_tool(search, most_results, cache_seconds)) if search() else (fetch,)


def search_service(
    provider: str, *, searxng_url: str = "", brave_key: str = "", tavily_key: str = "", perplexity_key: str = ""
) -> Service | None:
    """The service that the configuration calls `provider`; None for `none`."""
    match provider:
        case "searxng":
            return SearXNG(searxng_url)
        case "brave":
            return Brave(brave_key)
        case "tavily":
            return Tavily(tavily_key)
        case "perplexity":
            return Perplexity(perplexity_key)
    return None


def search_tool(
    search: Callable[[], Service | None],
    most_results: int = 5,
    cache_seconds: float = 900.0,
    clock: Callable[[], float] = time.monotonic,
) -> Tool:
    """The tool `web_search`, which asks whoever `search` names."""
    kept = _Kept(cache_seconds, clock)

    def asked() -> Service:
        if (service := search()) is None:
            advice = "The person can choose a service with tools.web_search.provider."
            raise ToolError("Nobody who searches the web is configured.", advice)
        return service

    def foresee(query: str, count: int = 0) -> Act:  # noqa: ARG001 - the tool's own arguments
        service = asked()
        host = place_of(service.address)
        return Act(
            "fetch",
            f"search the web with {service.name}",
            shown=visible(query),
            hosts=(host,),
            reasons=tuple(f"It holds what may be encoded text: {part[:40]}" for part in dense(query)),
            pattern=host.rpartition(":")[0],
            origin="web search",
        )

    @tool(foresee=foresee)
    async def web_search(
        query: Annotated[str, Field(min_length=1, max_length=400)], count: Annotated[int, Field(ge=0, le=10)] = 0
    ) -> str:
        """Search the web. Each result has a title, an address and a few lines; web_fetch reads the page itself.

        Args:
            query: what to search for, in a few words.
            count: how many results, at most 10; 0 for the usual number.
        """
        service, query, most = asked(), " ".join(query.split()), count or most_results
        findings = kept.get(service, query, most)
        if findings is not None:
            return _shown(service.name, findings, "from the cache, no cost")
        findings = await service.search(query, most)
        kept.put(service, query, most, findings)
        return _shown(service.name, findings, _cost(findings))

    return web_search


class _Kept:
    """The last searches and what they found."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._found: OrderedDict[tuple[str, str, int], tuple[float, Findings]] = OrderedDict()

    def get(self, service: Service, query: str, most: int) -> Findings | None:
        time, findings = self._found.get((service.name, query.casefold(), most), (0.0, None))
        return findings if findings is not None and self._clock() - time < self._seconds else None

    def put(self, service: Service, query: str, most: int, findings: Findings) -> None:
        search = (service.name, query.casefold(), most)
        self._found[search] = (self._clock(), findings)
        self._found.move_to_end(search)
        while len(self._found) > _MOST_KEPT:
            self._found.popitem(last=False)


def _shown(service: str, findings: Findings, cost: str) -> str:
    results = [shown for one in findings.results if (shown := _result(one))]
    number = f"{len(results)} results" if len(results) != 1 else "1 result"
    parts = [f"{service}: {number} ({cost})"]
    if findings.answer:
        parts.append(f"{service} writes: {clean(findings.answer)[:_LONGEST_ANSWER]}")
    parts += [f"{place}. {shown}" for place, shown in enumerate(results, 1)]
    return "\n\n".join(parts)


def _result(result: Result) -> str:
    """Title, address and snippet on lines of their own; nothing for what is no page."""
    if not result.url.lower().startswith(("http://", "https://")) or len(result.url) > LONGEST:
        return ""
    try:
        url = parse_target(result.url).url
    except RefusedError:
        url = visible("".join(result.url.split()))
    title = " ".join(clean(result.title).split())[:_LONGEST_TITLE]
    snippet = " ".join(clean(result.snippet).split())[:_LONGEST_SNIPPET]
    return "\n   ".join(filter(None, (title or "(no title)", url, snippet)))


def _cost(findings: Findings) -> str:
    price = f"about ${findings.cost:.3f}" if findings.cost else "no cost"
    return f"{price}, and {findings.tokens} tokens" if findings.tokens else price
