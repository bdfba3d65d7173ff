"""What the chat looks like in each of its states: first the words a person reads, then the picture."""

import json
import os
from dataclasses import replace

import pytest
from fakes import call, calls
from pytest_textual_snapshot import SVGImageExtension
from stage import ANSWER, CLAUDE, NOON, OLLAMA, shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.events import (
    CallDelta,
    Event,
    Recalled,
    Said,
    TextDelta,
    ThinkingDelta,
    ToolProgress,
    ToolStarted,
    TurnFailed,
    TurnFinished,
)
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolMessage, Usage, UserMessage
from localgpt_tui.core.passages import Passage
from localgpt_tui.files import Holder
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.answering import ANSWERING
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.rendering import code
from localgpt_tui.ui.themes import THEMES
from localgpt_tui.ui.widgets.banner import held_words
from localgpt_tui.ui.widgets.transcript import Transcript

SMALL, MEDIUM, LARGE, WIDE, TINY = (80, 24), (120, 40), (160, 40), (200, 50), (40, 12)
QUESTION = Said(UserMessage("Compare that with what the heartbeat reported.", time=NOON), "e1")
SEARCH = call("memory_search", call_id="c7", query="heartbeat report")
EVERYTHING = """\
# The clock

Entries are stamped by **the writer**; see [the design](https://docs.example.org/clock?v=2) and *never* by readers.

> A cache is a bet that the same question is asked again.

- [x] short TTL
- [ ] jitter, `0.1 × ttl`

| 言語 | word | 語 |
|------|:----:|---:|
| 日本語 | kasha (か) | 12 |
| café | e\u0301tude 👩‍💻 | 7 |
"""
LONG = "\n".join(f"    total_{n} = sum(cell.weight for cell in row_{n} if cell.alive) * {n}" for n in range(1, 13))
LONG_CODE = f"""\
Here it is:

```python
def weigh(rows: list[Row]) -> dict[str, float]:
    \"\"\"Add up, in a line that is much too long for the screen it is shown on, and so goes on below.\"\"\"
{LONG}
    return totals
```
"""


@pytest.fixture
def picture(snapshot):
    """Take a picture of the screen, once all of the words can be read on it."""
    album = snapshot.use_extension(SVGImageExtension)

    async def take(pilot, name: str, *words: str) -> None:
        for word in words:
            await until_shown(pilot, word)
        await until(pilot, code.ready)
        await pilot.wait_for_scheduled_animations()
        await pilot.pause()
        assert pilot.app.export_screenshot(title="localgpt", simplify=True) == album(name=name)

    return take


@pytest.fixture(autouse=True)
def _still(tmp_path, monkeypatch):
    """A folder of its own for what is completed, no browser, and no heartbeat, which has pictures of its own."""
    config = find_places().config_file
    config.parent.mkdir(parents=True)
    config.write_text("[heartbeat]\nenabled = false\n")
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("cache-design.md", "clock.md", "lisbon.md"):
        (folder / name).write_text("TTL 30 s\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BROWSER", "true")


def seed(*messages) -> str:
    write_session(
        UserMessage("redis vs sqlite for a cache on one machine"), AssistantMessage("SQLite."), minutes_ago=17000
    )
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=1900)
    write_session(UserMessage("ttl experiments"), AssistantMessage("Try 30 s."), minutes_ago=190)
    return write_session(*(messages or talk()), minutes_ago=7)


async def play(pilot, *events: Event) -> None:
    """Let a turn happen, at the end of which there may be none."""
    for event in events:
        pilot.app.screen.post_message(Happened(event, pilot.app.screen.sitting.journal.id))
    await pilot.pause()
    pilot.app.screen.query_one(Transcript).flush()
    await pilot.pause()


async def cleared(pilot) -> None:
    """A screen without the turn that was played."""
    await play(pilot, TurnFinished())
    pilot.app.screen.query_one(Transcript).load((), more=False)
    pilot.app.screen.say("")


async def test_the_first_run(picture):
    async with staged().run_test(size=SMALL) as pilot:
        await until_ready(pilot)
        words = ("recall answers here · on this machine", "nothing leaves this machine", "F1")
        await picture(pilot, "nothing found", *words)


async def test_the_question_before_anything_leaves_this_machine(picture):
    async with staged(surroundings=CLAUDE).run_test(size=SMALL) as pilot:
        await until_ready(pilot)
        asked = ("Send what you write to api.anthropic.com?", "Enter use it", "r stay on this machine")
        await picture(pilot, "small", *asked)
        await pilot.resize_terminal(*TINY)
        await picture(pilot, "tiny", "Send what you write to", "Enter yes", "❯")


