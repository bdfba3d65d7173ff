"""Perplexity's search service."""

from dataclasses import dataclass, field

from localgpt_tui.tools.searching.service import Findings, Question, Result, asked, items, text


@dataclass(frozen=True, slots=True)
class Perplexity:
    """Perplexity's Search API, for the holder of `key`, at its list price."""

    key: str = field(repr=False)
    address: str = "https://api.perplexity.ai"
    name: str = "Perplexity"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`.

        Raises:
            ToolError: it could not be asked.
        """
        said = await asked(
            Question(
                self.name,
                f"{self.address}/search",
                {"Authorization": f"Bearer {self.key}"},
                body={"query": query, "max_results": most},
                setting="tools.web_search.perplexity.api_key",
                key=self.key,
            )
        )
        found = (Result(text(one, "title"), text(one, "url"), text(one, "snippet")) for one in items(said, "results"))
        return Findings(tuple(found)[:most], cost=0.005)
