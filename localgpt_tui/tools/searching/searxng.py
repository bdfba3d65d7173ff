"""SearXNG, a search server of one's own."""

from dataclasses import dataclass

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.searching.service import Findings, Question, Result, asked, items, text


@dataclass(frozen=True, slots=True)
class SearXNG:
    """The server at `address`, which costs nothing."""

    address: str
    name: str = "SearXNG"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`.

        Raises:
            ToolError: it could not be asked, or does not answer programs.
        """
        if not self.address:
            raise ToolError(
                "Searching with SearXNG needs its address.", "The person can set tools.web_search.searxng.base_url."
            )
        url = f"{self.address.rstrip('/')}/search"
        try:
            said = await asked(Question(self.name, url, {}, {"q": query, "format": "json"}))
        except ToolError as error:
            if "(403)" not in error.message:
                raise
            advice = "The person can add json to search.formats in its settings.yml."
            raise ToolError("SearXNG does not answer programs.", advice) from error
        found = (Result(text(one, "title"), text(one, "url"), text(one, "content")) for one in items(said, "results"))
        return Findings(tuple(found)[:most])