async def test_the_states_of_a_turn(picture):
    async with staged(surroundings=OLLAMA).run_test(size=SMALL) as pilot:
        await until_ready(pilot)
        await picture(pilot, "empty", "ollama/llama3.2 answers here", "llama3.2, qwen3", "new session")

        thought = "The person wants a comparison.\nThe heartbeat reports at noon."
        await play(pilot, QUESTION, ThinkingDelta(thought))
        await picture(pilot, "thinking", "thinking 0s  Esc stops", "The heartbeat reports at noon.")

        begun = ANSWER[: ANSWER.index("```python") + 60].splitlines(keepends=True)
        await play(pilot, *map(TextDelta, begun))
        pilot.app.screen._queue("And who reported it first?")
        await pilot.press(*"meanwhile")
        waiting = ("writing 0s  Esc stops", "queued  And who reported it first?", "the writer stamps entries")
        await picture(pilot, "streaming with a queue", *waiting)
        await pilot.press("ctrl+x", "Q", "d", "ctrl+c")
        await cleared(pilot)

        said = replace(calls(SEARCH, text="I will look that up."), time=NOON)
        await play(
            pilot, QUESTION, TextDelta("I will look that up."), CallDelta(0, "memory_search", SEARCH.arguments),
            Said(said, "e2"), ToolStarted(SEARCH), ToolProgress("c7", "searching 41 notes\n"),
        )  # fmt: skip
        await picture(pilot, "tool running", "running memory_search 0s", "heartbeat report")
        await cleared(pilot)

        note = "the connection was lost"
        await play(
            pilot, QUESTION, TextDelta("The heartbeat said"),
            Said(AssistantMessage("The heartbeat said", stop="failed", note=note, time=NOON), "e2"),
            TurnFailed("Ollama closed the connection in its reply.", "Say it again; if it stays so: `ollama ps`."),
        )  # fmt: skip
        await picture(pilot, "failed", "Ollama closed the connection", "Say it again")
        assert pilot.app.return_code is None


async def test_what_lies_over_the_chat(picture):
    async with staged(surroundings=OLLAMA).run_test(size=SMALL) as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x")
        await picture(pilot, "leader", "n new", "q quit", "Space jump")
        await pilot.press("escape", *"/re")
        await picture(pilot, "commands", "/rename TITLE", "give this session a title")
        await pilot.press("ctrl+c", *"see @c")
        await picture(pilot, "files", "cache-design.md")
        await pilot.press("ctrl+c", *"/attach clock.md", "enter")
        await pilot.press(*"what is in it?")
        await picture(pilot, "attachment", "clock.md", "what is in it?")
        await pilot.press("ctrl+c", "backspace", "ctrl+p", *"rename")
        await until_shown(pilot, "give this session a title")
        await until(pilot, lambda: "start a new session" not in shown(pilot.app))
        pilot.app.screen.query_one("Input").cursor_blink = False
        await picture(pilot, "palette", "/rename")
        await pilot.press("escape", "f1")
        await picture(pilot, "help small", "Keys and commands", "Ctrl+J")
        await pilot.resize_terminal(*MEDIUM)
        await picture(pilot, "help medium", "Keys and commands", "Ctrl+R")


async def test_a_conversation_in_every_theme_and_size(picture):
    seed()
    async with staged(resume=True, surroundings=OLLAMA).run_test(size=MEDIUM) as pilot:
        await until_ready(pilot)
        for theme in THEMES:
            pilot.app.theme = theme.name
            await picture(pilot, theme.name, "trip to Lisbon", "The open point was who owns the clock")
        pilot.app.theme = THEMES[0].name
        await pilot.resize_terminal(*SMALL)
        await picture(pilot, "small", "The open point", "2Q")
        await pilot.press("ctrl+x", "l", "down")
        await picture(pilot, "sessions on a small screen", "trip to Lisbon", "n new", "u undo")
        await pilot.press("escape", "ctrl+x", "r")
        await picture(pilot, "rename", "Title of this session", "Enter keeps it")
        await pilot.press("escape")
        await pilot.resize_terminal(*TINY)
        await picture(pilot, "tiny", "❯", "llama3.2")
        assert "localgpt" not in shown(pilot.app)


async def test_the_inspector_on_a_wide_screen(picture):
    workspace = find_places().workspace
    workspace.mkdir(parents=True)
    (workspace / "MEMORY.md").write_text("- short TTL plus explicit invalidation on write\n" * 300)
    (workspace / "USER.md").write_text("Likes tea.\n")
    seed()
    passages = (
        Passage("memory/2026-03-12.md", 41, 46, "", 0.82, day="2026-03-12"),
        Passage("MEMORY.md", 118, 120, "", 0.77),
    )
    async with staged(resume=True, surroundings=OLLAMA).run_test(size=LARGE) as pilot:
        await until_ready(pilot)
        await play(pilot, QUESTION, Recalled(passages, "fresh"), TextDelta("It reported the same."))
        await picture(pilot, "memory at 160", "[MEMORY]", ".82 memory/2026-03-12.md#L41", "It reported the same.")
        await pilot.resize_terminal(*WIDE)
        await pilot.press("ctrl+x", "right_square_bracket")
        await picture(pilot, "tools at 200", "[TOOLS]", "1 call")
        await pilot.press("ctrl+x", "right_square_bracket", "shift+tab")
        await picture(pilot, "files at 200", "[FILES]", "MEMORY.md", "nearly full", "] [ tabs")


