"""Every key and every command, made from the tables that make them work."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from localgpt_tui.commands import COMMANDS
from localgpt_tui.ui.keymap import leader_path, shown_path
from localgpt_tui.ui.keys import Action, actions, conflicts, keys_of, place_of
from localgpt_tui.ui.widgets.approval_panel import ANSWER_KEYS
from localgpt_tui.ui.widgets.prompt import KEYS as PROMPT_KEYS

if TYPE_CHECKING:
    from localgpt_tui.ui.app import LocalGPTApp

_KEY_CELLS = 20

Row = tuple[str, str, str]
"""Keys, what they do, and the id by which the configuration calls that."""


class HelpScreen(ModalScreen[None]):
    """A page to read, beginning with the keys of where the person is; Esc, q, F1 or ? closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "dismiss", "Close"),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
        Binding("tab", "part(1)", show=False),
        Binding("shift+tab", "part(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Sections of rows, the keys in a column of their own."""
        changed = cast("LocalGPTApp", self.app).keys
        known = actions(changed)
        sections: list[tuple[str, str, Iterable[Row]]] = [
            ("Prompt", "Prompt", [*_rows(known, "Prompt"), *((keys, words, "") for keys, words in PROMPT_KEYS)]),
            ("", "Everywhere", [*_rows(known, "Everywhere"), ("Ctrl+P", "The command palette", "")]),
            ("Transcript", "Transcript", _rows(known, "Transcript")),
            ("Sessions", "Sessions", [("Enter", "Open", ""), *_rows(known, "Sessions")]),
            ("What waits", "What waits behind a reply", _rows(known, "What waits")),
            (
                "Question",
                "A question above the draft: its keys work there, and where nothing is written",
                [*((keys, words, "") for keys, words in ANSWER_KEYS), *_rows(known, "Question")],
            ),
            ("", "Tools and questions that wait", _rows(known, "Tools and questions")),
            ("", "Memory", [*_rows(known, "Memory"), *_rows(known, "Text")]),
            ("", "Changes of the memory", _rows(known, "Changes")),
            ("", "Heartbeat", _rows(known, "Heartbeat")),
            (
                "",
                "Commands: type them, find them with Ctrl+P, or press Ctrl+X and the letter",
                _command_rows(changed),
            ),
        ]
        here = place_of(self.app.screen_stack[0].focused)
        sections.sort(key=lambda section: section[0] != here)
        if wrong := conflicts(changed):
            sections.insert(0, ("", "Keys that cannot be as they are configured", [("", words, "") for words in wrong]))
        with VerticalScroll(id="page"):
            yield Static(
                Content.assemble(
                    "Keys and commands", ("   Tab next part · PgDn on · Esc close", "not bold $text-muted")
                ),
                classes="name",
            )
            for _, title, rows in sections:
                yield Static(Content.assemble((title, "bold $primary")), classes="title")
                yield Static(_columns(rows))
            yield Static(Content("Esc closes this page"), classes="hint")

    def on_mount(self) -> None:
        """Arrows and pages scroll at once."""
        self.query_one("#page").focus()

    def action_scroll(self, way: str) -> None:
        """Scroll by a line."""
        page = self.query_one("#page")
        if way == "down":
            page.scroll_down(animate=False)
        else:
            page.scroll_up(animate=False)

    def action_part(self, step: int) -> None:
        """Go to the next part, or to the one before."""
        page = self.query_one("#page")
        tops = [0, *[title.virtual_region.y for title in self.query(".title")][1:]]
        here = page.scroll_offset.y
        others = [top for top in tops if top > here] if step > 0 else [top for top in reversed(tops) if top < here]
        page.scroll_to(y=others[0] if others else 0 if step < 0 else here, animate=False, immediate=True)


def _columns(rows: Iterable[Row]) -> Table:
    """Keys on the left, words on the right, each wrapping in its own column; the id by which a key is changed."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=_KEY_CELLS)
    table.add_column()
    for keys, words, name in rows:
        line = Text(words)
        if name:
            line.append(f"  {name}", style="dim")
        table.add_row(Text(keys, style="bold"), line)
    return table


def _rows(known: Iterable[Action], place: str) -> list[Row]:
    """The actions of one place; what works everywhere is listed there only."""
    elsewhere = {action.id for action in known if action.place == "Everywhere"} if place != "Everywhere" else set()
    here = (action for action in known if action.place == place and action.words and action.id not in elsewhere)
    return [(action.shown or "no key", action.words, action.id) for action in here]


def _command_rows(changed: Mapping[str, str]) -> list[Row]:
    rows = []
    for command in COMMANDS:
        name = f"/{command.name}{' ' + command.argument if command.argument else ''}"
        path = shown_path(leader_path(command.name, command.leader, changed))
        ways = [path, keys_of(command.key, changed)]
        keys = " · ".join(filter(None, ways))
        rows.append((name, f"{command.help}{f'  ({keys})' if keys else ''}", ""))
    return rows
