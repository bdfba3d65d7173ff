"""Searching the web: every service over a real socket, with the same kind of answer."""

import json

import pytest
from page_server import PageServer, page

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.searching.brave import Brave
from localgpt_tui.tools.searching.native import AnthropicSearch, OpenAISearch, native_search
from localgpt_tui.tools.searching.perplexity import Perplexity
from localgpt_tui.tools.searching.searxng import SearXNG
from localgpt_tui.tools.searching.service import Findings, Result
from localgpt_tui.tools.searching.tavily import Tavily
from localgpt_tui.tools.web_search import search_service, search_tool, web_tools


@pytest.fixture
async def server():
    async with PageServer() as running:
        yield running


def said(answer, status="200 OK", **headers):
    return page(json.dumps(answer), "application/json", status, **headers)


def asked(server):
    head, _, body = server.asked[-1].partition(b"\r\n\r\n")
    return head.decode(), json.loads(body) if body else None


FOUND = [
    {
        "title": "Bread",
        "url": "https://bread.example/",
        "content": "How to",
        "snippet": "How to",
        "description": "How to",
    },
    {"title": "More", "url": "https://more.example/", "content": "and so on", "snippet": "", "description": ""},
]
BREAD = Result("Bread", "https://bread.example/", "How to")


async def test_searxng_is_asked_for_json_and_costs_nothing(server):
    server.pages["/s/search"] = said({"results": FOUND})

    findings = await SearXNG(server.url("/s/", "127.0.0.1")).search("how to & why?", 1)

    assert findings == Findings((BREAD,))
    assert "GET /s/search?q=how+to+%26+why%3F&format=json HTTP/1.1" in asked(server)[0]


async def test_a_searxng_that_answers_no_programs_says_what_to_change(server):
    server.pages["/search"] = said({}, "403 Forbidden")

    with pytest.raises(ToolError, match=r"search\.formats"):
        await SearXNG(server.url("", "127.0.0.1")).search("x", 1)
    with pytest.raises(ToolError, match=r"searxng\.base_url"):
        await SearXNG("").search("x", 1)


async def test_brave_is_given_the_key_and_its_marks_are_taken_off(server):
    marked = {
        "title": "<strong>Bread</strong>",
        "url": "https://bread.example/",
        "description": "How <strong>to</strong> &amp; why",
    }
    server.pages["/web/search"] = said({"web": {"results": [marked]}})

    findings = await Brave("BSA-key", server.url("", "127.0.0.1")).search("bread", 3)

    assert findings == Findings((Result("Bread", "https://bread.example/", "How to & why"),), cost=0.005)
    head, _ = asked(server)
    assert "x-subscription-token: bsa-key" in head.lower()
    assert "/web/search?q=bread&count=3" in head


@pytest.mark.parametrize(("service", "cost"), [(Tavily, 0.008), (Perplexity, 0.005)])
async def test_tavily_and_perplexity_are_given_the_key_in_a_header(server, service, cost):
    server.pages["/search"] = said({"results": FOUND})

    findings = await service("the-key", server.url("", "127.0.0.1")).search("bread", 1)

    assert (findings.results, findings.cost) == ((BREAD,), cost)
    head, body = asked(server)
    assert "authorization: bearer the-key" in head.lower()
    assert (body["query"], body["max_results"]) == ("bread", 1)


async def test_anthropics_models_search_once_and_their_quotes_are_the_snippets(server):
    pages = [{"type": "web_search_result", "title": one["title"], "url": one["url"]} for one in reversed(FOUND)]
    quote = {"type": "web_search_result_location", "url": FOUND[0]["url"], "cited_text": "How to"}
    server.pages["/v1/messages"] = said(
        {
            "content": [
                {"type": "server_tool_use", "name": "web_search", "input": {"query": "bread"}},
                {"type": "web_search_tool_result", "content": pages},
                {"type": "text", "text": "Bake it.", "citations": [quote]},
                {"type": "text", "text": "Eat it.", "citations": None},
            ],
            "usage": {"input_tokens": 900, "output_tokens": 100},
        }
    )

    findings = await AnthropicSearch("claude-x", "sk-ant", server.url("", "127.0.0.1")).search("bread", 5)

    assert findings.results == (BREAD, Result("More", "https://more.example/"))
    assert (findings.answer, findings.cost, findings.tokens) == ("Bake it. Eat it.", 0.01, 1000)
    head, body = asked(server)
    assert "x-api-key: sk-ant" in head.lower()
    assert body["tools"] == [{"type": "web_search_20250305", "name": "web_search", "max_uses": 1}]


