"""What tools answered reaches a model as data: framed, with its source, by an id that nobody can guess."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from localgpt_tui.core.events import Emit
from localgpt_tui.core.messages import AssistantMessage, Message, ToolCall, ToolMessage
from localgpt_tui.core.ports import Provider, Request
from localgpt_tui.safety.sanitise import wrap

_TELLING = ("path", "file", "url", "query", "pattern", "command")


def framed(provider: Provider) -> Provider:
    """`provider` behind a frame; `recall` stays as it is, since it follows no instructions and quotes what it reads."""
    return provider if provider.model == "recall" else Framed(provider)


class Framed:
    """A provider that sees every tool's answer wrapped; the journal and the screen keep the answer itself.

    The same answer keeps its frame from request to request, so that a provider's prompt cache keeps hitting.
    """

    def __init__(self, provider: Provider, key: bytes = b"") -> None:
        """Stand before `provider`; `key` makes the ids, by default a random one."""
        self._provider = provider
        self._key = key or secrets.token_bytes(32)

    @property
    def model(self) -> str:
        """The full name of the model."""
        return self._provider.model

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Ask for one reply.

        Raises:
            ProviderError: whatever went wrong.
        """
        return await self._provider.reply(replace(request, messages=tuple(self._framed(request.messages))), emit)

    async def aclose(self) -> None:
        """Close what the provider holds open."""
        await self._provider.aclose()

    def _framed(self, messages: Sequence[Message]) -> Iterator[Message]:
        asked: dict[str, ToolCall] = {}
        for message in messages:
            if isinstance(message, AssistantMessage):
                asked |= {call.id: call for call in message.calls}
            if isinstance(message, ToolMessage) and not message.declined:  # a no is the person's own words
                source = _source(message.name, asked.get(message.call_id))
                yield replace(message, text=wrap(message.text, source, identity=self._identity(message)))
            else:
                yield message

    def _identity(self, message: ToolMessage) -> str:
        marked = f"{message.call_id}\0{message.text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, marked, hashlib.sha256).hexdigest()[:16]


def _source(name: str, call: ToolCall | None) -> str:
    """The tool and what it was asked about, such as `read_file notes.md`."""
    try:
        arguments = json.loads(call.arguments) if call else {}
    except (ValueError, RecursionError):
        arguments = {}
    values = (arguments.get(key) for key in _TELLING) if isinstance(arguments, dict) else ()
    return " ".join([name, *(value[:200] for value in values if isinstance(value, str))][:2])
