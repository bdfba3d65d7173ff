import asyncio
from pathlib import Path

import pytest
from fakes import EventLog, Hangs, ScriptedProvider

from localgpt_tui import commands
from localgpt_tui.assistant import Assistant
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.paths import find_places


class Desk:
    """A desk that keeps what it is told and asked to do."""

    def __init__(self, assistant):
        self.assistant = assistant
        self.conversation = assistant.converse(assistant.shelf.new(), "recall")
        self.told, self.acts, self.ended = [], [], False

    def tell(self, text):
        self.told.append(text)

    async def open(self, journal):
        self.conversation.journal.close()
        self.conversation = self.assistant.converse(journal, self.conversation.model)

    async def act(self, action, argument=""):
        self.acts.append(action)

    async def do_beside(self, work):
        return await work

    def quit(self):
        self.ended = True


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = find_places({"HOME": str(tmp_path), "LOCALGPT_HOME": str(tmp_path / "home")})
    places.config_file.parent.mkdir()
    places.config_file.write_text('[providers.ollama]\nendpoint = "http://127.0.0.1:1"\n')
    desk = Desk(Assistant.open(places))
    yield desk
    desk.conversation.journal.close()


def test_names_aliases_and_leader_keys_are_unique_and_every_command_has_a_leader_path():
    names = [name for command in commands.COMMANDS for name in (command.name, *command.aliases)]
    leaders = [command.leader for command in commands.COMMANDS]
    assert len(set(names)) == len(names)
    assert len(set(leaders)) == len(leaders)
    assert all(command.help and command.leader for command in commands.COMMANDS)


async def test_help_lists_every_command(desk):
    await commands.run(desk, "/help")
    assert all(f"`/{command.name}" in desk.told[0] for command in commands.COMMANDS)


async def test_a_command_that_is_none_says_so(desk):
    with pytest.raises(LocalGPTError, match="no command /nonsense"):
        await commands.run(desk, "/nonsense")


async def test_undo_does_nothing_where_it_does_not_know_what_is_meant(desk):
    with pytest.raises(LocalGPTError, match="/undo files"):
        await commands.run(desk, "/undo file")
    assert desk.acts == []


async def test_quit_by_any_of_its_names(desk):
    await commands.run(desk, "/EXIT")
    assert desk.ended


async def test_a_deleted_session_comes_back_whole(desk):
    await desk.conversation.send("remember that the gate code is 4711", EventLog())
    name = desk.conversation.journal.id
    await commands.run(desk, "/delete")
    assert desk.assistant.shelf.list() == []
    assert "remember that the gate code is 4711" in desk.told[-1]

    await commands.run(desk, "/undelete")
    assert desk.conversation.journal.id == name
    assert desk.conversation.journal.history()[0].text == "remember that the gate code is 4711"


async def test_a_session_is_not_deleted_while_a_reply_is_written_in_it(desk):
    model = ScriptedProvider(Hangs("So"))
    desk.conversation.switch_provider(model)
    turn = asyncio.create_task(desk.conversation.send("hello", EventLog()))
    await model.hanging.wait()

    with pytest.raises(LocalGPTError, match="still being written"):
        await commands.run(desk, "/delete")

    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    assert desk.conversation.journal.path.exists()


async def test_an_empty_new_session_can_be_deleted_too(desk):
    with pytest.raises(LocalGPTError, match="Nothing was said"):
        await commands.run(desk, "/delete")


async def test_undelete_with_an_empty_trash_says_so(desk):
    with pytest.raises(LocalGPTError, match="Nothing is in the trash"):
        await commands.run(desk, "/undelete")


async def test_a_session_is_renamed_listed_and_opened_by_the_beginning_of_its_id(desk):
    await desk.conversation.send("hello", EventLog())
    name = desk.conversation.journal.id
    await commands.run(desk, "/rename Gate | codes")
    await commands.run(desk, "/new")
    assert desk.conversation.journal.id != name
    await commands.run(desk, "/sessions")
    assert "Gate \\| codes" in desk.told[-1]
    await commands.run(desk, f"/open {name[:8]}")
    assert desk.conversation.journal.id == name


async def test_what_needs_a_choice_is_left_to_the_screen(desk):
    await commands.run(desk, "/rename")
    await commands.run(desk, "/open")
    await commands.run(desk, "/sidebar")
    assert desk.acts == ["rename", "sessions", "sidebar"]


async def test_a_change_of_model_says_where_words_go_from_now_on(desk):
    await commands.run(desk, "/model sonnet")
    assert "api.anthropic.com" in desk.told[-1]
    await commands.run(desk, "/model recall")
    assert "Nothing leaves this machine" in desk.told[-1]
    await commands.run(desk, "/model")
    assert "`recall` answers here" in desk.told[-1]


async def test_models_lists_what_is_there_and_what_is_not(desk):
    await commands.run(desk, "/models")
    assert "does not answer" in desk.told[-1]
    assert "`sonnet` is anthropic/" in desk.told[-1]


async def test_memory_is_searched_without_a_model(desk):
    await desk.conversation.send("remember that the gate code is 4711", EventLog())
    await commands.run(desk, "/memory gate")
    assert "4711" in desk.told[-1]
    assert "#L" in desk.told[-1]
    await commands.run(desk, "/memory unicorn")
    assert "Nothing that is remembered" in desk.told[-1]
    await commands.run(desk, "/memory")
    assert desk.acts == ["memory"]


async def test_an_export_never_replaces_a_file(desk, tmp_path):
    await desk.conversation.send("hello", EventLog())
    await commands.run(desk, f"/export {tmp_path}/out.md")
    assert "hello" in (tmp_path / "out.md").read_text()
    with pytest.raises(LocalGPTError, match="there already"):
        await commands.run(desk, f"/export {tmp_path}/out.md")
    with pytest.raises(LocalGPTError, match="could not be written"):
        await commands.run(desk, f"/export {tmp_path}/missing/out.md")


async def test_status_says_what_is_known_and_what_is_not(desk):
    await desk.conversation.send("hello", EventLog())
    await commands.run(desk, "/status")
    assert desk.conversation.journal.id in desk.told[-1]
    assert "`recall`" in desk.told[-1]


async def test_files_that_are_given_back_are_named_from_where_one_is(desk, tmp_path, monkeypatch):
    changes, session = desk.assistant.equipment.changes, desk.conversation.journal.id
    near, far = tmp_path / "project" / "notes" / "a.md", Path.home() / "b.md"
    near.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    near.write_text("before")
    changes.begin(session)
    for path in (near, far):
        changes.keep(session, path, b"after")
        path.write_text("after")
    await commands.run(desk, "/undo files")
    assert desk.told[-1].splitlines()[:2] == ["- `notes/a.md` holds again what it did", "- `~/b.md` is gone again"]
