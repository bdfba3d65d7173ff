"""The provider without a model: plain rules make ordinary tool calls and quote what they found."""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    only_asks,
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
_PASSAGE = re.compile(r"^\[(?P<number>\d+)\] (?P<source>.+#L\d+(?:-L\d+)?) \(score (?P<score>[\d.]+)\)$")
_SOURCE = re.compile(r"\S.*?#L\d+(?:-L\d+)?")
_ASKED = re.compile(r"> - \*\*User\*\*: (?P<said>.+)")
_NOTE = re.compile(r"> [-*+] ")
_GOES_ON = ">   "
_SESSION = "sessions/"
_REMARK = re.compile(r"^\(The search is (?!keywords only).+\)$", re.MULTILINE)
_WORD = re.compile(r"\w{3,}")
_MOST_QUOTED = 3
_FREE = Usage(cost=0.0)


@dataclass(frozen=True, slots=True)
class _Quote:
    """A passage as memory_search shows it: its number, its source, its lines with `> ` before each, its score."""

    number: str
    source: str
    text: str
    score: float


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
    passages = _each_once(_to_the_point(passage, query) for passage in _passages(found) if _says_something(passage))
    hint = " To have it noted down, say “remember that …”." if statement else ""
    if not passages:
        remark = _REMARK.search(found)
        return f"I found nothing about that in your notes.{f' {remark[0]}' if remark else ''}{hint}"
    best = passages[0].score
    close = [passage for passage in passages if passage.score >= 0.6 * best][:_MOST_QUOTED]
    quotes = "\n\n".join(f"{quote.text}\n\n— [{quote.number}] `{quote.source}`" for quote in close)
    opening = "Your notes say" if best >= 0.6 else "The closest I found in your notes"
    return f"{opening}:\n\n{quotes}" + (f"\n\n{hint.strip()}" if hint else "")


def _passages(found: str) -> list[_Quote]:
    """The passages in the answer of memory_search, best first."""
    passages: list[_Quote] = []
    for line in found.splitlines():
        if heading := _PASSAGE.match(line):
            passages.append(_Quote(heading["number"], heading["source"], "", float(heading["score"])))
        elif passages and line.startswith(">"):
            passages[-1] = replace(passages[-1], text=f"{passages[-1].text}\n{line}".lstrip("\n"))
    return passages


def _says_something(quote: _Quote) -> bool:
    """False where it holds nothing but what the person asked in an earlier session."""
    asked = [_ASKED.match(line) for line in quote.text.splitlines()]
    return not all(line and only_asks(line["said"]) for line in asked)


def _to_the_point(quote: _Quote, query: str) -> _Quote:
    """Of a passage with a list of notes, those notes that share the most words with the query."""
    if quote.source.startswith(_SESSION):
        return quote  # an answer may share no word with the question before it
    notes: list[str] = []
    for line in quote.text.splitlines():
        if notes and line.startswith(_GOES_ON):
            notes[-1] += f"\n{line}"
        else:
            notes.append(line)
    notes = [note for note in notes if _NOTE.match(note)]
    wanted = set(_WORD.findall(query.casefold()))
    shared = [len(wanted & set(_WORD.findall(note.casefold()))) for note in notes]
    most = max(shared, default=0)
    if not most:
        return quote
    return replace(quote, text="\n".join(note for note, count in zip(notes, shared, strict=True) if count == most))


def _each_once(quotes: Iterable[_Quote]) -> list[_Quote]:
    """`quotes` without those that only say again what another says; a note goes before the session it came from."""
    kept: dict[str, _Quote] = {}
    for quote in sorted(quotes, key=lambda quote: quote.source.startswith(_SESSION)):
        words = f" {' '.join(_WORD.findall(quote.text.casefold()))} "
        if not any(words in other or other in words for other in kept):
            kept[words] = quote
    return sorted(kept.values(), key=lambda quote: -quote.score)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _fenced(text: str) -> str:
    """As a code block that nothing in `text` can end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
