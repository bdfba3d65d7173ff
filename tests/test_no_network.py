"""Without being asked to, nothing reaches for the network: neither a question that recall answers, nor the app.

Each runs in a process of its own, under an audit hook that Python itself calls before any name is looked up or any
connection made, whatever library it is made by.
"""

import os
import subprocess
import sys

import pytest

GUARD = """
import ipaddress, os, sys

def here(host):
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False

def guard(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        away = isinstance(address, tuple) and not here(address[0])
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        away = not here(arguments[0])
    else:
        return
    if away:
        os.write(2, f"REACHED OUT: {event} {arguments[1:] if event == 'socket.connect' else arguments}\\n".encode())
        os._exit(99)

sys.addaudithook(guard)
"""

ASK = """
from localgpt_tui.cli import main
main(["ask", "what is my cat called?"])
"""

APP = """
import asyncio
from localgpt_tui.cli.quiet import switch_telemetry_off
from localgpt_tui.paths import find_places
from localgpt_tui.ui.app import LocalGPTApp

async def look():
    app = LocalGPTApp(find_places())
    async with app.run_test() as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()

switch_telemetry_off()
asyncio.run(look())
"""

REACHES_OUT = [
    "import socket; socket.getaddrinfo('example.org', 80)",
    "import socket; socket.create_connection(('192.0.2.1', 9))",
]


def run(program):
    environ = {**os.environ, "PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", GUARD + program],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("program", [ASK, APP], ids=["ask", "app"])
def test_nothing_reaches_for_the_network(program):
    done = run(program)

    assert "REACHED OUT" not in done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("program", REACHES_OUT)
def test_the_guard_would_notice(program):
    assert run(program).returncode == 99
