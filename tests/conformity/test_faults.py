"""Failures on order, and a verdict on how we take them: llmock."""

import pytest
from conformity.asking import ask, failure
from conformity.servers import get, post
from fakes import EventLog, FakeTool, request

from localgpt_tui.agent.loop import run_turn
from localgpt_tui.core.events import Retrying
from localgpt_tui.providers.persistence import PatientProvider

DIALECTS = {"chat": "", "responses": "", "anthropic": "/anthropic"}
EVENTS_BEFORE_SECOND_WORD = {"chat": 3, "responses": 7, "anthropic": 5}
FAILURES = {"disconnect": "cut", "truncate": "cut", "malformed": "malformed", "stall": "timeout"}
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


class Judge:
    """llmock: it is told what to do next, and says what it thinks of its client."""

    def __init__(self, url):
        self.url = url
        post(f"{url}/_llmock/reset")

    def order(self, **fault):
        post(f"{self.url}/_llmock/scenario", {"behaviors": [{"times": 1, **fault}]})

    @property
    def findings(self):
        return get(f"{self.url}/_llmock/verdict")["findings"]

    @property
    def requests(self):
        return len(get(f"{self.url}/_llmock/requests")["requests"])


@pytest.fixture
def judge(servers):
    return Judge(servers.url("llmock"))


@pytest.fixture
def model(judge, connect):
    """Our providers with the patience they have in the app, and the shortest waits it allows."""

    def make(dialect, **settings):
        return PatientProvider([connect(dialect, judge.url + DIALECTS[dialect], **settings)], jitter=lambda: 0.0)

    return make


@every_dialect
@pytest.mark.parametrize("status", [500, 503, 529])
async def test_a_passing_failure_is_asked_again_and_judged_clean(dialect, status, judge, model):
    judge.order(type="fail", status=status, retry_after=0.1)
    message, events = await ask(model(dialect), "hello")
    assert message.stop == "end"
    assert [event.attempt for event in events.of(Retrying)] == [2]
    assert judge.findings == []


@every_dialect
async def test_the_wait_that_the_server_asks_for_is_waited(dialect, judge, model):
    judge.order(type="fail", status=429, retry_after=0.7)
    _, events = await ask(model(dialect), "hello")
    assert events.of(Retrying)[0].seconds >= 0.7
    assert judge.findings == []


@every_dialect
@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_what_cannot_pass_is_asked_only_once(dialect, status, judge, model):
    judge.order(type="fail", status=status, times=5)
    error, _ = await failure(model(dialect), "hello")
    assert not error.passing
    assert judge.requests == 1
    assert judge.findings == []


@every_dialect
async def test_a_failure_that_lasts_is_given_up_with_growing_waits(dialect, judge, model):
    judge.order(type="fail", status=503, times=20)
    error, events = await failure(model(dialect), "hello")
    assert error.failure == "overloaded"
    assert [event.attempt for event in events.of(Retrying)] == [2, 3]
    assert judge.findings == []


@every_dialect
@pytest.mark.parametrize("kind", ["disconnect", "truncate"])
async def test_a_reply_that_breaks_before_its_first_word_is_asked_for_again(dialect, kind, judge, model):
    judge.order(type="stream_fault", kind=kind, after_chunks=0)
    message, events = await ask(model(dialect), "hello")
    assert message.stop == "end"
    assert len(events.of(Retrying)) == 1
    assert judge.findings == []


@every_dialect
@pytest.mark.parametrize("kind", FAILURES)
async def test_a_reply_that_breaks_in_the_middle_fails_and_comes_whole_when_sent_again(dialect, kind, judge, model):
    stall = {"stall_seconds": 6} if kind == "stall" else {}
    judge.order(type="stream_fault", kind=kind, after_chunks=EVENTS_BEFORE_SECOND_WORD[dialect], **stall)
    patient = model(dialect, idle_seconds=0.4)
    error, events = await failure(patient, "hello")
    assert error.failure == FAILURES[kind]
    assert events.text
    message, _ = await ask(patient, "hello")
    assert message.stop == "end"
    # llmock cannot tell that a broken piece was noticed, and warns of it where the rest was already on its way
    assert [finding["code"] for finding in judge.findings if kind != "malformed"] == []


@every_dialect
async def test_a_call_with_broken_arguments_goes_back_to_the_model_and_never_runs(dialect, judge, model):
    judge.order(type="tool_fault", kind="malformed_arguments")
    look, events = FakeTool("look"), EventLog()
    await run_turn(model(dialect), request("look at Paris", tools=[look.tool]), events)
    assert look.asked == []
    assert [answer.failed for answer in events.answers] == [True]


@every_dialect
async def test_a_call_of_a_tool_that_is_not_there_is_answered_with_that(dialect, judge, model):
    judge.order(type="tool_fault", kind="unknown_tool")
    look, events = FakeTool("look"), EventLog()
    await run_turn(model(dialect), request("look at Paris", tools=[look.tool]), events)
    assert look.asked == []
    assert [answer.failed for answer in events.answers] == [True]
