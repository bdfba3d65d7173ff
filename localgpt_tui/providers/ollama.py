"""Ollama over its own SDK, with the real length of its models' context."""

import importlib
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers import ollama_wire as wire
from localgpt_tui.providers.addresses import direct_mounts, is_loopback, place_of
from localgpt_tui.providers.client import UNREADABLE, LazyClient, Sdk
from localgpt_tui.providers.draft import call_ids
from localgpt_tui.providers.history import estimated_tokens
from localgpt_tui.providers.stream import LOCAL_PATIENCE, Patience, listen
from localgpt_tui.providers.trouble import Trouble, message_in, retry_after

ENDPOINT = "http://localhost:11434"

_FIRST_WINDOW = 8192
_LEAST_REPLY = 512


class Ollama:
    """A model that Ollama runs, here or on another machine of one's own."""

    def __init__(
        self,
        *,
        model: str,
        base_url: str = "",
        num_ctx: int | None = None,
        context_window: int | None = None,
        connect_seconds: float = 10.0,
        idle_seconds: float = 120.0,
    ) -> None:
        """Remember the settings; nothing is loaded or opened before the first reply.

        Args:
            num_ctx: the context to ask for, in tokens; None lets it grow with the conversation.
            context_window: the most tokens it may grow to, besides the model's own limit.
        """
        self._name = model
        self._url = base_url or ENDPOINT
        self._num_ctx = num_ctx
        self._limit = context_window
        self._reached = 0
        self._shown: wire.Shown | None = None
        self._patience = Patience(connect_seconds, idle_seconds * LOCAL_PATIENCE, idle_seconds)
        who = "Ollama" if is_loopback(self._url) else f"Ollama at {place_of(self._url)}"
        self._trouble = Trouble(who, model, not_found=f"Fetch it with `ollama pull {model}`, or choose another model.")
        self._lazy = LazyClient(self._make, self._trouble)

    @property
    def model(self) -> str:
        """The full name, such as `ollama/llama3.2`."""
        return f"ollama/{self._name}"

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply; deltas go to `emit` as they arrive.

        Raises:
            ProviderError: whatever went wrong, in words for a person; `too_long` where Ollama would silently leave
                out the beginning of the prompt.
        """
        sdk = await self._lazy.ready()
        shown = await self._show(sdk)
        if shown.capabilities is not None and "tools" not in shown.capabilities:
            request = replace(request, tools=())  # Ollama refuses the whole request otherwise
        window = self._window(request, shown)
        room = self._room(request, window)
        body = wire.body(request, model=self._name, options={"num_ctx": window, "num_predict": room})

        async def opening() -> aclosing[Any]:
            return aclosing(await sdk.client.chat(stream=True, **body))

        draft = await listen(
            opening,
            wire.Reader(),
            emit,
            patience=self._patience,
            trouble=self._trouble,
            translated=lambda: self._translated(sdk),
        )
        usage = replace(draft.usage, context_window=self._largest(shown) or window)
        return draft.message(self.model, usage, call_ids(request.messages))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._lazy.aclose()

    def _make(self) -> Sdk:
        sdk, http = importlib.import_module("ollama"), importlib.import_module("httpx")
        patience = self._patience
        client = sdk.AsyncClient(
            host=self._url,
            timeout=http.Timeout(max(patience.first, patience.idle), connect=patience.connect),
            mounts=direct_mounts(self._url),
            event_hooks={"response": [self._refuse_failures]},
        )
        return Sdk(sdk, client)

    async def _refuse_failures(self, response: Any) -> None:  # noqa: ANN401 - the HTTP library's response
        """The SDK drops the headers of a failed response, and with them how long the server asks us to wait."""
        if response.status_code >= 400:
            await response.aread()
            detail, kind = message_in(response.content)
            wait = retry_after(response.headers)
            raise self._trouble.from_status(response.status_code, detail=detail, kind=kind, retry_after=wait)

    @contextmanager
    def _translated(self, sdk: Sdk) -> Iterator[None]:
        http, pydantic = importlib.import_module("httpx"), importlib.import_module("pydantic")
        raw = (http.HTTPError, http.InvalidURL, http.StreamError, pydantic.ValidationError, ConnectionError)
        try:
            yield
        except sdk.module.ResponseError as error:  # in the stream its status is -1
            raise self._trouble.from_status(error.status_code, detail=error.error) from error
        except (*raw, *UNREADABLE) as error:
            raise self._trouble.from_exception(error) from error

    async def _show(self, sdk: Sdk) -> wire.Shown:
        """Ask the server about the model, once; servers that only imitate Ollama may not know how to answer."""
        if self._shown is None:
            try:
                with self._translated(sdk), self._trouble.reading():
                    self._shown = wire.shown(await sdk.client.show(self._name))
            except ProviderError as error:
                if error.passing:
                    raise
                self._shown = wire.Shown()
        return self._shown

    def _largest(self, shown: wire.Shown) -> int | None:
        """The largest context in tokens that may be asked for; None where nothing limits it."""
        limits = [limit for limit in (self._num_ctx, shown.context_length, self._limit) if limit]
        return (self._num_ctx or min(limits)) if limits else None

    def _window(self, request: Request, shown: wire.Shown) -> int:
        """The context to ask for, in tokens.

        It grows in powers of two and never shrinks, since Ollama loads the model anew whenever it changes.
        """
        if self._num_ctx:
            return min(self._num_ctx, shown.context_length or self._num_ctx)
        needed = estimated_tokens(request) + request.max_tokens
        wanted = max(_FIRST_WINDOW, 1 << (needed - 1).bit_length(), self._reached)
        self._reached = min(wanted, self._largest(shown) or wanted)
        return self._reached

    def _room(self, request: Request, window: int) -> int:
        """Tokens that the reply may have behind the prompt.

        Raises:
            ProviderError: the prompt and a short reply do not fit.
        """
        prompt = estimated_tokens(request)
        room = min(request.max_tokens, window - prompt)
        if room < min(request.max_tokens, _LEAST_REPLY):
            advice = "Start a new session, or choose a model with a larger context window."
            if self._num_ctx:
                advice = f"Raise providers.ollama.num_ctx (now {self._num_ctx}), or start a new session."
            raise self._trouble.error(
                "too_long",
                detail=f"about {prompt} tokens, and {window} fit; Ollama would drop the beginning",
                advice=advice,
            )
        return room
