"""What is found on a machine, and what is chosen of it."""

import json
import stat

import pytest
from providers.server import Answer, ModelServer

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.providers.catalog import resolve
from localgpt_tui.providers.discovery import Surroundings, choose, destination, look_around

TAGS = {
    "models": [
        {"name": "nomic-embed-text:latest", "model": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
        {"name": "llama3.2:1b", "model": "llama3.2:1b", "details": {"family": "llama"}},
        {"name": "qwen3:latest", "model": "qwen3:latest", "details": None},
    ]
}
NOBODY = "http://127.0.0.1:1"


@pytest.fixture
async def ollama():
    async with ModelServer() as server:
        server.paths["/api/tags"] = Answer((json.dumps(TAGS).encode(),))
        yield server


@pytest.fixture
def claude(tmp_path):
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


async def test_a_running_ollama_is_found_with_the_models_that_can_talk(ollama):
    found = await look_around(ollama_url=ollama.url, environ={})
    assert found.ollama_models == ("llama3.2:1b", "qwen3:latest")
    assert (found.ollama_problem, found.claude_path, found.keys) == ("", "", ())


async def test_a_proxy_is_not_asked_for_this_machine(ollama, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await look_around(ollama_url=ollama.url, environ={})).ollama_models


async def test_claude_and_keys_are_found_and_no_key_is_kept(claude):
    environ = {"PATH": str(claude.parent), "OPENAI_API_KEY": "sk-secret", "ANTHROPIC_API_KEY": " "}
    found = await look_around(ollama_url=NOBODY, environ=environ)
    assert found.claude_path == str(claude)
    assert found.keys == ("OPENAI_API_KEY",)
    assert "sk-secret" not in repr(found)
    assert "does not answer" in found.ollama_problem


async def test_keys_of_the_configuration_count_too():
    found = await look_around(ollama_url=NOBODY, environ={}, keys=["ANTHROPIC_API_KEY"])
    assert found.keys == ("ANTHROPIC_API_KEY",)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"models": 5}', b'{"models": [{}]}', b'{"models": null}'])
async def test_something_else_on_that_port_is_not_taken_for_ollama(ollama, answer):
    ollama.paths["/api/tags"] = Answer((answer,))
    found = await look_around(ollama_url=ollama.url, environ={})
    assert found.ollama_models == ()
    assert "not Ollama" in found.ollama_problem


async def test_an_ollama_without_models_comes_with_the_command_that_fetches_one(ollama):
    ollama.paths["/api/tags"] = Answer((b'{"models": []}',))
    found = await look_around(ollama_url=ollama.url, environ={})
    assert "ollama pull" in found.ollama_problem


async def test_an_address_that_cannot_be_read_is_a_problem_and_no_crash():
    assert (await look_around(ollama_url="ht!tp://bla bla", environ={})).ollama_problem


ALL = Surroundings(
    ollama_models=("llama3.2:1b", "qwen3:latest"), claude_path="/bin/claude", keys=("ANTHROPIC_API_KEY",)
)


@pytest.mark.parametrize(
    ("surroundings", "model", "host"),
    [
        (ALL, "ollama/llama3.2:1b", ""),
        (Surroundings(ollama_models=("a:cloud", "b")), "ollama/b", ""),
        (Surroundings(ollama_models=("a:cloud",)), "ollama/a:cloud", "ollama.com"),
        (Surroundings("http://gpu.example:11434", ("a",)), "ollama/a", "gpu.example"),
        (Surroundings(claude_path="/bin/claude", keys=("OPENAI_API_KEY",)), "claude-cli/sonnet", "api.anthropic.com"),
        (
            Surroundings(keys=("ANTHROPIC_API_KEY", "OPENAI_API_KEY")),
            "anthropic/claude-sonnet-5-5",
            "api.anthropic.com",
        ),
        (Surroundings(keys=("OPENAI_API_KEY",)), "openai/gpt-6.1-sol", "api.openai.com"),
        (Surroundings(), "recall", ""),
    ],
)
def test_auto_prefers_what_stays_here(surroundings, model, host):
    choice = choose("auto", surroundings)
    assert (choice.model, choice.destination, choice.leaves_machine) == (model, host, bool(host))
    assert (host or "nothing leaves this machine") in choice.reason


def test_the_configured_model_comes_first():
    choice = choose("haiku", ALL)
    assert (choice.model, choice.destination) == ("anthropic/claude-haiku-5-5", "api.anthropic.com")
    assert "configuration" in choice.reason


def test_the_configured_model_of_ollama_is_preferred_where_it_is_installed():
    assert choose("auto", ALL, ollama_model="qwen3").model == "ollama/qwen3:latest"
    assert choose("auto", ALL, ollama_model="missing").model == "ollama/llama3.2:1b"


def test_a_configured_name_without_a_model_is_an_error():
    with pytest.raises(ConfigError):
        choose("openai/", ALL)


@pytest.mark.parametrize(
    ("name", "urls", "host"),
    [
        ("openai/x", {"openai": "http://127.0.0.1:1234/v1"}, ""),
        ("openai/x", {"openai": "https://openrouter.ai/api/v1"}, "openrouter.ai"),
        ("anthropic/x", {"anthropic": "http://localhost:8080"}, ""),
        ("claude-cli/opus", {}, "api.anthropic.com"),
        ("ollama/x", {"ollama": "http://localhost:11434"}, ""),
        ("ollama/gpt-oss:120b-cloud", {"ollama": "http://localhost:11434"}, "ollama.com"),
        ("ollama/x", {}, ""),
        ("recall", {"recall": "http://example.com"}, ""),
    ],
)
def test_where_text_goes_is_known_before_it_is_sent(name, urls, host):
    assert destination(resolve(name), urls) == host
