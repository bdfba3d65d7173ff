"""Failures in words for a person."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.core.errors import Failure
from localgpt_tui.providers.trouble import Trouble, message_in, retry_after

SECRET = "sk-proj-0123456789abcdef"
TROUBLE = Trouble("the server", "a-model", key="SOME_KEY", secrets=(SECRET, ""))


@pytest.mark.parametrize("failure", get_args(Failure))
def test_every_kind_of_failure_has_a_sentence_and_a_next_step(failure):
    error = TROUBLE.error(failure)
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    assert "{" not in str(error)
    assert error.message[0].isupper()


@pytest.mark.parametrize(
    ("status", "kind", "detail", "failure"),
    [
        (400, "", "context_length_exceeded: maximum context length is 8192", "too_long"),
        (400, "exceed_context_size_error", "", "too_long"),
        (400, "", "Your credit balance is too low", "payment"),
        (429, "insufficient_quota", "", "payment"),
        (429, "rate_limit_error", "", "rate_limited"),
        (503, "unavailable_error", "Loading model", "overloaded"),
        (504, "", "", "timeout"),
        (418, "", "", "unknown"),
        (200, "overloaded_error", "", "overloaded"),
        (200, "rate_limit_error", "", "rate_limited"),
        (200, "new_kind", "", "server"),
        (-1, "", "model runner has stopped", "server"),
        (599, "", "", "server"),
    ],
)
def test_a_status_its_kind_and_its_words_tell_the_failure(status, kind, detail, failure):
    assert TROUBLE.from_status(status, kind=kind, detail=detail).failure == failure


def test_what_a_server_says_is_shown_on_one_line_without_secrets():
    detail = f"bad\x1b[31m\nkey {SECRET} and sk-other***cret {'x' * 900}"
    message = TROUBLE.from_status(500, detail=detail).message
    assert SECRET not in message
    assert "sk-other" not in message
    assert "\x1b" not in message
    assert "\n" not in message
    assert len(message) < 400


def test_a_refused_key_is_not_quoted_back():
    assert "wrong-ke" not in TROUBLE.from_status(401, detail="Incorrect API key provided: wrong-ke*").message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "no", "type": "api_error"}}, ("no", "api_error")),
        ({"error": {"message": "no", "type": "x", "code": "insufficient_quota"}}, ("no", "insufficient_quota")),
        ({"error": {"message": "no", "type": "x", "code": 400}}, ("no", "x")),
        ({"error": "plain"}, ("plain", "")),
        ({"message": "no", "type": "x"}, ("no", "x")),
        ('{"error": "plain"}', ("plain", "")),
        (b"\xffhtml", ("\ufffdhtml", "")),
        ("[1]", ("", "")),
        (None, ("", "")),
    ],
)
def test_the_message_is_found_whichever_way_it_is_written(body, said):
    assert message_in(body) == said


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2020 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_the_time_to_wait_is_read_in_every_form(headers, seconds):
    assert retry_after(headers, now=datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds


@given(st.text())
def test_no_header_can_stop_us(text):
    wait = retry_after({"retry-after": text})
    assert wait is None or wait >= 0
