"""`localgpt-tui ask` as a program among others: pipes, signals, and the worst of ends."""

import os
import signal
import subprocess
import sys

import pytest
from model_server import said, serve

from localgpt_tui.cli import main
from localgpt_tui.paths import find_places

ASK = [sys.executable, "-m", "localgpt_tui", "ask"]


@pytest.fixture
def places(_own_home):
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    return places


@pytest.fixture
def model(places):
    with serve() as script:
        places.config_file.write_text(script.config)
        places.config_file.chmod(0o600)
        yield script


def run(*arguments, **options):
    return subprocess.run([*ASK, *arguments], capture_output=True, text=True, check=False, timeout=60, **options)


def test_on_a_fresh_machine_recall_answers_what_is_piped_in():
    done = run("-", input="remember that my cat is called Mia\n", env={**os.environ, "PATH": ""})

    assert done.returncode == 0
    assert "Mia" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_with_the_status_a_shell_expects_and_keeps_what_had_arrived(places, model, end):
    model.ending = "waits"
    program = subprocess.Popen(
        [*ASK, "hello"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    arrived = program.stdout.read(len("Hello from the model."))
    program.send_signal(end)
    rest, complaints = program.communicate(timeout=30)

    assert (arrived, rest, complaints) == (b"Hello from the model.", b"\n", b"")
    assert program.returncode == 128 + end
    assert said(places) == [[("user", "hello"), ("assistant", "Hello from the model.")]]


def test_killed_in_the_middle_of_a_reply_the_question_is_on_the_disk_and_the_session_goes_on(places, model):
    model.ending = "waits"
    program = subprocess.Popen([*ASK, "my question"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    program.stdout.read(5)
    program.kill()
    program.communicate(timeout=30)
    assert said(places) == [[("user", "my question")]]

    model.released.set()
    model.ending = "whole"
    assert run("and now?", "--resume", stdin=subprocess.DEVNULL).returncode == 0
    assert [text for _, text in said(places)[0]] == ["my question", "and now?", "Hello from the model."]


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(places, model):
    model.pieces = tuple(f"line {number}\n" for number in range(2_000))
    program = subprocess.Popen(
        [*ASK, "hello"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout.readline() == b"line 0\n"
    program.stdout.close()

    with program.stderr as complaints:
        assert complaints.read() == b""
    assert program.wait(timeout=30) == 1
    assert said(places)[0][0] == ("user", "hello")


def test_a_terminal_that_lacks_a_letter_still_shows_the_rest():
    environ = {**os.environ, "PATH": "", "PYTHONIOENCODING": "latin-1"}
    question = "remember Grüße aus 東京".encode()
    done = subprocess.run([*ASK, "-"], input=question, capture_output=True, check=False, timeout=60, env=environ)

    assert done.returncode == 0
    assert "Grüße aus ??".encode("latin-1") in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--session", "a", "--resume", "x"], "exclude each other"),
        (["--nonsense", "x"], "No such option"),
    ],
)
def test_bad_usage_is_status_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as left:
        main(["ask", *arguments])

    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_with_nothing_to_ask_it_says_so_with_status_2():
    done = run("", stdin=subprocess.DEVNULL)

    assert done.returncode == 2
    assert "nothing to ask" in done.stderr
