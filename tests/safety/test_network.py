"""What is fetched comes from the address that was checked, and never too much, too long or of the wrong kind."""

import asyncio
import gzip
import socket
import zlib
from ipaddress import ip_address
from pathlib import Path

import pytest
from page_server import HERE, Names, PageServer, fetcher, page, redirect

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.network import Network, is_own, judge, resolve
from localgpt_tui.safety.targets import RefusedError, Target

PRIVATE = ["10.0.0.1", "127.0.0.2", "::1", "fd00:ec2::254", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]


@pytest.fixture
async def server():
    async with PageServer() as running:
        yield running


async def test_a_page_is_asked_for_by_name_and_without_cookies_credentials_or_a_referer(server, monkeypatch):
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    server.pages["/a"] = redirect("/b?c=%20#there", body=b"x")
    server.pages["/b"] = page("<p>hello", Set_Cookie="a=b")

    got = await fetcher(server).fetch(server.url("/a#fragment"))

    assert (got.status, got.type, got.body, got.cut) == (200, "text/html", b"<p>hello", False)
    assert got.target.url == server.url("/b?c=%20")
    assert server.paths == ["/a", "/b?c=%20"]
    for head in server.asked:
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:] if line}
        assert f"host: public.test:{server.port}".encode() in head.lower()
        assert names == {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("beside", [[], ["127.0.0.1"]])
async def test_a_name_with_one_address_that_is_not_public_is_refused(server, address, beside):
    names = Names(inside_test=[[*beside, address]])

    with pytest.raises(RefusedError, match="never fetched"):
        await fetcher(server, names).fetch(server.url(host="inside.test"))

    assert server.asked == []


def _names_of_this_machine() -> set[str]:
    named = [line.split("#")[0].split() for line in Path("/etc/hosts").read_text(encoding="utf-8").splitlines()]
    return {name for address, *names in filter(None, named) for name in names if address in {"127.0.0.1", "::1"}}


async def test_a_name_in_etc_hosts_is_judged_by_its_address():
    for name in _names_of_this_machine() | {socket.gethostname()}:
        with pytest.raises(RefusedError):
            await Network().addresses(Target("http", name, 80, "/"))


async def test_this_machines_own_resolver_gives_every_address():
    assert HERE in await resolve("localhost", 80)


async def test_the_connection_goes_to_the_address_that_was_checked_though_the_name_leads_elsewhere_by_then(server):
    names = Names(turning_test=[["127.0.0.1"], ["127.0.0.2"]])
    server.pages["/"] = page("first")
    server.pages["/again"] = redirect("/")

    assert (await fetcher(server, names).fetch(server.url(host="turning.test"))).body == b"first"
    assert names.asked == ["turning.test"]

    names = Names(turning_test=[["127.0.0.1"], ["127.0.0.2"]])
    with pytest.raises(RefusedError, match=r"127\.0\.0\.2"):
        await fetcher(server, names).fetch(server.url("/again", "turning.test"))


async def test_an_own_address_that_is_public_is_refused_too():
    assert is_own(HERE)
    assert not is_own(ip_address("8.8.8.8"))
    assert judge(HERE, False) == "this machine itself"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9)) if _has_route() else probe.bind(("127.0.0.1", 0))
        assert is_own(ip_address(probe.getsockname()[0]))


def _has_route() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(("192.0.2.1", 9)) == 0


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("http://inside.test/", "never fetched"),
        ("http://127.0.0.1/", "never fetched"),
        ("//127.0.0.1/", "never fetched"),
        ("http://2130706433/", "programs read differently"),
        ("http://localhost/", "never fetched"),
        ("file:///etc/passwd", "file: is never"),
        ("ftp://public.test/", "ftp: is never"),
        ("http://user:word@public.test/", "name or password"),
        ("http://public.test:22/", "Port 22"),
        ("http://public.test/\\@127.0.0.1", "programs read differently"),
        ("http://[::1%25lo]/", "zone"),
        ("javascript:alert(1)", "javascript: is never"),
    ],
)
async def test_a_redirect_leads_only_where_one_could_have_gone_directly(server, to, why):
    server.pages["/"] = redirect(to)

    with pytest.raises(RefusedError, match=why):
        await fetcher(server, Names(public_test=[["127.0.0.1"]], inside_test=[["10.0.0.1"]])).fetch(server.url())

    assert len(server.asked) == 1


async def test_redirects_end_after_five_and_never_go_round(server):
    for number in range(8):
        server.pages[f"/{number}"] = redirect(f"/{number + 1}")
    server.pages["/loop"] = redirect("/pool")
    server.pages["/pool"] = redirect("/loop")
    server.pages["/3x"] = redirect("/6x")
    server.pages["/6x"] = page("there")

    with pytest.raises(ToolError, match="more than 5"):
        await fetcher(server).fetch(server.url("/0"))
    assert server.paths == [f"/{number}" for number in range(6)]
    with pytest.raises(ToolError, match="circle"):
        await fetcher(server).fetch(server.url("/loop"))
    assert (await fetcher(server).fetch(server.url("/3x"))).body == b"there"


async def test_a_redirect_that_is_not_wanted_is_told_instead_of_followed(server):
    server.pages["/"] = redirect("http://other.test/x?y")

    got = await fetcher(server).fetch(server.url(), follow=lambda one, other: one.host == other.host)

    assert (got.onward, got.status, len(server.asked)) == ("http://other.test/x?y", 302, 1)


