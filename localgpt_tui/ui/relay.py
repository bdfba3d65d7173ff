"""From the engine room to the screen: events in their order, deltas that come fast joined on the way."""

import asyncio
from collections.abc import Callable

from localgpt_tui.core.events import Event, TextDelta, ThinkingDelta, ToolProgress

_PAUSE = 0.03
"""Seconds for which deltas are collected: the transcript draws less often than that."""


class Relay:
    """An `Emit` for the thread that a turn runs in; text is forwarded there at most thirty times a second."""

    def __init__(self, forward: Callable[[Event], object]) -> None:
        self._forward = forward
        self._kind: type[TextDelta | ThinkingDelta] = TextDelta
        self._pieces: list[str] = []
        self._shown: dict[str, list[str]] = {}  # what tools have shown, by the ids of their calls
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        """Collect a delta; pass anything else on at once, behind the deltas before it."""
        match event:
            case TextDelta() | ThinkingDelta():
                if self._shown or (self._pieces and type(event) is not self._kind):
                    self._flush()
                self._kind = type(event)
                self._pieces.append(event.text)
            case ToolProgress(call_id=call, text=text):
                if self._pieces:
                    self._flush()
                self._shown.setdefault(call, []).append(text)
            case _:
                self._flush()
                self._forward(event)
                return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._forward(self._kind(text))
        shown, self._shown = self._shown, {}
        for call, texts in shown.items():
            self._forward(ToolProgress(call, "".join(texts)))
