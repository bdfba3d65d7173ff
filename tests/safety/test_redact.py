"""What is written to a log or a crash file holds no secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.safety.redact import MASK, Redactor, environment_secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key sk-ant-api03-AbCdEfGhIjKlMnOpQr_x-9 refused", "AbCdEfGhIjKl"),
        ("key sk-proj-abcdefghijklmnop0123 refused", "abcdefghijklmnop"),
        ("Incorrect API key provided: sk-abcdefghijklmnop1234567890.", "abcdefghijklmnop"),
        ("Authorization: Bearer abc.def-123_456", "abc.def-123_456"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abc"),
        ("github_pat_11ABCDEFG0123456789_abcdefghij", "11ABCDEFG"),
        ("AIzaSyA0123456789abcdefghijklmnopqrstuv", "SyA0123456789"),
        ("xoxb-123456789012-abcdefghijkl", "123456789012"),
        ("hf_abcdefghijklmnopqrstuvwxyz", "abcdefghij"),
        ("123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "AAabcdefghijkl"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIiOiIxMjM0In0"),
        ("proxy https://me:hunter2@proxy.example:3128/ refused", "hunter2"),
        ("proxy https://token-only@proxy.example/ refused", "token-only"),
        ('{"api_key": "a value with spaces"}', "a value with spaces"),
        ("{'X-Api-Key': 'abcd1234'}", "abcd1234"),
        ("GET /search?q=x&api_key=abcd1234&n=3", "abcd1234"),
        ("password: correct-horse", "correct-horse"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIB\nAAKC\n-----END RSA PRIVATE KEY-----", "MIIEpAIB"),
    ],
)
def test_a_key_of_a_well_known_kind_is_masked_wherever_it_stands(text, secret):
    cleaned = Redactor().clean(text)

    assert secret not in cleaned
    assert MASK in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is not supported by the proxy.",
        "The bearer of this letter is my friend.",
        "connect to http://127.0.0.1:11434/api/chat failed: refused",
        "12 input_tokens, max_tokens=4096, token count: 12345678",
        "no API key: set ANTHROPIC_API_KEY",
        "task-runner, ask-me-anything, risk-management",
        "2026-03-01T10:00:00+01:00 INFO session 0194f1c2-9f0e-7c3a",
    ],
)
def test_ordinary_words_stay_as_they_are(text):
    assert Redactor().clean(text) == text


def test_a_secret_it_was_told_about_is_masked_in_every_spelling():
    redactor = Redactor(["p@ss word/1"])

    assert redactor.clean("p@ss word/1 | p%40ss%20word%2F1") == f"{MASK} | {MASK}"


def test_the_longer_of_two_secrets_is_masked_whole():
    assert Redactor(["hunter", "hunter22"]).clean("it was hunter22") == f"it was {MASK}"


def test_a_placeholder_that_stands_in_for_a_key_does_not_garble_the_text():
    assert Redactor(["ollama", "x", ""]).clean("ollama answered x times") == "ollama answered x times"


def test_the_environment_gives_up_its_secrets_by_their_names():
    environ = {"OPENAI_API_KEY": "one", "GH_TOKEN": "two", "DB_PASSWORD": "three", "PATH": "/bin", "EMPTY_TOKEN": ""}

    assert set(environment_secrets(environ)) == {"one", "two", "three"}


@given(
    secret=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=12, max_size=40),
    before=st.text(max_size=50),
    after=st.text(max_size=50),
)
def test_no_known_secret_survives_whatever_stands_around_it(secret, before, after):
    if secret in MASK * 40:
        return

    assert secret not in Redactor([secret]).clean(before + secret + after)


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text):
    once = Redactor(["a-known-secret"]).clean(text)

    assert Redactor(["a-known-secret"]).clean(once) == once
