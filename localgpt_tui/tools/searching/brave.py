"""Brave's search service."""

import re
from dataclasses import dataclass, field

from localgpt_tui.tools.searching.service import Findings, Question, Result, asked, items, text

_EMPHASIS = re.compile(r"</?strong>")


@dataclass(frozen=True, slots=True)
class Brave:
    """Brave Search, for the holder of `key`, at its list price."""

    key: str = field(repr=False)
    address: str = "https://api.search.brave.com/res/v1"
    name: str = "Brave"

    async def search(self, query: str, most: int) -> Findings:
        """At most `most` pages about `query`.

        Raises:
            ToolError: it could not be asked.
        """
        said = await asked(
            Question(
                self.name,
                f"{self.address}/web/search",
                {"X-Subscription-Token": self.key, "Accept": "application/json"},
                {"q": query, "count": str(most)},
                setting="tools.web_search.brave.api_key",
                key=self.key,
            )
        )
        found = (
            Result(_plain(text(one, "title")), text(one, "url"), _plain(text(one, "description")))
            for one in items(said, "web", "results")
        )
        return Findings(tuple(found)[:most], cost=0.005)


def _plain(marked: str) -> str:
    """Titles and descriptions come as HTML in which what fits is emphasised."""
    from html import unescape  # noqa: PLC0415 - half a MB of names

    return unescape(_EMPHASIS.sub("", marked))
