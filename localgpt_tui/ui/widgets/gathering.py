"""What streams in comes in very many pieces; these are the same news in few."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from localgpt_tui.core.events import CallDelta, TextDelta, ThinkingDelta, ToolProgress

Streamed = TextDelta | ThinkingDelta | CallDelta | ToolProgress
"""Events that come in great numbers, and so are collected."""


def joined(streamed: Iterable[Streamed]) -> Iterator[Streamed]:
    """`streamed`, neighbours that belong together made one; a hundred thousand pieces cost no more than their text."""
    for _, group in groupby(streamed, _belonging):
        first, *others = group
        match first:
            case TextDelta(text=text) | ThinkingDelta(text=text):
                yield type(first)("".join([text, *(event.text for event in others)]))  # type: ignore[union-attr]
            case ToolProgress(call_id=call, text=text):
                yield ToolProgress(call, "".join([text, *(event.text for event in others)]))  # type: ignore[union-attr]
            case CallDelta(index=index):
                calls = [event for event in (first, *others) if isinstance(event, CallDelta)]
                name = next((call.name for call in calls if call.name), "")
                yield CallDelta(index, name, "".join(call.arguments for call in calls))


def _belonging(event: Streamed) -> tuple[type[Streamed], int | str]:
    match event:
        case CallDelta(index=index):
            return CallDelta, index
        case ToolProgress(call_id=call):
            return ToolProgress, call
        case _:
            return type(event), ""
