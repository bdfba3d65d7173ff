"""The provider without a model: plain rules make ordinary tool calls and quote what they found."""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from typing import assert_never

from localgpt_tui.core.events import CallDelta, Emit, TextDelta
from localgpt_tui.core.messages import AssistantMessage, Message, ToolCall, ToolMessage, Usage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.recall_rules import (
    Explain,
    FindInFiles,
    Greet,
    ListFiles,
    LookUp,
    Nothing,
    Read,
    Remember,
    Wish,
    read_wish,
)

_NO_MODEL = (
    "No language model is connected, so I only note things down, search your notes and read your files. To connect "
    "one, start Ollama, install the `claude` program, or set `ANTHROPIC_API_KEY` or `OPENAI_API_KEY`; then start me "
    "again. `localgpt-tui config set agent.default_model NAME` picks one for good."
)
_NO_MODEL_SHORT = "*(no language model connected)*"
_WHAT_I_DO = (
    "This is LocalGPT without a language model: I answer by plain rules from what is stored here.\n\n"
    "- **“remember that …”** notes something down.\n"
    "- **A question**, such as “when is …?”, searches your notes and quotes what they say, with the source.\n"
    "- **“read MEMORY.md”** shows a file, **“list files”** says which there are."
)
_PASSAGE = re.compile(r"^\[\d+\] (?P<source>.+#L\d+(?:-L\d+)?) \(score (?P<score>[\d.]+)\)$")
_SOURCE = re.compile(r"\S.*?#L\d+(?:-L\d+)?")
_NOTE = re.compile(r"> [-*+] ")
_WORD = re.compile(r"\w{3,}")
_MOST_QUOTED = 3
_FREE = Usage(cost=0.0)


class Recall:
    """Answers from stored notes and files alone; needs no network and always says the same to the same request."""

    @property
    def model(self) -> str:
        """The name it is chosen by."""
        return "recall"

    async def aclose(self) -> None:
        """Nothing is held open between replies."""

    async def reply(self, request: Request, emit: Emit) -> AssistantMessage:
        """Make the tool call that the person's words ask for, or answer from its result."""
        said, results = _last_exchange(request.messages)
        wish = read_wish(said.text, said.time)
        call = _call_for(wish, request)
        result = results.get(call.name) if call else None
        if call and not result:
            emit(CallDelta(0, call.name, call.arguments))
            return AssistantMessage("", calls=(call,), model=self.model, usage=_FREE, stop="tool_calls")
        text = _answer(wish, result) if result else _answer_alone(wish, said)
        text += "\n\n" + (_NO_MODEL_SHORT if _has_answered(request.messages) else _NO_MODEL)
        for piece in re.findall(r"\s*\S+|\s+", text):
            emit(TextDelta(piece))
            await asyncio.sleep(0)  # lets a cancelled turn end between two words
        return AssistantMessage(text, model=self.model, usage=_FREE)


def _last_exchange(messages: Sequence[Message]) -> tuple[UserMessage, dict[str, ToolMessage]]:
    """The person's last message, and what tools have answered since, by the tool's name."""
    results: dict[str, ToolMessage] = {}
    for message in reversed(messages):
        match message:
            case UserMessage():
                return message, results
            case ToolMessage():
                results.setdefault(message.name, message)
            case _:
                pass
    return UserMessage(""), results


def _has_answered(messages: Iterable[Message]) -> bool:
    return any(message.kind == "assistant" and message.model == "recall" and message.text for message in messages)


