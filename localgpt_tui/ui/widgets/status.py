"""The line below the prompt: who answers, what is going on, how full the context is, what it cost."""

from collections.abc import Callable
from datetime import datetime

from rich.cells import cell_len
from rich.console import RenderableType
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget

from localgpt_tui.core.events import (
    CallDelta,
    Event,
    FellBack,
    Retrying,
    Said,
    TextDelta,
    ThinkingDelta,
    ToolStarted,
    TurnCancelled,
    TurnFailed,
    TurnFinished,
)
from localgpt_tui.core.messages import AssistantMessage, Usage, UserMessage, now
from localgpt_tui.safety.terminal import printable

HERE = "on this machine"
"""Where what is written goes if it goes nowhere."""

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TICK = 0.25
_LEFT = 22  # cells that the left side keeps
_SILENT = 10.0  # seconds without news of a reply after which that is said
_LOOSE = "none"  # the tier of a sandbox that holds nothing in


class Status(Widget):
    """One line that costs nothing while nothing happens: it ticks during a turn only, and never asks for a layout."""

    model = reactive("")
    place = reactive("")
    state = reactive("starting …")
    below = reactive(0)
    mode = reactive("")
    sandbox = reactive("")

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        super().__init__()
        self._clock = clock
        self._since: datetime | None = None
        self._doing = ""
        self._heard: datetime | None = None
        self._usage = Usage()
        self._tokens: int | None = None
        self._answered = False
        self._timer: Timer | None = None

    @property
    def busy(self) -> bool:
        """True from the moment something is said until its turn is over."""
        return self._since is not None

    def on_mount(self) -> None:
        """Prepare the clock, stopped."""
        self._timer = self.set_interval(_TICK, self.refresh, pause=True)

    def begin(self, since: datetime | None = None) -> None:
        """A turn has begun, now or at the moment `since`."""
        self._since, self._doing = since or self._since or self._clock(), "waiting"
        self._heard = self._clock()
        if self._timer:
            self._timer.resume()
        self.refresh()

    def end(self) -> None:
        """The turn is over."""
        self._since = None
        if self._timer:
            self._timer.pause()
        self.refresh()

    def reset(self, latest: Usage) -> None:
        """Another session is open: start from what its latest reply used."""
        self._usage, self._tokens, self._answered = Usage(), None, False
        self._count(latest)
        self.refresh()

    def account(self, usage: Usage) -> None:
        """Take over what the whole conversation has used so far."""
        self._usage, self._answered = usage, True
        self.refresh()

    def show(self, event: Event) -> None:
        """Say what the turn is doing now."""
        self._heard = self._clock()
        match event:
            case Said(message=UserMessage()):
                self.begin()
            case Said(message=AssistantMessage(usage=usage)):
                self._count(usage)
            case TurnFinished() | TurnFailed() | TurnCancelled():
                self.end()
            case _:
                pass
        doing = _doing(event)
        if doing and doing != self._doing:
            self._doing = doing
            self.refresh()

    def render(self) -> RenderableType | Visual:
        """What is most needed first; the rest falls away where it is narrow."""
        width = self.size.width
        left = self._activity() if self.busy else self._who(width)
        right = self._right(width)
        room = width - right.cell_length - 2
        if left.cell_length > room:
            left = left.truncate(max(4, room), ellipsis=True)
        gap = " " * max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right.stylize("$text-muted"))

    def _right(self, width: int) -> Content:
        """How much is asked, which always shows, and as many facts as leave some room; a missing sandbox in red."""
        loose = Content("no sandbox").stylize("$error") if self.sandbox == _LOOSE else Content("")
        held = "" if self.sandbox in {"", _LOOSE} or width < 100 else f"sandbox {self.sandbox}"
        first = [part for part in (Content(printable(self.mode)), loose) if part]
        facts = list(filter(None, [held, *self._facts(width)]))
        while facts and sum(map(cell_len, facts)) + 3 * len(facts) > width - _LEFT - sum(p.cell_length for p in first):
            facts.pop(0 if held in facts[:1] else -1)
        return Content(" · ").join([*first, *map(Content, facts)])

    def _facts(self, width: int) -> list[str]:
        """Lines below, place, context and cost; where it is narrow only one of them."""
        below = f"↓ {self.below} below" if self.below else ""
        facts = [fact for fact in (below, self.place, self._fill(), self._cost()) if fact]
        if width >= 60:
            return facts
        return facts[:1] if below or not self.busy else [fact for fact in facts if fact != self.place][:1]

    def _who(self, width: int) -> Content:
        model = Content(printable(self.model))
        if width < 60 and "/" in self.model:
            model = Content(printable(self.model.partition("/")[2]))
        state = (f"  {self.state}", "$text-muted") if self.state else ""
        return Content.assemble(model, state)

    def _activity(self) -> Content:
        passed = self._seconds_since(self._since)
        silent = self._seconds_since(self._heard) if "running" not in self._doing else 0.0
        words = f" {_elapsed(int(passed))}" + (f" (nothing for {_elapsed(int(silent))})" if silent >= _SILENT else "")
        still = self.app.animation_level == "none"
        frame = "·" if still else _FRAMES[int(passed / _TICK) % len(_FRAMES)]
        return Content.assemble((frame, "$primary"), " ", (self._doing, "bold"), words, ("  Esc stops", "$text-muted"))

    def _seconds_since(self, moment: datetime | None) -> float:
        return (self._clock() - moment).total_seconds() if moment else 0.0

    def _fill(self) -> str:
        if self._tokens is None:
            return ""
        window = self._usage.context_window
        return f"context {self._tokens * 100 // window}%" if window else f"context {_thousands(self._tokens)}"

    def _cost(self) -> str:
        if not self._answered:
            return ""
        if self._usage.cost is None:
            return "" if self._free else "cost unknown"
        return (
            "free" if self._usage.cost == 0 else f"${self._usage.cost:.2f}" if self._usage.cost >= 0.01 else "< $0.01"
        )

    @property
    def _free(self) -> bool:
        """True where nobody is paid: the model runs on this machine."""
        return self.place == HERE

    def _count(self, usage: Usage) -> None:
        if usage.input_tokens is not None:
            self._tokens = usage.input_tokens + (usage.output_tokens or 0)
        if usage.context_window:
            self._usage = Usage(cost=self._usage.cost, context_window=usage.context_window)


def _doing(event: Event) -> str:
    """What a turn does after `event`, in words; empty where that does not change."""
    words = ""
    match event:
        case TextDelta():
            words = "writing"
        case ThinkingDelta():
            words = "thinking"
        case CallDelta(name=name) if name:
            words = f"calling {printable(name)}"
        case ToolStarted(call=call):
            words = f"running {printable(call.name)}"
        case Retrying(attempt=attempt, seconds=seconds):
            words = f"trying again in {seconds:.0f} s (attempt {attempt})"
        case FellBack(model=model):
            words = f"asking {printable(model)}"
        case Said():
            words = "waiting"
        case _:
            pass
    return words


def place_words(destination: str) -> str:
    """Where what is written goes, in words; an empty destination is this machine."""
    return f"↗ {printable(destination)}" if destination else HERE


def _elapsed(seconds: int) -> str:
    return f"{seconds}s" if seconds < 60 else f"{seconds // 60}m {seconds % 60:02}s"


def _thousands(tokens: int) -> str:
    return f"{tokens / 1000:.1f}k" if tokens >= 1000 else str(tokens)
