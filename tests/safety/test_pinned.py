"""A connection goes to the address that was checked, and to the one whose name was asked for."""

import ssl
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest
from page_server import HERE, PageServer, fetcher, page, redirect

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.pinned import PinnedBackend
from localgpt_tui.safety.targets import RefusedError


@pytest.fixture
async def server():
    async with PageServer() as running:
        yield running


class Elsewhere(httpcore.AnyIOBackend):
    """Connects to the server whatever is asked for, as a network that lies would."""

    async def connect_tcp(self, host, port, *more):
        return await super().connect_tcp("127.0.0.1", port, *more)


async def test_another_address_that_answers_instead_is_not_spoken_to(server):
    lied_to = PinnedBackend([ip_address("127.0.0.3")], 1.0, Elsewhere())
    told_the_truth = PinnedBackend([ip_address("127.0.0.3"), HERE], 1.0, Elsewhere())

    with pytest.raises(httpcore.ConnectError, match="another address"):
        await lied_to.connect_tcp("public.test", server.port)
    await (await told_the_truth.connect_tcp("public.test", server.port)).aclose()
    assert server.asked == []


CERTIFICATE = Path(__file__).parent / "data" / "public.test.pem"


@pytest.fixture
async def secure():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    async with PageServer(context) as running:
        yield running


async def test_tls_asks_for_the_name_and_trusts_nobody_else(secure):
    secure.pages["/"] = page("there")
    secure.pages["/down"] = redirect(f"http://public.test:{secure.port}/")
    trusting = fetcher(secure, certificates=ssl.create_default_context(cafile=CERTIFICATE))
    there = f"https://public.test:{secure.port}"

    assert (await trusting.fetch(f"{there}/")).body == b"there"
    with pytest.raises(RefusedError, match="from https"):
        await trusting.fetch(f"{there}/down")
    for one, url in ((trusting, f"https://other.test:{secure.port}/"), (fetcher(secure), f"{there}/")):
        with pytest.raises(ToolError, match="certificate is not trusted"):
            await one.fetch(url)
    assert secure.paths == ["/", "/down"]
