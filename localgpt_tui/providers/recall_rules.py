"""What a person's words ask for, by plain rules: note it down, read a file, list files, look it up, or just hello."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Remember:
    """Note `text` down, in `file` if the person named one."""

    text: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Show the file at `path`."""

    path: str


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Say which files there are."""


@dataclass(frozen=True, slots=True)
class FindInFiles:
    """Look for the literal `text` in all files."""

    text: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Search the memory for `query`; `statement` if it was not put as a question."""

    query: str
    statement: bool = False


@dataclass(frozen=True, slots=True)
class Greet:
    """A greeting, or thanks."""

    thanks: bool = False


@dataclass(frozen=True, slots=True)
class Explain:
    """The person asks what this is or how to use it."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There are no words to go by."""


Wish = Remember | Read | ListFiles | FindInFiles | LookUp | Greet | Explain | Nothing

_LONGEST_QUERY = 500


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _one_of(*choices: str) -> str:
    return f"(?:{'|'.join(choices)})"


_POLITE = r"(?:(?:please|kindly|bitte|hey|okay|ok|so|and|also)[,\s]+)*(?:(?:can|could|would|will) you (?:please )?)?"
_END = r"[\s.!?]*"
_NOTE_FILE = r"(?P<file>[\w./-]+\.md)"

_GREETING = _pattern(
    _one_of("hi", "hiya", "hello", "hey", "greetings", "hallo", "moin", "servus", "bonjour", "salut", "hola", "ciao")
    + r"(?:[\s,]+(?:there|you|again|localgpt|everyone|all))*",
    r"[\s.!?👋🙂]*",
)
_GOOD_DAY = _pattern(_one_of("good (?:morning|afternoon|evening|day)", "guten (?:tag|morgen|abend)"), _END)
_THANKS = _pattern(
    _one_of("thanks", "thank you", "thx", "okay", "ok", "great", "cool", "nice", "danke", "merci", "gracias"),
    r"(?:[\s,]+(?:a lot|so much|very much|you|schön))*",
    _END,
)
_HELP = _pattern(
    _one_of(
        "/?help(?: me)?",
        "what (?:can|do) (?:you|i) do(?: here)?",
        "(?:who|what) are you",
        "what is this",
        "how does this work",
        "how (?:do|can) i (?:use|start|begin)(?: (?:this|it|you|localgpt))?",
        "how (?:do|can) i (?:connect|add|set up|get|choose|use) (?:(?:a|the|another) )?(?:language )?model",
        "hilfe",
        "was kannst du",
        "wer bist du",
    ),
    _END,
)
_REMEMBER = _pattern(
    _POLITE,
    _one_of(
        "remember",
        "memori[sz]e",
        "note(?: down)?",
        "(?:make|take) a note",
        "(?:write|jot) down",
        "keep in mind",
        "don['’]?t forget",
        "merke? dir",
        "notiere?",
        "souviens-toi",
        "recuerda",
    ),
    rf"(?:\s+(?:in|to|into)\s+{_NOTE_FILE})?",
    r"(?P<join>,?\s+(?:that|dass|que|of)\s+|\s*(?:this|it)?\s*[:,]\s*|\s+)",
    r"(?P<text>\S.*)",
)
_ADD = _pattern(
    _POLITE,
    rf"(?:add|save|write|append)\s+(?:this\s+)?(?:in|to|into)\s+{_NOTE_FILE}(?P<join>\s*:\s*|\s+that\s+|\s+)",
    r"(?P<text>\S.*)",
)
_LOOKING_BACK = _pattern(r"(?:when|how|what|who|where|why|if|whether|me|us)\b")
_READ = _pattern(
    _POLITE,
    r"(?:read|show(?: me)?|open|cat|print|display|zeig(?: mir)?|lies)\s+",
    r"(?:(?:the|my|die)\s+)?(?:(?:file|datei)\s+)?",
    r"""(?:["'`“‘](?P<quoted>[^"'`”’\n]{1,300})["'`”’]|(?P<bare>~?[\w./\-]*(?:\.\w{1,8}|/[\w.\-]+)))""",
    r"(?:,? (?:please|bitte))?",
    _END,
)
_OF_A_DAY = _pattern(
    r".{0,60}\b(?:notes?|log|diary|noted?|wrote|write|remember)\b",
    r".{0,40}\b(?P<day>today|yesterday)\b.{0,20}",
)
_LIST = _pattern(
    _POLITE,
    _one_of(
        "ls",
        "(?:list|show)(?: me)?(?: all)?(?: the| my)? files",
        "(?:what|which) files (?:are (?:there|here)|do you (?:have|see)|exist)",
    ),
    _END,
)
_IN_FILES = _pattern(
    _POLITE,
    r"(?:(?:search|look|find)(?: in| through)?(?: the| my| all)? files for|grep(?: for)?)\s+",
    r"(?P<text>\S.{0,200}?)[\s?]*",
)
_SEARCH = _pattern(_POLITE, r"(?:search(?: for)?|find|look (?:up|for)|suche?(?: nach)?)\s+(?P<query>\S.*)")
_QUESTION = _pattern(
    _one_of(
        *("when", "what", "who", "whom", "whose", "where", "which", "why", "how", "is", "are", "was", "were", "do"),
        *("does", "did", "have", "has", "can", "could", "should", "will", "would", "tell me"),
        *("wann", "was", "wer", "wo", "wie", "warum", "quand", "quoi", "qui", "où", "cuándo", "qué", "quién", "dónde"),
    ),
    r"\b",
)


