"""Asking again: a provider that fails before its first piece is asked once more, then the next one is."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from localgpt_tui.core.errors import Failure, ProviderError
from localgpt_tui.core.events import Emit, Event, FellBack, Retrying
from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.core.ports import Provider, Request

_BASE_SECONDS = 0.5
_CAP_SECONDS = 8.0
# A server that was silent for minutes already cost the person that time: it is not asked a second time.
_WORTH_ANOTHER_TRY: frozenset[Failure] = frozenset({"refused", "cut", "rate_limited", "overloaded", "server"})


class PatientProvider:
    """The first of `providers`, asked again when it stumbles, and the others in their order where it stays down."""

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        tries: int = 3,
        longest_wait: float = 30.0,
    ) -> None:
        """Join the parts.

        Args:
            providers: at least one; those after the first are fallbacks.
            jitter: 0 to 1, so that many clients do not come back in the same moment.
            tries: how often one provider is asked.
            longest_wait: seconds; a server that asks for more is not waited for.
        """
        self._providers = tuple(providers)
        self._sleep = sleep
        self._jitter = jitter
        self._tries = tries
        self._longest_wait = longest_wait

    @property
    def model(self) -> str:
        """The full name of the model that is asked first; a reply says which one wrote it."""
        return self._providers[0].model

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply; what has begun to arrive is never asked for again.

        Raises:
            ProviderError: no provider could answer; the first one's failure, and that the others failed too.
        """
        failures: list[ProviderError] = []
        for provider in self._providers:
            if failures:
                emit(FellBack(provider.model, failures[-1].message))
            gate = _Gate(emit)
            try:
                return await self._ask(provider, request, gate)
            except ProviderError as error:
                if gate.opened:
                    raise
                failures.append(error)
        raise _summed(failures, self._providers)

    async def aclose(self) -> None:
        """Close the connections that the providers hold."""
        for provider in self._providers:
            await provider.aclose()

    async def _ask(self, provider: Provider, request: Request, gate: "_Gate") -> AssistantMessage:
        attempt = 1
        while True:
            try:
                return await provider.reply(request, gate)
            except ProviderError as error:
                wait = self._wait(error, attempt)
                if gate.opened or wait is None:
                    raise
                attempt += 1
                gate.emit(Retrying(error.message, attempt, wait))
            await self._sleep(wait)

    def _wait(self, error: ProviderError, attempt: int) -> float | None:
        """Seconds until the next attempt, or None where there is to be none."""
        if attempt >= self._tries or error.failure not in _WORTH_ANOTHER_TRY:
            return None
        if error.retry_after is not None and error.retry_after > self._longest_wait:
            return None
        backoff = min(_CAP_SECONDS, _BASE_SECONDS * 2.0 ** (attempt - 1)) * (0.5 + self._jitter() / 2)
        return max(backoff, error.retry_after or 0.0)


class _Gate:
    """Passes events on, and remembers whether a piece of the reply was among them."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.opened = False

    def __call__(self, event: Event) -> None:
        self.opened = self.opened or not isinstance(event, Retrying)  # a provider may ask again by itself, too
        self.emit(event)


def _summed(failures: Sequence[ProviderError], providers: Sequence[Provider]) -> ProviderError:
    """The first failure, which is the one the person can do something about."""
    first = failures[0]
    if len(failures) == 1:
        return first
    others = [f"{provider.model}: {error.message}" for provider, error in zip(providers[1:], failures[1:], strict=True)]
    message = f"{first.message} The fallback models failed too. {' '.join(others)}"
    summed = ProviderError(message, first.advice, failure=first.failure, retry_after=first.retry_after)
    summed.__cause__ = first
    return summed
