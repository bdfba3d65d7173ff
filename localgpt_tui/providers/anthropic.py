"""Anthropic's Messages API over its own SDK."""

import os
import re
from dataclasses import replace
from typing import Any

from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers import anthropic_wire as wire
from localgpt_tui.providers.addresses import is_loopback, place_of
from localgpt_tui.providers.client import LazyClient, Sdk, connect, translated, usable_key
from localgpt_tui.providers.draft import call_ids
from localgpt_tui.providers.history import system_text
from localgpt_tui.providers.known import Facts, cost_of, facts_about
from localgpt_tui.providers.stream import LOCAL_PATIENCE, Patience, listen
from localgpt_tui.providers.trouble import Trouble

BASE_URL = "https://api.anthropic.com"
KEY = "ANTHROPIC_API_KEY"

_THINKING_ROOM = 16_000
_ADAPTIVE = re.compile(r"claude-[a-z]+-5\b")


class Anthropic:
    """A Claude model, at Anthropic or at any server that speaks its Messages API."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str = "",
        base_url: str = "",
        thinking: bool | None = None,
        connect_seconds: float = 10.0,
        idle_seconds: float = 120.0,
    ) -> None:
        """Remember the settings; nothing is loaded or opened before the first reply.

        Args:
            model: the vendor's name of the model.
            api_key: empty for the one in the environment, which is given to Anthropic only, never to another address.
            base_url: empty for Anthropic itself.
            thinking: None asks for it where the model is known to support it.
        """
        self._name = model
        self._url = base_url or BASE_URL
        self._vendor = is_vendor(self._url)
        self._key = (api_key or (os.environ.get(KEY, "") if self._vendor else "")).strip()
        self._thinking = _ADAPTIVE.match(model) is not None if thinking is None else thinking
        self._facts = facts_about("anthropic", model) if self._vendor else Facts()
        first = idle_seconds * (LOCAL_PATIENCE if is_loopback(self._url) else 1)
        self._patience = Patience(connect_seconds, first, idle_seconds)
        who = "Anthropic" if self._vendor else place_of(self._url)
        self._trouble = Trouble(who, model, key=KEY, secrets=(self._key,))
        self._lazy = LazyClient(self._make, self._trouble)

    @property
    def model(self) -> str:
        """The full name, such as `anthropic/claude-sonnet-5-5`."""
        return f"anthropic/{self._name}"

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply; deltas go to `emit` as they arrive.

        A model that thinks may spend up to 16,000 tokens on it besides `request.max_tokens`.

        Raises:
            ProviderError: whatever went wrong, in words for a person.
        """
        usable_key(self._key, self._trouble, needed=self._vendor)
        sdk = await self._lazy.ready()
        draft = await listen(
            lambda: sdk.client.messages.create(**self._body(request), stream=True),
            wire.read,
            emit,
            patience=self._patience,
            trouble=self._trouble,
            translated=lambda: translated(sdk, self._trouble),
        )
        usage = replace(draft.usage, cost=cost_of(draft.usage, self._facts), context_window=self._facts.context_window)
        return draft.message(self.model, usage, call_ids(request.messages))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._lazy.aclose()

    def _make(self) -> Sdk:
        sdk = connect("anthropic", "AsyncAnthropic", key=self._key, url=self._url, patience=self._patience)
        _ = sdk.client.messages  # the half of the SDK that is slow to load, while still in a thread
        return sdk

    def _body(self, request: Request) -> dict[str, Any]:
        most = request.max_tokens + (_THINKING_ROOM if self._thinking else 0)
        body: dict[str, Any] = {
            "model": self._name,
            "max_tokens": min(most, self._facts.max_output or most),
            "messages": wire.conversation(request, self.model),
        }
        if system := system_text(request):
            body["system"] = wire.system(system)
        if request.tools:
            body["tools"] = [wire.tool(tool) for tool in request.tools]
        if self._thinking:
            body["thinking"] = {"type": "adaptive", "display": "summarized"}  # “omitted” would also hide working notes
        return body


def is_vendor(url: str) -> bool:
    """True where `url` is Anthropic's own address."""
    return url.rstrip("/") == BASE_URL
