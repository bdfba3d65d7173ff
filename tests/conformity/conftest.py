"""The servers of a test run, in one worker; without them every test here is skipped and says why."""

import os
from pathlib import Path

import pytest
from conformity.servers import NotInstalledError, Servers, installed

from localgpt_tui.providers.anthropic import Anthropic
from localgpt_tui.providers.ollama import Ollama
from localgpt_tui.providers.openai import OpenAI

pytest.register_assert_rewrite("conformity.asking")

HERE = Path(__file__).parent
# read here, since each test is given an environment without them
REQUIRED = os.environ.get("LOCALGPT_TUI_CONFORMITY_REQUIRED", "0") not in {"", "0"}
CLAUDE_REQUIRED = REQUIRED and os.environ.get("LOCALGPT_TUI_CONFORMITY_CLAUDE", "0") not in {"", "0"}
try:
    PROGRAMS, WHY_NOT = installed(), ""
except NotInstalledError as absent:
    PROGRAMS, WHY_NOT = {}, str(absent)


def pytest_collection_modifyitems(items):
    """One worker runs them all, so that each server starts once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("conformity"))


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    if not PROGRAMS:
        _absent(WHY_NOT, required=REQUIRED)
    running = Servers(PROGRAMS, tmp_path_factory.mktemp("servers"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def claude(servers):
    """The real Claude CLI."""
    if "claude" not in PROGRAMS:
        reason = "the Claude CLI is not installed: LOCALGPT_TUI_CONFORMITY_CLAUDE=1 .ci/conformity installs it"
        _absent(reason, required=CLAUDE_REQUIRED)
    return PROGRAMS["claude"]


@pytest.fixture
async def connect():
    """Makes the provider that speaks `dialect` to the server at `url`, and closes it at the end of the test."""
    made = []

    def make(dialect, url, **settings):
        provider = _provider(dialect, url, settings)
        made.append(provider)
        return provider

    yield make
    for provider in made:
        await provider.aclose()


def _provider(dialect, url, settings):
    match dialect:
        case "anthropic":
            return Anthropic(**{"model": "claude-sonnet-5-5", "api_key": "key", "base_url": url, **settings})
        case "chat":
            return OpenAI(**{"model": "gpt-6-luna", "api_key": "key", "base_url": f"{url}/v1", **settings})
        case "responses":
            return _provider("chat", url, {"api": "responses", **settings})
        case "ollama":
            return Ollama(**{"model": "llama3", "base_url": url, **settings})


def _absent(reason, *, required):
    """What is missing on a person's machine is passed over; where it is required, it is a failure."""
    if required:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
