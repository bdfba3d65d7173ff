"""The Claude CLI provider against a scripted `claude`, a real process each time."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import ScriptedProvider

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import FellBack, Retrying, TextDelta, ThinkingDelta
from localgpt_tui.core.messages import AssistantMessage, Thinking, ToolCall, Usage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.claude_cli import ClaudeCLI
from localgpt_tui.providers.persistence import PatientProvider

FAKE = Path(__file__).with_name("fake_claude.py")
QUESTION = Request(system="You are a lighthouse keeper.", messages=(UserMessage("Is the lamp lit?"),), max_tokens=512)
INIT = ["say", {"type": "system", "subtype": "init", "tools": [], "model": "claude-sonnet-5-5"}]
START = {"type": "message_start", "message": {"model": "claude-sonnet-5-5", "usage": {"input_tokens": 5}}}


def event(streamed, **more):
    return ["say", {"type": "stream_event", "event": streamed, "parent_tool_use_id": None, **more}]


def text(piece, **more):
    return event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": piece}}, **more)


def stopped(reason):
    return event({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 3}})


def result(**more):
    return ["say", {"type": "result", "subtype": "success", "is_error": False, "result": "", **more}]


def failed(said="API Error", **more):
    return result(is_error=True, result=said, **more)


ANSWER = [INIT, event(START), text("Yes, "), text("it is."), stopped("end_turn"), result(result="Yes, it is.")]


class Program:
    """A scripted `claude` in a folder of its own, and a provider that starts it."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "claude"
        self.path.write_text(f"#!{sys.executable} -I\n{FAKE.read_text()}")
        self.path.chmod(0o755)
        self.events = []

    def provider(self, **keywords):
        environ = {"PATH": os.environ["PATH"], "FAKE_CLAUDE": str(self.folder), "CLAUDECODE": "1"}
        chosen = {"command": str(self.path), "model": "sonnet", "environ": environ, "folder": self.folder}
        return ClaudeCLI(**{**chosen, **keywords})

    async def reply(self, steps, request=QUESTION, **keywords):
        (self.folder / "steps.json").write_text(json.dumps(steps))
        return await self.provider(**keywords).reply(request, self.events.append)

    async def failure(self, steps, **keywords):
        with pytest.raises(ProviderError) as caught:
            await self.reply(steps, **keywords)
        assert caught.value.message.endswith((".", "”"))
        assert caught.value.advice.endswith((".", "`."))
        return caught.value

    @property
    def given(self):
        return json.loads((self.folder / "given.json").read_text())

    @property
    def said(self):
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


def is_there(path):
    return Path(path).exists()