async def test_openais_models_search_and_cite(server):
    cited = {"type": "url_citation", "url": FOUND[0]["url"], "title": "Bread", "start_index": 0, "end_index": 4}
    sources = [{"type": "url", "url": one["url"]} for one in FOUND]
    server.pages["/responses"] = said(
        {
            "output": [
                {"type": "web_search_call", "action": {"type": "search", "sources": sources}},
                {"type": "message", "content": [{"type": "output_text", "text": "Bake it.", "annotations": [cited]}]},
            ],
            "usage": {"input_tokens": 900, "output_tokens": 100},
        }
    )

    findings = await OpenAISearch("gpt-x", "sk", server.url("", "127.0.0.1")).search("bread", 5)

    assert findings.results == (Result("Bread", "https://bread.example/"), Result("", "https://more.example/"))
    assert (findings.answer, findings.cost, findings.tokens) == ("Bake it.", 0.01, 1000)


@pytest.mark.parametrize("service", [AnthropicSearch, OpenAISearch])
async def test_a_model_that_did_not_search_is_no_search(server, service):
    answers = {"content": [{"type": "text", "text": "I know."}], "output": [{"type": "message", "content": []}]}
    server.pages |= {"/v1/messages": said(answers), "/responses": said(answers)}

    with pytest.raises(ToolError, match="did not search"):
        await service("m", "key", server.url("", "127.0.0.1")).search("x", 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (said({}, "401 Unauthorized"), r"does not accept the key.*tools\.web_search\.brave\.api_key"),
        (said({}, "402 Payment Required"), "used up"),
        (said({}, "429 Too Many Requests"), "less often"),
        (said({}, "503 Busy"), "trouble of its own"),
        (said({"error": "bad \x1b[2J the-key"}, "422 What"), r"refuses the search \(422\): .*\*\*\*"),
        (page("<html>", "text/html"), "no JSON"),
        (page(b"[" * 100_000, "application/json"), "no JSON"),
        (page(b" " * 5_000_000, "application/json"), "more than can be read"),
        (b"nonsense\r\n\r\n", "cannot be reached"),
        (said({}, "302 Found", Location="http://127.0.0.1:1/"), "refuses the search"),
    ],
    ids=lambda value: "answer" if isinstance(value, bytes) else value,
)
async def test_what_goes_wrong_is_said_in_words_and_never_with_the_key(server, answer, words):
    server.pages["/web/search"] = answer

    with pytest.raises(ToolError, match=words) as failed:
        await Brave("the-key", server.url("", "127.0.0.1")).search("x", 1)
    assert "the-key" not in str(failed.value)
    assert "\x1b" not in str(failed.value)


@pytest.mark.parametrize("provider", ["brave", "tavily", "perplexity"])
async def test_without_a_key_it_says_where_to_set_one(provider):
    service = search_service(provider)
    assert service is not None

    with pytest.raises(ToolError, match=rf"tools\.web_search\.{provider}\.api_key"):
        await service.search("x", 1)
    with pytest.raises(ToolError, match="no key has"):
        await search_service(provider, brave_key="a\nb", tavily_key="ä", perplexity_key="\x00").search("x", 1)


class Scripted:
    """A service that finds what it is told."""

    name, address = "Scripted", "https://search.example/api"

    def __init__(self, *results, **more):
        self.findings = Findings(tuple(results), **more)
        self.asked = []

    async def search(self, query, most):
        self.asked.append((query, most))
        return self.findings


async def run(tool, **arguments):
    return await tool.run(json.dumps(arguments), lambda _: None)


