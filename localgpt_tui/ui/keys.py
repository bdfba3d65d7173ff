"""Every action that has a key: its name, where it works, its keys, and which of them get in each other's way."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from localgpt_tui.commands import COMMANDS
from localgpt_tui.ui.app import LocalGPTApp
from localgpt_tui.ui.keymap import LEADER, UNBOUND, keymap, leader_path, shown, shown_path
from localgpt_tui.ui.screens.answering import QuestionScreen
from localgpt_tui.ui.screens.chat import ChatScreen
from localgpt_tui.ui.screens.heartbeat import HeartbeatScreen
from localgpt_tui.ui.screens.heartbeat_handling import BeatHandlingScreen
from localgpt_tui.ui.screens.memory import MemoryScreen
from localgpt_tui.ui.screens.memory_blame import BlameScreen
from localgpt_tui.ui.screens.memory_log import LogScreen
from localgpt_tui.ui.screens.needs import NeedsScreen
from localgpt_tui.ui.screens.tools import ToolsScreen
from localgpt_tui.ui.widgets.approval_panel import ApprovalPanel
from localgpt_tui.ui.widgets.memory_text import MemoryText
from localgpt_tui.ui.widgets.prompt import Prompt
from localgpt_tui.ui.widgets.queued import Queued
from localgpt_tui.ui.widgets.reading_pane import ReadingPane
from localgpt_tui.ui.widgets.session_list import SessionList
from localgpt_tui.ui.widgets.transcript import Transcript

_HERE = "localgpt_tui."
_SCOPES: tuple[tuple[str, type], ...] = (
    ("Prompt", Prompt),
    ("Everywhere", ChatScreen),
    ("Everywhere", LocalGPTApp),
    ("Transcript", Transcript),
    ("Transcript", ReadingPane),
    ("Sessions", SessionList),
    ("What waits", Queued),
    ("Question", ApprovalPanel),
    ("Question", QuestionScreen),
    ("Tools and questions", ToolsScreen),
    ("Tools and questions", NeedsScreen),
    ("Memory", MemoryScreen),
    ("Text", MemoryText),
    ("Changes", LogScreen),
    ("Lines", BlameScreen),
    ("Heartbeat", BeatHandlingScreen),
    ("Heartbeat", HeartbeatScreen),
)
_NEVER = {
    "ctrl+h": "terminals send it for Backspace",
    "ctrl+i": "terminals send it for Tab",
    "ctrl+m": "terminals send it for Enter",
    "alt+enter": "most terminals send it as Enter",
    "ctrl+enter": "most terminals send it as Enter",
    "ctrl+left_square_bracket": "terminals send it for Esc",
}
_TAKEN = {
    "ctrl+b": "tmux takes it, unless its prefix was changed",
    "ctrl+a": "screen takes it, and it goes to the beginning of a line",
    "ctrl+q": "some terminals stop and start output with it",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does.

    Attributes:
        id: how `[ui.keys]` names it.
        keys: the keys it has now, as Textual spells them.
        place: where it works, in a word.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    place: str

    @property
    def shown(self) -> str:
        """Its keys as they stand on the keyboard."""
        return ", ".join(filter(None, map(shown, self.keys)))


def actions(keys: Mapping[str, str]) -> list[Action]:
    """Every action, the first place first.

    Args:
        keys: what the person has changed: ids, and keys with commas between.
    """
    changed = keymap(keys)
    found: dict[tuple[str, str], Action] = {}
    for place, owner in _SCOPES:
        for binding in _own(owner):
            if binding.id and (place, binding.id) not in found:
                wanted = changed.get(binding.id, binding.key).split(",")
                found[place, binding.id] = Action(binding.id, tuple(map(str.strip, wanted)), binding.description, place)
    return list(found.values())


def keys_of(action: str, keys: Mapping[str, str]) -> str:
    """The keys that the action has now, for a person; empty where it has none."""
    return next((each.shown for each in actions(keys) if each.id == action), "")


def place_of(widget: object) -> str:
    """Where the person is who has the keys in `widget`: a place of `actions`, the prompt where it is none of them."""
    return next((place for place, owner in _SCOPES if isinstance(widget, owner)), "Prompt")


def conflicts(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with the person's `keys`, in sentences; nothing where they can be used as they are."""
    known = actions(keys)
    ids = sorted({action.id for action in known})
    sentences: list[str] = []
    for name in keys:
        if name.startswith(LEADER):
            sentences += _unknown_leader(name)
        elif name not in ids:
            near = difflib.get_close_matches(name, ids, n=1)
            hint = f"did you mean {near[0]}?" if near else "F1 shows every action with its id."
            sentences.append(f"ui.keys.{name}: there is no such action; {hint}")
    for action in known:
        if action.id in keys:
            sentences += _unusable(action)
    return list(dict.fromkeys([*sentences, *_doubled(known, set(keys)), *_crossing(keys)]))


def _unusable(action: Action) -> Iterable[str]:
    for key in action.keys:
        why = _NEVER.get(key) or _TAKEN.get(key)
        if key.startswith("alt+") and key[4:].isdigit():
            why = "with Alt, digits arrive as letters in most terminals"
        if action.place in {"Prompt", "Everywhere"} and len(key) == 1:
            why = "while you write it is a letter like any other"
        if why:
            yield f"ui.keys.{action.id}: {shown(key)} is no good choice: {why}."


def _doubled(known: list[Action], changed: set[str]) -> Iterable[str]:
    for index, one in enumerate(known):
        for other in known[index + 1 :]:
            meet = one.place == other.place or "Everywhere" in {one.place, other.place}
            if one.id == other.id or not meet or not {one.id, other.id} & changed:
                continue
            for key in set(one.keys) & set(other.keys) - {UNBOUND}:
                yield f"{shown(key)} is the key of both {one.id} and {other.id}: only one of them can have it."


def _unknown_leader(name: str) -> Iterable[str]:
    names = [*(command.name for command in COMMANDS), "palette"]
    if (wanted := name.removeprefix(LEADER)) not in names:
        near = difflib.get_close_matches(wanted, names, n=1)
        yield f"ui.keys.{name}: there is no such command; {f'did you mean {near[0]}?' if near else '/help lists them.'}"


def _crossing(keys: Mapping[str, str]) -> Iterable[str]:
    """Leader paths of which one is never reached, since another is the same, or its beginning."""
    paths = {command.name: leader_path(command.name, command.leader, keys) for command in COMMANDS}
    paths["palette"] = leader_path("palette", "p", keys)
    for one, path in paths.items():
        for other, longer in paths.items():
            meets = one != other and path and longer.startswith(path) and (path != longer or one < other)
            if meets and not {LEADER + one, LEADER + other}.isdisjoint(keys):
                yield f"{shown_path(path)} is {one}, so {shown_path(longer)} never reaches {other}."


def _own(owner: type) -> Iterable[Binding]:
    """The bindings that our own classes declare, the nearest class first."""
    for kind in owner.__mro__:
        if kind.__module__.startswith(_HERE):
            declared: Iterable[BindingType] = kind.__dict__.get("BINDINGS", ())
            yield from (binding for binding in declared if isinstance(binding, Binding))
