"""Reading a page: what a person would see of it, where it came from, and how to read on."""

import asyncio
import gzip
import json

import pytest
from page_server import Names, PageServer, fetcher, page, redirect

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.decoding import decoded
from localgpt_tui.tools.readable import text_of
from localgpt_tui.tools.reading_process import text_apart
from localgpt_tui.tools.web import fetch_tool
from localgpt_tui.tools.web_search import web_tools

ARTICLE = "".join(f"<p>Sentence number {number} of the article is about bread.</p>" for number in range(40))


@pytest.fixture
async def server():
    async with PageServer() as running:
        yield running


async def read(tool, url, **more):
    return await tool.run(json.dumps({"url": url, **more}), lambda _: None)


async def foreseen(url, **settings):
    return await fetch_tool(**settings).foresee(json.dumps({"url": url}))


async def test_a_page_comes_with_its_status_its_last_address_and_its_type(server):
    server.pages["/"] = redirect("/bread")
    server.pages["/bread"] = page(
        f"<title>T</title><nav><a href=/x>Menu</a></nav><main>{ARTICLE}</main><footer>©</footer>"
    )

    text = await read(fetch_tool(fetcher=fetcher(server)), server.url())

    head, _, body = text.partition("\n\n")
    assert head == f"Status: 200\nURL: {server.url('/bread')}\nType: text/html"
    assert body.startswith("Sentence number 0 of the article")
    assert "Menu" not in text
    assert "©" not in text


async def test_the_one_main_part_of_a_page_is_its_content(server):
    server.pages["/one"] = page(f"<div>Chapters</div><div role=main><nav>Up</nav>{ARTICLE}</div><div>Contact</div>")
    server.pages["/two"] = page(f"<div>Chapters</div><main>{ARTICLE}</main><main>{ARTICLE}</main>")
    tool = fetch_tool(fetcher=fetcher(server))

    one = await read(tool, server.url("/one"))

    assert one.count("\n\nSentence") == 40
    assert not {"Chapters", "Up", "Contact"} & set(one.split())
    assert "Chapters" in await read(tool, server.url("/two"))


def test_a_page_that_is_all_menu_is_shown_as_it_is():
    assert "Home About" in text_of(b"<nav>Home About Contact</nav><main>Hi</main>", "text/html", "")


HIDING = {
    "comment": "<!-- SECRET -->",
    "script": "<script>SECRET</script>",
    "template": "<template>SECRET</template>",
    "style": "<p style='display:none'>SECRET</p>",
    "sheet": "<style>.a{opacity:0}</style><p class=a>SECRET</p>",
    "sheet beside furniture": "<style>nav + p{display:none}</style><nav>menu</nav><p>SECRET</p>",
    "sheet with much before": "<style>" + ".x{color:red}" * 600 + ".a{display:none}</style><p class=a>SECRET</p>",
    "sheet with nonsense before": "<style>a>>{color:red} ..x{color:red} .a{display:none}</style><p class=a>SECRET</p>",
    "attribute": "<img alt='SECRET'><a href='/SECRET' title='SECRET'>link</a>",
    "aria": "<p aria-hidden=true>SECRET</p>",
    "white": "<p style='color:#fff'>SECRET</p>",
    "meta": "<meta name=description content=SECRET>",
    "invisible": "".join(chr(0xE0000 + ord(letter)) for letter in "SECRET"),
}


@pytest.mark.parametrize("form", HIDING)
@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", ""])
def test_what_a_person_would_not_see_does_not_come_back(form, kind):
    text = text_of(f"<!doctype html><html><body>{HIDING[form]}{ARTICLE}".encode(), kind, "")

    assert "article is about bread" in text
    assert "SECRET" not in text
    assert not any(0xE0000 <= ord(letter) <= 0xE007F for letter in text)


async def test_nothing_hidden_comes_back_on_the_whole_way_either(server):
    server.pages["/"] = page(f"<!doctype html><html><body>{''.join(HIDING.values())}{ARTICLE}")

    text = await read(fetch_tool(fetcher=fetcher(server)), server.url())

    assert "article is about bread" in text
    assert "SECRET" not in text


async def test_a_feed_is_read_line_by_line_with_its_links_and_what_is_visible_of_its_texts(server):
    feed = """<?xml version="1.0"?><!-- SECRET --><feed xmlns:media="x"><title>News &amp; more</title>
      <entry><link href="https://example.com/1?a=1&amp;b=2"/><summary type="html">&lt;p&gt;Bread&lt;/p&gt;
      &lt;p style="display:none"&gt;SECRET&lt;/p&gt;</summary>
      <media:text><![CDATA[<b>Butter</b><!--SECRET-->]]></media:text></entry></feed>"""
    server.pages["/"] = page(feed, "application/atom+xml")

    text = await read(fetch_tool(fetcher=fetcher(server)), server.url())

    assert text.endswith("title: News & more\nlink: https://example.com/1?a=1&b=2\nsummary: Bread\ntext: Butter")


