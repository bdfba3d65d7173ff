"""Fakes that fill the ports: a scripted model, tools that do as told, a memory in a list, a log of events.

provider = ScriptedProvider(calls(call("look", path="a")), "It says hello.")
events = EventLog()
await run_turn(provider, request("hi", tools=[FakeTool("look", "hello").tool]), events)
assert events.said_text == "It says hello."
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from localgpt_tui.core.approvals import Decision
from localgpt_tui.core.errors import ProviderError, ToolError
from localgpt_tui.core.events import CallDelta, Emit, Event, Said, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, Message, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.core.passages import Found, Passage
from localgpt_tui.core.ports import Progress, Request, Tool


class EventLog(list[Event]):
    """An `Emit` that keeps what it is given."""

    def __call__(self, event: Event) -> None:
        self.append(event)

    @property
    def said(self) -> list[Message]:
        """The messages that joined the conversation."""
        return [event.message for event in self if isinstance(event, Said)]

    @property
    def answers(self) -> list[ToolMessage]:
        """What tools answered."""
        return [message for message in self.said if isinstance(message, ToolMessage)]

    @property
    def text(self) -> str:
        """All text deltas, joined."""
        return "".join(event.text for event in self if isinstance(event, TextDelta))

    @property
    def said_text(self) -> str:
        """The text of the last message of the model."""
        return next(message.text for message in reversed(self.said) if isinstance(message, AssistantMessage))

    def of(self, *types: type) -> list[Any]:
        """The events of these types."""
        return [event for event in self if isinstance(event, types)]


def request(text: str = "hello", *, tools: Iterable[Tool] = (), before: Iterable[Message] = (), **rest: Any) -> Request:
    """A request whose last message is the person's `text`."""
    return Request(system="", messages=(*before, UserMessage(text)), tools=tuple(tools), **rest)


def call(tool_name: str, *, call_id: str = "", **arguments: object) -> ToolCall:
    """A well-formed tool call."""
    return ToolCall(call_id or f"call-{tool_name}", tool_name, json.dumps(arguments))


def calls(*wanted: ToolCall, text: str = "") -> AssistantMessage:
    """A reply that asks for tools."""
    return AssistantMessage(text, calls=wanted, stop="tool_calls")


@dataclass(frozen=True)
class Breaks:
    """A step of a script: `text` and `thinking` arrive, then `error` is raised."""

    text: str = ""
    thinking: str = ""
    error: Exception = field(default_factory=lambda: ProviderError("The connection was lost.", failure="cut"))


@dataclass(frozen=True)
class Hangs:
    """A step of a script: `text` arrives, then nothing until the turn is cancelled."""

    text: str = ""
    thinking: str = ""


Step = str | AssistantMessage | Breaks | Hangs | Exception | Callable[[Request], AssistantMessage]


class ScriptedProvider:
    """A model that plays its script, one step a reply, and keeps the requests it was given.

    A step is a text, a whole message, an exception, `Breaks`, `Hangs`, or a function of the request. The last step
    is repeated where `repeat` is set; otherwise a reply beyond the script is an error of the test.
    """

    def __init__(self, *script: Step, model: str = "scripted/model", repeat: bool = False) -> None:
        self.model = model
        self.requests: list[Request] = []
        self.hanging = asyncio.Event()
        self.closed = False
        self._script = script
        self._repeat = repeat

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        number = len(self.requests)
        self.requests.append(request)
        if number >= len(self._script) and not self._repeat:
            raise AssertionError(f"the script has {len(self._script)} steps, but a reply {number + 1} was asked for")
        step = self._script[min(number, len(self._script) - 1)]
        await asyncio.sleep(0)
        return await self._play(step, request, emit)

    async def aclose(self) -> None:
        self.closed = True

    async def _play(self, step: Step, request: Request, emit: Emit) -> AssistantMessage:
        match step:
            case str():
                return await self._play(AssistantMessage(step), request, emit)
            case AssistantMessage():
                _stream(step, emit)
                return step if step.model else replace(step, model=self.model)
            case Breaks(text, thinking, error):
                _stream(AssistantMessage(text, (Thinking(thinking),)), emit)
                raise error
            case Hangs(text, thinking):
                _stream(AssistantMessage(text, (Thinking(thinking),)), emit)
                self.hanging.set()
                await asyncio.Event().wait()
                raise AssertionError("never reached")
            case Exception():
                raise step
            case _:
                return await self._play(step(request), request, emit)


class FakeTool:
    """A tool that answers `answer`; it keeps the arguments it was given.

    Args:
        answer: a text, an exception to raise, or a function of the arguments.
        gate: the tool waits for it, if there is one.
        progress: pieces of output it shows while it runs.
    """

    def __init__(
        self,
        name: str = "look",
        answer: str | BaseException | Callable[[dict[str, Any]], str] = "seen",
        *,
        gate: asyncio.Event | None = None,
        progress: Iterable[str] = (),
    ) -> None:
        self.name = name
        self.asked: list[dict[str, Any]] = []
        self.started = asyncio.Event()
        self.finished = asyncio.Event()
        self.cancelled = False
        self.running = self.most_running = 0
        self._answer = answer
        self._gate = gate
        self._progress = tuple(progress)

    @property
    def tool(self) -> Tool:
        """What the model is given."""
        schema = {"type": "object", "properties": {}, "additionalProperties": True}
        return Tool(self.name, f"The tool {self.name}.", schema, self._run)

    async def _run(self, arguments: str, progress: Progress) -> str:
        self.asked.append(json.loads(arguments))
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self.started.set()
        try:
            for piece in self._progress:
                progress(piece)
            await (self._gate.wait() if self._gate else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.running -= 1
            self.finished.set()
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer if isinstance(self._answer, str) else self._answer(self.asked[-1])


class FakeMemory:
    """A memory in a list: finds passages that share a word with the query."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)

    async def search(self, query: str, limit: int = 10) -> Found:
        words = set(query.casefold().split())
        hits = [passage for passage in self.passages if words & set(passage.text.casefold().split())]
        return Found(tuple(hits[:limit]))

    async def append(self, text: str, file: str = "") -> Passage:
        if not text.strip():
            raise ToolError("There is nothing to note down.")
        passage = Passage(file or "memory/2026-01-02.md", len(self.passages) + 1, len(self.passages) + 1, text)
        self.passages.append(passage)
        return passage


def _stream(message: AssistantMessage, emit: Emit) -> None:
    for thought in message.thinking:
        if thought.text:
            emit(ThinkingDelta(thought.text))
    for piece in message.text.splitlines(keepends=True):
        emit(TextDelta(piece))
    for index, wanted in enumerate(message.calls):
        emit(CallDelta(index, wanted.name, wanted.arguments))


class AnsweringApprover:
    """An approver that gives the prepared answers in turn and remembers what it was asked; `before` runs first."""

    def __init__(self, *answers, before=None):
        self.asked = []
        self._answers = list(answers)
        self._before = before

    async def decide(self, approval):
        self.asked.append(approval)
        if self._before:
            self._before(approval)
        answer = self._answers.pop(0)
        return answer if isinstance(answer, Decision) else Decision(answer)


class LettingGuard:
    """A guard that lets every call run as it is."""

    async def admit(self, call, tool, emit):
        return call.arguments

    async def took(self, call, arguments, result, *, failed):
        pass
