"""OpenAI over its own SDK: Responses at the vendor, chat completions at every other server that speaks it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Literal

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers import openai_chat, openai_responses
from localgpt_tui.providers.addresses import is_loopback, place_of
from localgpt_tui.providers.client import LazyClient, Sdk, connect, translated, usable_key
from localgpt_tui.providers.draft import call_ids
from localgpt_tui.providers.known import Facts, cost_of, facts_about
from localgpt_tui.providers.stream import LOCAL_PATIENCE, Patience, Read, listen
from localgpt_tui.providers.trouble import Trouble

BASE_URL = "https://api.openai.com/v1"
KEY = "OPENAI_API_KEY"

_LOOK_SECONDS = 2.0

Api = Literal["auto", "responses", "chat"]


class OpenAI:
    """A model at OpenAI, or at LM Studio, llama.cpp, vLLM, OpenRouter and the like."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str = "",
        base_url: str = "",
        api: Api = "auto",
        context_window: int | None = None,
        connect_seconds: float = 10.0,
        idle_seconds: float = 120.0,
    ) -> None:
        """Remember the settings; nothing is loaded or opened before the first reply.

        Args:
            api_key: empty for the one in the environment, which is given to OpenAI only, never to another address.
            base_url: empty for OpenAI itself.
            api: which of the two dialects to speak; `auto` is Responses at OpenAI and chat completions elsewhere.
            context_window: in tokens, where it is known from elsewhere.
        """
        self._name = model
        self._url = base_url or BASE_URL
        self._vendor = is_vendor(self._url)
        self._responses = self._vendor if api == "auto" else api == "responses"
        self._key = (api_key or (os.environ.get(KEY, "") if self._vendor else "")).strip()
        self._facts = facts_about("openai", model) if self._vendor else Facts()
        self._window = context_window or self._facts.context_window
        self._looked = self._vendor
        self._summaries = True
        first = idle_seconds * (LOCAL_PATIENCE if is_loopback(self._url) else 1)
        self._patience = Patience(connect_seconds, first, idle_seconds)
        who = "OpenAI" if self._vendor else place_of(self._url)
        self._trouble = Trouble(who, model, key=KEY, secrets=(self._key,))
        self._lazy = LazyClient(self._make, self._trouble)

    @property
    def model(self) -> str:
        """The full name, such as `openai/gpt-6-luna`."""
        return f"openai/{self._name}"

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply; deltas go to `emit` as they arrive.

        A model that thinks may spend up to 16,000 tokens on it besides `request.max_tokens`.

        Raises:
            ProviderError: whatever went wrong, in words for a person.
        """
        usable_key(self._key, self._trouble, needed=self._vendor)
        sdk = await self._lazy.ready()
        read: Read = (openai_responses if self._responses else openai_chat).Reader(self._trouble)
        draft = await listen(
            lambda: self._open(sdk, request),
            read,
            emit,
            patience=self._patience,
            trouble=self._trouble,
            translated=lambda: translated(sdk, self._trouble),
        )
        if self._window is None and not self._looked:
            self._looked, self._window = True, await self._served_window(sdk)
        cost = draft.usage.cost if draft.usage.cost is not None else cost_of(draft.usage, self._facts)
        usage = replace(draft.usage, cost=cost, context_window=self._window)
        return draft.message(self.model, usage, call_ids(request.messages))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._lazy.aclose()

    def _make(self) -> Sdk:
        sdk = connect("openai", "AsyncOpenAI", key=self._key, url=self._url, patience=self._patience)
        _ = sdk.client.responses if self._responses else sdk.client.chat.completions  # slow to load: in this thread
        return sdk

    async def _served_window(self, sdk: Sdk) -> int | None:
        """The context that the server gives this model, in tokens; asked once, and not knowing is no failure."""
        try:
            with translated(sdk, self._trouble), self._trouble.reading():
                async with asyncio.timeout(_LOOK_SECONDS):
                    models = await sdk.client.models.list()
                return openai_chat.window(models.data or [], self._name)
        except ProviderError:
            return None

    async def _open(self, sdk: Sdk, request: Request) -> AbstractAsyncContextManager[AsyncIterator[Any]]:
        if not self._responses:
            body = openai_chat.body(request, vendor=self._vendor)
            return await sdk.client.chat.completions.create(model=self._name, stream=True, **body)  # type: ignore[no-any-return]
        try:
            return await self._open_responses(sdk, request)
        except sdk.module.BadRequestError as error:
            if not self._summaries or "reasoning.summary" not in str(error):
                raise
        self._summaries = False  # accounts that are not verified may not read them
        return await self._open_responses(sdk, request)

    async def _open_responses(self, sdk: Sdk, request: Request) -> AbstractAsyncContextManager[AsyncIterator[Any]]:
        body = openai_responses.body(request, model=self.model, name=self._name, summaries=self._summaries)
        return await sdk.client.responses.create(stream=True, **body)  # type: ignore[no-any-return]


def is_vendor(url: str) -> bool:
    """True where `url` is OpenAI's own address."""
    return url.rstrip("/") == BASE_URL
