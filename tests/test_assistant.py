import pytest
from fakes import EventLog

from localgpt_tui.assistant import Assistant
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.core.events import TurnFinished
from localgpt_tui.paths import find_places
from localgpt_tui.providers.discovery import Surroundings


@pytest.fixture
def places(tmp_path):
    return find_places({"HOME": str(tmp_path), "LOCALGPT_HOME": str(tmp_path / "home")})


def configured(places, text):
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    places.config_file.write_text(text)
    return Assistant.open(places)


def test_opening_lays_out_a_workspace_and_nothing_else_of_the_persons(places):
    Assistant.open(places)
    assert (places.workspace / "MEMORY.md").is_file()
    assert not places.config_file.exists()


def test_a_workspace_that_is_there_is_left_as_it_is(places):
    places.workspace.mkdir(parents=True)
    (places.workspace / "notes.md").write_text("mine")
    Assistant.open(places)
    assert [path.name for path in places.workspace.iterdir()] == ["notes.md"]


def test_a_workspace_that_cannot_be_made_is_a_warning(places):
    places.workspace.parent.mkdir(parents=True)
    places.workspace.write_text("a file is in its place")
    assert "cannot be made" in Assistant.open(places).warnings[-1]


def test_what_is_left_out_of_the_workspace_is_a_warning(places):
    places.workspace.mkdir(parents=True)
    (places.workspace / "MEMORY.md").write_text("- a fact\n" * 4_000)
    assert "Not all of the workspace is given to the model: MEMORY.md: " in Assistant.open(places).warnings[-1]


async def test_with_nothing_around_recall_answers_from_what_it_was_told(places):
    assistant = Assistant.open(places)
    choice = assistant.choose(Surroundings(), attended=True)
    assert choice.model == "recall"
    with assistant.shelf.new() as journal:
        conversation, events = assistant.converse(journal, choice.model), EventLog()
        await conversation.send("remember that the gate code is 4711", events)
        await conversation.send("what is the gate code?", events)
    assert isinstance(events[-1], TurnFinished)
    assert "4711" in events.said_text
    assert "memory/" in events.said_text


def test_what_auto_finds_elsewhere_waits_for_a_yes_and_the_yes_is_remembered(places):
    assistant = Assistant.open(places)
    found = Surroundings(claude_path="/usr/bin/claude")
    choice = assistant.choose(found, attended=True)
    assert choice.leaves_machine
    assert assistant.needs_consent(choice)

    assistant.allow(choice)
    assert not Assistant.open(places).needs_consent(choice)


def test_where_nobody_attends_nothing_leaves_without_a_yes(places):
    assistant = Assistant.open(places)
    found = Surroundings(keys=("ANTHROPIC_API_KEY",))
    unattended = assistant.choose(found, attended=False)
    assert unattended.model == "recall"
    assert "api.anthropic.com" in unattended.reason

    assistant.allow(assistant.choose(found, attended=True))
    assert assistant.choose(found, attended=False).model.startswith("anthropic/")


def test_a_model_named_in_the_configuration_is_the_persons_own_choice(places):
    assistant = configured(places, '[agent]\ndefault_model = "sonnet"\n')
    choice = assistant.choose(Surroundings(), attended=False)
    assert choice.model.startswith("anthropic/")
    assert not assistant.needs_consent(choice)


def test_a_server_on_this_machine_needs_no_yes(places):
    assistant = configured(places, '[providers.openai]\nbase_url = "http://127.0.0.1:8080/v1"\n')
    assert assistant.destination("openai/any") == ""
    assert assistant.destination("sonnet") == "api.anthropic.com"


@pytest.mark.parametrize("name", ["recall", "claude-cli/opus", "opus", "gpt", "llama3", "ollama/llama3", "claude-x"])
def test_every_kind_of_name_leads_to_a_provider_without_loading_it(places, name):
    assert Assistant.open(places).provider(name).model


def test_a_name_without_a_model_is_a_configuration_error(places):
    with pytest.raises(ConfigError, match="no model"):
        Assistant.open(places).provider("anthropic/")


async def test_the_prompt_has_a_stable_beginning_and_a_tail_of_its_own(places):
    assistant = Assistant.open(places)
    with assistant.shelf.new() as journal:
        conversation = assistant.converse(journal, "recall")
        assert conversation._system() == conversation._system()
        assert str(places.workspace) in conversation._tail()
