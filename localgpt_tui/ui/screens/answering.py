"""Answering a question on a screen of its own: all of it to read, another wording of the call, the reason of a no."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.visual import Visual
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from localgpt_tui.core.approvals import Approval, Decision
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.exact import exact
from localgpt_tui.ui.rendering.lines import fit, plain
from localgpt_tui.ui.rendering.questions import arguments_of, asked
from localgpt_tui.ui.widgets.approval_panel import ARMED_AFTER, Key, answers, keys_for
from localgpt_tui.ui.widgets.question_text import QuestionText

_HINT = "↑ ↓ scroll · Esc leaves the question waiting"


async def decide(app: App[Any], approval: Approval, key: Key) -> Decision | None:
    """What the person decides after pressing `key`, asked further where that needs it; None where they leave it open.

    Call it in a worker: it waits for screens.
    """
    while True:
        match key:
            case "y":
                return Decision("once")
            case "s":
                return Decision("session")
            case "n":
                return Decision("no")
            case "N":
                reason = await app.push_screen_wait(ReasonScreen(approval))
                return Decision("no", reason=reason) if reason else None
            case "e":
                changed = await app.push_screen_wait(EditCallScreen(approval))
                return Decision("edit", arguments=changed) if changed else None
            case "f":
                pressed = await app.push_screen_wait(QuestionScreen(approval))
                if pressed is None:
                    return None
                key = pressed


class QuestionScreen(Screen[Key | None]):
    """The whole question on the whole screen; gives the key that was pressed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f", "dismiss(None)", "Back; the question waits", id="question-back"),
        Binding("up,k", "scroll_text(-1)", "A line up", id="question-up"),
        Binding("down,j", "scroll_text(1)", "A line down", id="question-down"),
        Binding("pageup", "page(-1)", "A page up", id="question-page-up"),
        Binding("pagedown,space", "page(1)", "A page down", id="question-page-down"),
        Binding("home,g", "edge(-1)", "The beginning", id="question-top"),
        Binding("end,G", "edge(1)", "The end", id="question-end"),
    ]

    def __init__(self, approval: Approval) -> None:
        super().__init__()
        self.approval = approval
        self._armed = False

    def compose(self) -> ComposeResult:
        """What is asked, all that would run, the answers."""
        yield Static(Content(plain(exact(asked(self.approval)))).stylize("bold $warning"), id="question-title")
        yield QuestionText(everything=True)
        yield QuestionAnswers(self.approval, lambda: self.query_one(QuestionText).hidden)

    def on_mount(self) -> None:
        """Show it; its keys wait a moment."""
        self.query_one(QuestionText).show(self.approval)
        self.set_timer(ARMED_AFTER, self._arm)

    def on_key(self, event: events.Key) -> None:
        """An answer, once the keys are armed."""
        for key in keys_for(self.approval):
            if event.character == key and key != "f" and self._armed:
                event.stop()
                self.dismiss(key)

    def action_scroll_text(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(QuestionText).scroll_relative(y=lines, animate=False, force=True)
        self._scrolled()

    def action_page(self, pages: int) -> None:
        """Scroll by what is in sight."""
        text = self.query_one(QuestionText)
        text.scroll_relative(y=pages * max(1, text.size.height - 1), animate=False, force=True)
        self._scrolled()

    def action_edge(self, end: int) -> None:
        """Go to the first or the last line."""
        text = self.query_one(QuestionText)
        text.scroll_to(y=0 if end < 0 else text.max_scroll_y, animate=False, force=True)
        self._scrolled()

    def _scrolled(self) -> None:
        self.call_after_refresh(self.query_one(QuestionAnswers).refresh)

    def _arm(self) -> None:
        self._armed = True
        self.query_one(QuestionAnswers).arm()


class QuestionAnswers(Widget):
    """The answers, and how to go back."""

    def __init__(self, approval: Approval, hidden: Callable[[], str]) -> None:
        """The answers to `approval`; `hidden` tells how much of it is not in sight."""
        super().__init__()
        self._approval, self._hidden = approval, hidden
        self._armed = False

    def arm(self) -> None:
        """The keys do something from now on."""
        self._armed = True
        self.refresh()

    def render(self) -> RenderableType | Visual:
        """The keys, and one more line."""
        lines = answers(self._approval, self.size.width, armed=self._armed, full=True)
        hint = " · ".join(filter(None, (self._hidden(), _HINT)))
        return Content("\n").join([*lines, Content(fit(hint, self.size.width)).stylize("$text-muted")])


class ReasonScreen(ModalScreen[str | None]):
    """One line that tells the model why not; gives it, or nothing where the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", "Leave the question waiting")]

    def __init__(self, approval: Approval) -> None:
        super().__init__()
        self.approval = approval

    def compose(self) -> ComposeResult:
        """What is refused, a line, a hint."""
        with Vertical(id="dialog"):
            yield Static(f"No to {self.approval.call.name!r}, because", markup=False, classes="name")
            line = Input(placeholder="what the assistant should know, or do instead", compact=True)
            line.cursor_blink = False
            yield line
            yield Static("Enter says no with these words · Esc goes back", markup=False, classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the words back."""
        if event.value.strip():
            self.dismiss(event.value.strip())


class EditCallScreen(ModalScreen[str | None]):
    """The command, or the arguments as JSON, to change; gives the new arguments, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Leave the question waiting", priority=True),
        Binding("enter", "take", "Use it like this", priority=True),
        Binding("ctrl+j", "newline", "A new line", priority=True),
    ]

    def __init__(self, approval: Approval) -> None:
        super().__init__()
        self.approval = approval
        self._values = _values(approval.call.arguments)
        self._shown = ""
        self._command = self._values.get("command") if isinstance(self._values.get("command"), str) else None

    def compose(self) -> ComposeResult:
        """What is changed, the text, a hint."""
        text = self._command if isinstance(self._command, str) else arguments_of(self.approval.call.arguments)
        shown = self._shown = printable(text)
        what = "command" if self._command is not None else "arguments"
        with Vertical(id="dialog", classes="wide"):
            yield Static(f"{fit(printable(self.approval.call.name), 30)}: the {what}", markup=False, classes="name")
            area = TextArea(shown, compact=True, highlight_cursor_line=False)
            area.cursor_blink = False
            yield area
            gone = "Control characters were taken out. " if shown != text else ""
            hint = f"{gone}Enter runs it like this, if it may · ^J a new line · Esc goes back"
            yield Static(hint, id="edit-hint", markup=False, classes="hint")

    def on_mount(self) -> None:
        """The cursor stands behind the text."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_newline(self) -> None:
        """A new line where the cursor is."""
        self.query_one(TextArea).insert("\n")

    def action_take(self) -> None:
        """Give the changed arguments, where they are any."""
        text = self.query_one(TextArea).text
        if text == self._shown:
            words = "Nothing was changed. Esc goes back; y there runs it as it is."
            self.query_one("#edit-hint", Static).update(Content(words))
            return
        if self._command is not None:
            if text.strip():
                self.dismiss(json.dumps({**self._values, "command": text}, ensure_ascii=False))
            return
        try:
            changed = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.query_one("#edit-hint", Static).update(Content(f"This is no JSON: {error}. Esc goes back."))
            return
        if isinstance(changed, dict):
            self.dismiss(json.dumps(changed, ensure_ascii=False))
        else:
            self.query_one("#edit-hint", Static).update(Content('One object is needed: {"name": value, …}.'))


def _values(arguments: str) -> Mapping[str, object]:
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
