"""The question above the draft: may this run? It never takes the keys, and no key of it says yes by itself."""

from collections.abc import Callable
from typing import ClassVar, Literal

from rich.console import RenderableType
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.core.approvals import Approval
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.approver import Question
from localgpt_tui.ui.rendering.exact import exact
from localgpt_tui.ui.rendering.lines import fit, plain
from localgpt_tui.ui.rendering.questions import asked
from localgpt_tui.ui.widgets.question_text import QuestionText

Key = Literal["y", "s", "e", "n", "N", "f"]

ARMED_AFTER = 0.6
"""Seconds without a key after which the keys of a question do something."""

_SHARE = 0.6  # of the screen's lines that the question may take
_FEWEST = 6

ANSWER_KEYS: tuple[tuple[str, str], ...] = (
    ("y", "Yes, this once; for a folder: trust it"),
    ("s", "Yes, and its pattern for this session"),
    ("e", "Change it first; what comes of that is judged again"),
    ("n", "No"),
    ("N", "No, and say why"),
    ("f", "All of it on the whole screen"),
)
"""For the help page."""


def keys_for(approval: Approval) -> tuple[Key, ...]:
    """The answers that are offered."""
    if approval.act.kind == "trust":
        return ("y", "n")
    return ("y", "s", "e", "n", "N", "f") if approval.act.pattern else ("y", "e", "n", "N", "f")


def answers(approval: Approval, width: int, *, armed: bool, full: bool = False) -> list[Content]:
    """The keys and what they do, always in the same places.

    Args:
        armed: whether they do something now.
        full: without the key that shows everything: that is what is seen.
    """
    offered = keys_for(approval)
    pattern = fit(plain(exact(approval.act.pattern)), max(8, width - 38))
    roomy = width >= 60
    trust = approval.act.kind == "trust"
    words: dict[Key, str] = {
        "y": "trust this folder" if trust else "yes, once" if roomy else "once",
        "s": f"“{pattern}” for this session" if roomy else "session",
        "n": "no",
        "N": "no, and say why" if roomy else "why",
        "e": "edit it first" if roomy else "edit",
        "f": "full view" if roomy else "full",
    }
    style = "bold $primary" if armed else "$text-muted"

    def part(key: Key, cells: int = 0) -> Content:
        shown = key in offered and not (full and key == "f")
        text = Content.assemble((key, style), f" {words[key]}") if shown else Content("")
        return text.pad_right(max(0, cells - text.cell_length)) if cells else text

    if roomy and not trust:
        first = Content.assemble(part("y", 16), part("s"))
        return [first, Content.assemble(part("n", 16), part("N", 21), part("e", 18), part("f"))]
    if trust:
        return [Content.assemble(part("y"), "    ", part("n"))]
    rows: tuple[tuple[Key, ...], ...] = (("y", "s", "f"), ("n", "N", "e"))
    return [Content("  ").join([part(key) for key in row if key in offered]) for row in rows]


