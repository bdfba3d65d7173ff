"""A chat screen on a stage: real sessions in a real folder, a scripted model, and the words a person reads."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes import call, calls
from textual.pilot import Pilot

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.events import Event
from localgpt_tui.core.messages import AssistantMessage, Message, ToolMessage, UserMessage
from localgpt_tui.core.ports import Provider
from localgpt_tui.heartbeat.keeping import Keeper
from localgpt_tui.paths import Places, find_places
from localgpt_tui.providers.discovery import Surroundings
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.app import LocalGPTApp
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.rendering import code
from localgpt_tui.ui.sitting import Sitting

NOTHING = Surroundings(ollama_problem="Ollama does not answer at localhost:11434.")
OLLAMA = Surroundings(ollama_models=("llama3.2", "qwen3"))
CLAUDE = Surroundings(ollama_problem="Ollama does not answer at localhost:11434.", claude_path="/usr/bin/claude")
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class StagedAssistant(Assistant):
    """An assistant that finds what the test says, and is answered by the test's model where there is one."""

    surroundings = NOTHING
    scripted: Provider | None = None

    async def look_around(self) -> Surroundings:
        return self.surroundings

    def provider(self, model: str) -> Provider:
        return self.scripted if self.scripted is not None else super().provider(model)


class StagedSitting(Sitting):
    """A sitting whose sandbox is the same on every machine, and whose heart stands still."""

    beats = False

    def tier(self) -> str:
        return "full"

    def heartbeat(self):
        heartbeat = super().heartbeat()
        heartbeat.settings = replace(heartbeat.settings, enabled=self.beats)
        return heartbeat

    async def keep(self, heartbeat) -> None:
        """What runs by itself is for the tests that say so: here the schedule is only held."""
        keeper = Keeper(heartbeat.daemon, heartbeat.places.state)
        try:
            keeper.elsewhere()
            await asyncio.Event().wait()
        finally:
            keeper.leave()


class StagedApp(LocalGPTApp):
    """The app, with everything still that a picture would catch moving."""

    def __init__(self, places: Places, **rest) -> None:
        super().__init__(places, pace=0.05, clock=lambda: NOON, **rest)
        self.animation_level = "none"


def staged(
    *,
    surroundings: Surroundings = NOTHING,
    provider: Provider | None = None,
    session: str = "",
    resume: bool = False,
    model: str = "",
    theme: str = "",
    beats: bool = False,
    keeps: bool = False,
) -> StagedApp:
    """The app over what this test's own home holds."""
    places = find_places()

    def open_sitting() -> Sitting:
        assistant = StagedAssistant.open(places)
        assistant.surroundings, assistant.scripted = surroundings, provider
        kind = Sitting if keeps else StagedSitting
        sitting = kind.over(assistant, session=session, resume=resume, model=model)
        if isinstance(sitting, StagedSitting):
            sitting.beats = beats
        return sitting

    app = StagedApp(places, open_sitting=open_sitting)
    if theme:
        app.theme = theme
    return app


def write_session(*messages: Message, minutes_ago: int = 5) -> str:
    """A session on this test's shelf, said at fixed times; returns its id."""
    folder = find_places().sessions
    with Journal.create(folder, cwd="/home/person/notes") as journal:
        said = NOON - timedelta(minutes=minutes_ago)
        for step, message in enumerate(messages):
            journal.append(replace(message, time=said + timedelta(seconds=step)))
        return journal.id


def shown(app: LocalGPTApp) -> str:
    """What a person reads on the screen, line by line."""
    height = app.size.height
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines[:height])


async def until(pilot: Pilot, true: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Wait until `true()`; the screen at the end tells what went wrong where it never is."""
    for _ in range(int(seconds / 0.01)):
        await pilot.pause()
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it never came true; the screen shows:\n{shown(pilot.app)}")


async def until_ready(pilot: Pilot) -> None:
    """Wait until somebody could answer, or the person is asked whether they may."""
    await until(pilot, lambda: "starting" not in shown(pilot.app) and "Looking around" not in shown(pilot.app))


async def until_shown(pilot: Pilot, words: str) -> None:
    """Wait until the person can read `words`."""
    await until(pilot, lambda: words in shown(pilot.app))


async def play(pilot: Pilot, *events: Event) -> None:
    """Let a turn happen that never ends."""
    for event in events:
        pilot.app.screen.post_message(Happened(event, pilot.app.screen.sitting.journal.id))
    await pilot.pause()
    pilot.app.screen.query_one("Transcript").flush()
    await pilot.pause()


async def settled(pilot: Pilot, *words: str) -> None:
    """Wait until all of `words` can be read, and code has its colours."""
    await until_ready(pilot)
    for word in words:
        await until_shown(pilot, word)
    await until(pilot, code.ready)
    await until(pilot, lambda: pilot.app.screen_stack[0].query_one("Status").sandbox)
    await pilot.pause()


def talk(turns: int = 1) -> list[Message]:
    """A short conversation with a tool call in it."""
    wanted = call("memory_search", call_id="c1", query="cache invalidation")
    found = "memory/2026-03-12.md#L41\nshort TTL plus explicit invalidation on write"
    first = [
        UserMessage("What did we decide about cache invalidation?"),
        calls(wanted),
        ToolMessage("c1", "memory_search", found, seconds=0.041),
        AssistantMessage(ANSWER, model="ollama/llama3.2"),
    ]
    more = [
        message
        for turn in range(1, turns)
        for message in (
            UserMessage(f"And number {turn}?"),
            AssistantMessage(f"Number {turn} stays.", model="ollama/llama3.2"),
        )
    ]
    return [*first, *more]


ANSWER = """\
You settled on a **short TTL** plus explicit invalidation on write, and ruled 2Q out because of its memory use.

The open point was who owns the clock:

1. the writer stamps entries
2. readers never extend a TTL

```python
def get(self, key, default=None):
    born, value = self._entries.get(key, (0.0, default))
    return value if self.clock() - born < self.ttl else default
```

| choice | memory | hits |
|--------|-------:|-----:|
| LRU    | 8 MiB  | 63 % |
| 2Q     | 22 MiB | 71 % |
"""