async def test_a_redirect_never_leads_into_the_persons_own_network(server):
    mine = f"nas.local:{server.port}"
    names = Names(nas_local=[["127.0.0.1"]])
    server.pages["/"] = redirect(f"http://{mine}/")

    with pytest.raises(RefusedError, match="own network"):
        await fetcher(server, names, private_hosts=[mine], judge=judge_of_the_network).fetch(server.url())

    server.pages["/"] = page("mine")
    got = await fetcher(server, names, private_hosts=[mine], judge=judge_of_the_network).fetch(f"http://{mine}/")
    assert got.body == b"mine"


def judge_of_the_network(address, private):
    return "" if address == HERE and not private else judge(address, private)


async def test_the_body_of_a_redirect_is_not_read(server):
    async def endless():
        yield b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 10000000000\r\n\r\n"
        while True:
            yield b"x" * 65536

    server.pages["/"] = endless
    server.pages["/there"] = page("there")

    assert (await fetcher(server).fetch(server.url())).body == b"there"


async def test_a_location_with_line_ends_adds_no_header(server):
    server.pages["/"] = redirect("/there%0d%0aX-Evil:%20yes")
    await fetcher(server).fetch(server.url())
    assert b"x-evil: yes" not in server.asked[-1].lower()

    server.pages["/"] = redirect("/there\r\nX-Evil: yes\rZ: y")
    with pytest.raises(ToolError, match="does not answer as a web server"):
        await fetcher(server).fetch(server.url())


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress, lambda raw: zlib.compress(raw, wbits=-15)])
async def test_a_packed_page_is_unpacked(server, packed):
    encoding = "gzip" if packed is gzip.compress else "deflate"
    server.pages["/"] = page(packed(b"hello " * 1000), Content_Encoding=encoding)

    assert (await fetcher(server).fetch(server.url())).body == b"hello " * 1000


async def test_a_bomb_is_unpacked_only_as_far_as_wanted(server):
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(64)) + bomb.flush()
    server.pages["/"] = page(packed * 4, "text/plain", Content_Encoding="gzip")

    got = await fetcher(server, most_bytes=100_000).fetch(server.url())

    assert (len(got.body), got.cut) == (100_000, True)


@pytest.mark.parametrize(
    ("encoding", "body"), [("br", b"x"), ("gzip, gzip", b"x"), ("gzip", b"no gzip"), ("zstd", b"")]
)
async def test_a_page_that_is_packed_otherwise_is_refused_in_words(server, encoding, body):
    server.pages["/"] = page(body, Content_Encoding=encoding)

    with pytest.raises(ToolError, match="packed"):
        await fetcher(server).fetch(server.url())


async def test_a_page_that_goes_on_for_ever_is_cut_or_given_up(server):
    async def endless():
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"5\r\nhello\r\n"
            await asyncio.sleep(0.001)

    server.pages["/"] = endless

    assert len((await fetcher(server, most_bytes=100).fetch(server.url())).body) == 100
    with pytest.raises(ToolError, match=r"in 0\.2 seconds"):
        await fetcher(server, total_seconds=0.2).fetch(server.url())


async def test_a_server_that_says_nothing_is_given_up_and_let_go(server):
    async def silent():
        await asyncio.sleep(60)
        yield b""

    server.pages["/"] = silent
    with pytest.raises(ToolError, match="did not arrive"):
        await fetcher(server, total_seconds=0.1).fetch(server.url())

    task = asyncio.create_task(fetcher(server).fetch(server.url()))
    while len(server.asked) < 2:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


NO_ANSWERS = {
    "one long header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000 + b"\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "bytes": b"\x16\x03\x01\x00",
    "less than promised": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", NO_ANSWERS)
async def test_what_is_no_answer_of_a_web_server_is_refused_in_words(server, answer):
    server.pages["/"] = NO_ANSWERS[answer]

    with pytest.raises(ToolError, match=r"does not answer as a web server|broke the connection off"):
        await fetcher(server).fetch(server.url())


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "video/mp4", "image/svg+xml", "font/woff2"])
async def test_what_is_no_text_is_refused_by_its_type_whatever_it_holds(server, kind):
    server.pages["/"] = page("<html><p>text</html>", kind)

    with pytest.raises(ToolError, match="cannot be read"):
        await fetcher(server).fetch(server.url())


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "TEXT/Plain", "application/json", "application/ld+json", "application/rss+xml", ""],
)
async def test_text_in_every_form_is_read(server, kind):
    server.pages["/"] = page("x", kind)

    assert (await fetcher(server).fetch(server.url())).body == b"x"


async def test_an_error_page_is_a_page(server):
    assert (await fetcher(server).fetch(server.url("/none"))).status == 404


async def test_names_that_lead_nowhere_and_hosts_that_do_not_answer_are_said_in_words(server):
    with pytest.raises(ToolError, match="was not found"):
        await fetcher(server).fetch("http://nowhere.example/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed = fetcher(server)
    closed._ports = {port}
    with pytest.raises(ToolError, match="nothing answers"):
        await closed.fetch(f"http://public.test:{port}/")


async def test_a_resolver_that_takes_too_long_is_given_up(server):
    async def slow(host, port):
        await asyncio.sleep(60)
        return []

    with pytest.raises(ToolError, match="was not found in"):
        await fetcher(server, slow, connect_seconds=0.05).fetch(server.url())


async def test_the_next_address_is_tried_where_the_first_does_not_answer(server):
    server.pages["/"] = page("there")
    names = Names(public_test=[["127.0.0.3", "127.0.0.1"]])
    both = fetcher(server, names, judge=lambda address, _private: "")

    assert (await both.fetch(server.url())).body == b"there"