def read_wish(text: str, time: datetime) -> Wish:
    """What `text`, said at `time`, asks for; never fails, whatever the text."""
    text = text.strip()
    if not any(character.isalnum() for character in text):
        return Explain() if "?" in text else Nothing()
    # The order matters: “remember to read a.md” is a note, “find a.md” a search.
    return _small_talk(text) or _remember(text) or _files(text, time) or _look_up(text)


def only_asks(text: str) -> bool:
    """True where `text` asks and says nothing that could be an answer later."""
    text = text.strip()
    return text.endswith("?") or bool(_QUESTION.match(text) and not text.endswith((".", "!")))


def _small_talk(text: str) -> Wish | None:
    if _GREETING.fullmatch(text) or _GOOD_DAY.fullmatch(text):
        return Greet()
    if _THANKS.fullmatch(text):
        return Greet(thanks=True)
    return Explain() if _HELP.fullmatch(text) else None


def _remember(text: str) -> Wish | None:
    found = _ADD.fullmatch(text) or _REMEMBER.fullmatch(text)
    if not found:
        return None
    told = bool(found["join"].strip())  # “can you remember my birthday?” asks, “remember that …” tells
    if not told and (text.endswith("?") or _LOOKING_BACK.match(found["text"])):
        return None
    noted = re.sub(r"^to\s+", "", found["text"].rstrip("? \n"), flags=re.IGNORECASE)
    return Remember(noted, found["file"] or "") if noted else None


def _files(text: str, time: datetime) -> Wish | None:
    if found := _READ.fullmatch(text):
        return Read(found["quoted"] or found["bare"])
    if found := _OF_A_DAY.fullmatch(text):
        day = time.date() - timedelta(days=found["day"].casefold() == "yesterday")
        return Read(f"memory/{day.isoformat()}.md")
    if _LIST.fullmatch(text):
        return ListFiles()
    if found := _IN_FILES.fullmatch(text):
        return FindInFiles(found["text"].strip("\"'“”‘’`"))
    return None


def _look_up(text: str) -> Wish:
    if found := _SEARCH.fullmatch(text):
        return LookUp(found["query"][:_LONGEST_QUERY])
    asks = "?" in text or bool(_QUESTION.match(text))
    return LookUp(text[:_LONGEST_QUERY], statement=not asks)
