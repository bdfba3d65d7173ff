"""Hands on the screen: a tool asks, runs, is stopped; what was done and what waits can be listed."""

import asyncio
import json
import os
from dataclasses import replace

from fakes import ScriptedProvider, calls
from stage import NOON, OLLAMA, StagedApp, StagedAssistant, shown, until, until_ready, until_shown
from textual.pilot import Pilot

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.messages import ToolCall, UserMessage
from localgpt_tui.core.ports import Progress, Tool
from localgpt_tui.paths import find_places
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.ui import guarding
from localgpt_tui.ui.rendering.icons import icons
from localgpt_tui.ui.rendering.toolcards import outcome
from localgpt_tui.ui.sitting import Sitting
from localgpt_tui.ui.widgets.approval_panel import ApprovalPanel
from localgpt_tui.ui.widgets.rows import ToolRow
from localgpt_tui.ui.widgets.transcript import Transcript


class Hands:
    """A tool that writes, and one that runs; both do nothing but say what they were given."""

    def __init__(self) -> None:
        self.ran: list[dict[str, str]] = []
        self.stopped = False
        self.go = asyncio.Event()
        schema = {"type": "object", "properties": {}, "additionalProperties": True}
        self.tools = (
            Tool("edit_file", "Edit.", schema, self._edit, self._foresee_edit),
            Tool("bash", "Run.", schema, self._run, self._foresee_run),
        )

    async def _foresee_edit(self, arguments: str) -> Act:
        given = json.loads(arguments)
        shown = (
            f"--- {given['path']}\n+++ {given['path']}\n@@ -1 +1 @@\n-{given['old_string']}\n+{given['new_string']}\n"
        )
        return Act("write", f"change {given['path']}", shown=shown, writes=(given["path"],), folder="/notes")

    async def _foresee_run(self, arguments: str) -> Act:
        return Act(
            "run", "run", shown=json.loads(arguments)["command"], confined="standard: no network", pattern="sleep"
        )

    async def _edit(self, arguments: str, _progress: Progress) -> str:
        self.ran.append(json.loads(arguments))
        return "Changed 1 place."

    async def _run(self, arguments: str, progress: Progress) -> str:
        self.ran.append(json.loads(arguments))
        for number in range(100_000):
            progress(f"line {number}\n")
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return "the end\nexit status 3"


class HandedAssistant(StagedAssistant):
    hands: Hands

    def converse(self, journal, model, approver=None):
        guard = self.equipment.guard(journal, approver)
        return Conversation(journal, self.provider(model), tools=self.hands.tools, guard=guard)


def handed(*script, hands: Hands) -> StagedApp:
    """The app over this test's own home, with hands."""
    places = find_places()

    def open_sitting() -> Sitting:
        assistant = HandedAssistant.open(places)
        assistant.surroundings, assistant.scripted, assistant.hands = OLLAMA, ScriptedProvider(*script), hands
        assistant.equipment.trust.trust(assistant.equipment.folder)
        return Sitting.over(assistant)

    return StagedApp(places, open_sitting=open_sitting)


def asked(name: str, number: int, **arguments: str) -> ToolCall:
    return ToolCall(f"c{number}", name, json.dumps(arguments))


async def answer(pilot: Pilot, *keys: str) -> None:
    panel = pilot.app.screen.query_one(ApprovalPanel)
    panel.pause = 0.1
    await until(pilot, lambda: panel.armed)
    await pilot.press(*keys)


async def test_a_question_of_a_session_that_is_not_in_view_says_which_and_is_answered_here():
    hands = Hands()
    edit = asked("edit_file", 1, path="notes.md", old_string="the old line", new_string="the new line")
    async with handed(calls(edit), "Done.", hands=hands).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"change it", "enter")
        await until_shown(pilot, "edit_file: may this be changed?")
        await pilot.press(*"/new", "enter")
        await until_shown(pilot, "edit_file: may this be changed? (in “change it”)")
        await answer(pilot, "y")
        await until_shown(pilot, "The reply in “change it” is finished.")
        assert hands.ran[0]["new_string"] == "the new line"
        assert "Done." not in shown(pilot.app)


async def test_an_edit_is_allowed_a_command_is_stopped_and_both_are_listed():
    hands = Hands()
    edit = asked("edit_file", 1, path="notes.md", old_string="the old line", new_string="the new line")
    run = asked("bash", 2, command="sleep 100")
    async with handed(calls(edit), calls(run), "Done.", hands=hands).run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "ask · on this machine")
        await pilot.press(*"change it", "enter")
        await until_shown(pilot, "edit_file: may this be changed?")
        for words in ("-the old line", "+the new line", "NEEDS YOU 1", "? waits for you"):
            await until_shown(pilot, words)
        await answer(pilot, "y")
        await until_shown(pilot, "+1 -1")
        assert "allowed by you" in shown(pilot.app)
        await until_shown(pilot, "$ sleep 100")
        await answer(pilot, "s")
        await until_shown(pilot, "line 99999")
        assert hands.ran[0]["new_string"] == "the new line"
        assert "line 99997" in shown(pilot.app), "the last lines of what runs are in sight"
        assert "line 99990" not in shown(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: hands.stopped)
        await until(pilot, lambda: not pilot.app.screen.busy)
        await pilot.press("ctrl+x", "T")
        await until_shown(pilot, "Tools   2 calls")
        screen = shown(pilot.app)
        assert "edit_file      notes.md" in screen
        assert "allowed by you" in screen
        assert "✗ stopped  allowed by you, this session" in screen
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, Transcript))
        row = pilot.app.focused.cursor
        assert isinstance(row, ToolRow)
        assert row.name == "edit_file"
        await pilot.press("space")
        await until_shown(pilot, "-the old line")


