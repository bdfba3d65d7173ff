"""The memory on its own screen: first what a person reads and does, then the picture."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from memory.remembering import NOTES, FakeEmbedder, write
from stage import shown, until, until_shown
from textual import events
from textual.app import App

from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.changes import Change
from localgpt_tui.memory.history import History
from localgpt_tui.memory.memory import Memory, Statistics
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.ui.engine import Engine
from localgpt_tui.ui.remembering import Remembering
from localgpt_tui.ui.screens.memory import MemoryScreen
from localgpt_tui.ui.screens.memory_log import LogScreen
from localgpt_tui.ui.stylesheets import stylesheets
from localgpt_tui.ui.themes import DEFAULT, THEMES

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SMALL, ROOMY = (80, 24), (120, 40)
MORE = {
    "SOUL.md": "# Soul\n\nBe calm.\n",
    "memory/2026-03-12.md": "# 2026-03-12\n\n## Cache\n\n- short TTL plus invalidation on write\n"
    "- the writer owns the clock; readers never extend a TTL\n\n## Sister\n\n"
    "- Anna is my sister; her birthday is 14 May.\n",
}


class Still(Remembering):
    """Nothing in a picture depends on the moment or on the machine."""

    async def statistics(self) -> Statistics | None:
        found = await super().statistics()
        return replace(found, size=61_400) if found else None

    async def log(self, path: str = "") -> list[Change]:
        return [replace(change, time=NOW) for change in await super().log(path)]


class MemoryApp(App[None]):
    """The memory without a chat around it."""

    CSS_PATH = stylesheets()

    def __init__(self, folder: Path, **shown_first) -> None:
        super().__init__()
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT
        self.folder = folder
        self.engine = Engine()
        workspace = Workspace(folder / "workspace", clock=lambda: NOW)
        self.memory = Memory(workspace, folder / "cache", embedder=FakeEmbedder(), clock=lambda: NOW)
        self.remembering = Still(self.memory, History(workspace, settled=0.0))
        self._shown_first = shown_first

    async def on_mount(self) -> None:
        await self.engine.run(self.memory.catch_up())
        await self.engine.run(self.memory.embed())
        self.push_screen(
            MemoryScreen(
                self.remembering, self.engine, drafts=self.folder / "drafts", clock=lambda: NOW, **self._shown_first
            )
        )

    async def on_unmount(self) -> None:
        await self.engine.run(self.memory.aclose())
        self.remembering.history.close()
        self.engine.stop()


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "workspace", NOTES | MORE)
    for number, file in enumerate(sorted((tmp_path / "workspace").rglob("*.md"))):
        at = NOW.timestamp() - 86400 * (2 + 5 * number)
        os.utime(file, (at, at))
    return tmp_path


async def settled(pilot, *words: str) -> None:
    for word in ("chunks", *words):
        await until_shown(pilot, word)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def test_the_files_by_kind_and_the_one_that_is_read(folder, snap_compare):
    async def before(pilot):
        await settled(pilot, "Daily logs · 3", "Anna is my sister", "fresh")
        lines = shown(pilot.app)
        assert lines.index("memory/2026-03-12.md") < lines.index("memory/2026-02-14.md")

    assert snap_compare(MemoryApp(folder), terminal_size=ROOMY, run_before=before)


def test_the_files_on_a_small_screen(folder, snap_compare):
    async def before(pilot):
        await settled(pilot, "Daily logs · 3", "Anna is my sister", "Esc back")

    assert snap_compare(MemoryApp(folder), terminal_size=SMALL, run_before=before)


@pytest.mark.parametrize("size", [SMALL, ROOMY])
def test_results_come_while_typing_with_the_parts_of_their_score(folder, snap_compare, size):
    async def before(pilot):
        await settled(pilot)
        await pilot.press("slash", *"who owns the clock")
        await settled(pilot, "found", "memory/2026-03-12.md#L", "keyword", "the writer owns the clock")
        await pilot.press("enter")

    assert snap_compare(MemoryApp(folder), terminal_size=size, run_before=before)


def test_why_something_was_known(folder, snap_compare):
    sources = (
        Passage("memory/2026-03-12.md", 5, 6, "", 0.82, parts={"keyword": 0.8, "vector": 0.77}),
        Passage("MEMORY.md", 3, 3, "", 0.41, parts={"keyword": 0.4, "vector": 0.42}),
    )

    async def before(pilot):
        await settled(pilot, "The reply was given these memories", "score .82: keyword .80, vector .77")
        await pilot.press("2")
        await settled(pilot, "score .41", "Anna is my sister")

    assert snap_compare(MemoryApp(folder, sources=sources), terminal_size=SMALL, run_before=before)


async def test_a_note_is_added_found_and_undone(folder):
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await until_shown(pilot, "A note for memory/2026-03-14.md")
        await pilot.press(*"The boiler is serviced in June", "enter")
        await until_shown(pilot, "Noted in memory/2026-03-14.md#L3")
        noted = folder / "workspace/memory/2026-03-14.md"
        assert noted.read_text() == "# 2026-03-14\n\n- The boiler is serviced in June\n"
        await pilot.press("slash", *"boiler")
        await until_shown(pilot, "memory/2026-03-14.md#L")
        await pilot.press("escape", "u")
        await until_shown(pilot, "Taken back")
        assert not noted.exists()


async def test_a_passage_is_forgotten_with_the_places_that_say_the_same_and_brought_back(folder):
    memory, day = folder / "workspace/MEMORY.md", folder / "workspace/memory/2026-03-12.md"
    async with MemoryApp(folder).run_test(size=ROOMY) as pilot:
        await settled(pilot, "Anna is my sister")
        await pilot.press("enter", "down", "down", "x")
        await until_shown(pilot, "Forget this? It stands in MEMORY.md#L3.")
        await pilot.press("y")
        await until_shown(pilot, "The same is said here")
        assert "Anna" not in memory.read_text()
        await pilot.press("space", "enter")
        await until(pilot, lambda: "Anna" not in day.read_text())
        await until_shown(pilot, "Forgot 1 line")
        await pilot.press("escape", "u")
        await until(pilot, lambda: "Anna" in day.read_text())
        await until_shown(pilot, "Taken back")
        await pilot.press("u")
        await until(pilot, lambda: "Anna" in memory.read_text())


async def test_only_y_forgets(folder):
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot, "Anna is my sister")
        await pilot.press("x")
        await until_shown(pilot, "Remove the whole file MEMORY.md?")
        await pilot.press("enter", "n")
        await pilot.pause()
        assert (folder / "workspace/MEMORY.md").exists()


async def test_a_file_is_edited_in_the_app_and_bytes_elsewhere_survive(folder):
    memory = folder / "workspace/MEMORY.md"
    memory.write_bytes(b"# Memory\r\n\r\n- caf\xe9\r\n- tea\r\n")
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot, "tea")
        await pilot.press("enter", "G", "e")
        await until_shown(pilot, "^S save")
        await pilot.press("end", *" and milk", "ctrl+s")
        await until_shown(pilot, "Saved.")
        assert memory.read_bytes() == b"# Memory\r\n\r\n- caf\xe9\r\n- tea and milk\r\n"
        await pilot.press("escape")
        await until_shown(pilot, "tea and milk")


async def test_a_file_that_changed_underneath_is_written_over_only_when_the_person_insists(folder):
    memory = folder / "workspace/MEMORY.md"
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot, "Anna is my sister")
        await pilot.press("e")
        await until_shown(pilot, "^S save")
        memory.write_text("# Memory\n\n- somebody else was here\n")
        await pilot.press(*"mine ", "ctrl+s")
        await until_shown(pilot, "was changed by another program")
        assert memory.read_text() == "# Memory\n\n- somebody else was here\n"
        await pilot.press("ctrl+s")
        await until_shown(pilot, "Saved.")
        assert "mine # Memory" in memory.read_text()


async def test_lines_are_moved_to_another_file(folder):
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot, "Anna is my sister")
        await pilot.press("enter", "G", "m")
        await until_shown(pilot, "Move it to")
        await pilot.press(*"rust", "enter")
        await until_shown(pilot, "Moved to knowledge/rust.md")
        assert "swordfish" not in (folder / "workspace/MEMORY.md").read_text()
        assert (folder / "workspace/knowledge/rust.md").read_text().endswith("- The wifi password is swordfish.\n")


@pytest.mark.parametrize("size", [SMALL, ROOMY])
def test_the_log_of_a_file_with_its_differences(folder, snap_compare, size):
    app = MemoryApp(folder)
    history, workspace = app.remembering.history, app.memory.workspace

    async def before(pilot):
        await settled(pilot, "Anna is my sister")
        for words in ("- Ben likes tea.", "- Ben likes coffee."):
            written = workspace.append(words, "MEMORY.md")
            history.record([written], author="agent", session="abcdef123456", why=f"Noted: {words[2:]}")
        await pilot.press("l")
        await until_shown(pilot, "+- Ben likes coffee.")
        await pilot.press("down")
        await until_shown(pilot, "+- Ben likes tea.")
        await until_shown(pilot, "agent · 2026-03-14 12:00 · session abcdef12")

    assert snap_compare(app, terminal_size=size, run_before=before)


async def test_a_change_is_undone_and_a_paragraph_of_an_old_version_brought_back(folder):
    app = MemoryApp(folder)
    memory = folder / "workspace/MEMORY.md"
    async with app.run_test(size=ROOMY) as pilot:
        await settled(pilot, "Anna is my sister")
        written = app.memory.workspace.edit("MEMORY.md", "- The wifi password is swordfish.\n", "")
        app.remembering.history.record([written], author="agent", why="Dropped the password")
        await pilot.press("l")
        await until_shown(pilot, "-- The wifi password is swordfish.")
        await pilot.press("down", "d", "enter", "G", "p")
        await until_shown(pilot, "Brought the paragraph back")
        assert "swordfish" in memory.read_text()
        await pilot.press("escape", "g", "u")
        await until_shown(pilot, "Undone")
        assert "swordfish" not in memory.read_text()


async def test_who_wrote_each_line_is_shown_and_a_line_leads_to_its_change(folder):
    app = MemoryApp(folder)
    async with app.run_test(size=ROOMY) as pilot:
        await settled(pilot, "Anna is my sister")
        written = app.memory.workspace.append("- Ben likes tea", "MEMORY.md")
        app.remembering.history.record([written], author="agent", session="0c3f7a11", why="Noted tea")
        await pilot.press("b")
        await until_shown(pilot, "agent     0c3f7a - Ben likes tea")
        await pilot.press("G")
        await until_shown(pilot, "agent · 2")
        await until_shown(pilot, "session 0c3f7a11 · Noted tea")
        await pilot.press("enter")
        await until_shown(pilot, "Changes to MEMORY.md")
        await until_shown(pilot, "+- Ben likes tea")


async def test_what_is_pinned_stands_above_the_files_and_survives_an_edit_and_a_choice_is_taken_back(folder):
    app = MemoryApp(folder)
    async with app.run_test(size=ROOMY) as pilot:
        await settled(pilot, "Anna is my sister")
        await pilot.press("tab", "G", "p")
        await until_shown(pilot, "Pinned · 1")
        written = app.memory.workspace.edit("MEMORY.md", "# Memory\n", "# Memory\n\nOf all things.\n")
        await app.engine.run(app.memory.took(written))
        await pilot.press("escape", "A", *"more", "enter")
        await until_shown(pilot, "MEMORY.md#L6")
        await pilot.press("g")
        await until_shown(pilot, "▌ 6 - The wifi password is swordfish.")
        await pilot.press("p")
        await until(pilot, lambda: "Pinned ·" not in shown(app))
        await pilot.press("u")
        await until_shown(pilot, "Taken back: No choice any more.")
        await until_shown(pilot, "Pinned · 1")


async def test_what_a_session_wrote_is_listed_with_what_caused_it(folder):
    app = MemoryApp(folder)
    async with app.run_test(size=ROOMY) as pilot:
        await settled(pilot, "Anna is my sister")
        for session in ("one", "two"):
            written = app.memory.workspace.append(f"- from {session}", "MEMORY.md")
            app.remembering.history.record([written], author="agent", session=session, turn="e7", why=f"By {session}")

        async def causes(changes):
            return {change.id: "Remember the two" for change in changes if change.turn == "e7"}

        app.push_screen(LogScreen(app.remembering, app.engine, lambda: NOW, session="two", causes=causes))
        await until_shown(pilot, "What this session wrote   1")
        await until_shown(pilot, "after you said: Remember the two")
        assert "By one" not in shown(app)
        await pilot.press("u")
        await until_shown(pilot, "Nothing was written here.")
        assert "from two" not in (folder / "workspace/MEMORY.md").read_text()


async def test_the_keys_are_listed(folder):
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await until_shown(pilot, "Keys of the memory")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, MemoryScreen))


async def test_names_and_text_of_others_reach_the_terminal_harmless(folder):
    (folder / "workspace/knowledge/a\x1b[31mb.md").write_text("evil \x1b]0;title\x07 text \u202e drawkcab\n")
    async with MemoryApp(folder).run_test(size=ROOMY) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"drawkcab")
        await until_shown(pilot, "evil")
        assert "\x1b" not in shown(pilot.app)
        assert "\u202e" not in shown(pilot.app)


async def test_letters_typed_right_after_the_slash_belong_to_the_search(folder):
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot)
        for key in ("slash", *"elx"):  # each of these letters would do something in the list
            pilot.app.post_message(events.Key(key, "/" if key == "slash" else key))
        await until(pilot, lambda: pilot.app.screen.query_one("Input").value == "elx")


async def test_many_files_are_listed_and_read_from_end_to_end(folder):
    for number in range(300):
        (folder / f"workspace/knowledge/note-{number:03}.md").write_text(f"note {number} " + "x" * 1000 + "\n")
    async with MemoryApp(folder).run_test(size=SMALL) as pilot:
        await settled(pilot, "307 files")
        await pilot.press("G")
        await until_shown(pilot, "knowledge/rust.md · 9 lines")
        await pilot.press("up")
        await until_shown(pilot, "note 299")
        await pilot.press("g")
        await until_shown(pilot, "MEMORY.md · 4 lines")


async def test_it_can_be_used_on_a_very_small_screen(folder):
    async with MemoryApp(folder).run_test(size=(40, 12)) as pilot:
        await until_shown(pilot, "MEMORY.md")
        await until_shown(pilot, "Anna is my sister")


def test_the_editor_of_the_app(folder, snap_compare):
    async def before(pilot):
        await settled(pilot, "Anna is my sister")
        await pilot.press("enter", "G", "e")
        await until_shown(pilot, "^S save")

    assert snap_compare(MemoryApp(folder), terminal_size=SMALL, run_before=before)
