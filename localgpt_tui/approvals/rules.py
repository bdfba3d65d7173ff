"""The person's own rules, in their words: lines of POLICY.md or MEMORY.md such as “ask before pushing”; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from localgpt_tui.core.approvals import Act

_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])?\s*(?:\[[ xX]\]\s+)?")
_ASKS = re.compile(
    r"\b(?:ask|check|confirm|get approval)\s(?:with\s)?(?:me\s|us\s|for approval\s)?(?:first\s)?before\s(?:you\s)?"
    r"(?P<what>.+)",
    re.IGNORECASE,
)
_FORBIDS = re.compile(r"^(?:please\s)?(?:never|do not|don['’]t|must not)\s(?:ever\s)?(?P<what>.+)", re.IGNORECASE)
_ALTERNATIVES = re.compile(r",\s*(?:or\s|and\s)?|\sor\s|\sand\s", re.IGNORECASE)
_CODE = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"[\w.-]*\w", re.UNICODE)
_PATH = re.compile(r"[\w~-]*[./][\w./~*-]*\w")
_VAGUE = frozenset({"run", "us", "execut", "do", "mak", "call", "start", "you", "any", "a", "the", "to"})

_MEANS: dict[str, tuple[str, ...]] = {
    "rm": ("delete", "remove"),
    "rmdir": ("delete", "remove"),
    "mv": ("move", "rename"),
    "cp": ("copy",),
    "mail": ("send", "email"),
    "sendmail": ("send", "mail", "email"),
    "curl": ("fetch", "download", "upload", "send"),
    "wget": ("fetch", "download"),
    "scp": ("copy", "send", "upload"),
    "rsync": ("copy", "send", "upload"),
    "kill": ("stop", "end"),
    "ln": ("link",),
    "chmod": ("change",),
    "sed": ("edit", "change"),
    "tee": ("write",),
}
_KINDS: dict[str, tuple[str, ...]] = {
    "read": ("read", "open", "look"),
    "remember": ("remember", "note", "write", "change", "edit", "memory"),
    "write": ("write", "change", "edit", "modify", "create", "overwrite", "file"),
    "run": ("run", "execute", "command", "shell"),
    "fetch": ("fetch", "download", "visit", "browse", "open", "web", "network", "internet", "search"),
    "trust": ("trust",),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a file that asks before something, or forbids it.

    Attributes:
        line: the line as it stands there; source: where, such as `POLICY.md#L4`.
        what: what it is about, a phrase for each alternative.
    """

    line: str
    source: str
    verdict: Literal["approve", "deny"]
    what: tuple[str, ...]

    @property
    def quoted(self) -> str:
        """The rule for a person."""
        return f"{self.source} says “{self.line}”"

    def applies(self, tool: str, act: Act) -> bool:
        """Whether the rule is about this act; where its words leave a doubt, it is."""
        said = _said(tool, act)
        return any(_about(phrase, tool, act, said) for phrase in self.what)


def read_rules(text: str, source: str, *, may_forbid: bool) -> tuple[Rule, ...]:
    """The rules in `text`, the content of the file `source`.

    Args:
        may_forbid: whether lines such as “never push” refuse; else they ask, as in a file that the assistant writes.
    """
    return tuple(_rules(text, source, may_forbid=may_forbid))


def _rules(text: str, source: str, *, may_forbid: bool) -> Iterator[Rule]:
    for number, line in enumerate(text.splitlines(), 1):
        plain = _BULLET.sub("", line).replace("**", "").strip().rstrip(".!")
        asks, forbids = _ASKS.search(plain), _FORBIDS.match(plain)
        found = asks or forbids
        if found is None:
            continue
        what = tuple(filter(None, (phrase.strip() for phrase in _split(found["what"]))))
        yield Rule(plain, f"{source}#L{number}", "deny" if forbids and not asks and may_forbid else "approve", what)


def _split(what: str) -> list[str]:
    """The alternatives of a phrase; commas and words inside of backquotes part nothing."""
    codes: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        codes.append(match[0])
        return f"\0{len(codes) - 1}\0"

    parts = _ALTERNATIVES.split(_CODE.sub(put_aside, what))
    return [re.sub(r"\0(\d+)\0", lambda match: codes[int(match[1])], part) for part in parts]


def _about(phrase: str, tool: str, act: Act, said: frozenset[str]) -> bool:
    if globs := _CODE.findall(phrase):
        return any(_meets(glob, tool, act) for glob in globs)
    if paths := _PATH.findall(phrase):
        touched = " ".join((act.title, act.shown, *act.writes, *act.deletes, *act.hosts))
        if not any(path in touched for path in paths):
            return False
    words = [stem(word) for word in _WORD.findall(phrase.lower())]
    telling = [word for word in words if word not in _VAGUE]
    if not telling:
        return act.kind == "run"
    if words[0] not in _VAGUE:
        return words[0] in said
    return any(word in said for word in telling)


def _meets(glob: str, tool: str, act: Act) -> bool:
    wanted = glob if "*" in glob else f"*{glob}*"
    return any(
        fnmatchcase(each, wanted) for each in (tool, act.shown, act.title, *act.writes, *act.deletes, *act.hosts)
    )


def _said(tool: str, act: Act) -> frozenset[str]:
    """The stems of all words that tell what an act does."""
    text = " ".join((tool.replace("_", " "), act.title, *act.hosts, act.shown if act.kind == "run" else ""))
    words = set(_WORD.findall(text.lower())) | set(re.findall(r"\w+", text.lower()))
    words |= set(_KINDS[act.kind])
    words |= {meaning for word in tuple(words) for meaning in _MEANS.get(word, ())} if act.kind == "run" else set()
    if act.deletes:
        words |= {"delete", "remove"}
    if act.writes:
        words |= {"write", "change"}
    return frozenset(map(stem, words))


def stem(word: str) -> str:
    """An English word without its ending, roughly: `pushing` and `pushes` are `push`."""
    for ending in ("ing", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
