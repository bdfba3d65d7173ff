"""What the chat looks like: first the words a person reads, then the picture."""

from dataclasses import replace

import pytest
from fakes import call, calls
from stage import ANSWER, CLAUDE, NOON, OLLAMA, shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.events import CallDelta, Event, Said, TextDelta, ToolProgress, ToolStarted, TurnFailed
from localgpt_tui.core.messages import AssistantMessage, ToolMessage, Usage, UserMessage
from localgpt_tui.files import Holder
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.rendering import code
from localgpt_tui.ui.widgets.banner import held_words

SMALL, MEDIUM, WIDE, TINY = (80, 24), (120, 40), (200, 50), (40, 12)
QUESTION = Said(UserMessage("Compare that with what the heartbeat reported.", time=NOON), "e1")
SEARCH = call("memory_search", call_id="c7", query="heartbeat report")


def seed() -> str:
    write_session(
        UserMessage("redis vs sqlite for a cache on one machine"), AssistantMessage("SQLite."), minutes_ago=17000
    )
    write_session(UserMessage("trip to Lisbon"), AssistantMessage("Pack light."), minutes_ago=1900)
    write_session(UserMessage("ttl experiments"), AssistantMessage("Try 30 s."), minutes_ago=190)
    return write_session(*talk(), minutes_ago=7)


async def play(pilot, *events: Event) -> None:
    """Let a turn happen that never ends."""
    for event in events:
        pilot.app.screen.post_message(Happened(event, "any"))
    await pilot.pause()
    pilot.app.screen.query_one("Transcript").flush()
    await pilot.pause()


async def settled(pilot, *words: str) -> None:
    """Wait until all of `words` can be read, and code has its colours."""
    await until_ready(pilot)
    for word in words:
        await until_shown(pilot, word)
    await until(pilot, code.ready)
    await pilot.pause()


def test_the_first_run_with_nothing_found(snap_compare):
    async def before(pilot):
        await settled(pilot, "recall answers here · on this machine", "nothing leaves this machine", "F1")

    assert snap_compare(staged(), terminal_size=SMALL, run_before=before)


def test_the_first_run_with_claude_found_asks_first(snap_compare):
    async def before(pilot):
        await settled(pilot, "Send what you write to api.anthropic.com?", "Enter use it", "r stay on this machine")

    assert snap_compare(staged(surroundings=CLAUDE), terminal_size=SMALL, run_before=before)


def test_the_first_run_on_a_very_small_screen(snap_compare):
    async def before(pilot):
        await settled(pilot, "Send what you write to", "Enter yes", "❯")

    assert snap_compare(staged(surroundings=CLAUDE), terminal_size=TINY, run_before=before)


def test_an_empty_session_with_a_local_model(snap_compare):
    async def before(pilot):
        await settled(pilot, "ollama/llama3.2 answers here", "llama3.2, qwen3", "new session")

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("theme", ["localgpt-dark", "localgpt-light", "localgpt-dusk", "localgpt-terminal"])
def test_a_conversation_beside_its_sessions(snap_compare, theme):
    seed()

    async def before(pilot):
        await settled(pilot, "trip to Lisbon", "The open point was who owns the clock", "memory_search")

    app = staged(resume=True, surroundings=OLLAMA, theme=theme)
    assert snap_compare(app, terminal_size=MEDIUM, run_before=before)


def test_a_conversation_without_colours_still_shows_the_focus(snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    seed()

    async def before(pilot):
        await settled(pilot, "trip to Lisbon", "❯")
        await pilot.press("ctrl+x", "l")
        await until(pilot, lambda: pilot.app.focused is pilot.app.screen.query_one("SessionList"))

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=MEDIUM, run_before=before)


def test_a_conversation_on_a_wide_screen(snap_compare):
    seed()

    async def before(pilot):
        await settled(pilot, "trip to Lisbon", "2Q     │ 22 MiB │ 71 %")

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=WIDE, run_before=before)


def test_a_conversation_on_a_very_small_screen(snap_compare):
    seed()

    async def before(pilot):
        await settled(pilot, "❯", "llama3.2")
        assert "localgpt" not in shown(pilot.app)

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=TINY, run_before=before)


