"""The doors: what the agent needs of a model, a tool and a memory, whoever fills them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage, Message, ToolCall
from localgpt_tui.core.passages import Found, Passage

Progress = Callable[[str], object]
"""Takes output of a tool that is still running."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call.

    Attributes:
        parameters: JSON schema of the arguments, an object schema.
        run: takes the arguments as the JSON text the model wrote and returns the result as text; raises
            `ToolError` with words the model can act on.
        foresee: takes the same arguments and says what a run would do, changing nothing; raises `ToolError` where it
            could not run at all. A tool without it only looks at what the person's own files hold.
    """

    name: str
    description: str
    parameters: Mapping[str, object]
    run: Callable[[str, Progress], Awaitable[str]]
    foresee: Callable[[str], Awaitable[Act]] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """All that a model is given for one reply.

    Attributes:
        system: the stable part of the system prompt; identical from turn to turn, so that prompt caches hit.
        tail: the volatile part (time, memories of this turn); put as late in the request as the dialect allows.
        messages: the conversation so far, oldest first, the person's last message or tool results at the end.
        session: id of the session, for providers that keep one of their own.
        max_tokens: the most tokens the reply may have.
    """

    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tail: str = ""
    session: str = ""
    max_tokens: int = 4096


class Provider(Protocol):
    """A model that can be asked for a reply."""

    @property
    def model(self) -> str:
        """The full name, such as `ollama/llama3`."""
        ...

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply; deltas go to `emit` as they arrive.

        Raises:
            ProviderError: whatever went wrong, in words for a person.
        """
        ...

    async def aclose(self) -> None:
        """Close what is held open; the next reply opens it again."""
        ...


class Guard(Protocol):
    """What stands between a model's wish and the tool that would fulfil it."""

    async def admit(self, call: ToolCall, tool: Tool, emit: Emit) -> str:
        """Let the call run, and return the arguments to run it with: those that were judged, or that the person made.

        Raises:
            ToolError: it may not run, in words for the model.
        """
        ...

    async def took(self, call: ToolCall, arguments: str, result: str, *, failed: bool) -> None:
        """Take note of what an admitted call came to."""
        ...


class Approver(Protocol):
    """Somebody who can answer a question, or says that nobody can."""

    async def decide(self, approval: Approval) -> Decision:
        """Wait for the answer; cancelling takes the question back."""
        ...


class Memory(Protocol):
    """What the assistant remembers, in files that the person owns."""

    async def search(self, query: str, limit: int = 10) -> Found:
        """The passages that answer `query` best, best first, at most `limit`."""
        ...

    async def append(self, text: str, file: str = "") -> Passage:
        """Note `text` down in `file` of the workspace, by default today's daily log, and say where it stands."""
        ...


class Embedder(Protocol):
    """A model that turns text into vectors, near each other where the meaning is."""

    @property
    def model(self) -> str:
        """What vectors are kept under: another name means that they cannot be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has; 0 until that is known, at the latest with the first vector."""
        ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[bytes]:
        """One vector for each text, in order: little-endian float32, of length 1; `b""` for a text that has none.

        Args:
            query: these are searched for, not searched in: they go first, and some models treat them differently.

        Raises:
            LocalGPTError: no vectors for now, and why.
        """
        ...

    async def aclose(self) -> None:
        """Let go of whatever the model holds; nothing can be embedded afterwards."""
        ...