def runs(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


async def is_gone(pid):
    for _ in range(100):
        if not runs(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_reply_streams_and_comes_back_whole(program):
    message = await program.reply(ANSWER)
    assert (message.text, message.stop, message.model) == ("Yes, it is.", "end", "claude-cli/sonnet")
    assert program.events == [TextDelta("Yes, "), TextDelta("it is.")]


async def test_the_program_gets_no_tools_no_settings_and_a_quiet_environment(program):
    await program.reply(ANSWER, effort="low")
    arguments, environment = program.given["arguments"], program.given["environment"]
    assert arguments["--tools"] == arguments["--setting-sources"] == ""
    assert arguments["--system-prompt-snapshot"] == "off"
    assert {"--strict-mcp-config", "--no-session-persistence"} <= arguments.keys()
    assert (arguments["--model"], arguments["--effort"]) == ("sonnet", "low")
    assert environment["DISABLE_TELEMETRY"] == environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] == "1"
    assert environment["CLAUDE_CODE_DISABLE_ATTACHMENTS"] == "1"
    assert environment["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] == "512"
    assert "CLAUDECODE" not in environment


async def test_without_a_model_the_program_chooses(program):
    message = await program.reply(ANSWER, model="")
    assert message.model == "claude-cli"
    assert "--model" not in program.given["arguments"]


async def test_the_system_prompt_goes_by_a_private_file_that_does_not_stay(program):
    await program.reply(ANSWER)
    assert program.given["system"] == "You are a lighthouse keeper."
    assert program.given["system_mode"] == stat.S_IRUSR | stat.S_IWUSR
    assert not is_there(program.given["arguments"]["--system-prompt-file"])


async def test_it_runs_in_an_empty_private_folder_that_is_always_the_same(program, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folders = set()
    for _ in range(2):
        await program.reply(ANSWER, folder=None)
        folders.add(program.given["folder"])
    (folder,) = folders
    assert os.listdir(folder) == []  # noqa: PTH208 - a folder of at most one entry
    assert stat.S_IMODE(os.lstat(folder).st_mode) == 0o700


async def test_a_message_that_begins_with_a_dash_is_a_message(program):
    await program.reply(ANSWER, Request(system="", messages=(UserMessage("--help"),)))
    assert json.loads(program.given["prompt"])["message"]["content"][0] == {"type": "text", "text": "--help"}


async def test_a_prompt_longer_than_any_argument_arrives(program):
    long = "lamp " * 200_000
    await program.reply(ANSWER, Request(system=long, messages=(UserMessage(long),)))
    assert program.given["system"] == long
    assert json.loads(program.given["prompt"])["message"]["content"][0]["text"] == long


async def test_thinking_streams_with_its_signature(program):
    steps = [
        INIT,
        event({"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}}),
        event({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "It is "}}),
        event({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "dusk."}}),
        event({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "s1"}}),
        event({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
        text("Yes."),
        result(),
    ]
    message = await program.reply(steps)
    assert message.thinking == (Thinking("It is dusk.", "s1"),)
    assert program.events == [ThinkingDelta("It is "), ThinkingDelta("dusk."), TextDelta("Yes.")]


async def test_usage_cost_and_window_are_the_programs_own(program):
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 900,
        "cache_creation_input_tokens": 90,
        "output_tokens": 7,
    }
    models = {"claude-haiku-5-5": {"contextWindow": 200_000}, "claude-sonnet-5-5": {"contextWindow": 1_000_000}}
    steps = [*ANSWER[:-1], result(usage=usage, total_cost_usd=0.0125, modelUsage=models)]
    message = await program.reply(steps)
    assert message.usage == Usage(1000, 7, 900, 90, 0.0125, 1_000_000)


async def test_a_cost_of_nothing_is_unknown_not_free(program):
    message = await program.reply([*ANSWER[:-1], result(total_cost_usd=0)])
    assert message.usage.cost is None


async def test_blocks_that_are_repeated_whole_are_not_said_twice(program):
    whole = ["say", {"type": "assistant", "message": {"content": [{"type": "text", "text": "Yes, it is."}]}}]
    message = await program.reply([*ANSWER[:4], whole, *ANSWER[4:]])
    assert message.text == program.said == "Yes, it is."


@pytest.mark.parametrize(
    "step",
    [
        ["say", {"type": "assistant", "message": {"content": [{"type": "text", "text": "All at once."}]}}],
        ["print", ""],
    ],
)
async def test_a_reply_that_was_not_streamed_is_said_at_the_end(program, step):
    message = await program.reply([INIT, step, result(result="All at once.")])
    assert message.text == program.said == "All at once."


async def test_events_of_unknown_kinds_sub_agents_and_stray_lines_are_passed_over(program):
    strange = [
        ["say", {"type": "rate_limit_event", "rate_limit_info": {}}],
        ["say", {"type": "system", "subtype": "thinking_tokens", "estimated_tokens": 4}],
        ["say", {"type": "stream_event", "event": {"type": "ping"}}],
        ["say", {"type": "stream_event", "event": None}],
        ["print", "Update available!"],
        ["print", "[]"],
        ["complain", "warning: noise " * 500],
        text("from a sub-agent", parent_tool_use_id="toolu_1"),
    ]
    message = await program.reply([*ANSWER[:2], *strange, *ANSWER[2:]])
    assert message.text == "Yes, it is."


async def test_an_emoji_cut_in_two_arrives_whole(program):
    message = await program.reply([INIT, text("a \ud83d"), text("\udd26 b"), text("\ud83d"), result()])
    assert message.text == "a 🔦 b\ufffd"
    assert program.events == [TextDelta("a "), TextDelta("🔦 b"), TextDelta("\ufffd")]


async def test_a_line_of_ten_megabytes_is_read(program):
    message = await program.reply([INIT, ["filler", 10_000_000], *ANSWER[1:]])
    assert message.text == "Yes, it is."


async def test_a_reply_at_its_limit_ends_there_instead_of_going_on_by_itself(program):
    steps = [INIT, event(START), text("Yes, it"), stopped("max_tokens"), text(" goes on"), ["hang", 0]]
    message = await program.reply(steps)
    assert (message.text, message.stop) == ("Yes, it", "length")
    assert message.usage == Usage(input_tokens=5, output_tokens=3)


async def test_a_refusal_is_told_as_one(program):
    message = await program.reply([INIT, text("No."), stopped("refusal"), result()])
    assert message.stop == "refusal"


async def test_a_retry_of_the_programs_own_is_shown(program):
    retry = {"type": "system", "subtype": "api_retry", "attempt": 1, "retry_delay_ms": 500}
    retries = [
        ["say", {**retry, "error": "overloaded", "error_status": 529}],
        ["say", {**retry, "error": "unknown", "error_status": None, "attempt": 2}],
    ]
    await program.reply([INIT, *retries, *ANSWER[1:]])
    assert program.events[:2] == [
        Retrying("Claude is overloaded or still starting.", 2, 0.5),
        Retrying("The answer from Claude broke off before it was finished.", 3, 0.5),
    ]


async def test_a_program_that_asked_again_in_vain_leaves_the_turn_to_the_next_model(program):
    retry = ["say", {"type": "system", "subtype": "api_retry", "attempt": 1, "error": "model_not_found"}]
    (program.folder / "steps.json").write_text(json.dumps([INIT, retry, failed(api_error_status=404), ["exit", 1]]))
    patient = PatientProvider([program.provider(), ScriptedProvider("Aye.")])
    message = await patient.reply(QUESTION, program.events.append)
    assert (message.text, message.model) == ("Aye.", "scripted/model")
    assert [type(event) for event in program.events] == [Retrying, FellBack, TextDelta]


async def test_a_reply_that_began_is_never_asked_for_again(program):
    retry = ["say", {"type": "system", "subtype": "api_retry", "attempt": 1, "error": "unknown"}]
    error = await program.failure([*ANSWER[:3], retry, *ANSWER[1:]])
    assert error.failure == "cut"
    assert program.said == "Yes, "


@pytest.mark.parametrize(
    ("more", "failure"),
    [
        ({"api_error_status": 401}, "auth"),
        ({"api_error_status": 403}, "auth"),
        ({"api_error_status": 402}, "payment"),
        ({"api_error_status": 404}, "not_found"),
        ({"api_error_status": 413}, "too_long"),
        ({"api_error_status": 429}, "rate_limited"),
        ({"api_error_status": 500}, "server"),
        ({"api_error_status": 503}, "overloaded"),
        ({"api_error_status": 529}, "overloaded"),
        ({"api_error_status": 400}, "bad_request"),
        ({"api_error_status": 422}, "bad_request"),
        ({"api_error_status": 400, "terminal_reason": "prompt_too_long"}, "too_long"),
        ({"said": "API Error: Connection refused (ECONNREFUSED)", "api_error_status": None}, "refused"),
        ({"said": "Not logged in · Please run /login", "apiKeySource": "none"}, "auth"),
        ({"subtype": "error_during_execution", "errors": ["No conversation found"], "said": ""}, "unknown"),
        ({"subtype": "error_during_execution", "terminal_reason": "aborted_streaming"}, "cut"),
        ({"subtype": "error_max_turns"}, "unknown"),
    ],
)
async def test_each_failed_turn_says_what_happened_whatever_its_subtype(program, more, failure):
    error = await program.failure([INIT, failed(**more), ["exit", 1]])
    assert error.failure == failure


async def test_a_login_that_is_missing_is_named_with_the_way_to_it(program):
    error = await program.failure([INIT, failed("Not logged in · Please run /login"), ["exit", 1]])
    assert error.message == "The claude program is not logged in."
    assert "/login" in error.advice


async def test_the_name_the_program_gives_a_failure_serves_where_there_is_no_status(program):
    synthetic = ["say", {"type": "assistant", "error": "billing_error", "message": {"content": []}}]
    error = await program.failure([INIT, synthetic, failed("Credit balance is too low"), ["exit", 1]])
    assert error.failure == "payment"
    assert "Credit balance is too low" in error.message


async def test_a_connection_lost_in_the_middle_is_a_cut_not_an_answer(program):
    error = await program.failure([*ANSWER[:3], failed("Connection to the API was lost (ECONNRESET)"), ["exit", 1]])
    assert error.failure == "cut"


@pytest.mark.parametrize("last", [["exit", 0], ["kill", signal.SIGTERM], ["kill", signal.SIGKILL], ["exit", 143]])
async def test_a_program_that_ends_without_a_result_gave_no_answer(program, last):
    error = await program.failure([*ANSWER[:-1], last])
    assert error.failure == "cut"
    assert program.said == "Yes, it is."


async def test_a_program_that_fails_at_once_is_quoted(program):
    error = await program.failure([["complain", "first\nout of memory"], ["exit", 3]])
    assert (error.failure, "exit status 3. It says: “out of memory”" in error.message) == ("unknown", True)


async def test_a_program_too_old_for_its_options_is_to_be_updated(program):
    error = await program.failure([["complain", "error: unknown option '--system-prompt-snapshot=off'"], ["exit", 1]])
    assert "too old" in error.message
    assert "claude update" in error.advice


@pytest.mark.parametrize("line", ['{"type": "stream_ev', "{" * 100_000, '{"type": "a\xff'])
async def test_a_line_that_cannot_be_read_ends_the_turn(program, line):
    error = await program.failure([INIT, ["print", line], *ANSWER[1:]])
    assert error.failure == "malformed"


async def test_silence_ends_the_turn(program):
    error = await program.failure([INIT, text("Yes"), ["hang", 0]], idle_seconds=0.3)
    assert error.failure == "timeout"
    assert program.said in {"Yes", ""}


@pytest.mark.parametrize(
    "step",
    [
        ["say", {"type": "system", "subtype": "init", "tools": ["Bash"]}],
        event({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "Bash", "id": "t"}}),
        event({"type": "content_block_start", "content_block": {"type": "server_tool_use", "name": "web", "id": "t"}}),
        ["say", {"type": "assistant", "message": {"content": [{"type": "tool_use", "name": "Bash"}]}}],
    ],
)
async def test_a_program_that_wants_to_run_something_is_stopped(program, step):
    error = await program.failure([step, *ANSWER[1:], ["hang", 0]])
    assert "nothing was run" in error.message


async def test_a_missing_program_is_named(program):
    error = await program.failure([], command="no-such-claude")
    assert (error.failure, "no-such-claude" in error.message) == ("missing", True)


async def test_a_file_that_is_no_program_is_named(program):
    program.path.write_text("#!/no/such/interpreter\n")
    error = await program.failure([])
    assert error.failure == "missing"


async def begun(program, steps):
    """A running reply whose program has said its first word."""
    first = asyncio.Event()
    (program.folder / "steps.json").write_text(json.dumps(steps))
    task = asyncio.create_task(program.provider().reply(QUESTION, lambda _: first.set()))
    await first.wait()
    return task


async def test_a_cancelled_turn_leaves_no_process_not_even_one_that_ignores_sigterm(program):
    task = await begun(program, [["ignore-term", 0], ["start-child", 0], text("Yes"), ["hang", 0]])
    child = int((program.folder / "child.pid").read_text())
    assert runs(child)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert await is_gone(child)


async def test_a_finished_turn_leaves_no_process_behind_either(program):
    await program.reply([["start-child", 0], *ANSWER])
    assert await is_gone(int((program.folder / "child.pid").read_text()))


async def test_a_second_cancellation_does_not_spare_the_program(program):
    task = await begun(program, [["ignore-term", 0], ["start-child", 0], text("Yes"), ["hang", 0]])
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert await is_gone(int((program.folder / "child.pid").read_text()))


async def test_the_whole_conversation_goes_along_each_time(program):
    call = ToolCall("c1", "read_file", '{"path": "log"}')
    history = (UserMessage("Who is there?"), AssistantMessage("The keeper.", calls=(call,)), UserMessage("Lit?"))
    await program.reply(ANSWER, Request(system="", messages=history))
    prompt = program.given["prompt"]
    assert [word in prompt for word in ("Who is there?", "The keeper.", "read_file", "Lit?")] == [True] * 4
