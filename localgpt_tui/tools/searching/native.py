"""The search of a model's own vendor: a request of its own to the model, which may do nothing but search."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.searching.service import Findings, Question, Result, Service, asked, items, text

_ANTHROPIC = "https://api.anthropic.com"
_OPENAI = "https://api.openai.com/v1"
_A_SEARCH = 0.01  # dollars, the list price of both vendors; the model's tokens come on top
_MOST_TOKENS = 2_000
_MOST_SNIPPET = 1_000


def native_search(
    vendor: str, model: str, *, key: str = "", address: str = "", environ: Mapping[str, str] = os.environ
) -> Service | None:
    """The search of `vendor`'s own models; None where `vendor` has none, or no key is known.

    Args:
        vendor: `anthropic` or `openai`; every other has no search.
        model: the vendor's name of the model that is asked.
        key: empty for the one in the environment.
        address: where the vendor is configured to be; a server that only speaks its language does not search.
    """
    key = (key or environ.get(f"{vendor.upper()}_API_KEY", "")).strip()
    match vendor, address.rstrip("/"), key:
        case _, _, "":
            return None
        case "anthropic", ("" | "https://api.anthropic.com"), _:
            return AnthropicSearch(model, key)
        case "openai", ("" | "https://api.openai.com/v1"), _:
            return OpenAISearch(model, key)
    return None


@dataclass(frozen=True, slots=True)
class AnthropicSearch:
    """The web search of Anthropic's models, asked of `model`."""

    model: str
    key: str = field(repr=False)
    address: str = _ANTHROPIC
    name: str = "Anthropic"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`, and what the model says of them.

        Raises:
            ToolError: it could not be asked, or did not search.
        """
        said = await asked(
            Question(
                self.name,
                f"{self.address.rstrip('/')}/v1/messages",
                {"x-api-key": self.key, "anthropic-version": "2023-06-01"},
                body={
                    "model": self.model,
                    "max_tokens": _MOST_TOKENS,
                    "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 1}],
                    "messages": [{"role": "user", "content": _task(query)}],
                },
                setting="providers.anthropic.api_key",
                key=self.key,
            )
        )
        blocks = [block for block in items(said, "content") if isinstance(block, Mapping)]
        searched = [block.get("content") for block in blocks if block.get("type") == "web_search_tool_result"]
        if not any(isinstance(one, list) for one in searched):
            trouble = next((text(one, "error_code") for one in searched), "")
            raise ToolError(f"Anthropic's model did not search{f': {trouble}' if trouble else ''}.", "Try again later.")
        quotes = [quote for block in blocks for quote in items(block, "citations")]
        pages = [page for found in searched if isinstance(found, list) for page in found]
        snippets = _joined((text(quote, "url"), text(quote, "cited_text")) for quote in quotes)
        results = _once(
            Result(text(one, "title"), url, snippets.get(url, "")) for one in pages if (url := text(one, "url"))
        )
        answer = "".join(text(block, "text") + " " for block in blocks if block.get("type") == "text").strip()
        return Findings(_cited_first(results)[:most], answer, _A_SEARCH * len(searched), _tokens(said))


@dataclass(frozen=True, slots=True)
class OpenAISearch:
    """The web search of OpenAI's models, asked of `model`."""

    model: str
    key: str = field(repr=False)
    address: str = _OPENAI
    name: str = "OpenAI"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`, and what the model says of them.

        Raises:
            ToolError: it could not be asked, or did not search.
        """
        said = await asked(
            Question(
                self.name,
                f"{self.address.rstrip('/')}/responses",
                {"Authorization": f"Bearer {self.key}"},
                body={
                    "model": self.model,
                    "input": _task(query),
                    "tools": [{"type": "web_search"}],
                    "tool_choice": "required",
                    "include": ["web_search_call.action.sources"],
                    "store": False,
                },
                setting="providers.openai.api_key",
                key=self.key,
            )
        )
        output = [item for item in items(said, "output") if isinstance(item, Mapping)]
        searches = [item for item in output if item.get("type") == "web_search_call"]
        if not searches:
            raise ToolError("OpenAI's model did not search.", "Try again later.")
        parts = [part for item in output if item.get("type") == "message" for part in items(item, "content")]
        cited = [Result(text(one, "title"), text(one, "url")) for part in parts for one in items(part, "annotations")]
        sources = [Result("", text(one, "url")) for item in searches for one in items(item, "action", "sources")]
        answer = "\n".join(filter(None, (text(part, "text") for part in parts)))
        return Findings(_once([*cited, *sources])[:most], answer, _A_SEARCH * len(searches), _tokens(said))


def _task(query: str) -> str:
    return f"Search the web for what follows, once, and say in a few sentences what the pages say.\n\n{query}"


def _joined(quotes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What was quoted of each page."""
    found: dict[str, str] = {}
    for url, quote in quotes:
        found[url] = f"{found.get(url, '')} {quote}".strip()[:_MOST_SNIPPET]
    return found


def _once(results: Iterable[Result]) -> tuple[Result, ...]:
    found: dict[str, Result] = {}
    for result in results:
        if result.url:
            found.setdefault(result.url, result)
    return tuple(found.values())


def _cited_first(results: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(sorted(results, key=lambda result: not result.snippet))


def _tokens(said: object) -> int:
    usage = said.get("usage") if isinstance(said, Mapping) else None
    return sum(_counts(usage)) if isinstance(usage, Mapping) else 0


def _counts(usage: Mapping[str, object]) -> Iterator[int]:
    for name in ("input_tokens", "output_tokens"):
        count = usage.get(name)
        if isinstance(count, int):
            yield count
