"""Answering a reply's tool calls: run together, answered in order, whatever happens to one of them."""

import asyncio
import difflib
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from localgpt_tui.core.errors import DeclinedError, LocalGPTError, ToolError
from localgpt_tui.core.events import Emit, Said, ToolProgress, ToolStarted
from localgpt_tui.core.messages import AssistantMessage, ToolCall, ToolMessage
from localgpt_tui.core.ports import Guard, Progress, Tool

_log = logging.getLogger(__name__)


class Streaks:
    """How often in a row each call of the latest reply was asked for, by name and arguments."""

    def __init__(self) -> None:
        self._lengths: dict[tuple[str, str], int] = {}

    def add(self, calls: Iterable[ToolCall]) -> None:
        """Take in the calls of the next reply; a call that it does not repeat ends its streak."""
        asked = Counter((call.name, _canonical(call.arguments)) for call in calls)
        self._lengths = {call: self._lengths.get(call, 0) + count for call, count in asked.items()}

    @property
    def longest(self) -> tuple[str, int]:
        """The tool with the longest streak, and how long that is."""
        (name, _), length = max(self._lengths.items(), key=lambda item: item[1], default=(("", ""), 0))
        return name, length


async def run_calls(
    reply: AssistantMessage,
    tools: Sequence[Tool],
    emit: Emit,
    *,
    guard: Guard | None = None,
    together: int,
    result_chars: int,
) -> tuple[ToolMessage, ...]:
    """Run the calls of `reply`, at most `together` at a time, and answer each exactly once.

    Answers are emitted in the order of the calls, each as soon as those before it are there. When the turn is
    cancelled, what runs is cancelled too and what had finished is still said. A tool that acts runs only where a guard
    let it.
    """
    known = {tool.name: tool for tool in tools}
    slots = asyncio.Semaphore(together)
    answers: list[ToolMessage] = []
    tasks: list[asyncio.Task[ToolMessage]] = []

    async def answered(call: ToolCall) -> ToolMessage:
        async with slots:
            if reply.stop == "length":
                return _refusal(call, "Not run: the reply reached its limit of tokens. Ask again in smaller steps.")
            return await _answer(call, known, emit, guard, result_chars=result_chars)

    def say(answer: ToolMessage) -> None:
        answers.append(answer)
        emit(Said(answer))

    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(answered(call)) for call in reply.calls]
            for task in tasks:
                say(await task)
    except asyncio.CancelledError:
        for task in tasks[len(answers) :]:
            if not task.cancelled() and not task.exception():
                say(task.result())
        raise
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None  # only `emit` can fail here, and its error is one that callers know
    return tuple(answers)


def answer_all(calls: Iterable[ToolCall], text: str, emit: Emit) -> None:
    """Answer calls that will not run, so that the conversation stays whole."""
    for call in calls:
        emit(Said(_refusal(call, text)))


async def _answer(
    call: ToolCall, known: Mapping[str, Tool], emit: Emit, guard: Guard | None, *, result_chars: int
) -> ToolMessage:
    try:
        tool, arguments = _find(call.name, known), _as_object(call.arguments)
        arguments = await _admitted(replace(call, arguments=arguments), tool, guard, emit)
    except ToolError as error:
        return replace(_refusal(call, str(error)), declined=isinstance(error, DeclinedError))
    emit(ToolStarted(replace(call, arguments=arguments)))
    started = time.perf_counter()
    text, failed = await _run(tool, arguments, lambda output: emit(ToolProgress(call.id, output)))
    seconds = time.perf_counter() - started
    if guard is not None:
        await guard.took(call, arguments, text, failed=failed)
    return ToolMessage(call.id, call.name, _cut(text, result_chars), failed=failed, seconds=seconds)


async def _admitted(call: ToolCall, tool: Tool, guard: Guard | None, emit: Emit) -> str:
    """The arguments that `call` may run with."""
    if guard is not None:
        return await guard.admit(call, tool, emit)
    if tool.foresee is not None:
        raise ToolError(f"{tool.name} is not available here.", "Nobody could be asked whether it may run.")
    return call.arguments


async def _run(tool: Tool, arguments: str, progress: Progress) -> tuple[str, bool]:
    try:
        return await tool.run(arguments, progress), False
    except LocalGPTError as error:
        return str(error), True
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return f"{tool.name} stopped itself before it had a result.", True
    except Exception as error:  # noqa: BLE001 - the boundary: whatever a tool raises, the model is told
        _log.exception("tool %s failed unexpectedly", tool.name)
        return f"{tool.name} failed unexpectedly: {type(error).__name__}: {error}", True


def _find(name: str, known: Mapping[str, Tool]) -> Tool:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    there_are = f"The tools are: {', '.join(known)}." if known else "There are no tools here: answer in words."
    raise ToolError(f"There is no tool {name!r}.{guess}", there_are)


def _as_object(arguments: str) -> str:
    if not arguments.strip():
        return "{}"  # several models send nothing for a tool without arguments
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"The arguments are not valid JSON: {error}.", 'Send one object: {"name": value, …}.') from None
    if not isinstance(found, dict):
        raise ToolError(
            f"The arguments are a JSON {type(found).__name__}, not an object.", 'Send one object: {"name": value, …}.'
        )
    return arguments


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return (
        f"{text[:limit]}\n\n[Cut here: {len(text) - limit:,} of {len(text):,} characters are not shown. "
        "Ask for a smaller part; a file can be read on with read_file and its offset.]"
    )


def _refusal(call: ToolCall, text: str) -> ToolMessage:
    return ToolMessage(call.id, call.name, text, failed=True)