class _Drawn(Widget):
    """A part of the panel that its owner draws."""

    def __init__(self, draw: Callable[[int], Content], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._draw = draw

    def render(self) -> RenderableType | Visual:
        """What the owner says now."""
        return self._draw(self.size.width)


class ApprovalPanel(Vertical, can_focus=True):
    """Shows the first of the questions that wait; its keys work where it has them, or where nothing is written.

    Attributes:
        pause: seconds without a key that arm them.
        here: the session in view; a question from another one says which.
    """

    HINTS = (("y", "yes, once"), ("n", "no"), ("f", "full view"), ("↑ ↓", "scroll"), ("Tab", "draft"), ("Esc", "draft"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_text(-1)", "A line up in what would run", id="approval-up"),
        Binding("down,j", "scroll_text(1)", "A line down in what would run", id="approval-down"),
        Binding("pageup", "scroll_text(-8)", "Further up", id="approval-page-up"),
        Binding("pagedown", "scroll_text(8)", "Further down", id="approval-page-down"),
        Binding("tab,shift+tab", "screen.chat", "Back to the draft", id="approval-back"),
    ]

    class Chosen(Message):
        """The person pressed the key of an answer, or of more to read."""

        def __init__(self, question: Question, key: Key) -> None:
            super().__init__()
            self.question = question
            self.key = key

    class Typed(Message):
        """What is no answer belongs to the draft."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Changed(Message):
        """As many questions wait now."""

        def __init__(self, waiting: int) -> None:
            super().__init__()
            self.waiting = waiting

    here = reactive("", init=False)

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self.pause = ARMED_AFTER
        self._questions: list[Question] = []
        self._armed = False
        self._arming: Timer | None = None
        self._writing = False
        self._spelling = False  # a word for the draft is being typed here: letters of answers belong to it

    def compose(self) -> ComposeResult:
        """What is asked, what would run, what may be answered."""
        yield _Drawn(self._head, id="question-head")
        yield QuestionText()
        yield _Drawn(self._foot, id="question-foot")

    @property
    def question(self) -> Question | None:
        """The question that is shown."""
        return self._questions[0] if self._questions else None

    @property
    def armed(self) -> bool:
        """True while its keys do something."""
        return self._armed and self.display

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all that wait here."""
        return frozenset(question.approval.id for question in self._questions)

    def ask(self, question: Question) -> None:
        """Show `question`, behind those that wait already."""
        self._questions.append(question)
        self._show(again=len(self._questions) == 1)

    def drop(self, question: Question) -> None:
        """`question` needs no answer from here any more."""
        if question in self._questions:
            first = self._questions[0] is question
            self._questions.remove(question)
            self._show(again=first)

    def typed(self, *, writing: bool) -> None:
        """A key went to the draft: wait for a pause; `writing` says whether something is written there now."""
        self._writing = writing
        if self.display and not self.has_focus:
            self._disarm()
            self.call_after_refresh(self._fit)  # the draft may take more lines now

    def take(self, character: str) -> bool:
        """Take a key that the person pressed here or where nothing is written; False where it is no answer now."""
        question = self.question
        if question is None or not self.armed:
            return False
        for key in keys_for(question.approval):
            if key == character:
                unread = key in {"y", "s"} and not self.query_one(QuestionText).whole
                self._disarm()
                self.post_message(self.Chosen(question, "f" if unread else key))
                return True
        return False

    def watch_here(self) -> None:
        """Another session is in view."""
        self._redraw()

    def action_scroll_text(self, lines: int) -> None:
        """Scroll what would run."""
        self.query_one(QuestionText).scroll_relative(y=lines, animate=False, force=True)
        self.call_after_refresh(self._redraw)

    def on_focus(self) -> None:
        """A key that was meant for the draft must not answer: wait a moment first."""
        self._disarm()

    def on_blur(self) -> None:
        """The keys go to the draft again."""
        self._redraw()

    async def _on_key(self, event: events.Key) -> None:
        if not event.is_printable or not event.character or event.character in "jk?":
            return
        event.stop()
        event.prevent_default()
        if self.take(event.character):
            return
        answer = self.question is not None and event.character in keys_for(self.question.approval)
        self._spelling = self._spelling or not answer
        self._disarm()
        if self._spelling:  # else it is too early: neither an answer nor a letter of the draft
            self.post_message(self.Typed(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is no answer."""
        event.stop()
        self.post_message(self.Typed(printable(event.text)))

    def on_click(self) -> None:
        """A click brings the keys here; it answers nothing."""
        self.focus()

    def on_resize(self) -> None:
        """Leave room for the conversation and the draft."""
        self._fit()

    def _show(self, *, again: bool) -> None:
        question = self.question
        had_focus = self.has_focus
        self.display = question is not None
        if again:
            self._disarm()
            self._fit()
            self.query_one(QuestionText).show(question.approval if question else None)
        self._redraw()
        if had_focus and question is None:
            self.screen.focus_next(".none")
        self.post_message(self.Changed(len(self._questions)))

    def _fit(self) -> None:
        beside = sum(each.outer_size.height for each in self.siblings if each.display and each.id != "pane")
        around = self.parent.size.height if isinstance(self.parent, Widget) else 0
        share = int(self.app.size.height * _SHARE)
        lines = max(_FEWEST, min(share, around - beside - 1) if around else share)
        foot = 3 if self.app.size.height >= 16 else 2
        self.query_one("#question-foot").styles.height = foot
        others = 2 + foot
        self.query_one(QuestionText).styles.max_height = max(2, lines - others)

    def _disarm(self) -> None:
        self._armed = False
        if self._arming is not None:
            self._arming.stop()
        self._arming = self.set_timer(self.pause, self._arm) if self.display else None
        self._redraw()

    def _arm(self) -> None:
        self._armed, self._spelling = True, False
        self._redraw()

    def _redraw(self) -> None:
        for part in self.query(_Drawn):
            part.refresh()

    def _head(self, width: int) -> Content:
        question = self.question
        if question is None:
            return Content("")
        count = f"1 of {len(self._questions)}" if len(self._questions) > 1 else ""
        more = self.query_one(QuestionText).hidden
        right = Content(" · ".join(filter(None, (more, count))))
        words = plain(exact(asked(question.approval, here=self.here)))
        left = Content(fit(words, max(8, width - right.cell_length - 2))).stylize("bold $warning")
        gap = " " * max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right.stylize("$warning"))

    def _foot(self, width: int) -> Content:
        question = self.question
        if question is None:
            return Content("")
        lines = answers(question.approval, width, armed=self._armed and self._reached)
        return Content("\n").join([*lines, self._hint.stylize("$text-muted")])

    @property
    def _reached(self) -> bool:
        """True where a key that is pressed now would come here."""
        return self.has_focus or not self._writing

    @property
    def _hint(self) -> Content:
        if not self._reached:
            return Content("What you type goes into the draft; Tab brings the keys here.")
        if not self._armed:
            return Content("The keys work 0.6 s after the last one you typed.")
        if not self.query_one(QuestionText).whole:
            return Content(
                "Not all of it is in sight: y shows it first, ↑ ↓ scroll."
                if self.has_focus
                else "Not all of it is in sight: y and f show it; Tab, then ↑ ↓ scroll."
            )
        return Content("")