async def test_a_no_reaches_the_model_and_the_mode_says_how_much_is_asked():
    hands = Hands()
    edit = asked("edit_file", 1, path="notes.md", old_string="a", new_string="b")
    app = handed(calls(edit), "I will not.", calls(edit), "Never.", hands=hands)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "may this be changed?")
        await answer(pilot, "n")
        await until_shown(pilot, "I will not.")
        assert "✗ denied  by you" in shown(pilot.app)
        await pilot.press("f2", "f2")
        await until_shown(pilot, "Nothing is changed and nothing is run")
        await until_shown(pilot, "read-only · on this machine")
        await pilot.press(*"/mode nothing", "enter")
        await until_shown(pilot, "There is no mode 'nothing'.")
        await pilot.press(*"go", "enter")
        await until_shown(pilot, "Never.")
        assert "✗ refused by a rule" in shown(pilot.app)
        assert not hands.ran
        await pilot.press(*"/mode writes", "enter")
        await until_shown(pilot, "writes · on this machine")


async def test_questions_of_other_programs_are_listed_and_answered():
    inbox = Inbox(find_places().state / "approvals")
    act = Act("run", "run", shown="git push --force", folder="/notes")
    elsewhere = Approval("abc123", asked("bash", 9, command="git push --force"), act, title="nightly \x1b[2Jdigest")
    inbox.add(elsewhere, NOON)
    async with handed("Hello.", hands=Hands()).run_test(size=(100, 24)) as pilot:
        await until_ready(pilot)
        chat = pilot.app.screen
        await pilot.press(*"/needs", "enter")
        await until_shown(pilot, "Needs you   1")
        assert "bash git push --force" in shown(pilot.app)
        assert "nightly ␛digest · " in shown(pilot.app)
        await pilot.press("enter")
        await until_shown(pilot, "nothing holds it in: it can do all that you can")
        await asyncio.sleep(0.6)
        await pilot.press("N")
        await until_shown(pilot, "Enter says no with these words")
        await pilot.press(*"not today", "enter")
        await until_shown(pilot, "Nothing waits.")
        with Journal.create(find_places().state / "agents" / "heartbeat" / "sessions") as beat:
            beat.append(UserMessage("a beat"))
        assert guarding.runs_by_itself(chat.sitting, beat.id)
        with Journal.create(find_places().sessions) as journal:
            journal.append(UserMessage("the nightly digest, please"))
        assert not guarding.runs_by_itself(chat.sitting, journal.id)
        inbox.add(replace(elsewhere, id="def456", session=journal.id), NOON)
        question = find_places().state / "approvals" / "def456.json"
        question.write_text(question.read_text().replace(f'"pid": {os.getpid()}', '"pid": 4194305'))
        await pilot.press("ctrl+p", *"which model", "enter")  # a command closes the list
        await until_shown(pilot, "scripted/model answers here.")
        await pilot.press(*"/needs", "enter")
        await until_shown(pilot, "its program has ended")
        await pilot.press("enter")
        await until_shown(pilot, "nothing holds it in: it can do all that you can")
        await asyncio.sleep(0.6)
        await pilot.press("y")
        await until_shown(pilot, "the nightly digest, please")
        await until_shown(pilot, "You have my answer now: go on.")
    assert inbox.answered("def456") == Decision("once")
    given = inbox.answered("abc123")
    assert given is not None
    assert (given.answer, given.reason) == ("no", "not today")


def test_what_came_of_a_call_is_said_in_words():
    signs = icons("unicode")
    failed = ToolRow(name="bash", text="out\nexit status 3", state="failed", seconds=2.1, by="you")
    assert outcome(failed, signs) == "✗ failed  exit 3  2.1 s  allowed by you"
    warned = ToolRow(name="bash", text="[! look]\n[exit status 0]", state="done", by="you")
    assert outcome(warned, signs) == "✗ look at what changed  2 lines  allowed by you"
    note = "[180 of 200 bytes are left out here; job_output with job=c1 and offset=9 reads on; 40,001 lines in all]"
    assert outcome(ToolRow(text=f"1\n2\n{note}\n9\n[exit status 0]", state="done"), signs) == "40,001 lines"
    cut = "a\nb\n\n[Cut here: 9 of 12 characters are not shown. Ask for a smaller part.]"
    assert outcome(ToolRow(text=cut, state="done"), signs) == "the first 2 lines"
    assert outcome(ToolRow(state="running", seconds=75.0), signs) == "running  1 min 15 s"
    assert outcome(ToolRow(state="refused"), icons("ascii")) == "x refused by a rule"
