"""Asking again, and asking another."""

import asyncio

import pytest

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.core.events import FellBack, Retrying, TextDelta
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.core.ports import Request
from localgpt_tui.providers.persistence import PatientProvider

HELLO = Request("", (UserMessage("Hello?"),))


class Stumbling:
    """Fails as it is told, then answers."""

    def __init__(self, model, *failures, begins=False):
        self.model = model
        self.failures = list(failures)
        self.begins = begins
        self.asked = 0
        self.closed = False

    async def reply(self, request, emit):
        self.asked += 1
        if self.failures:
            if self.begins:
                emit(TextDelta("Half"))
            raise self.failures.pop(0)
        emit(TextDelta("Yes"))
        return AssistantMessage("Yes", model=self.model)

    async def aclose(self):
        self.closed = True


def failed(failure, retry_after=None):
    return ProviderError(f"It was {failure}.", "Do something.", failure=failure, retry_after=retry_after)


async def ask(*providers, jitter=1.0, **settings):
    events, waits = [], []

    async def sleep(seconds):
        waits.append(seconds)

    patient = PatientProvider(providers, sleep=sleep, jitter=lambda: jitter, **settings)
    try:
        return await patient.reply(HELLO, events.append), events, waits
    except ProviderError as error:
        return error, events, waits


@pytest.mark.parametrize("failure", ["refused", "cut", "rate_limited", "overloaded", "server"])
async def test_what_may_pass_is_tried_again_where_the_person_can_see_it(failure):
    provider = Stumbling("a/b", failed(failure), failed(failure))
    reply, events, waits = await ask(provider)
    assert reply.text == "Yes"
    assert waits == [0.5, 1.0]
    assert events == [
        Retrying(f"It was {failure}.", 2, 0.5),
        Retrying(f"It was {failure}.", 3, 1.0),
        TextDelta("Yes"),
    ]


@pytest.mark.parametrize("failure", ["auth", "payment", "bad_request", "too_long", "not_found", "missing", "timeout"])
async def test_what_will_not_pass_is_not_tried_again(failure):
    provider = Stumbling("a/b", failed(failure))
    error, events, waits = await ask(provider)
    assert error.failure == failure
    assert (provider.asked, events, waits) == (1, [], [])


async def test_one_provider_is_asked_three_times_at_most():
    provider = Stumbling("a/b", *[failed("server")] * 5)
    error, _, waits = await ask(provider)
    assert (error.failure, provider.asked, len(waits)) == ("server", 3, 2)


async def test_what_has_begun_to_arrive_is_never_asked_for_again():
    first, second = Stumbling("a/b", failed("cut"), begins=True), Stumbling("c/d")
    error, events, _ = await ask(first, second)
    assert error.failure == "cut"
    assert (first.asked, second.asked) == (1, 0)
    assert events == [TextDelta("Half")]


async def test_the_wait_grows_to_a_limit_and_has_some_chance_in_it():
    provider = Stumbling("a/b", *[failed("server")] * 7)
    _, _, waits = await ask(provider, tries=7, jitter=0.0)
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]


async def test_a_server_is_given_the_time_it_asks_for():
    provider = Stumbling("a/b", failed("rate_limited", retry_after=12.0))
    reply, _, waits = await ask(provider)
    assert (reply.text, waits) == ("Yes", [12.0])


async def test_a_server_that_asks_for_too_long_is_not_waited_for():
    provider = Stumbling("a/b", failed("rate_limited", retry_after=31.0))
    error, _, waits = await ask(provider)
    assert (error.retry_after, waits) == (31.0, [])


async def test_the_fallbacks_are_asked_in_their_order_where_the_person_can_see_it():
    first, second = Stumbling("a/b", failed("auth")), Stumbling("c/d", failed("too_long"))
    reply, events, _ = await ask(first, second, Stumbling("e/f"))
    assert reply.model == "e/f"
    assert events[:2] == [FellBack("c/d", "It was auth."), FellBack("e/f", "It was too_long.")]


async def test_where_all_fail_the_first_failure_is_told_with_its_advice():
    error, _, _ = await ask(Stumbling("a/b", failed("auth")), Stumbling("c/d", failed("not_found")))
    assert error.failure == "auth"
    assert error.advice == "Do something."
    assert "It was auth." in error.message
    assert "c/d: It was not_found." in error.message


async def test_cancelling_ends_the_wait():
    provider = Stumbling("a/b", *[failed("server")] * 5)
    waiting = asyncio.Event()

    async def sleep(_seconds):
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(PatientProvider([provider], sleep=sleep).reply(HELLO, repr))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.asked == 1


async def test_it_is_known_by_its_first_model_and_closes_them_all():
    first, second = Stumbling("a/b"), Stumbling("c/d")
    patient = PatientProvider([first, second])
    assert patient.model == "a/b"
    await patient.aclose()
    assert (first.closed, second.closed) == (True, True)