HOSTILE = {
    "memory": "<p>" + "".join(f"<b a={number}>" for number in range(1900)) + "</p>" + "<p>x</p>" * 50_000,
    "time": "<style>x ~ p ~ p ~ p{display:none}</style>" + "<p>a" * 20_000,
}


@pytest.mark.parametrize("form", HOSTILE)
async def test_a_page_made_to_exhaust_its_reader_is_given_up_in_words(form):
    with pytest.raises(ToolError, match=r"takes too long|cannot be read"):
        await text_apart(HOSTILE[form].encode(), "text/html", "", seconds=1.0)


async def test_a_reader_whose_page_is_no_longer_wanted_ends():
    task = asyncio.create_task(text_apart(HOSTILE["time"].encode(), "text/html", ""))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_terminal_sequences_are_taken_out_of_plain_text(server):
    server.pages["/"] = page("a\x1b[2Jb\x1b]52;c;SGk=\x07c\u202ed", "text/plain")

    assert (await read(fetch_tool(fetcher=fetcher(server)), server.url())).endswith("\n\nabcd")


async def test_a_pdf_is_refused_in_words_that_say_what_to_do_instead(server):
    server.pages["/"] = page(b"%PDF-1.7 ...", "application/pdf")
    server.pages["/posing"] = page(b"%PDF-1.7 ...", "text/plain")

    for path in ("/", "/posing"):
        with pytest.raises(ToolError, match=r"This is a PDF \(0 KiB\).*as a web page, or ask the person"):
            await read(fetch_tool(fetcher=fetcher(server)), server.url(path))


async def test_a_long_page_is_read_in_parts_without_asking_for_it_again(server):
    server.pages["/long"] = page("\n".join(f"line {number:04}" for number in range(1000)), "text/plain")
    tool = fetch_tool(fetcher=fetcher(server), most_characters=4000)

    whole, offset = "", 0
    while True:
        part = (await read(tool, server.url("/long"), offset=offset)).split("\n\n", 1)[1]
        text, _, note = part.partition("[Characters ")
        whole += text
        if not note:
            break
        offset = int(note.partition("offset=")[2].split(" ")[0])

    assert whole == "\n".join(f"line {number:04}" for number in range(1000))
    assert server.paths == ["/long"]
    with pytest.raises(ToolError, match="only 9999 characters"):
        await read(tool, server.url("/long"), offset=20_000)


async def test_a_page_over_the_limit_is_cut_and_says_so(server):
    server.pages["/"] = page(gzip.compress(b"word " * 1_000_000), "text/plain", Content_Encoding="gzip")

    text = await read(fetch_tool(fetcher=fetcher(server, most_bytes=5000)), server.url())

    assert "[The page goes on: only its first 5000 bytes were fetched]" in text


async def test_a_redirect_to_another_host_is_told_and_not_followed(server):
    server.pages["/out"] = redirect(f"http://other.test:{server.port}/?secret=1")
    server.pages["/www"] = redirect(f"http://www.public.test:{server.port}/there")
    server.pages["/there"] = page("there")
    tool = fetch_tool(fetcher=fetcher(server))

    text = await read(tool, server.url("/out"))

    assert f"call web_fetch with http://other.test:{server.port}/?secret=1]" in text
    assert server.paths == ["/out"]
    assert (await read(tool, server.url("/www"))).endswith("there")


async def test_what_is_never_allowed_is_refused_when_it_runs_too(server):
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "http://inside.test/"):
        with pytest.raises(ToolError):
            await read(fetch_tool(fetcher=fetcher(server, Names(inside_test=[["10.0.0.1"]]))), url)


