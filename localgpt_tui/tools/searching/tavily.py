"""Tavily's search service."""

from dataclasses import dataclass, field

from localgpt_tui.tools.searching.service import Findings, Question, Result, asked, items, text


@dataclass(frozen=True, slots=True)
class Tavily:
    """Tavily, for the holder of `key`; a search is one credit, at the list price."""

    key: str = field(repr=False)
    address: str = "https://api.tavily.com"
    name: str = "Tavily"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`, and a short answer.

        Raises:
            ToolError: it could not be asked.
        """
        body = {"query": query, "max_results": most, "search_depth": "basic", "include_answer": True}
        said = await asked(
            Question(
                self.name,
                f"{self.address}/search",
                {"Authorization": f"Bearer {self.key}"},
                body=body,
                setting="tools.web_search.tavily.api_key",
                key=self.key,
            )
        )
        found = (Result(text(one, "title"), text(one, "url"), text(one, "content")) for one in items(said, "results"))
        return Findings(tuple(found)[:most], text(said, "answer"), cost=0.008)
