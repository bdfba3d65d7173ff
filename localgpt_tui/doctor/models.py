"""Which models could answer, and which one will."""

import asyncio
from collections.abc import Iterator

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.doctor.check import Check
from localgpt_tui.providers.discovery import Surroundings


def models(assistant: Assistant) -> Iterator[Check]:
    """What answers here; Ollama is asked, nothing leaves this machine otherwise."""
    found = asyncio.run(assistant.look_around())
    yield _ollama(found)
    claude = found.claude_path or "not on the PATH"
    yield Check("claude", "ok", claude, "" if found.claude_path else "Only needed if `claude` is to answer.")
    keys = ", ".join(found.keys) or "none in the environment or the settings"
    yield Check("API keys", "ok", keys, "" if found.keys else "Only needed for a vendor's models.")
    try:
        choice = assistant.choose(found, attended=True)
    except ConfigError as error:
        yield Check("model", "fail", error.message, error.advice)
        return
    asked = " You will be asked once before anything is sent." if assistant.needs_consent(choice) else ""
    words = f"{choice.model}. {choice.reason}{asked}"
    connect = "Start Ollama, install `claude` or set a key, to be answered by a language model."
    yield Check("model", "ok", words, connect if choice.model == "recall" else "")


def _ollama(found: Surroundings) -> Check:
    if found.ollama_models:
        return Check("ollama", "ok", f"{len(found.ollama_models)} models: {', '.join(found.ollama_models)}")
    return Check("ollama", "ok", found.ollama_problem, "Only needed if Ollama is to answer: https://ollama.com")