def _call_for(wish: Wish, request: Request) -> ToolCall | None:
    """The tool call that fulfils `wish`, where the tool is there."""
    match wish:
        case Remember(text, file):
            item = "- " + text.replace("\n", "\n  ")
            name, arguments = "memory_append", {"text": item, "file": file} if file else {"text": item}
        case LookUp(query):
            name, arguments = "memory_search", {"query": query}
        case Read(path):
            name, arguments = "read_file", {"path": path}
        case ListFiles():
            name, arguments = "list_files", {}
        case FindInFiles(text):
            name, arguments = "search_files", {"pattern": text}
        case Greet() | Explain() | Nothing():
            return None
        case _:
            assert_never(wish)
    if all(tool.name != name for tool in request.tools):
        return None
    return ToolCall(f"recall-{len(request.messages)}", name, json.dumps(arguments, ensure_ascii=False))


def _answer_alone(wish: Wish, said: UserMessage) -> str:
    """What to say where no tool is to be asked, or the one that would be is not there."""
    match wish:
        case Greet(thanks):
            return "You are welcome." if thanks else "Hello! " + _WHAT_I_DO
        case Explain():
            return _WHAT_I_DO
        case Nothing():
            return "I can only go by words." + (" Attachments need a language model." if said.attachments else "")
        case Remember():
            return "I cannot note that down: the tool memory_append is not available here."
        case LookUp():
            return "I cannot look that up: the tool memory_search is not available here."
        case _:
            return "I cannot look into files: the tool for it is not available here."


def _answer(wish: Wish, result: ToolMessage) -> str:
    """The result of the tool, put in words."""
    if result.failed:
        return f"That did not work. {result.text}"
    match wish:
        case Remember(text):
            source = _SOURCE.search(result.text.removeprefix("Noted in "))
            return f"Noted{f' in `{source[0]}`' if source else ''}:\n\n{_quoted(text)}"
        case LookUp(query, statement):
            return _answer_from_notes(result.text, query, statement=statement)
        case Read(path):
            return f"`{path}` says:\n\n{_fenced(result.text)}"
        case _:
            return _fenced(result.text)


def _answer_from_notes(found: str, query: str, *, statement: bool) -> str:
    passages = [_to_the_point(passage, query) for passage in _passages(found)]
    hint = " To have it noted down, say “remember that …”." if statement else ""
    if not passages:
        return f"I found nothing about that in your notes.{hint}"
    best = passages[0][2]
    close = [passage for passage in passages if passage[2] >= 0.6 * best][:_MOST_QUOTED]
    quotes = "\n\n".join(f"{text}\n\n— `{source}`" for source, text, _ in close)
    opening = "Your notes say" if best >= 0.6 else "The closest I found in your notes"
    return f"{opening}:\n\n{quotes}" + (f"\n\n{hint.strip()}" if hint else "")


def _passages(found: str) -> list[tuple[str, str, float]]:
    """Source, quoted lines and score of each passage in the answer of memory_search, best first."""
    passages: list[tuple[str, str, float]] = []
    for line in found.splitlines():
        if heading := _PASSAGE.match(line):
            passages.append((heading["source"], "", float(heading["score"])))
        elif passages and line.startswith(">"):
            source, text, score = passages[-1]
            passages[-1] = (source, f"{text}\n{line}".lstrip("\n"), score)
    return passages


def _to_the_point(passage: tuple[str, str, float], query: str) -> tuple[str, str, float]:
    """Of a passage that is a list of notes, those notes that share the most words with the query."""
    source, text, score = passage
    path, _, place = source.rpartition("#L")
    lines = text.splitlines()
    if len(lines) < 2 or not all(_NOTE.match(line) for line in lines):
        return passage
    wanted = set(_WORD.findall(query.casefold()))
    shared = [len(wanted & set(_WORD.findall(line.casefold()))) for line in lines]
    chosen = [number for number, count in enumerate(shared) if count == max(shared)]
    first = int(place.partition("-")[0]) + chosen[0]
    last = first + chosen[-1] - chosen[0]
    where = f"L{first}" if first == last else f"L{first}-L{last}"
    return f"{path}#{where}", "\n".join(lines[number] for number in chosen), score


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _fenced(text: str) -> str:
    """As a code block that nothing in `text` can end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