def test_a_reply_that_is_being_written(snap_compare):
    async def before(pilot):
        await settled(pilot)
        await play(pilot, QUESTION, *map(TextDelta, ANSWER[: ANSWER.index("```python") + 60].splitlines(keepends=True)))
        pilot.app.screen._queue("And who reported it first?")
        await pilot.press(*"meanwhile")
        await settled(pilot, "writing 0s  Esc stops", "queued  And who reported it first?", "the writer stamps entries")

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_a_tool_that_is_running(snap_compare):
    async def before(pilot):
        await settled(pilot)
        said = replace(calls(SEARCH, text="I will look that up."), time=NOON)
        await play(
            pilot, QUESTION, TextDelta("I will look that up."), CallDelta(0, "memory_search", SEARCH.arguments),
            Said(said, "e2"), ToolStarted(SEARCH), ToolProgress("c7", "searching 41 notes\n"),
        )  # fmt: skip
        await settled(pilot, "running memory_search 0s", "heartbeat report")

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_a_turn_that_failed(snap_compare):
    async def before(pilot):
        await settled(pilot)
        await play(
            pilot, QUESTION, TextDelta("The heartbeat said"),
            Said(
                AssistantMessage("The heartbeat said", stop="failed", note="the connection was lost", time=NOON), "e2"
            ),
            TurnFailed("Ollama closed the connection in its reply.", "Say it again; if it stays so: `ollama ps`."),
        )  # fmt: skip
        await settled(pilot, "Ollama closed the connection", "Say it again")

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_what_a_reply_cost_and_how_full_the_context_is(snap_compare):
    usage = Usage(input_tokens=48_000, output_tokens=600, cost=0.0412, context_window=128_000)
    write_session(
        UserMessage("What did it cost?"),
        AssistantMessage("A little.", model="anthropic/claude-sonnet-5-5", usage=usage),
        UserMessage("What did the heartbeat find?"),
        calls(SEARCH),
        ToolMessage("c7", "memory_search", "Nothing matches “heartbeat report”.", failed=True, seconds=0.2),
        AssistantMessage("Nothing.", model="anthropic/claude-sonnet-5-5", usage=usage),
    )

    async def before(pilot):
        await settled(pilot, "context 37%", "Nothing.")

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_the_sessions_on_a_small_screen(snap_compare):
    seed()

    async def before(pilot):
        await settled(pilot, "The open point")
        await pilot.press("ctrl+x", "l", "down")
        await settled(pilot, "trip to Lisbon", "n new", "u undo")

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_the_leader_says_what_may_follow(snap_compare):
    async def before(pilot):
        await settled(pilot)
        await pilot.press("ctrl+x")
        await until_shown(pilot, "n new")
        assert "q quit" in shown(pilot.app)

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
def test_the_help_page(snap_compare, size):
    async def before(pilot):
        await settled(pilot)
        await pilot.press("f1")
        await settled(pilot, "Keys and commands", "Ctrl+J")

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=size, run_before=before)


def test_the_command_palette(snap_compare):
    async def before(pilot):
        await settled(pilot)
        await pilot.press("ctrl+p", *"rename")
        await until_shown(pilot, "give this session a title")
        await until(pilot, lambda: "start a new session" not in shown(pilot.app))
        pilot.app.screen.query_one("Input").cursor_blink = False

    assert snap_compare(staged(surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_the_rename_dialog(snap_compare):
    seed()

    async def before(pilot):
        await settled(pilot, "The open point")
        await pilot.press("ctrl+x", "r")
        await settled(pilot, "Title of this session", "Enter keeps it")

    assert snap_compare(staged(resume=True, surroundings=OLLAMA), terminal_size=SMALL, run_before=before)


def test_a_session_that_another_program_holds(snap_compare):
    held = seed()
    with Journal.open(find_places().sessions / f"{held}.jsonl"):

        async def before(pilot):
            await settled(pilot, "Read-only: held by pid", "read-only")
            pilot.app.workers.cancel_group(pilot.app.screen, "watch")
            pilot.app.screen.query_one("Banner").words = held_words(Holder(4242, "localgpt-tui", NOON.timestamp()), "")
            await settled(pilot, "held by pid 4242 since 12:00")

        assert snap_compare(staged(session=held, surroundings=OLLAMA), terminal_size=SMALL, run_before=before)