async def test_a_search_shows_titles_addresses_snippets_and_the_cost():
    service = Scripted(BREAD, Result("", "http://bücher.example/"), answer="Bake.", cost=0.005, tokens=12)

    assert await run(search_tool(lambda: service), query=" how  to bake ", count=3) == (
        "Scripted: 2 results (about $0.005, and 12 tokens)\n\nScripted writes: Bake.\n\n"
        "1. Bread\n   https://bread.example/\n   How to\n\n2. (no title)\n   http://xn--bcher-kva.example/"
    )
    assert service.asked == [("how to bake", 3)]


async def test_the_same_search_is_made_once_until_it_is_old():
    now = [0.0]
    service = Scripted(BREAD, cost=0.005)
    tool = search_tool(lambda: service, 4, 60.0, lambda: now[0])

    assert "(about $0.005)" in await run(tool, query="Bread")
    assert "(from the cache, no cost)" in await run(tool, query="bread ")
    assert "(about $0.005)" in await run(tool, query="bread", count=2)
    now[0] = 61.0
    assert "(about $0.005)" in await run(tool, query="bread")
    assert service.asked == [("Bread", 4), ("bread", 2), ("bread", 4)]


async def test_what_is_found_is_cleaned_and_leads_to_pages_only():
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    service = Scripted(
        Result(
            f"Br\x1b[2Jead{tags}\n2. Fake\n   https://fake.example/", "https://bread.example/\u202e", f"How{tags}\nto"
        ),
        Result("script", "javascript:alert(1)"),
        Result("file", "file:///etc/passwd"),
        Result("none", ""),
    )

    text = await run(search_tool(lambda: service), query="x")

    assert text.startswith(
        "Scripted: 1 result (no cost)\n\n1. Bread 2. Fake https://fake.example/\n   https://bread.example/"
    )
    assert text.endswith("\n   How to")
    assert text.isascii() or "\u202e" not in text
    assert not any(one in text for one in ("\x1b", "javascript", "file:", *tags))


async def test_the_question_shows_what_is_searched_for_and_where():
    act = await search_tool(Scripted).foresee(
        json.dumps({"query": "bread\x1b[2J bXkgc2VjcmV0IHBhc3N3b3JkIGlzIGh1bnRlcjI"})
    )

    assert (act.kind, act.verdict, act.title, act.origin) == (
        "fetch",
        "approve",
        "search the web with Scripted",
        "web search",
    )
    assert (act.hosts, act.pattern) == (("search.example:443",), "search.example")
    assert act.shown.startswith("bread␛ ")
    assert act.reasons == ("It holds what may be encoded text: bXkgc2VjcmV0IHBhc3N3b3JkIGlzIGh1bnRlcjI",)


def test_the_tools_are_those_that_the_configuration_makes_possible():
    assert search_service("none") is None
    assert [tool.name for tool in web_tools(search=lambda: search_service("searxng", searxng_url="http://x"))] == [
        "web_fetch",
        "web_search",
    ]


def test_only_a_vendor_with_a_key_and_at_its_own_address_searches_itself():
    keys = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"}

    assert native_search("anthropic", "m", environ=keys) == AnthropicSearch("m", "a")
    assert native_search("openai", "m", key="k", address="https://api.openai.com/v1/", environ=keys) == OpenAISearch(
        "m", "k"
    )
    assert native_search("anthropic", "m", environ={}) is None
    assert native_search("openai", "m", address="http://localhost:1234/v1", environ=keys) is None
    assert native_search("ollama", "m", key="k", environ=keys) is None


async def test_who_searches_may_change_and_may_go_away():
    one, other = Scripted(BREAD), Scripted(BREAD)
    other.name = "Other"
    there = [one]
    tool = search_tool(lambda: there[0] if there else None)

    assert (await run(tool, query="x")).startswith("Scripted")
    there[0] = other
    assert (await run(tool, query="x")).startswith("Other: 1 result (no cost)")
    there.clear()
    for ask in (tool.foresee(json.dumps({"query": "x"})), run(tool, query="x")):
        with pytest.raises(ToolError, match=r"tools\.web_search\.provider"):
            await ask