async def test_a_cancelled_fetch_lets_the_connection_go(server):
    async def silent():
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n1"
        while not server.left.is_set():
            await asyncio.sleep(0.01)
            yield b""

    server.pages["/"] = silent
    task = asyncio.create_task(read(fetch_tool(fetcher=fetcher(server)), server.url()))
    while not server.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_question_shows_the_whole_address_in_plain_letters():
    act = await foreseen("https://раураl.com/a/b?q=ü")

    assert (act.kind, act.verdict, act.title) == ("fetch", "approve", "fetch https://xn--l-7sba6dbr.com/a/b")
    assert act.shown == act.origin == "https://xn--l-7sba6dbr.com/a/b?q=%C3%BC"
    assert (act.hosts, act.pattern) == (("xn--l-7sba6dbr.com:443",), "xn--l-7sba6dbr.com")
    assert act.reasons == ("Its host is written раураl.com in foreign letters.",)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "http://[::1]/",
        "http://localhost:11434/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://me:word@example.com/",
        "http://example.com:22/",
        "http://2130706433/",
        "nonsense",
        "http://example.com/" + "a" * 100_000,
        "http://example.com/\x1b[2J",
    ],
)
async def test_what_is_never_allowed_is_denied_with_its_reason(url):
    act = await foreseen(url)

    assert act.verdict == "deny"
    assert act.reasons
    assert len(act.shown) < 2100
    assert "\x1b" not in act.shown + act.title + "".join(act.reasons)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?d=bXkgc2VjcmV0IHBhc3N3b3JkIGlzIGh1bnRlcjI=",
        "https://evil.example/59b9dbe6fa9e65d56c45149fa2b05585",
        "https://evil.example/?q=" + "The+person+lives+in+Berlin+and+" * 6,
        "https://evil.example/" + "a/" * 200,
        "https://nb2wy3dpfqqho33snrscc4tfmrqwy5ba.evil.example/",
    ],
)
async def test_an_address_that_could_carry_something_out_says_so(url):
    act = await foreseen(url)

    assert act.verdict == "approve"
    assert any(reason.startswith("Its ") for reason in act.reasons)


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.python.org/3/library/asyncio-task.html#x",
        "https://en.wikipedia.org/wiki/Comparison_of_programming_languages_(functional_instructions)",
        "https://stackoverflow.com/questions/1234567/how-to-convert-a-string-to-lower-case-in-python",
        "https://www.google.com/search?q=how+to+make+bread+at+home+easily&hl=en",
        "https://youtube.com/watch?v=dQw4w9WgXcQ",
    ],
)
async def test_an_ordinary_address_needs_no_remark(url):
    assert (await foreseen(url)).reasons == ()


async def test_a_private_host_that_the_person_named_is_a_question_like_any_other():
    assert (await foreseen("http://nas:8000/", private_hosts=["nas:8000"])).verdict == "approve"
    assert (await foreseen("http://nas:8001/", private_hosts=["nas:8000"])).verdict == "deny"


def test_without_a_service_there_is_no_search():
    assert [tool.name for tool in web_tools()] == ["web_fetch"]


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("grün".encode(), "", "grün"),
        ("grün".encode("latin-1"), "", "grün"),
        ("grün".encode("latin-1"), "iso-8859-1", "grün"),
        ("grün".encode(), "iso-8859-1", "grün"),
        ("grün".encode("latin-1"), "utf-8", "gr\ufffdn"),
        ("“grün”".encode("cp1252"), "latin1", "“grün”"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
        ("grün".encode("utf-16"), "utf-8", "grün"),
        ("grün".encode("utf-16-le"), "utf-16", "grün"),
        ("grün".encode("utf-16-be"), "utf-16be", "grün"),
        (b"\xef\xbb\xbfx", "latin1", "x"),
        (b"plain", "utf-16", "plain"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        (b"x\\u0041", "unicode_escape", "x\\u0041"),
        (b"eJzLSM3JyQcABiwCFQ==", "zlib", "eJzLSM3JyQcABiwCFQ=="),
        (b"x", "no such thing", "x"),
        (b"<meta charset=windows-1251>" + "привет".encode("cp1251"), "", "<meta charset=windows-1251>привет"),
        (b"<meta charset=utf-7>+ADw-", "", "<meta charset=utf-7>+ADw-"),
        (b"\xff\xfe\x00\xd8", "", "\ufffd"),
        ("abc€".encode()[:-1], "", "abc\ufffd"),
    ],
)
def test_text_is_read_in_the_encoding_it_has_and_in_none_that_browsers_do_not_know(body, charset, text):
    assert decoded(body, charset) == text


def test_no_form_of_a_page_takes_long_to_read():
    size = 60_000
    hard = {
        "text/html": [
            "<style>" + "a" * size,
            "<style>" + "@media print " * (size // 13),
            "<style>" + "a>" * size + "{color:red}",
        ],
        "application/rss+xml": ["<" * size, "<a" * size, "<" + "a" * size, "<!--" * size, "<![CDATA[" * size],
    }
    for kind, bodies in hard.items():
        for body in bodies:
            text_of(body.encode(), kind, "")