async def test_what_is_read_searched_and_selected(picture):
    session = seed(
        UserMessage("Show me what Markdown can do."),
        AssistantMessage(EVERYTHING, (Thinking("Every kind of block once."),), model="ollama/llama3.2"),
        UserMessage(
            "長い行も折り返せますか。これは幅の広い文字だけで書かれた、とても長い一行です。折り返しは正しいですか。"
        ),
        AssistantMessage(LONG_CODE, model="ollama/llama3.2"),
    )
    lock = find_places().sessions / f"{write_session(UserMessage('nightly report'), minutes_ago=60)}.lock"
    lock.write_text(json.dumps({"pid": os.getppid(), "program": ANSWERING, "since": 0}))
    async with staged(session=session, surroundings=OLLAMA).run_test(size=MEDIUM) as pilot:
        await until_ready(pilot)
        await picture(pilot, "long code and a running session", "● nightly report", "return totals")
        await pilot.press("tab", "g", "k")
        await picture(pilot, "wide characters and a table", "言語", "café", "the design (https://docs.example.org")
        await pilot.press("f")
        await picture(pilot, "letters to jump to", "Press a letter to go there")
        await pilot.press("escape", "j", "j", "u")
        await picture(pilot, "link", "Open this address?", "leads to  docs.example.org", "it says   the design")
        await pilot.press("escape", "v", "j", "j", "j")
        await picture(pilot, "lines marked", "4 lines marked")
        await pilot.press("w", "w", "v", "w", "w")
        await picture(pilot, "words marked", "v marks from here")
        await pilot.press("escape")
        await pilot.mouse_down(Transcript, offset=(8, 6))
        await pilot.hover(Transcript, offset=(30, 8))
        await pilot.mouse_up(Transcript, offset=(30, 8))
        await until(pilot, pilot.app.screen.get_selected_text)
        await picture(pilot, "selected with the mouse")
        await pilot.press("ctrl+c", "slash", *"cell")
        pilot.app.screen.query_one("Input").cursor_blink = False
        await picture(pilot, "search", "1 of 36", "Esc end the search")


async def test_a_conversation_without_colours_still_shows_the_focus(picture, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    seed()
    async with staged(resume=True, surroundings=OLLAMA).run_test(size=MEDIUM) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "trip to Lisbon")
        await pilot.press("ctrl+x", "l")
        await picture(pilot, "sessions", "n new")
        await pilot.press("tab", "tab", "k")
        await picture(pilot, "transcript", "j k move")


async def test_a_conversation_in_plain_signs(picture):
    config = find_places().config_file
    config.write_text(f'{config.read_text()}[ui]\nascii = "always"\n')
    seed()
    async with staged(resume=True, surroundings=OLLAMA).run_test(size=MEDIUM) as pilot:
        await until_ready(pilot)
        await picture(pilot, "ascii", "| you", "trip to Lisbon", "> memory_search")
        assert shown(pilot.app).isascii()


async def test_what_a_reply_cost_and_how_full_the_context_is(picture):
    usage = Usage(input_tokens=48_000, output_tokens=600, cost=0.0412, context_window=128_000)
    write_session(
        UserMessage("What did it cost?"),
        AssistantMessage("A little.", model="anthropic/claude-sonnet-5-5", usage=usage),
        UserMessage("What did the heartbeat find?"),
        calls(SEARCH),
        ToolMessage("c7", "memory_search", "Nothing matches “heartbeat report”.", failed=True, seconds=0.2),
        AssistantMessage("Nothing.", model="anthropic/claude-sonnet-5-5", usage=usage),
    )
    async with staged(resume=True, surroundings=OLLAMA).run_test(size=SMALL) as pilot:
        await until_ready(pilot)
        await picture(pilot, "cost", "context 37%", "Nothing.")


async def test_a_session_that_another_program_holds(picture):
    held = seed()
    with Journal.open(find_places().sessions / f"{held}.jsonl"):
        async with staged(session=held, surroundings=OLLAMA).run_test(size=SMALL) as pilot:
            await until_ready(pilot)
            await until_shown(pilot, "Read-only: held by pid")
            pilot.app.workers.cancel_group(pilot.app.screen, "watch")
            pilot.app.screen.query_one("Banner").words = held_words(Holder(4242, "localgpt-tui", NOON.timestamp()), "")
            await picture(pilot, "read-only", "held by pid 4242 since 12:00")
