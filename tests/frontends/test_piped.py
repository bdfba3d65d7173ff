"""What is piped in follows the question."""

import os

import pytest

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.frontends.piped import LARGEST, whole_question


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        try:
            os.close(end)
        except OSError:
            continue


def piped(pipe, content: bytes) -> int:
    reader, writer = pipe
    os.write(writer, content)
    os.close(writer)
    return reader


@pytest.mark.parametrize(
    ("words", "content", "question"),
    [
        ("sum this up", b"line 1\nline 2\n", "sum this up\n\nline 1\nline 2"),
        ("", b"just this", "just this"),
        ("-", b"just this", "just this"),
        ("only words", b"", "only words"),
        ("x", b"\xef\xbb\xbfafter a mark", "x\n\nafter a mark"),
        ("x", b"caf\xe9", "x\n\ncaf�"),
    ],
)
def test_words_come_first_then_what_is_piped_in(pipe, words, content, question):
    assert whole_question(words, piped(pipe, content)) == question


def test_a_file_may_be_piped_in(tmp_path):
    file = tmp_path / "text"
    file.write_text("from a file")
    with file.open() as stdin:
        assert whole_question("read:", stdin.fileno()) == "read:\n\nfrom a file"


def test_a_pipe_that_nobody_writes_to_is_not_waited_for_where_there_are_words(pipe):
    assert whole_question("words", pipe[0], patience=0.01) == "words"


def test_a_terminal_is_never_read():
    _, terminal = os.openpty()

    assert whole_question("words", terminal) == "words"
    with pytest.raises(ConfigError, match="nothing to ask"):
        whole_question("", terminal)


def test_what_is_no_text_is_refused(pipe):
    with pytest.raises(ConfigError, match="not text"):
        whole_question("look", piped(pipe, b"\x89PNG\0\0"))


def test_far_too_much_is_refused(tmp_path):
    file = tmp_path / "huge"
    with file.open("wb") as huge:
        huge.truncate(LARGEST + 1)
    with file.open() as stdin, pytest.raises(ConfigError, match="MB were piped in"):
        whole_question("look", stdin.fileno())
